import { isUtf8 } from 'node:buffer';

/** Text from bytes, or the reason why they are not text. */
export type DecodedText = { readonly text: string } | { readonly problem: string };

const UTF16_MARKS = [
  [0xff, 0xfe],
  [0xfe, 0xff],
] as const;

/**
 * Decodes UTF-8 (RFC 3629) as `TextDecoder` does when it is fatal: without a leading U+FEFF. A decoder costs more than the check
 * and the copy together, and every answer of a node comes through here.
 * @returns undefined for bytes that are not UTF-8
 */
export function utf8Text(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/**
 * Decodes UTF-8 (RFC 3629) strictly. A leading U+FEFF, which some editors write, is removed. Nothing is replaced or guessed,
 * because a replaced character in a password or URL makes a different password or URL.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const wide = utf16Problem(bytes);
  if (wide !== undefined) return { problem: wide };
  const text = utf8Text(bytes);
  return text === undefined ? { problem: 'is not UTF-8 text' } : { text };
}

/** The problem if the bytes are UTF-16 text, which some shells write when they redirect output; otherwise undefined. */
export function utf16Problem(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  const hasMark = UTF16_MARKS.some(([one, two]) => first === one && second === two);
  return hasMark || looksLikeUtf16(bytes) ? 'is UTF-16 text; save it as UTF-8' : undefined;
}

/** UTF-16 without a mark: in Latin text every second byte is zero. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  const start = bytes.subarray(0, 64);
  if (start.length < 4 || bytes.length % 2 !== 0) return false;
  const zeros = (from: number) => start.every((byte, at) => at % 2 !== from || byte === 0);
  return zeros(0) || zeros(1);
}
