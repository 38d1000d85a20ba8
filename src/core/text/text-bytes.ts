/** Text from bytes, or the reason why they are not text. */
export type DecodedText = { readonly text: string } | { readonly problem: string };

const UTF16_MARKS = [
  [0xff, 0xfe],
  [0xfe, 0xff],
] as const;

/**
 * Decodes UTF-8 (RFC 3629) strictly. A leading U+FEFF, which some editors write, is removed. Nothing is replaced or guessed,
 * because a replaced character in a password or URL makes a different password or URL.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const wide = utf16Problem(bytes);
  if (wide !== undefined) return { problem: wide };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    // The decoder throws on invalid bytes; its error says nothing more.
    return { problem: 'is not UTF-8 text' };
  }
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
