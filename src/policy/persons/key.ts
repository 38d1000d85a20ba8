import { isSecureOriginOf } from '../../core/access/relying-party.js';
import { CustosError } from '../../core/errors.js';
import type { PasskeyPoint, PersonKey } from '../../core/policy/constitution.js';
import { verify } from '../../crypto/ed25519.js';
import { sha256 } from '../../crypto/hash.js';
import { verifySigned } from '../../crypto/webauthn/assertion.js';
import { readOrigin } from '../../crypto/webauthn/client-data.js';
import { keyOfPoint } from '../../crypto/webauthn/cose-key.js';
import { readKeyText } from './key-text.js';

const signatureForm = /^[A-Za-z0-9_-]{86}$/;
/** What the browser says, what the authenticator says, and its signature: three times base64url. */
const assertionForm = /^([A-Za-z0-9_-]{1,2732})\.([A-Za-z0-9_-]{1,684})\.([A-Za-z0-9_-]{1,120})$/;

/** Reads the text of a key. @returns undefined for any text that `personKeyText` does not make, and for a passkey that is no point */
export function parsePersonKey(text: string): PersonKey | undefined {
  const key = readKeyText(text);
  return key?.kind === 'passkey' && keyOfPoint(key.bytes) === undefined ? undefined : key;
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

/** Whether a text has the form of a signature, of which there is one for the same bytes. */
function isSignatureText(text: string): boolean {
  return signatureForm.test(text) && signatureText(Buffer.from(text, 'base64url')) === text;
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}
