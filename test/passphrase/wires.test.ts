import { verify } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { crc32c } from '../../src/passphrase/gcp/crc32c.js';
import { readPassword } from '../../src/passphrase/index.js';
import { metadataUrl } from '../../src/passphrase/remote.js';
import { failure, json, type Server, startServer, testClock, text } from '../support/http.js';
import { accountFile, accountKey, fileWith, gcpAnswers, makeSources, password, type Source } from './sources.js';

let server: Server;
beforeAll(async () => {
  server = await startServer(json({}));
});
beforeEach(() => {
  server.seen.length = 0;
});
afterAll(() => server.close());

const sources = makeSources(() => server.url);

function source(kind: Source['kind'], by: string): Source {
  const found = sources.find((one) => one.kind === kind && one.by === by);
  if (found === undefined) throw new Error(`no source ${kind} by ${by}`);
  return found;
}

/** Asks with the right answers, and gives the requests. */
async function requests({ kind, settings, good }: Source, change: Record<string, string | undefined> = {}) {
  server.reply = good;
  const found = await readPassword({ kind, settings: { ...settings(), ...change } }, undefined, testClock());
  expect(found.exposeText()).toBe(password);
  return [...server.seen];
}

const refusal = ({ kind, settings }: Source, change: Record<string, string | undefined> = {}) =>
  failure(readPassword({ kind, settings: { ...settings(), ...change } }, undefined, testClock()));

describe('how AWS is asked', () => {
  it('the role of an instance is asked for in a session, as IMDSv2 wants it', async () => {
    const [session, list, role, secret] = await requests(source('aws', 'instance role'));
    expect(session).toMatchObject({ method: 'PUT', url: '/latest/api/token' });
    expect(session?.headers).toMatchObject({ 'x-aws-ec2-metadata-token-ttl-seconds': '60' });
    expect(list).toMatchObject({ method: 'GET', url: '/latest/meta-data/iam/security-credentials/' });
    expect(role).toMatchObject({ method: 'GET', url: '/latest/meta-data/iam/security-credentials/custos-role' });
    for (const seen of [list, role]) expect(seen?.headers['x-aws-ec2-metadata-token']).toBe('the-imds-session');
    expect(secret?.headers['x-amz-security-token']).toBe('the/session+token==');
    expect(secret?.headers.authorization).toContain('Credential=ASIAEXAMPLE/');
    expect(secret?.headers.authorization).toContain('x-amz-security-token');
  });

  it('a role whose name would lead elsewhere is not asked for', async () => {
    server.reply = text('../../../user-data');
    const message = 'the metadata service of this AWS instance names no role';
    expect(await refusal(source('aws', 'instance role'))).toMatchObject({ message });
    expect(server.seen).toHaveLength(2);
  });

  it('a web identity is shown to STS alone, and its keys sign the question', async () => {
    const [sts, secret] = await requests(source('aws', 'web identity'));
    expect(sts).toMatchObject({ method: 'POST', url: '/sts' });
    expect(sts?.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(sts?.body))).toEqual({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: 'arn:aws:iam::1:role/custos',
      RoleSessionName: 'custos',
      WebIdentityToken: 'the.web.identity',
    });
    expect(secret?.body).toBe('{"SecretId":"custos/store"}');
    expect(secret?.headers['x-amz-security-token']).toBe('the/session+token==');
  });

  it('an answer of STS with two keys is refused', async () => {
    const two = '<AccessKeyId>A</AccessKeyId><AccessKeyId>B</AccessKeyId>';
    server.reply = text(two);
    expect(await refusal(source('aws', 'web identity'))).toMatchObject({ message: 'AWS STS has no AccessKeyId' });
  });

  it('half of a pair of keys, or of a web identity, is a mistake and no reason to be the instance', async () => {
    const half = { AWS_EC2_METADATA_SERVICE_ENDPOINT: server.url };
    const byRole = source('aws', 'instance role');
    expect(await refusal(byRole, { ...half, TATUM_KMS_AWS_ACCESS_KEY_ID: 'AK' })).toMatchObject({
      message: 'not set: TATUM_KMS_AWS_SECRET_ACCESS_KEY',
    });
    expect(await refusal(byRole, { ...half, AWS_ROLE_ARN: 'arn' })).toMatchObject({
      message: 'not set: AWS_WEB_IDENTITY_TOKEN_FILE',
    });
    expect(server.seen).toHaveLength(0);
  });

  it('the region that EKS sets counts where the settings name none', async () => {
    const change = { TATUM_KMS_AWS_REGION: undefined, AWS_REGION: 'us-east-2' };
    const seen = await requests(source('aws', 'keys'), change);
    expect(seen[0]?.headers.authorization).toContain('/us-east-2/secretsmanager/');
  });
});

