import { isSecureOriginOf } from '../core/access/relying-party.js';
import { CustosError } from '../core/errors.js';
import type { PasskeyPoint, PersonKey } from '../core/policy/constitution.js';
import type { ApprovalClass } from '../core/policy/policy.js';
import { verify } from '../crypto/ed25519.js';
import { sha256 } from '../crypto/hash.js';
import { verifySigned } from '../crypto/webauthn/assertion.js';
import { readOrigin } from '../crypto/webauthn/client-data.js';
import { keyOfPoint } from '../crypto/webauthn/cose-key.js';

const SCHEME = 'ed25519:';
const PASSKEY = 'passkey:';
const keyForm = /^[A-Za-z0-9_-]{43}$/;
/** 32 or 64 bytes. */
const pointForm = /^(?:[A-Za-z0-9_-]{43}|[A-Za-z0-9_-]{86})$/;
const siteForm = /^(?=.{1,253}$)(?!.*\.\d+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;
const signatureForm = /^[A-Za-z0-9_-]{86}$/;
/** What the browser says, what the authenticator says, and its signature: three times base64url. */
const assertionForm = /^([A-Za-z0-9_-]{1,2732})\.([A-Za-z0-9_-]{1,684})\.([A-Za-z0-9_-]{1,120})$/;

/** The text form of a key: its kind, a colon, for a passkey its site and a colon, and base64url. */
export function personKeyText(key: PersonKey): string {
  const bytes = Buffer.from(key.bytes).toString('base64url');
  return key.kind === 'ed25519' ? `${SCHEME}${bytes}` : `${PASSKEY}${key.rpId}:${bytes}`;
}

/** @returns undefined for any text that `personKeyText` does not make */
export function parsePersonKey(text: string): PersonKey | undefined {
  const key = text.startsWith(PASSKEY) ? parsePasskey(text.slice(PASSKEY.length)) : parseEd25519(text);
  // The last character has bits that mean nothing: one key has one text.
  return key !== undefined && personKeyText(key) === text ? key : undefined;
}

/** How much a signature of a key says about what its person saw: whoever signs with a key file decoded it, and a page shows a passkey's. */
export function classOfKey(text: string): ApprovalClass {
  return text.startsWith(PASSKEY) ? 'presence' : 'decoded';
}

/** @param point - as `keyOfPoint` takes it */
export function passkeyOf(rpId: string, point: Uint8Array): PasskeyPoint {
  return { kind: 'passkey', rpId, bytes: point };
}

export function signatureText(signature: Uint8Array): string {
  return Buffer.from(signature).toString('base64url');
}

/** Whether the signature (text form) is that of the key over the ASCII lines. Malformed input is `false`. */
export function isSignedBy(key: PersonKey, lines: string, signature: string): boolean {
  const message = Buffer.from(lines, 'ascii');
  if (key.kind === 'passkey') return isAsserted(key, message, signature);
  return isSignatureText(signature) && verify(message, Buffer.from(signature, 'base64url'), key.bytes);
}

/**
 * Whether a passkey agreed to these bytes: its challenge is their hash, its user was verified, and the page was one of its site. Its
 * counter is not looked at: whoever verifies here remembers nothing, and what was agreed to counts once by its own nonce.
 */
function isAsserted({ rpId, bytes }: PasskeyPoint, message: Uint8Array, text: string): boolean {
  const parts = assertionForm.exec(text)?.slice(1).map(bytesOf) ?? [];
  const [clientData, authenticatorData, signature] = parts;
  const key = keyOfPoint(bytes);
  if (clientData === undefined || authenticatorData === undefined || signature === undefined || key === undefined) {
    return false;
  }
  try {
    const origin = readOrigin(clientData);
    if (!isSecureOriginOf(origin, rpId)) return false;
    const expected = { challenge: sha256(message), rpId, origins: [origin] };
    verifySigned({ clientData, authenticatorData, signature }, expected, key);
    return true;
  } catch (error) {
    if (error instanceof CustosError && error.code === 'PASSKEY_INVALID') return false;
    throw error;
  }
}

function parseEd25519(text: string): PersonKey | undefined {
  const digits = text.startsWith(SCHEME) ? text.slice(SCHEME.length) : '';
  return keyForm.test(digits) ? { kind: 'ed25519', bytes: bytesOf(digits) } : undefined;
}

function parsePasskey(text: string): PasskeyPoint | undefined {
  const [rpId = '', digits = '', ...rest] = text.split(':');
  if (rest.length > 0 || !siteForm.test(rpId) || !pointForm.test(digits)) return undefined;
  const bytes = bytesOf(digits);
  return keyOfPoint(bytes) === undefined ? undefined : passkeyOf(rpId, bytes);
}

/** Whether a text has the form of a signature, of which there is one for the same bytes. */
function isSignatureText(text: string): boolean {
  return signatureForm.test(text) && signatureText(Buffer.from(text, 'base64url')) === text;
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}
