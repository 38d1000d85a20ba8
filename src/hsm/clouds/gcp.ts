import { CustosError } from '../../core/errors.js';
import type { CloudKeyUri } from '../../core/signing/key-uri.js';
import type { Scheme } from '../../core/signing/signing-key.js';
import { readSpki } from '../public-key.js';
import { askService, type CloudKeys, fromDer, type Send, textAt, unsuitable } from './service.js';

/** Makes a request of GCP Cloud KMS with the token of this machine: a GET, or a POST of a body. */
export type GcpCall = (path: string, body?: Readonly<Record<string, unknown>>) => Send;

export interface GcpParts {
  readonly call: GcpCall;
  crc32c(bytes: Uint8Array): number;
}

const WHAT = 'GCP Cloud KMS';

/**
 * GCP Cloud KMS: versions of keys with EC_SIGN_SECP256K1_SHA256 (HSM only), EC_SIGN_P256_SHA256 and EC_SIGN_ED25519. Checksums in both
 * directions show that no bit was lost on the way.
 */
export function gcpKeys({ call, crc32c }: GcpParts): CloudKeys {
  return {
    async key(uri) {
      const answer = await askService(WHAT, call(`/v1/${versionOf(uri)}/publicKey`));
      const pem = textAt(answer, ['pem'], WHAT);
      requireSum(textAt(answer, ['pemCrc32c'], WHAT), crc32c(Buffer.from(pem)));
      const [, base64 = ''] =
        /^-----BEGIN PUBLIC KEY-----\s([\sA-Za-z0-9+/=]+)-----END PUBLIC KEY-----\s*$/.exec(pem) ?? [];
      return readSpki(Buffer.from(base64, 'base64'));
    },
    async sign(uri, scheme, bytes) {
      const sum = String(crc32c(bytes));
      const base64 = Buffer.from(bytes).toString('base64');
      const body =
        scheme === 'ed25519' ? { data: base64, dataCrc32c: sum } : { digest: { sha256: base64 }, digestCrc32c: sum };
      if (!schemes.has(scheme)) throw unsuitable(WHAT, scheme);
      const answer = await askService(WHAT, call(`/v1/${versionOf(uri)}:asymmetricSign`, body));
      const signature = Buffer.from(textAt(answer, ['signature'], WHAT), 'base64');
      requireSum(textAt(answer, ['signatureCrc32c'], WHAT), crc32c(signature));
      return scheme === 'ed25519' ? Uint8Array.from(signature) : fromDer(signature, WHAT);
    },
  };
}

const schemes: ReadonlySet<Scheme> = new Set(['ecdsa-secp256k1', 'ecdsa-secp256k1-any-s', 'ecdsa-p256', 'ed25519']);

function versionOf(uri: CloudKeyUri): string {
  if (uri.service === 'gcpkms' && uri.name.includes('/cryptoKeyVersions/')) return uri.name;
  throw new CustosError(
    'KEY_URI_INVALID',
    'the address of the key names no version: end it with /cryptoKeyVersions/NUMBER',
  );
}

function requireSum(said: string, computed: number): void {
  if (said === String(computed)) return;
  throw new CustosError('KEY_UNREACHABLE', `${WHAT} sent damaged bytes`);
}