describe('how Azure is asked', () => {
  it('workload identity shows the token of the pod as an assertion', async () => {
    const [signIn, secret] = await requests(source('azure', 'workload identity'));
    expect(Object.fromEntries(new URLSearchParams(signIn?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'the-client',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'the.federated.token',
      scope: 'https://vault.azure.net/.default',
    });
    expect(secret?.headers.authorization).toBe('Bearer the-bearer-token');
  });

  it('a managed identity is asked for with the header that forged requests lack', async () => {
    const [token] = await requests(source('azure', 'managed identity'), { AZURE_CLIENT_ID: 'one of two' });
    const url = new URL(token?.url ?? '', server.url);
    expect(url.pathname).toBe('/metadata/identity/oauth2/token');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      'api-version': '2018-02-01',
      resource: 'https://vault.azure.net',
      client_id: 'one of two',
    });
    expect(token?.headers['metadata']).toBe('true');
  });

  it('the managed identity of an app is asked for with the secret of its platform', async () => {
    const [token] = await requests(source('azure', 'managed identity of an app'));
    expect(token?.url).toContain('/msi/token?api-version=2019-08-01');
    expect(token?.headers['x-identity-header']).toBe('the-header');
  });

  it('a client without its secret is a mistake and no reason to be the machine', async () => {
    const change = { AZURE_TENANT_ID: 't', AZURE_CLIENT_ID: 'c' };
    const error = await refusal(source('azure', 'managed identity'), change);
    expect(error).toMatchObject({ message: 'not set: AZURE_CLIENT_SECRET' });
    expect(server.seen).toHaveLength(0);
  });
});

