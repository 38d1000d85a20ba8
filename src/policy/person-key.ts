import type { PersonKey } from '../core/policy/constitution.js';
import { verify } from '../crypto/ed25519.js';

const SCHEME = 'ed25519:';
const keyForm = /^[A-Za-z0-9_-]{43}$/;
const signatureForm = /^[A-Za-z0-9_-]{86}$/;

/** The text form of a key: its kind, a colon, and base64url. */
export function personKeyText({ bytes }: PersonKey): string {
  return `${SCHEME}${Buffer.from(bytes).toString('base64url')}`;
}

/** @returns undefined for any text that `personKeyText` does not make */
export function parsePersonKey(text: string): PersonKey | undefined {
  const digits = text.startsWith(SCHEME) ? text.slice(SCHEME.length) : '';
  if (!keyForm.test(digits)) return undefined;
  const key: PersonKey = { kind: 'ed25519', bytes: new Uint8Array(Buffer.from(digits, 'base64url')) };
  // The last character has bits that mean nothing: one key has one text.
  return personKeyText(key) === text ? key : undefined;
}

export function signatureText(signature: Uint8Array): string {
  return Buffer.from(signature).toString('base64url');
}

/** Whether a text has the form of a signature, of which there is one for the same bytes. */
function isSignatureText(text: string): boolean {
  return signatureForm.test(text) && signatureText(Buffer.from(text, 'base64url')) === text;
}

/** Whether the signature (text form) is that of the key over the ASCII lines. Malformed input is `false`. */
export function isSignedBy({ bytes }: PersonKey, lines: string, signature: string): boolean {
  return isSignatureText(signature) && verify(Buffer.from(lines, 'ascii'), Buffer.from(signature, 'base64url'), bytes);
}
