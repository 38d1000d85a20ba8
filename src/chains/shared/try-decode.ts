/**
 * Decodes text that may be a secret. The messages of the libraries repeat their input, so they go nowhere.
 * @returns undefined where the text does not have the form of the coder
 */
export function tryDecode(text: string, coder: { decode(text: string): Uint8Array }): Uint8Array | undefined {
  try {
    return coder.decode(text);
  } catch {
    return undefined;
  }
}