describe('how GCP is asked', () => {
  it('the key of a service account signs a request that its public key verifies', async () => {
    const [signIn, secret] = await requests(source('gcp', 'key file'));
    const form = new URLSearchParams(signIn?.body);
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [header = '', claims = '', signature = ''] = form.get('assertion')?.split('.') ?? [];
    const part = (encoded: string) => JSON.parse(Buffer.from(encoded, 'base64url').toString());
    expect(part(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
    const now = testClock().now() / 1000;
    expect(part(claims)).toEqual({
      iss: 'custos@p-1.iam.example',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      aud: `${server.url}/token`,
      iat: now,
      exp: now + 300,
    });
    const signed = Buffer.from(`${header}.${claims}`);
    expect(verify('sha256', signed, accountKey, Buffer.from(signature, 'base64url'))).toBe(true);
    expect(secret?.headers.authorization).toBe('Bearer ya29.the-token');
  });

  it('the metadata service is asked with its header', async () => {
    const [token] = await requests(source('gcp', 'metadata service'));
    expect(token?.headers['metadata-flavor']).toBe('Google');
  });

  it.each([
    ['of another kind', { type: 'external_account' }],
    ['without an RSA key', { private_key: 'planted-key' }],
    ['that sends the request over http', { token_uri: 'http://example.com/token' }],
  ])('a key file %s is refused before anybody is asked', async (_name, change) => {
    const file = accountFile(server.url, change);
    const error = await refusal(source('gcp', 'metadata service'), { GOOGLE_APPLICATION_CREDENTIALS: file });
    expect(error).toMatchObject({ code: 'PASSWORD_SOURCE' });
    expect(error.message).not.toContain('planted-key');
    expect(server.seen).toHaveLength(0);
  });

  it.each(['store', 'projects/p/secrets/../x', 'projects/p/secrets/s?x', 'projects/p/locations//secrets/s'])(
    'a secret of GCP named "%s" is not asked for',
    async (name) => {
      const error = await refusal(source('gcp', 'metadata service'), { CUSTOS_GCP_SECRET: name });
      expect(error).toMatchObject({ message: 'CUSTOS_GCP_SECRET is not the name of a secret' });
      expect(server.seen).toHaveLength(0);
    },
  );

  const held = (bytes: string, sum = String(crc32c(Buffer.from(bytes)))) =>
    json({ payload: { data: Buffer.from(bytes).toString('base64'), dataCrc32c: sum } });
  const answering = (secret: typeof gcpAnswers): typeof gcpAnswers => {
    return (response, seen) => (seen.url.endsWith(':access') ? secret : gcpAnswers)(response, seen);
  };

  it('a password whose checksum is another one is refused', async () => {
    server.reply = answering(held('right', String(crc32c(Buffer.from('wrong')))));
    const error = await refusal(source('gcp', 'metadata service'));
    expect(error).toMatchObject({ message: 'GCP Secret Manager sent damaged bytes' });
  });

  it('a line break at the end of a secret is no part of the password, and one within it is a mistake', async () => {
    server.reply = answering(held('of a file\n'));
    const { kind, settings } = source('gcp', 'metadata service');
    const found = await readPassword({ kind, settings: settings() }, undefined, testClock());
    expect(found.exposeText()).toBe('of a file');
    server.reply = answering(held('one\ntwo\n'));
    const error = await refusal(source('gcp', 'metadata service'));
    expect(error).toMatchObject({ message: 'the GCP secret has more than one line' });
  });

  it('CRC-32C of 123456789 is e3069283 (RFC 3720, B.4, and the catalogue of checksums)', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  });
});

describe('how Vault and OpenBao are asked', () => {
  it('a token of Vault is sent with the secret alone', async () => {
    const seen = await requests(source('vault', 'token'), { VAULT_NAMESPACE: 'team' });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.headers).toMatchObject({
      'x-vault-token': 'hvs.given',
      'x-vault-namespace': 'team',
      'x-vault-request': 'true',
    });
  });

  it('AppRole and the service account of a pod log in, and their token asks for the secret', async () => {
    for (const [by, body] of [
      ['AppRole', { role_id: 'the-role', secret_id: 'the-secret-id' }],
      ['Kubernetes', { role: 'custos', jwt: 'the.pod.token' }],
    ] as const) {
      server.seen.length = 0;
      const [signIn, secret] = await requests(source('vault', by));
      expect(signIn?.url).toBe(`/v1/auth/${by.toLowerCase()}/login`);
      expect(JSON.parse(signIn?.body ?? '')).toEqual(body);
      expect(secret?.headers['x-vault-token']).toBe('hvs.the-token');
    }
  });

  it('names of OpenBao go before those of Vault', async () => {
    const change = { BAO_TOKEN: 'of.bao', BAO_ADDR: server.url, VAULT_ADDR: 'https://vault.example' };
    const [seen] = await requests(source('vault', 'token'), change);
    expect(seen?.headers['x-vault-token']).toBe('of.bao');
  });

  it('mount, path, field and version are as the settings name them', async () => {
    const { kind, settings } = source('vault', 'token');
    server.reply = json({ data: { data: { pw: 'another' } } });
    const change = {
      VAULT_ADDR: `${server.url}/behind/`,
      CUSTOS_VAULT_MOUNT: 'team/kv',
      CUSTOS_VAULT_SECRET: 'a b/c?d',
      CUSTOS_VAULT_FIELD: 'pw',
      CUSTOS_VAULT_VERSION: '3',
    };
    const found = await readPassword({ kind, settings: { ...settings(), ...change } }, undefined, testClock());
    expect(found.exposeText()).toBe('another');
    expect(server.seen[0]?.url).toBe('/behind/v1/team/kv/data/a%20b/c%3Fd?version=3');
  });

  it.each(['../sys/raw', 'custos//store', '/custos', '.', ''])('the path "%s" is not asked for', async (path) => {
    const error = await refusal(source('vault', 'token'), { CUSTOS_VAULT_SECRET: path });
    expect(error).toMatchObject({ code: 'PASSWORD_SOURCE' });
    expect(server.seen).toHaveLength(0);
  });

  it('exactly one way to sign in is set', async () => {
    const byToken = source('vault', 'token');
    const both = await refusal(byToken, { CUSTOS_VAULT_ROLE_ID: 'r', CUSTOS_VAULT_SECRET_ID: 's' });
    expect(both.message).toContain('more than one way to sign in to Vault is set: set one of VAULT_TOKEN,');
    const none = await refusal(byToken, { VAULT_TOKEN: undefined });
    expect(none.message).toContain('no way to sign in to Vault is set');
    const halves = await refusal(source('vault', 'AppRole'), { CUSTOS_VAULT_SECRET_ID: 's' });
    expect(halves.message).toBe('set one of CUSTOS_VAULT_SECRET_ID and CUSTOS_VAULT_SECRET_ID_FILE');
    expect(server.seen).toHaveLength(0);
  });
});

