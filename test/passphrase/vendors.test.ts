import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readPassword } from '../../src/passphrase/index.js';
import { type Certificate, makeCertificate, whyNoOpenssl } from '../support/certificates.js';
import { json, type Seen, type Server, startServer, text } from '../support/http.js';
import { makeSources, password, type Source } from './sources.js';

const run = promisify(execFile);
const noOpenssl = whyNoOpenssl();

let folder: string;
let server: Server;
let secure: Awaited<ReturnType<typeof startSecure>> | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'custos-vendors-'));
  server = await startServer(json({}));
  if (noOpenssl === undefined) secure = await startSecure(makeCertificate(folder, 'vault'));
});
beforeEach(() => {
  server.seen.length = 0;
});
afterAll(async () => {
  await server.close();
  await secure?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The same server by TLS, which libraries of Azure insist on. */
async function startSecure(certificate: Certificate) {
  const listener = createServer({ cert: certificate.cert, key: certificate.key }, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { method = '', url = '', headers } = request;
    const seen: Seen = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
    server.seen.push(seen);
    const isVault = url.startsWith('/secrets/') && headers.authorization === undefined;
    const { origin } = new URL(`https://127.0.0.1:${(listener.address() as AddressInfo).port}`);
    // A vault says without a token where tokens come from; the library asks only then.
    const challenge = `Bearer authorization="${origin}/the-tenant", resource="https://vault.azure.net"`;
    if (url.includes('/.well-known/openid-configuration')) json(endpoints(origin))(response, seen);
    else if (isVault) text('', 401, { 'www-authenticate': challenge })(response, seen);
    else server.reply(response, seen);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    url: `https://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    certificateFile: certificate.certificateFile,
    async close() {
      listener.close();
      listener.closeAllConnections();
      await once(listener, 'close');
    },
  };
}

/** What the sign-in says of itself (OpenID Connect Discovery). */
function endpoints(origin: string) {
  return {
    issuer: `${origin}/the-tenant/v2.0`,
    authorization_endpoint: `${origin}/the-tenant/oauth2/v2.0/authorize`,
    token_endpoint: `${origin}/the-tenant/oauth2/v2.0/token`,
    jwks_uri: `${origin}/the-tenant/discovery/v2.0/keys`,
  };
}

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
