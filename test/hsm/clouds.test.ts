import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { CryptographyClient, KeyClient } from '@azure/keyvault-keys';
import { KeyManagementServiceClient } from '@google-cloud/kms';
import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cloudsOf } from '../../src/app/hsm/identities.js';
import { type CloudKeyUri, parseKeyUri } from '../../src/core/signing/key-uri.js';
import { crc32c } from '../../src/passphrase/gcp/crc32c.js';
import { type AskedService, awsKeys, type KeyServices, publicKeys, startKeyServices } from '../support/key-services.js';

const hash = new Uint8Array(32).fill(9);
const message = new TextEncoder().encode('a message of any length');
const arn = (name: string) => `arn:aws:kms:eu-west-1:111122223333:key/${name}`;
const version = (name: string) => `projects/p/locations/l/keyRings/r/cryptoKeys/${name}/cryptoKeyVersions/1`;
const azureVersion = 'a'.repeat(32);
const isOfKey = (signature: Uint8Array) =>
  secp256k1.verify(signature, hash, publicKeys.secp256k1, { prehash: false, lowS: false });

describe('key services of clouds', () => {
  let services: KeyServices;
  beforeAll(async () => {
    services = await startKeyServices();
  });
  afterAll(() => services.close());

  const uris = () => ({
    AWS: `awskms:${arn('hot')}`,
    GCP: `gcpkms:${version('hot')}`,
    Azure: `azurekms:${services.url}/keys/hot/${azureVersion}`,
  });
  const keysOf = (text: string) => {
    const uri = parseKeyUri(text) as CloudKeyUri;
    const clouds = cloudsOf({ settings: services.settings, ask: fetch, direct: fetch });
    return { uri, keys: clouds[uri.service] };
  };
  const askedBy = async (work: () => Promise<unknown>): Promise<readonly AskedService[]> => {
    const before = services.asked.length;
    await work();
    return services.asked.slice(before);
  };

  it.each(['AWS', 'GCP', 'Azure'] as const)(
    '%s gives a public key of secp256k1, and signatures that it verifies',
    async (name) => {
      const { uri, keys } = keysOf(uris()[name]);
      expect(await keys.key(uri)).toEqual({ curve: 'secp256k1', publicKey: publicKeys.secp256k1 });
      // Random nonces: numbers with leading zeros and a high s are among them.
      for (let count = 0; count < 40; count++) {
        const signature = await keys.sign(uri, 'ecdsa-secp256k1', hash);
        expect([signature.length, isOfKey(signature)]).toEqual([64, true]);
      }
    },
  );

  it.each([`awskms:${arn('ed25519')}`, `gcpkms:${version('ed25519')}`])(
    'Ed25519 keys sign messages at %s',
    async (text) => {
      const { uri, keys } = keysOf(text);
      expect(await keys.key(uri)).toEqual({ curve: 'ed25519', publicKey: publicKeys.ed25519 });
      expect(ed25519.verify(await keys.sign(uri, 'ed25519', message), message, publicKeys.ed25519)).toBe(true);
    },
  );

  it("AWS is asked as the vendor's own library asks it", async () => {
    const client = new KMSClient({
      region: 'eu-west-1',
      endpoint: services.url,
      maxAttempts: 1,
      credentials: { accessKeyId: awsKeys.id, secretAccessKey: awsKeys.secret },
    });
    const theirs = await askedBy(async () => {
      await client.send(new GetPublicKeyCommand({ KeyId: arn('hot') }));
      const how = { MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' } as const;
      const { Signature } = await client.send(new SignCommand({ KeyId: arn('hot'), Message: hash, ...how }));
      expect(
        secp256k1.verify(Signature ?? new Uint8Array(), hash, publicKeys.secp256k1, {
          prehash: false,
          lowS: false,
          format: 'der',
        }),
      ).toBe(true);
    });
    client.destroy();
    const { uri, keys } = keysOf(uris().AWS);
    const ours = await askedBy(async () => {
      await keys.key(uri);
      await keys.sign(uri, 'ecdsa-secp256k1', hash);
    });
    expect(ours).toEqual(theirs);
  });

  it("GCP is asked as the vendor's own library asks it", async () => {
    vi.stubEnv('GCE_METADATA_HOST', new URL(services.url).host);
    vi.stubEnv('METADATA_SERVER_DETECTION', 'assume-present');
    // Its usual way is gRPC; it also speaks the interface that ours uses.
    const at = { fallback: true, apiEndpoint: '127.0.0.1', port: Number(new URL(services.url).port), protocol: 'http' };
    const client = new KeyManagementServiceClient(at);
    const name = version('hot');
    const theirs = await askedBy(async () => {
      const [{ pem }] = await client.getPublicKey({ name });
      const how = { digest: { sha256: hash }, digestCrc32c: { value: crc32c(hash) } };
      const [{ signature, verifiedDigestCrc32c }] = await client.asymmetricSign({ name, ...how });
      const der = { prehash: false, lowS: false, format: 'der' } as const;
      const isOfIt = secp256k1.verify(Buffer.from(signature as Uint8Array), hash, publicKeys.secp256k1, der);
      expect([pem?.split('\n')[0], isOfIt, verifiedDigestCrc32c]).toEqual(['-----BEGIN PUBLIC KEY-----', true, true]);
    });
    await client.close();
    vi.unstubAllEnvs();
    const { uri, keys } = keysOf(uris().GCP);
    const ours = await askedBy(async () => {
      await keys.key(uri);
      await keys.sign(uri, 'ecdsa-secp256k1', hash);
    });
    // How enums are written in the answer; neither of us reads one.
    const plain = theirs.map((one) => ({ ...one, path: one.path.replace('?$alt=json;enum-encoding=int', '') }));
    expect(ours).toEqual(plain);
  }, 30_000);

  it("Azure is asked as the vendor's own library asks it", async () => {
    const credential = {
      getToken: async () => ({ token: 'token-of-this-machine', expiresOnTimestamp: Date.now() + 3_600_000 }),
    };
    const options = {
      disableChallengeResourceVerification: true,
      allowInsecureConnection: true,
      retryOptions: { maxRetries: 0 },
      serviceVersion: '7.4',
    } as const;
    const theirs = await askedBy(async () => {
      const key = await new KeyClient(services.url, credential, options).getKey('hot', { version: azureVersion });
      // Its key says where the real vault would be.
      const id = `${services.url}/keys/hot/${azureVersion}`;
      const { result } = await new CryptographyClient(id, credential, options).sign('ES256K', hash);
      expect([key.keyType, isOfKey(result)]).toEqual(['EC', true]);
    });
    const { uri, keys } = keysOf(uris().Azure);
    const ours = await askedBy(async () => {
      await keys.key(uri);
      await keys.sign(uri, 'ecdsa-secp256k1', hash);
    });
    const unique = (asked: readonly AskedService[]) => [...new Set(asked.map((one) => JSON.stringify(one)))];
    expect(unique(ours)).toEqual(unique(theirs));
  });

  it.each([
    [429, {}, 'KEY_THROTTLED'],
    [400, { __type: 'ThrottlingException' }, 'KEY_THROTTLED'],
    [403, { error: { status: 'PERMISSION_DENIED' } }, 'KEY_REFUSED'],
    [400, { __type: 'com.amazonaws.kms#DisabledException' }, 'KEY_REFUSED'],
    [400, { __type: 'NotFoundException' }, 'KEY_NOT_FOUND'],
    [404, {}, 'KEY_NOT_FOUND'],
    [500, { __type: 'KMSInternalException' }, 'KEY_UNREACHABLE'],
    [503, 'busy', 'KEY_UNREACHABLE'],
    [200, 'not what was asked for', 'KEY_UNREACHABLE'],
  ])('an answer with status %i and %j is %s', async (status, body, code) => {
    const { uri, keys } = keysOf(uris().AWS);
    services.refuseWith(status, body, { 'retry-after': '7' });
    await expect(keys.sign(uri, 'ecdsa-secp256k1', hash)).rejects.toMatchObject({ code });
  });

  it('a service that asks for a pause gets it', async () => {
    const { uri, keys } = keysOf(uris().GCP);
    services.refuseWith(429, {}, { 'retry-after': '7' });
    await expect(keys.key(uri)).rejects.toMatchObject({ code: 'KEY_THROTTLED', retryAfter: 7_000 });
  });

  it('a service that cannot be reached, or gives no identity, repeats no secret', async () => {
    const settings = { ...services.settings, CUSTOS_GCP_KMS_ENDPOINT: 'http://127.0.0.1:1', AZURE_CLIENT_SECRET: '' };
    const clouds = cloudsOf({ settings, ask: fetch, direct: fetch });
    const uri = parseKeyUri(uris().GCP) as CloudKeyUri;
    const failed = await clouds.gcpkms.key(uri).catch((thrown: unknown) => thrown);
    expect(failed).toMatchObject({ code: 'KEY_UNREACHABLE' });
    expect(String(failed)).not.toContain('canary');
  });
});
