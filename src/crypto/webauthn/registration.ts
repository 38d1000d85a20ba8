import { checkAuthenticatorData, readAuthenticatorData } from './authenticator-data.js';
import { readMap } from './cbor.js';
import { checkClientData, type Expected } from './client-data.js';
import { invalid } from './refusal.js';

/** What a browser gives after `navigator.credentials.create()` (WebAuthn 2, section 5.2.1). */
export interface RegistrationAnswer {
  /** The credential's. */
  readonly id: Uint8Array;
  readonly clientData: Uint8Array;
  readonly attestationObject: Uint8Array;
}

/** A credential to keep. */
export interface NewCredential {
  /** 1 to 1,023 bytes. */
  readonly id: Uint8Array;
  /** COSE, as `verifyAssertion` takes it. */
  readonly publicKey: Uint8Array;
  readonly signCount: number;
}

/**
 * Verifies that an authenticator made a new credential for this challenge (WebAuthn 2, section 7.1). Who made the authenticator
 * does not matter: the attestation `none` has to be empty, and what another one says is not looked at (section 7.1, the note below
 * step 24). So nothing here proves that the key is in hardware.
 * @throws CustosError PASSKEY_INVALID
 */
export function verifyRegistration(answer: RegistrationAnswer, expected: Expected): NewCredential {
  checkClientData(answer.clientData, 'webauthn.create', expected);
  const data = readAuthenticatorData(readAttestation(answer.attestationObject));
  checkAuthenticatorData(data, expected.rpId);
  const { credential, signCount } = data;
  if (credential === undefined) throw invalid('it has no credential');
  const { id, publicKey } = credential;
  if (Buffer.compare(id, answer.id) !== 0) throw invalid('its credential has another id');
  return { id, publicKey, signCount };
}

/** @returns the authenticator data of an attestation object (WebAuthn 2, section 6.5.4) */
function readAttestation(object: Uint8Array): Uint8Array {
  const { map, rest } = readMap(object, 'the attestation');
  const [format, statement, data] = ['fmt', 'attStmt', 'authData'].map((member) => map.get(member));
  if (rest.length > 0 || map.size !== 3 || typeof format !== 'string' || !(statement instanceof Map)) {
    throw invalid('its attestation has another form');
  }
  // Section 8.7.
  if (format === 'none' && statement.size > 0) throw invalid('its attestation `none` says something');
  if (!(data instanceof Uint8Array)) throw invalid('its attestation has another form');
  return data;
}
