import { CustosError } from '../../core/errors.js';
import type { CloudKeyUri } from '../../core/signing/key-uri.js';
import type { Scheme } from '../../core/signing/signing-key.js';
import { readSpki } from '../public-key.js';
import { askService, type CloudKeys, fromDer, type Send, textAt, unsuitable } from './service.js';

/** Makes a signed request of AWS KMS: `action` as in `x-amz-target`. */
export type AwsCall = (region: string, action: string, body: Readonly<Record<string, string>>) => Send;

const WHAT = 'AWS KMS';

/** Bytes of a message that KMS takes; a longer one would need the hash as input, which is another algorithm for Ed25519. */
const LONGEST_MESSAGE = 4096;

/**
 * AWS KMS: keys of ECC_SECG_P256K1, ECC_NIST_P256 (the hash goes out as DIGEST, the signature comes in DER) and
 * ECC_NIST_EDWARDS25519 (the message goes out as RAW, ED25519_SHA_512).
 */
export function awsKeys(call: AwsCall): CloudKeys {
  const ask = async (uri: CloudKeyUri, action: string, more: Readonly<Record<string, string>> = {}) => {
    if (uri.service !== 'awskms') throw new CustosError('INTERNAL', 'this is not a key of AWS');
    return askService(WHAT, call(uri.region, `TrentService.${action}`, { KeyId: uri.arn, ...more }));
  };
  return {
    async key(uri) {
      const answer = await ask(uri, 'GetPublicKey');
      if (textAt(answer, ['KeyUsage'], WHAT) !== 'SIGN_VERIFY') {
        throw new CustosError('KEY_UNSUITABLE', `the key at ${WHAT} is not for signatures`);
      }
      return readSpki(Buffer.from(textAt(answer, ['PublicKey'], WHAT), 'base64'));
    },
    async sign(uri, scheme, bytes) {
      const how = howToSign(scheme, bytes);
      const answer = await ask(uri, 'Sign', { Message: Buffer.from(bytes).toString('base64'), ...how });
      const signature = Buffer.from(textAt(answer, ['Signature'], WHAT), 'base64');
      return scheme === 'ed25519' ? Uint8Array.from(signature) : fromDer(signature, WHAT);
    },
  };
}

function howToSign(scheme: Scheme, { length }: Uint8Array) {
  switch (scheme) {
    case 'ecdsa-secp256k1':
    case 'ecdsa-secp256k1-any-s':
    case 'ecdsa-p256':
      return { MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' };
    case 'ed25519':
      if (length <= LONGEST_MESSAGE) return { MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' };
      throw new CustosError('KEY_UNSUITABLE', `${WHAT} signs messages of at most ${LONGEST_MESSAGE} bytes`);
    default:
      throw unsuitable(WHAT, scheme);
  }
}
