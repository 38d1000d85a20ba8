import { createReadStream } from 'node:fs';

/**
 * Reads a file whose size is not trusted: one without an end, such as a device, must not block the program or fill its memory.
 * @param most - bytes
 * @returns undefined if it has more. Rejects as Node's own reading does.
 */
export async function readAtMost(path: string, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  // The last byte that is read is one too many.
  for await (const chunk of createReadStream(path, { end: most })) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  return bytes.length > most ? undefined : bytes;
}
