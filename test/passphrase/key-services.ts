import { constants, createHash, generateKeyPairSync, privateDecrypt, publicEncrypt, randomBytes } from 'node:crypto';
import { open, seal } from '../../src/crypto/seal.js';
import { crc32c } from '../../src/passphrase/gcp/crc32c.js';
import { json, type Reply, type Seen, text } from '../support/http.js';

/** Services that wrap keys, on one server: each has one key in its memory, and refuses what its vendor's service refuses. */
export interface KeyServices {
  readonly reply: Reply;
  /** Replaces answers before they leave, as a damaged line would. */
  damage: (answer: Record<string, unknown>) => Record<string, unknown>;
}

export const arn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
export const gcpKey = 'projects/p-1/locations/europe-west3/keyRings/custos/cryptoKeys/store';
export const azureVersion = '78deebed173b48e48f55abf87ed4cf71';
const transitKey = 'transit/custos';

/** A slot of each service, with the settings by which it is reached. */
export interface KeyService {
  readonly name: 'awskms' | 'gcpkms' | 'azurekms' | 'transit';
  reference(url: string): string;
  settings(url: string): Record<string, string>;
  /** Whether it binds what it wraps to store and slot. */
  readonly binds: boolean;
}

export const keyServices: readonly KeyService[] = [
  {
    name: 'awskms',
    binds: true,
    reference: () => `awskms:${arn}`,
    settings: (url) => ({
      AWS_ENDPOINT_URL_KMS: url,
      TATUM_KMS_AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      TATUM_KMS_AWS_SECRET_ACCESS_KEY: 'the-secret-access-key',
    }),
  },
  {
    name: 'gcpkms',
    binds: true,
    reference: () => `gcpkms:${gcpKey}`,
    settings: (url) => ({ CUSTOS_GCP_KMS_ENDPOINT: url, GCE_METADATA_HOST: new URL(url).host }),
  },
  {
    name: 'azurekms',
    binds: false,
    reference: (url) => `azurekms:${url}/keys/store`,
    settings: (url) => ({
      AZURE_TENANT_ID: 'the-tenant',
      AZURE_CLIENT_ID: 'the-client',
      AZURE_CLIENT_SECRET: 'the-client-secret',
      AZURE_AUTHORITY_HOST: url,
    }),
  },
  {
    name: 'transit',
    binds: true,
    reference: () => `transit:${transitKey}`,
    settings: (url) => ({ VAULT_ADDR: url, VAULT_TOKEN: 'hvs.given' }),
  },
];

const sealing = randomBytes(32);
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };

type Members = Readonly<Record<string, unknown>>;
type Answer = { readonly status?: number; readonly body: Record<string, unknown> };
const refused: Answer = { status: 400, body: { error: 'refused' } };
const bytesOf = (value: unknown) => Buffer.from(String(value), 'base64');
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
/** The same whatever the order of the members. */
const contextOf = (value: unknown) =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(value ?? {}).sort()))
    .digest();

