import { sha256 } from '../hash.js';
import { readMap } from './cbor.js';
import { type CoseKey, readCoseKey } from './cose-key.js';
import { invalid } from './refusal.js';

/** A credential as the authenticator made it (WebAuthn 2, section 6.5.1). */
interface AttestedCredential {
  /** 1 to 1,023 bytes. */
  readonly id: Uint8Array;
  readonly key: CoseKey;
  /** The bytes of the key: one map of CBOR. */
  readonly publicKey: Uint8Array;
}

/** What an authenticator says (WebAuthn 2, section 6.1). */
export interface AuthenticatorData {
  /** 32 bytes. */
  readonly rpIdHash: Uint8Array;
  readonly isPresent: boolean;
  readonly isVerified: boolean;
  /** 0: it does not count. */
  readonly signCount: number;
  readonly credential?: AttestedCredential;
}

/** Bits of the flags. Those of a backup are of WebAuthn 3. */
const [UP, UV, BE, BS, AT, ED] = [0x01, 0x04, 0x08, 0x10, 0x40, 0x80];
/** Bytes of the hash, the flags and the counter; and of AAGUID and length before a credential's id. */
const [HEAD, BEFORE_ID] = [37, 18];
const LONGEST_ID = 1023;

/** Reads what an authenticator signed, to its last byte. @throws CustosError PASSKEY_INVALID */
export function readAuthenticatorData(bytes: Uint8Array): AuthenticatorData {
  if (bytes.length < HEAD) throw invalid('its authenticator data is too short');
  const flags = bytes[32] ?? 0;
  if ((flags & BS) !== 0 && (flags & BE) === 0) throw invalid('its key is backed up and must not be');
  const attested = (flags & AT) === 0 ? undefined : readCredential(bytes.subarray(HEAD));
  const after = attested?.rest ?? bytes.subarray(HEAD);
  // Nothing of what extensions say is used.
  const rest = (flags & ED) === 0 ? after : readMap(after, 'the list of extensions').rest;
  if (rest.length > 0) throw invalid('bytes follow its authenticator data');
  return {
    rpIdHash: bytes.slice(0, 32),
    isPresent: (flags & UP) !== 0,
    isVerified: (flags & UV) !== 0,
    signCount: viewOf(bytes).getUint32(33),
    ...(attested && { credential: attested.credential }),
  };
}

/**
 * The checks that both ceremonies share (WebAuthn 2, sections 7.1, steps 13 to 15, and 7.2, steps 15 to 17). The user has to have
 * been verified: by a PIN, a finger or a face.
 * @throws CustosError PASSKEY_INVALID
 */
export function checkAuthenticatorData({ rpIdHash, isPresent, isVerified }: AuthenticatorData, rpId: string): void {
  const expected = sha256(Buffer.from(rpId));
  if (Buffer.compare(rpIdHash, expected) !== 0) throw invalid('it is for another relying party');
  if (!isPresent) throw invalid('its user was not present');
  if (!isVerified) throw invalid('its user was not verified');
}

function readCredential(bytes: Uint8Array): { readonly credential: AttestedCredential; readonly rest: Uint8Array } {
  if (bytes.length < BEFORE_ID) throw invalid('its authenticator data is too short');
  const end = BEFORE_ID + viewOf(bytes).getUint16(BEFORE_ID - 2);
  const id = bytes.slice(BEFORE_ID, end);
  if (end === BEFORE_ID || id.length > LONGEST_ID || end > bytes.length) {
    throw invalid(`the id of its key does not have 1 to ${LONGEST_ID} bytes`);
  }
  const { bytes: publicKey, rest } = readMap(bytes.subarray(end), 'the public key');
  return { credential: { id, key: readCoseKey(publicKey), publicKey }, rest };
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
