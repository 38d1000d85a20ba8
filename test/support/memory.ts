import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Reads in pieces of this size; each begins with the end of the one before. */
const PIECE = 4 * 1024 * 1024;

/** True if it is anywhere in the writable memory of a process; a text as one byte or two bytes a character. */
export function isInMemory(pid: number, sought: string | Uint8Array): boolean {
  const wanted =
    typeof sought === 'string' ? [Buffer.from(sought, 'utf8'), Buffer.from(sought, 'utf16le')] : [Buffer.from(sought)];
  const overlap = 4 * sought.length;
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const piece = Buffer.alloc(PIECE + overlap);
  try {
    return writable(pid).some(([start, end]) => {
      for (let at = start; at < end; at += BigInt(PIECE)) {
        const length = Math.min(piece.length, Number(end - at));
        const found = piece.subarray(0, readOf(memory, piece, { at, length }));
        if (wanted.some((bytes) => found.includes(bytes))) return true;
      }
      return false;
    });
  } finally {
    closeSync(memory);
  }
}

function writable(pid: number): [start: bigint, end: bigint][] {
  return [...readFileSync(`/proc/${pid}/maps`, 'utf8').matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw/gm)].map(
    ([, start = '', end = '']) => [BigInt(`0x${start}`), BigInt(`0x${end}`)],
  );
}

/** @returns the number of bytes; 0 where the region is gone by now */
function readOf(
  memory: number,
  piece: Buffer,
  { at, length }: { readonly at: bigint; readonly length: number },
): number {
  try {
    return readSync(memory, piece, 0, length, at);
  } catch {
    return 0;
  }
}
