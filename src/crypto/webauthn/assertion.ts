import { sha256 } from '../hash.js';
import { type AuthenticatorData, checkAuthenticatorData, readAuthenticatorData } from './authenticator-data.js';
import { checkClientData, type Expected } from './client-data.js';
import { type CoseKey, readCoseKey, verifyByKey } from './cose-key.js';
import { invalid } from './refusal.js';

/** What a browser gives after `navigator.credentials.get()` (WebAuthn 2, section 5.2.2). */
export interface AssertionAnswer {
  readonly clientData: Uint8Array;
  readonly authenticatorData: Uint8Array;
  readonly signature: Uint8Array;
  /** By which the authenticator knows the user, if it says so. */
  readonly userHandle?: Uint8Array;
}

/** A credential as it is kept. */
export interface KnownCredential {
  /** COSE. */
  readonly publicKey: Uint8Array;
  /** Of its last answer. */
  readonly signCount: number;
  /** Of the user whose it is. */
  readonly userHandle: Uint8Array;
}

/**
 * Verifies that a credential signed this challenge (WebAuthn 2, section 7.2). The challenge may be random bytes, which then prove
 * that its user is there, or a digest of what the user agrees to. The caller finds the credential by the id in the answer.
 * @returns the new counter, to be kept before the answer is used: the same or a smaller one does not count again (step 21)
 * @throws CustosError PASSKEY_INVALID
 */
export function verifyAssertion(answer: AssertionAnswer, expected: Expected, credential: KnownCredential): number {
  const { userHandle } = answer;
  if (userHandle !== undefined && Buffer.compare(userHandle, credential.userHandle) !== 0) {
    throw invalid('it is of another user');
  }
  const { signCount } = verifySigned(answer, expected, readCoseKey(credential.publicKey));
  requireGrowth(signCount, credential.signCount);
  return signCount;
}

/**
 * The same for a key alone: whose it is, and what it counted before, is for the caller.
 * @throws CustosError PASSKEY_INVALID
 */
export function verifySigned(
  { clientData, authenticatorData, signature }: AssertionAnswer,
  expected: Expected,
  key: CoseKey,
): AuthenticatorData {
  checkClientData(clientData, 'webauthn.get', expected);
  const data = readAuthenticatorData(authenticatorData);
  checkAuthenticatorData(data, expected.rpId);
  // Section 6.1: only a new credential is attested.
  if (data.credential !== undefined) throw invalid('it has a credential');
  const signed = Buffer.concat([authenticatorData, sha256(clientData)]);
  if (!verifyByKey(key, signed, signature)) throw invalid('its signature is wrong');
  return data;
}

/** A counter that does not grow means that the key may exist twice. Both are 0 where the authenticator does not count. */
function requireGrowth(now: number, before: number): void {
  if ((now === 0 && before === 0) || now > before) return;
  throw invalid('its counter did not grow, so there may be a copy of its key');
}
