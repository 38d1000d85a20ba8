import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { crc32c } from '../../src/passphrase/gcp/crc32c.js';

const secret = new Uint8Array(32).fill(0x51);
export const awsKeys = { id: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI' } as const;
const token = 'token-of-this-machine';

/** What a service was asked, without what differs from one request to the next. */
export interface AskedService {
  readonly method: string;
  readonly path: string;
  readonly target?: string;
  readonly body: unknown;
}

/** AWS KMS, GCP Cloud KMS and Azure Key Vault in one server, each with a key of secp256k1 and, but for Azure, one of Ed25519. */
export interface KeyServices {
  readonly url: string;
  /** Settings with which all of them are reached. */
  readonly settings: Readonly<Record<string, string>>;
  readonly asked: AskedService[];
  /** Answers instead of the service, once. */
  refuseWith(status: number, body: unknown, headers?: Readonly<Record<string, string>>): void;
  /** Answers every request that there were too many, until it is told otherwise. */
  throttled: boolean;
  close(): Promise<void>;
}

const spki = {
  secp256k1: `3056301006072a8648ce3d020106052b8104000a034200${Buffer.from(secp256k1.getPublicKey(secret, false)).toString('hex')}`,
  ed25519: `302a300506032b6570032100${Buffer.from(ed25519.getPublicKey(secret)).toString('hex')}`,
};
export const publicKeys = { secp256k1: secp256k1.getPublicKey(secret), ed25519: ed25519.getPublicKey(secret) };

export async function startKeyServices(): Promise<KeyServices> {
  const asked: AskedService[] = [];
  let refusal: { status: number; body: unknown; headers: Readonly<Record<string, string>> } | undefined;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const text = Buffer.concat(chunks).toString('utf8');
    const send = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    const identity = identityAnswer(request);
    if (identity !== undefined) return send(200, identity, { 'metadata-flavor': 'Google' });
    const target = request.headers['x-amz-target'];
    const json: unknown = text.startsWith('{') ? JSON.parse(text) : text;
    const path = decodeURIComponent(request.url ?? '');
    const denial = denialOf(request, text);
    if (denial !== undefined) return send(401, {}, denial);
    asked.push({ method: request.method ?? '', path, ...(typeof target === 'string' && { target }), body: json });
    if (services.throttled) return send(400, { __type: 'ThrottlingException' });
    if (refusal !== undefined) {
      const { status, body, headers } = refusal;
      refusal = undefined;
      return send(status, body, headers);
    }
    return send(200, answerOf(String(target ?? ''), path, json as Record<string, never>));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const services: KeyServices = {
    url,
    throttled: false,
    settings: {
      AWS_ACCESS_KEY_ID: awsKeys.id,
      AWS_SECRET_ACCESS_KEY: awsKeys.secret,
      AWS_ENDPOINT_URL_KMS: url,
      CUSTOS_GCP_KMS_ENDPOINT: url,
      GCE_METADATA_HOST: `127.0.0.1:${port}`,
      AZURE_AUTHORITY_HOST: url,
      AZURE_TENANT_ID: 'tenant',
      AZURE_CLIENT_ID: 'client',
      AZURE_CLIENT_SECRET: 'canary-secret',
    },
    asked,
    refuseWith(status, body, headers = {}) {
      refusal = { status, body, headers };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return services;
}

function identityAnswer({ url = '', headers }: IncomingMessage): unknown {
  if (url.split('?')[0] === '/computeMetadata/v1/instance/service-accounts/default/token') {
    return headers['metadata-flavor'] === 'Google' ? { access_token: token, expires_in: 3600 } : {};
  }
  return url === '/tenant/oauth2/v2.0/token'
    ? { access_token: token, expires_in: 3600, token_type: 'Bearer' }
    : undefined;
}

/** Undefined for a request that is signed, or has the token. */
function denialOf(request: IncomingMessage, body: string): Readonly<Record<string, string>> | undefined {
  const { authorization = '' } = request.headers;
  if (request.headers['x-amz-target'] !== undefined)
    return isSigned(request, body) ? undefined : { 'x-refused': 'signature' };
  if (authorization === `Bearer ${token}`) return undefined;
  return {
    'www-authenticate':
      'Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"',
  };
}

/** Signature Version 4, computed again from the headers that the request says it signed. */
function isSigned(request: IncomingMessage, body: string): boolean {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/kms\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/;
  const [, id, day = '', region = '', names = '', signature] = form.exec(request.headers.authorization ?? '') ?? [];
  if (id !== awsKeys.id) return false;
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const lines = names.split(';').map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`);
  const canonical = ['POST', '/', '', lines.join(''), names, sha256(body)].join('\n');
  const scope = `${day}/${region}/kms/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = [day, region, 'kms', 'aws4_request'].reduce<string | Buffer>(
    (made, part) => hmac(made, part),
    `AWS4${awsKeys.secret}`,
  );
  return hmac(key, text).toString('hex') === signature;
}

function answerOf(target: string, path: string, body: Record<string, never>): unknown {
  if (target !== '') return aws(target, body);
  return path.startsWith('/v1/') ? gcp(path.split('?')[0] ?? '', body) : azure(path, body);
}

/** As the services give it, in DER, with s of either half. */
function der(hash: Uint8Array): Buffer {
  return Buffer.from(secp256k1.sign(hash, secret, { prehash: false, lowS: false, format: 'der', extraEntropy: true }));
}

function aws(target: string, { KeyId, Message, MessageType, SigningAlgorithm }: Record<string, string>): unknown {
  const kind = /ed25519/.test(KeyId ?? '') ? 'ed25519' : 'secp256k1';
  const spec = kind === 'ed25519' ? 'ECC_NIST_EDWARDS25519' : 'ECC_SECG_P256K1';
  if (target === 'TrentService.GetPublicKey') {
    return {
      KeyId,
      KeySpec: spec,
      KeyUsage: 'SIGN_VERIFY',
      PublicKey: Buffer.from(spki[kind], 'hex').toString('base64'),
    };
  }
  const bytes = Buffer.from(Message ?? '', 'base64');
  if (kind === 'ed25519' && MessageType === 'RAW' && SigningAlgorithm === 'ED25519_SHA_512') {
    return { KeyId, Signature: Buffer.from(ed25519.sign(bytes, secret)).toString('base64'), SigningAlgorithm };
  }
  const isRight = MessageType === 'DIGEST' && SigningAlgorithm === 'ECDSA_SHA_256' && bytes.length === 32;
  return isRight
    ? { KeyId, Signature: der(bytes).toString('base64'), SigningAlgorithm }
    : { __type: 'ValidationException' };
}

function gcp(path: string, { digest, digestCrc32c, data, dataCrc32c }: Record<string, never>): unknown {
  const kind = /ed25519/.test(path) ? 'ed25519' : 'secp256k1';
  if (path.endsWith('/publicKey')) {
    const base64 = Buffer.from(spki[kind], 'hex').toString('base64');
    const pem = `-----BEGIN PUBLIC KEY-----\n${base64.replace(/.{64}/g, '$&\n')}\n-----END PUBLIC KEY-----\n`;
    return { pem, pemCrc32c: String(crc32c(Buffer.from(pem))), algorithm: 'EC_SIGN_SECP256K1_SHA256' };
  }
  const bytes = Buffer.from(
    kind === 'ed25519' ? String(data) : String((digest as unknown as { readonly sha256: string }).sha256),
    'base64',
  );
  if (String(crc32c(bytes)) !== String(kind === 'ed25519' ? dataCrc32c : digestCrc32c)) return { error: { code: 400 } };
  const signature = kind === 'ed25519' ? Buffer.from(ed25519.sign(bytes, secret)) : der(bytes);
  const verified = kind === 'ed25519' ? { verifiedDataCrc32c: true } : { verifiedDigestCrc32c: true };
  return { signature: signature.toString('base64'), signatureCrc32c: String(crc32c(signature)), ...verified };
}

function azure(path: string, { alg, value }: Record<string, string>): unknown {
  const point = secp256k1.getPublicKey(secret, false);
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  const kid = `https://vault.vault.azure.net${path.split('?')[0]?.replace('/sign', '')}`;
  if (!path.includes('/sign?')) {
    const key = {
      kid,
      kty: 'EC',
      crv: 'P-256K',
      x: text(point.subarray(1, 33)),
      y: text(point.subarray(33)),
      key_ops: ['sign', 'verify'],
    };
    return { key, attributes: { enabled: true } };
  }
  const hash = Buffer.from(value ?? '', 'base64url');
  if (alg !== 'ES256K' || hash.length !== 32) return { error: { code: 'BadParameter' } };
  return { kid, value: text(secp256k1.sign(hash, secret, { prehash: false, lowS: false, extraEntropy: true })) };
}
