/** Texts that readers of Base64 take for the same bytes as one whose last character has two bits of no byte. */
export function otherSpellings(text: string): readonly string[] {
  const bytes = (one: string) => Buffer.from(one, 'base64url').toString('hex');
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = digits.indexOf(text.slice(-1));
  const others = [1, 2, 3].map((more) => `${text.slice(0, -1)}${digits[last + more] ?? ''}`);
  for (const other of others) if (bytes(other) !== bytes(text)) throw new Error(`${other} is no other spelling`);
  return others;
}
