import type { PasskeyPoint, PersonKey } from '../../core/policy/constitution.js';
import type { ApprovalClass } from '../../core/policy/policy.js';

const SCHEME = 'ed25519:';
const PASSKEY = 'passkey:';
const keyForm = /^[A-Za-z0-9_-]{43}$/;
/** 32 or 64 bytes. */
const pointForm = /^(?:[A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{86})$/;
const siteForm = /^(?=.{1,253}$)(?!.*\.\d+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** The text form of a key: its kind, a colon, for a passkey its site and a colon, and base64url. */
export function personKeyText(key: PersonKey): string {
  const bytes = Buffer.from(key.bytes).toString('base64url');
  return key.kind === 'ed25519' ? `${SCHEME}${bytes}` : `${PASSKEY}${key.rpId}:${bytes}`;
}

/**
 * Reads the text of a key, and does not look whether its bytes are a point of its curve: for whoever only repeats what it says.
 * @returns undefined for any text that `personKeyText` does not make
 */
export function readKeyText(text: string): PersonKey | undefined {
  const key = text.startsWith(PASSKEY) ? readPasskey(text.slice(PASSKEY.length)) : readEd25519(text);
  // The last character has bits that mean nothing: one key has one text.
  return key !== undefined && personKeyText(key) === text ? key : undefined;
}

/** How much a signature of a key says about what its person saw: whoever signs with a key file decoded it, and a page shows a passkey's. */
export function classOfKey(text: string): ApprovalClass {
  return text.startsWith(PASSKEY) ? 'presence' : 'decoded';
}

/** @param point - 64 bytes (P-256, both coordinates) or 32 (Ed25519) */
export function passkeyOf(rpId: string, point: Uint8Array): PasskeyPoint {
  return { kind: 'passkey', rpId, bytes: point };
}

function readEd25519(text: string): PersonKey | undefined {
  const digits = text.startsWith(SCHEME) ? text.slice(SCHEME.length) : '';
  return keyForm.test(digits) ? { kind: 'ed25519', bytes: bytesOf(digits) } : undefined;
}

function readPasskey(text: string): PasskeyPoint | undefined {
  const [rpId = '', digits = '', ...rest] = text.split(':');
  if (rest.length > 0 || !siteForm.test(rpId) || !pointForm.test(digits)) return undefined;
  return passkeyOf(rpId, bytesOf(digits));
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}
