import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { whyNoOpenssl } from '../support/certificates.js';
import { type Server, startServer } from '../support/http.js';
import { startSecureVault } from '../support/secure-vault.js';
import { arn, azureVersion, gcpKey, type KeyService, keyServices, makeKeyServices } from './key-services.js';
import { place, wrapperFor } from './wrappers.js';

const run = promisify(execFile);

let folder: string;
let server: Server;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'custos-judges-'));
  server = await startServer(makeKeyServices(() => server.url).reply);
});
beforeEach(() => {
  server.seen.length = 0;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const key = new Uint8Array(randomBytes(32));
const at = ({ reference, settings }: KeyService) =>
  wrapperFor(reference(server.url), { settings: settings(server.url), home: folder });

describe("the stand-ins are such that the vendors' own libraries accept them", () => {
  const vendor = async (name: string, args: readonly string[], env: Record<string, string>) => {
    const program = fileURLToPath(new URL(`../support/sdk-${name}-kms.mjs`, import.meta.url));
    const around = { PATH: process.env['PATH'], HOME: folder, ...env };
    const { stdout } = await run(process.execPath, [program, ...args], { env: around, timeout: 60_000 });
    return JSON.parse(stdout) as { readonly wrapped: string; readonly unwrapped: string };
  };
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const context = JSON.stringify({ 'custos-store': place.storeId, 'custos-slot': place.slot });

  it("AWS's library and ours open what the other wrapped, and ask the same", async () => {
    const service = keyServices.find(({ name }) => name === 'awskms')!;
    const ours = await at(service).wrap(key, place);
    const env = {
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL_KMS: server.url,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'the-secret-access-key',
    };
    server.seen.length = 0;
    const { wrapped, unwrapped } = await vendor('aws', [arn, context, base64(key), base64(ours)], env);
    const shown = () =>
      server.seen.map(({ method, url, headers, body }) => ({
        ...{ method, url, target: headers['x-amz-target'], type: headers['content-type'] },
        signed: /Credential=\S+?\/(\S+?),/.exec(headers.authorization ?? '')?.[1],
        body: JSON.parse(body),
      }));
    const theirs = shown();
    server.seen.length = 0;
    expect(unwrapped).toBe(base64(key));
    expect(await at(service).unwrap(Buffer.from(wrapped, 'base64'), place)).toEqual(key);
    const [encrypt, decrypt] = theirs;
    expect(shown()).toEqual([{ ...decrypt, body: { ...decrypt?.body, CiphertextBlob: wrapped } }]);
    server.seen.length = 0;
    await at(service).wrap(key, place);
    expect(shown()).toEqual([encrypt]);
  }, 60_000);

  it("GCP's library and ours open what the other wrapped, and ask the same", async () => {
    const service = keyServices.find(({ name }) => name === 'gcpkms')!;
    const ours = await at(service).wrap(key, place);
    const env = {
      ROOT_URL: server.url,
      GCE_METADATA_HOST: new URL(server.url).host,
      METADATA_SERVER_DETECTION: 'assume-present',
    };
    server.seen.length = 0;
    const { wrapped, unwrapped } = await vendor('gcp', [gcpKey, context, base64(key), base64(ours)], env);
    const shown = () =>
      server.seen
        .filter(({ url }) => url.startsWith('/v1/'))
        .map(({ method, url, headers, body }) => ({
          ...{ method, path: url.split('?')[0], token: headers.authorization, type: headers['content-type'] },
          body: JSON.parse(body),
        }));
    const theirs = shown();
    server.seen.length = 0;
    expect(unwrapped).toBe(base64(key));
    await at(service).wrap(key, place);
    expect(await at(service).unwrap(ours, place)).toEqual(key);
    expect(shown()).toEqual(theirs);
    expect(await at(service).unwrap(Buffer.from(wrapped, 'base64'), place)).toEqual(key);
  }, 60_000);

  it.skipIf(whyNoOpenssl() !== undefined)(
    "Azure's library and ours open what the other wrapped, and ask the same",
    async () => {
      const service = keyServices.find(({ name }) => name === 'azurekms')!;
      const ours = Buffer.from(await at(service).wrap(key, place)).toString('utf8');
      expect(ours.startsWith(`${azureVersion}.`)).toBe(true);
      const secure = await startSecureVault(folder, server);
      const value = Buffer.from(ours.slice(33), 'base64url').toString('base64');
      const env = {
        ...service.settings(secure.url),
        AUTHORITY: secure.url,
        NODE_EXTRA_CA_CERTS: secure.certificateFile,
      };
      server.seen.length = 0;
      const id = `${secure.url}/keys/store/${azureVersion}`;
      const { wrapped, unwrapped } = await vendor('azure', [id, base64(key), value], env).finally(secure.close);
      expect(unwrapped).toBe(base64(key));
      const theirs = `${azureVersion}.${Buffer.from(wrapped, 'base64').toString('base64url')}`;
      const paths = () =>
        server.seen
          .filter(({ url, headers }) => url.includes('key?') && headers.authorization !== undefined)
          .map(({ method, url, body }) => [method, url.split('?')[0], Object.keys(JSON.parse(body)).sort()]);
      const asked = paths();
      server.seen.length = 0;
      expect(await at(service).unwrap(Buffer.from(theirs), place)).toEqual(key);
      expect(asked).toContainEqual(paths()[0]);
    },
    60_000,
  );
});
