import { decodeText } from '../core/text/text-bytes.js';

/** The one line of what a program or service gave, or why it is none. */
type OneLine = { readonly line: Uint8Array } | { readonly problem: string };

/**
 * Bytes that are one line, without the line break at its end: a password with a line break could never be typed, and a second
 * line is a sign of something else, such as a warning that a program prints.
 * @returns a copy of the line
 */
export function oneLine(bytes: Uint8Array): OneLine {
  const line = bytes.subarray(0, bytes.length - breakAtEnd(bytes));
  if (line.length === 0) return { problem: 'is empty' };
  if (line.includes(0x0a) || line.includes(0x0d)) return { problem: 'has more than one line' };
  const decoded = decodeText(line);
  if ('problem' in decoded) return decoded;
  return { line: Uint8Array.from(line) };
}

function breakAtEnd(bytes: Uint8Array): number {
  if (bytes.at(-1) !== 0x0a) return 0;
  return bytes.at(-2) === 0x0d ? 2 : 1;
}
