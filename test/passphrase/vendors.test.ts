import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readPassword } from '../../src/passphrase/index.js';
import { whyNoOpenssl } from '../support/certificates.js';
import { json, type Seen, type Server, startServer } from '../support/http.js';
import { type SecureVault, startSecureVault } from '../support/secure-vault.js';
import { makeSources, password, type Source } from './sources.js';

const run = promisify(execFile);
const noOpenssl = whyNoOpenssl();

let folder: string;
let server: Server;
let secure: SecureVault | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'custos-vendors-'));
  server = await startServer(json({}));
  if (noOpenssl === undefined) secure = await startSecureVault(folder, server);
});
beforeEach(() => {
  server.seen.length = 0;
});
afterAll(async () => {
  await server.close();
  await secure?.close();
  rmSync(folder, { recursive: true, force: true });
});

const sources = makeSources(() => server.url);

function source(kind: Source['kind'], by: string): Source {
  const found = sources.find((one) => one.kind === kind && one.by === by);
  if (found === undefined) throw new Error(`no source ${kind} by ${by}`);
  return found;
}

/** What the vendor's library gets, in a process of its own with nothing else in its environment. */
async function vendor(name: string, env: Record<string, string>, by: string): Promise<string> {
  const program = fileURLToPath(new URL(`../support/sdk-${name}.mjs`, import.meta.url));
  const around = { PATH: process.env['PATH'], HOME: folder, ...env };
  const { stdout } = await run(process.execPath, [program, by], { env: around, timeout: 60_000 });
  return stdout;
}

/** The requests of the vendor's library and then ours, each as the lines that `show` makes of it. */
async function both<T>(one: Source, env: Record<string, string>, show: (seen: Seen) => T) {
  server.reply = one.good;
  expect(await vendor(one.kind, env, one.by)).toBe(password);
  const theirs = server.seen.map(show);
  server.seen.length = 0;
  const found = await readPassword({ kind: one.kind, settings: one.settings() });
  expect(found.exposeText()).toBe(password);
  return { theirs, ours: server.seen.map(show) };
}

describe("the stand-in for AWS is one that AWS's own library accepts", () => {
  const shared = () => ({ AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url });
  const environments: Record<string, () => Record<string, string>> = {
    keys: () => ({ AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'the-secret-access-key' }),
    'instance role': () => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: server.url }),
    'web identity': () => {
      const { AWS_ROLE_ARN = '', AWS_WEB_IDENTITY_TOKEN_FILE = '' } = source('aws', 'web identity').settings();
      return {
        AWS_ROLE_ARN,
        AWS_WEB_IDENTITY_TOKEN_FILE,
        AWS_ROLE_SESSION_NAME: 'custos',
        AWS_ENDPOINT_URL_STS: `${server.url}/sts`,
      };
    },
  };

  it.each(Object.entries(environments))('by %s, with the same questions in the same order', async (by, env) => {
    const show = ({ method, url, headers, body }: Seen) => ({
      method,
      path: url.replace(/\/$/, ''),
      target: headers['x-amz-target'],
      session: headers['x-aws-ec2-metadata-token'],
      token: headers['x-amz-security-token'],
      key: /Credential=([^,]+)/.exec(headers.authorization ?? '')?.[1],
      body: url.startsWith('/sts') ? Object.fromEntries([...new URLSearchParams(body)].sort()) : body,
    });
    const { theirs, ours } = await both(source('aws', by), { ...shared(), ...env() }, show);
    expect(ours).toEqual(theirs);
  });
});

describe("the stand-in for GCP is one that GCP's own library accepts", () => {
  const environments: Record<string, () => Record<string, string>> = {
    'metadata service': () => ({
      GCE_METADATA_HOST: new URL(server.url).host,
      METADATA_SERVER_DETECTION: 'assume-present',
    }),
    'key file': () => {
      const { GOOGLE_APPLICATION_CREDENTIALS = '' } = source('gcp', 'key file').settings();
      return { GOOGLE_APPLICATION_CREDENTIALS };
    },
  };

  it.each(Object.entries(environments))('by %s, with the same questions in the same order', async (by, env) => {
    const show = ({ method, url, headers, body }: Seen) => ({
      method,
      path: new URL(url, server.url).pathname,
      token: headers.authorization,
      flavor: headers['metadata-flavor'],
      grant: new URLSearchParams(body).get('grant_type'),
    });
    const { theirs, ours } = await both(source('gcp', by), { ...env(), ROOT_URL: `${server.url}/` }, show);
    // Their library also wants to know which project this is.
    expect(ours).toEqual(theirs.filter(({ path }) => !path.endsWith('/project-id')));
  });
});

describe.skipIf(noOpenssl)("the stand-in for Azure is one that Azure's own library accepts", () => {
  const environments: Record<string, () => Record<string, string>> = {
    'client credentials': () => ({
      AZURE_TENANT_ID: 'the-tenant',
      AZURE_CLIENT_ID: 'the-client',
      AZURE_CLIENT_SECRET: 'the-client-secret',
    }),
    'workload identity': () => {
      const { AZURE_FEDERATED_TOKEN_FILE = '' } = source('azure', 'workload identity').settings();
      return { AZURE_TENANT_ID: 'the-tenant', AZURE_CLIENT_ID: 'the-client', AZURE_FEDERATED_TOKEN_FILE };
    },
    'managed identity': () => ({ AZURE_POD_IDENTITY_AUTHORITY_HOST: server.url }),
    'managed identity of an app': () => ({
      IDENTITY_ENDPOINT: `${server.url}/msi/token`,
      IDENTITY_HEADER: 'the-header',
    }),
  };

  it.each(Object.entries(environments))('by %s, with what ours sends among what it sends', async (by, env) => {
    if (secure === undefined) throw new Error('no server by TLS');
    const around = { AUTHORITY: secure.url, VAULT: secure.url, NODE_EXTRA_CA_CERTS: secure.certificateFile };
    const show = ({ method, url, headers, body }: Seen) => ({
      method,
      path: new URL(url, server.url).pathname.replace(/\/$/, '').replace('the%20tenant', 'the-tenant'),
      token: headers.authorization,
      metadata: headers['metadata'],
      identity: headers['x-identity-header'],
      resource: new URL(url, server.url).searchParams.get('resource'),
      version: new URL(url, server.url).pathname.startsWith('/secrets')
        ? undefined
        : new URL(url, server.url).searchParams.get('api-version'),
      assertion: new URLSearchParams(body).get('client_assertion'),
      grant: new URLSearchParams(body).get('grant_type'),
    });
    const { theirs, ours } = await both(source('azure', by), { ...around, ...env() }, show);
    for (const one of ours) expect(theirs).toContainEqual(one);
  });
});