function aws(target: unknown, body: Members): Answer {
  const context = contextOf(body['EncryptionContext']);
  if (body['KeyId'] !== arn) return refused;
  if (target === 'TrentService.Encrypt') {
    const box = seal(sealing, bytesOf(body['Plaintext']), context);
    return { body: { KeyId: arn, CiphertextBlob: base64(box), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' } };
  }
  const plain = target === 'TrentService.Decrypt' ? open(sealing, bytesOf(body['CiphertextBlob']), context) : undefined;
  if (plain === undefined) return { status: 400, body: { __type: 'InvalidCiphertextException' } };
  return { body: { KeyId: arn, Plaintext: base64(plain), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' } };
}

/** Refuses a checksum that does not fit, as the service does. */
function gcp(path: string, body: Members): Answer {
  const sums = ['plaintext', 'ciphertext', 'additionalAuthenticatedData'].filter((name) => body[name] !== undefined);
  for (const name of sums) if (String(body[`${name}Crc32c`]) !== String(crc32c(bytesOf(body[name])))) return refused;
  const associated = bytesOf(body['additionalAuthenticatedData']);
  if (path.endsWith(':encrypt')) {
    const box = seal(sealing, bytesOf(body['plaintext']), associated);
    const verified = { verifiedPlaintextCrc32c: true, verifiedAdditionalAuthenticatedDataCrc32c: true };
    const name = `${gcpKey}/cryptoKeyVersions/1`;
    return {
      body: {
        name,
        ciphertext: base64(box),
        ciphertextCrc32c: String(crc32c(box)),
        ...verified,
        protectionLevel: 'HSM',
      },
    };
  }
  const plain = open(sealing, bytesOf(body['ciphertext']), associated);
  if (plain === undefined) return refused;
  return { body: { plaintext: base64(plain), plaintextCrc32c: String(crc32c(plain)), usedPrimary: true } };
}

function azure(origin: string, { method, url }: Pick<Seen, 'method' | 'url'>, body: Members): Answer {
  const kid = `${origin}/keys/store/${azureVersion}`;
  const [path = ''] = url.split('?');
  if (method === 'GET') {
    const { n, e } = rsa.publicKey.export({ format: 'jwk' });
    return {
      body: { key: { kid, kty: 'RSA', key_ops: ['wrapKey', 'unwrapKey'], n, e }, attributes: { enabled: true } },
    };
  }
  if (body['alg'] !== 'RSA-OAEP-256' || !path.startsWith(`/keys/store/${azureVersion}/`)) return refused;
  const value = Buffer.from(String(body['value']), 'base64url');
  try {
    const done = path.endsWith('/wrapkey')
      ? publicEncrypt({ key: rsa.publicKey, ...oaep }, value)
      : privateDecrypt({ key: rsa.privateKey, ...oaep }, value);
    return { body: { kid, value: done.toString('base64url') } };
  } catch {
    return refused;
  }
}

function transit(path: string, body: Members): Answer {
  const associated = bytesOf(body['associated_data']);
  if (path === '/v1/transit/encrypt/custos') {
    const box = seal(sealing, bytesOf(body['plaintext']), associated);
    return { body: { data: { ciphertext: `vault:v1:${base64(box)}`, key_version: 1 } } };
  }
  const [, version, box] = String(body['ciphertext']).split(':');
  const plain = version === 'v1' ? open(sealing, bytesOf(box), associated) : undefined;
  return plain === undefined ? refused : { body: { data: { plaintext: base64(plain) } } };
}

const token = { access_token: 'the-bearer-token', expires_in: 3600, token_type: 'Bearer' };

/** @param origin - where the server is, as the answers of Azure name it */
export function makeKeyServices(origin: () => string): KeyServices {
  const services: KeyServices = {
    damage: (answer) => answer,
    reply(response, seen) {
      const { url, headers, method } = seen;
      if (/\/oauth2\/v2\.0\/token|\/service-accounts\/default\/token/.test(url))
        return json(token, 200, { 'metadata-flavor': 'Google' })(response, seen);
      const body: Members = seen.body === '' ? {} : JSON.parse(seen.body);
      const answer = answerOf({ url, method, target: headers['x-amz-target'], origin: origin() }, body);
      return answer === undefined
        ? text('', 404)(response, seen)
        : json(services.damage(answer.body), answer.status ?? 200)(response, seen);
    },
  };
  return services;
}

interface Asked {
  readonly url: string;
  readonly method: string;
  readonly target: unknown;
  readonly origin: string;
}

function answerOf({ url, method, target, origin }: Asked, body: Members): Answer | undefined {
  if (target !== undefined) return aws(target, body);
  const [path = ''] = url.split('?');
  if (path.startsWith('/v1/projects/')) return gcp(path, body);
  if (path.startsWith('/v1/transit/')) return transit(path, body);
  return path.startsWith('/keys/') ? azure(origin, { method, url }, body) : undefined;
}
