const NEWLINE = 10;

/**
 * The lines of a stream of bytes, in bounded memory whatever it contains.
 * @param longest - bytes of a line that is kept
 * @returns texts; undefined for a longer line
 */
export async function* splitLines(
  input: AsyncIterable<Uint8Array>,
  longest: number,
): AsyncGenerator<string | undefined> {
  let parts: Uint8Array[] = [];
  let size = 0;
  const take = (part: Uint8Array) => {
    size += part.length;
    // Lines that are too long are only counted, not kept.
    if (size <= longest) parts.push(part);
    else parts = [];
  };
  const line = () => {
    const text = size > longest ? undefined : new TextDecoder().decode(Buffer.concat(parts));
    parts = [];
    size = 0;
    return text;
  };
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, end));
      yield line();
      start = end + 1;
    }
    if (start < chunk.length) take(chunk.subarray(start));
  }
  if (size > 0) yield line();
}
