import { CustosError } from '../../core/errors.js';
import type { CloudKeyUri } from '../../core/signing/key-uri.js';
import type { Scheme } from '../../core/signing/signing-key.js';
import { readCoordinates } from '../public-key.js';
import { askService, type CloudKeys, type Send, textAt, unsuitable } from './service.js';

/** Makes a request of Azure Key Vault or Managed HSM with the token of this machine: a GET, or a POST of a body. */
export type AzureCall = (url: URL, body?: Readonly<Record<string, string>>) => Send;

const WHAT = 'Azure Key Vault';
const VERSION = '7.4';

/** Azure Key Vault and Managed HSM: keys on P-256K (ES256K) and P-256 (ES256); both sign a hash, and give r ‖ s. No Ed25519. */
export function azureKeys(call: AzureCall): CloudKeys {
  return {
    async key(uri) {
      const answer = await askService(WHAT, call(urlOf(uri, '')));
      const curve = curves[textAt(answer, ['key', 'crv'], WHAT)];
      if (curve === undefined)
        throw new CustosError('KEY_UNSUITABLE', 'the key is on a curve that no chain signs with');
      const [x, y] = [number(answer, 'x'), number(answer, 'y')];
      return readCoordinates(curve, x, y);
    },
    async sign(uri, scheme, bytes) {
      const alg = algorithms[scheme];
      if (alg === undefined) throw unsuitable(WHAT, scheme);
      const body = { alg, value: Buffer.from(bytes).toString('base64url') };
      const answer = await askService(WHAT, call(urlOf(uri, '/sign'), body));
      return Uint8Array.from(Buffer.from(textAt(answer, ['value'], WHAT), 'base64url'));
    },
  };
}

const curves: Readonly<Record<string, 'secp256k1' | 'p256'>> = {
  'P-256K': 'secp256k1',
  SECP256K1: 'secp256k1',
  'P-256': 'p256',
};

const algorithms: Partial<Readonly<Record<Scheme, string>>> = {
  'ecdsa-secp256k1': 'ES256K',
  'ecdsa-secp256k1-any-s': 'ES256K',
  'ecdsa-p256': 'ES256',
};

/** A coordinate; leading zeros may be missing (RFC 7518, 6.2.1.2 forbids that, and services have done it). */
function number(answer: unknown, name: string): Uint8Array {
  const bytes = Buffer.from(textAt(answer, ['key', name], WHAT), 'base64url');
  return bytes.length >= 32 ? bytes : Buffer.concat([Buffer.alloc(32 - bytes.length), bytes]);
}

function urlOf(uri: CloudKeyUri, path: string): URL {
  if (uri.service !== 'azurekms') throw new CustosError('INTERNAL', 'this is not a key of Azure');
  // Without a version another key would sign after a rotation.
  if (!/\/keys\/[^/]+\/[^/]+$/.test(uri.url)) {
    throw new CustosError('KEY_URI_INVALID', 'the address of the key names no version: end it with /VERSION');
  }
  return new URL(`${uri.url}${path}?api-version=${VERSION}`);
}