describe('tokens in files', () => {
  it.each([
    ['two lines', 'one\ntwo'],
    ['nothing', ''],
    ['more than 64 KiB', 'x'.repeat(70_000)],
  ])('a token file with %s is refused before anybody is asked, and not quoted', async (_name, content) => {
    const file = fileWith('strange-token', content);
    const error = await refusal(source('aws', 'web identity'), { AWS_WEB_IDENTITY_TOKEN_FILE: file });
    expect(error).toMatchObject({ code: 'PASSWORD_SOURCE' });
    expect(error.message).toMatch(
      /^the file of AWS_WEB_IDENTITY_TOKEN_FILE(, .+ cannot be read \(it has more than 64 KiB\)| is not a token)$/,
    );
    expect(server.seen).toHaveLength(0);
  });

  it('a token file that is not there is named by its setting', async () => {
    const change = { AZURE_FEDERATED_TOKEN_FILE: '/nowhere/token' };
    const message = 'the file of AZURE_FEDERATED_TOKEN_FILE, /nowhere/token cannot be read (it does not exist)';
    expect(await refusal(source('azure', 'workload identity'), change)).toMatchObject({ message });
  });
});

describe('where a metadata service may be', () => {
  it.each(['http://169.254.169.254', 'http://[fd00:ec2::254]', 'http://127.0.0.1:1', 'https://metadata.example'])(
    'a metadata service may be at %s',
    (url) => expect(metadataUrl(url, 'NAME').href).toBe(`${url}/`),
  );

  it.each(['http://169.254.evil.example', 'http://10.0.0.1', 'http://169.254.169.254.evil.example', 'ftp://127.0.0.1'])(
    'a metadata service is not asked at %s',
    (url) => expect(() => metadataUrl(url, 'NAME')).toThrow('NAME is not a complete https URL'),
  );

  it.each(['instance role', 'managed identity', 'metadata service'])('%s is asked without a proxy', async (by) => {
    const found = sources.find((one) => one.by === by);
    if (found === undefined) throw new Error(by);
    server.reply = found.good;
    const paths: string[] = [];
    const proxied: typeof fetch = (input, init) => {
      paths.push(new URL(input instanceof Request ? input.url : input).pathname);
      return fetch(input, init);
    };
    const place = { kind: found.kind, settings: found.settings(), fetch: proxied, direct: fetch };
    expect((await readPassword(place, undefined, testClock())).exposeText()).toBe(password);
    // Only the secret itself goes the way of the operator's proxy.
    expect(paths).toHaveLength(1);
    expect(paths[0]).not.toMatch(/meta-?data/i);
  });
});
