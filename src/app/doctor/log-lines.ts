import { createReadStream } from 'node:fs';
import { CustosError } from '../../core/errors.js';
import { utf16Problem } from '../../core/text/text-bytes.js';

/** A longer line is not one of our log lines, in bytes. */
const LONGEST = 64 * 1024;
const NEWLINE = 10;

/**
 * The lines of a file, or of standard input for `-`, in bounded memory whatever they contain.
 * @returns texts; undefined for a line longer than 64 KiB
 * @throws CustosError LOG_UNREADABLE
 */
export async function* readLines(path: string): AsyncGenerator<string | undefined> {
  const input: AsyncIterable<Buffer> = path === '-' ? process.stdin : createReadStream(path);
  try {
    yield* linesOf(input);
  } catch (cause) {
    if (cause instanceof CustosError) throw cause;
    throw new CustosError('LOG_UNREADABLE', `${path === '-' ? 'standard input' : path} cannot be read`, { cause });
  }
}

/** The lines of a stream of bytes. */
export async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string | undefined> {
  let parts: Uint8Array[] = [];
  let size = 0;
  let isFirst = true;
  const take = (part: Uint8Array) => {
    const wide = isFirst ? utf16Problem(part) : undefined;
    isFirst = false;
    if (wide !== undefined) throw new CustosError('LOG_UNREADABLE', `the log ${wide}`);
    size += part.length;
    // Lines that are too long are only counted, not kept.
    if (size <= LONGEST) parts.push(part);
    else parts = [];
  };
  const line = () => {
    const text = size > LONGEST ? undefined : new TextDecoder().decode(Buffer.concat(parts));
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
