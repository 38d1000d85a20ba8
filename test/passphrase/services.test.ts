import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readPassword } from '../../src/passphrase/index.js';
import { serviceUrl, textAt } from '../../src/passphrase/remote.js';
import {
  closing,
  everythingOf,
  failure,
  half,
  json,
  type Reply,
  type Seen,
  type Server,
  startServer,
  type TestClock,
  testClock,
  text,
  turns,
} from '../support/http.js';
import { makeSources, password, type Source } from './sources.js';

let server: Server;
let clock: TestClock;

beforeAll(async () => {
  server = await startServer(json({}));
});
beforeEach(() => {
  clock = testClock();
  server.seen.length = 0;
});
afterAll(() => server.close());

const sources = makeSources(() => server.url);

/** Settings that say what is asked for; the others say by whom. */
const named = {
  aws: ['TATUM_KMS_AWS_REGION', 'TATUM_KMS_AWS_SECRET_NAME', 'TATUM_KMS_AWS_SECRET_KEY'],
  azure: ['TATUM_KMS_AZURE_VAULTURL', 'TATUM_KMS_AZURE_SECRETNAME'],
  gcp: ['CUSTOS_GCP_SECRET'],
  vault: ['VAULT_ADDR', 'CUSTOS_VAULT_SECRET'],
  vgs: ['TATUM_KMS_VGS_ALIAS', 'TATUM_KMS_VGS_USERNAME', 'TATUM_KMS_VGS_PASSWORD'],
};

const read = ({ kind, settings }: Source, change: Record<string, string | undefined> = {}) =>
  readPassword({ kind, settings: { ...settings(), ...change } }, undefined, clock);

describe.each(sources.map((source) => [source.kind, source.by, source] as const))(
  'the password from %s by %s',
  (...[, , source]) => {
    it('the password from a service is the one that the service holds', async () => {
      server.reply = source.good;
      expect((await read(source)).exposeText()).toBe(password);
    });

    it.each(source.required)('a password service needs %s', async (name) => {
      for (const value of [undefined, '']) {
        const error = await failure(read(source, { [name]: value }));
        expect(error).toMatchObject({ code: 'PASSWORD_SOURCE', message: `not set: ${name}` });
      }
      expect(server.seen).toHaveLength(0);
    });

    it('one error names all missing settings of a password service', async () => {
      const [first = '', ...others] = source.required;
      const gone = Object.fromEntries(
        source.required.filter((name) => named[source.kind].includes(name)).map((name) => [name, undefined]),
      );
      expect(others.length === 0 || Object.keys(gone).length > 1).toBe(true);
      const error = await failure(read(source, gone));
      expect(error.message).toBe(`not set: ${Object.keys(gone).join(', ')}`);
      expect(error.message).toContain(first);
    });

    it.each(source.empty.map((value) => [JSON.stringify(value), value] as const))(
      'is not accepted from the answer %s',
      async (_text, value) => {
        server.reply = json(value);
        const error = await failure(read(source));
        expect(error).toMatchObject({ code: 'PASSWORD_SOURCE' });
        for (const secret of source.hidden) expect(everythingOf(error)).not.toContain(secret);
      },
    );

    const faults: readonly (readonly [string, Reply, number])[] = [
      ['status 400', text(source.hidden.join(' '), 400), 1],
      ['status 403', text(source.hidden.join(' '), 403), 1],
      ['status 404', json({}, 404), 1],
      ['status 429', json({}, 429), 3],
      ['status 500', text(source.hidden.join(' '), 500), 3],
      ['a closed connection', closing, 3],
      ['half a body', half('close'), 3],
      ['HTML', text(`<html>${password}</html>`), 1],
      ['half JSON', text(`{"value":"${password}`), 1],
    ];

    it.each(faults)('a password service fails on %s, and the error holds no secret', async (_name, reply, tries) => {
      server.reply = reply;
      const error = await failure(read(source));
      expect(error).toMatchObject({ code: 'PASSWORD_SOURCE' });
      for (const secret of source.hidden) expect(everythingOf(error)).not.toContain(secret);
      expect(server.seen).toHaveLength(tries);
      expect(clock.waits).toHaveLength(tries - 1);
    });

    it('an endless answer of a password service is refused', async () => {
      server.reply = text(JSON.stringify({ pad: 'x'.repeat(300_000) }));
      const message = expect.stringContaining('answered with too many bytes');
      await expect(read(source)).rejects.toMatchObject({ code: 'PASSWORD_SOURCE', message });
      expect(server.seen).toHaveLength(1);
    });

    it('the password arrives once the service recovers', async () => {
      server.reply = turns(closing, json({}, 503), source.good);
      expect((await read(source)).exposeText()).toBe(password);
    });

    it('a password is never fetched through a redirect', async () => {
      server.reply = (response, seen) =>
        seen.url === '/elsewhere'
          ? source.good(response, seen)
          : text('', 307, { location: '/elsewhere' })(response, seen);
      await expect(read(source)).rejects.toMatchObject({ code: 'PASSWORD_SOURCE' });
      expect(server.seen.map(({ url }) => url)).not.toContain('/elsewhere');
    });

    it('a password is fetched only over https, except on this machine', async () => {
      for (const [name, value] of Object.entries(source.settings()).filter(([, value]) => value === server.url)) {
        for (const url of ['http://example.com', 'http://127.example.com', 'ftp://127.0.0.1', 'no URL']) {
          const error = await failure(read(source, { [name]: url }));
          expect(error).toMatchObject({ code: 'PASSWORD_SOURCE', message: `${name} is not a complete https URL` });
          expect(value).not.toBe(url);
        }
      }
      expect(server.seen).toHaveLength(0);
    });
  },
);

describe('AWS Secrets Manager', () => {
  const [aws] = sources;

  it('AWS Secrets Manager gets a request signed with Signature Version 4', async () => {
    server.reply = aws!.good;
    await read(aws!);
    const [seen] = server.seen;
    expect(seen).toMatchObject({ method: 'POST', url: '/', body: '{"SecretId":"custos/store"}' });
    expect(seen?.headers).toMatchObject({
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.GetSecretValue',
    });
    expect(seen?.headers.authorization).toBe(signatureV4(seen!));
  });

  it.each(['evil.example/', 'eu-central-1.evil.example', '../..', 'EU-CENTRAL-1', 'eu'])(
    'is never asked at a host made from the invalid region "%s"',
    async (region) => {
      const change = { TATUM_KMS_AWS_REGION: region, CUSTOS_AWS_ENDPOINT: undefined };
      const message = 'TATUM_KMS_AWS_REGION is not the name of a region';
      await expect(read(aws!, change)).rejects.toMatchObject({ code: 'PASSWORD_SOURCE', message });
    },
  );
});

describe('Azure Key Vault', () => {
  const [, azure] = sources;

  it('Azure Key Vault gets a token from client credentials', async () => {
    server.reply = azure!.good;
    await read(azure!);
    const [signIn, secret] = server.seen;
    expect(signIn).toMatchObject({ method: 'POST', url: '/the%20tenant/oauth2/v2.0/token' });
    expect(Object.fromEntries(new URLSearchParams(signIn?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'the-client',
      client_secret: 'the-client-secret',
      scope: 'https://vault.azure.net/.default',
    });
    expect(secret).toMatchObject({ method: 'GET', url: '/secrets/store-password/v7?api-version=7.4' });
    expect(secret?.headers.authorization).toBe('Bearer the-bearer-token');
  });

  it("Azure Key Vault's token is never sent to another host", async () => {
    server.reply = (response, seen) =>
      (seen.method === 'POST' || seen.url === '/elsewhere' ? azure!.good : text('', 307, { location: '/elsewhere' }))(
        response,
        seen,
      );
    await expect(read(azure!)).rejects.toMatchObject({ code: 'PASSWORD_SOURCE' });
    expect(server.seen.map(({ url }) => url)).not.toContain('/elsewhere');
  });

  it('Azure Key Vault gives the latest version if the setting names none', async () => {
    server.reply = azure!.good;
    await read(azure!, { TATUM_KMS_AZURE_SECRETVERSION: undefined });
    expect(server.seen[1]?.url).toBe('/secrets/store-password/?api-version=7.4');
  });
});

describe('VGS', () => {
  it('VGS gets a request for the alias with user name and password', async () => {
    const vgs = sources.find(({ kind }) => kind === 'vgs');
    server.reply = vgs!.good;
    await read(vgs!);
    expect(server.seen[0]).toMatchObject({ method: 'GET', url: '/aliases/tok%2Flive%3Fx' });
    const basic = Buffer.from('the-user:the-vault-password').toString('base64');
    expect(server.seen[0]?.headers.authorization).toBe(`Basic ${basic}`);
  });
});

describe('the answer of a service', () => {
  it('the answer of a service gives the text at its place or an error, whatever the JSON is', () => {
    const path = fc.array(
      fc.oneof(fc.string(), fc.constantFrom('data', 'value', '__proto__', 'constructor', 'length'), fc.nat(3)),
    );
    fc.assert(
      fc.property(fc.jsonValue(), path, (value, steps) => {
        try {
          expect(textAt(value, steps, 'the answer')).toMatch(/./su);
        } catch (error) {
          expect(error).toMatchObject({ code: 'PASSWORD_SOURCE' });
        }
      }),
    );
  });

  it('the answer of a service comes from an https URL or this machine, or is refused', () => {
    const part = fc.constantFrom(
      'http://',
      'https://',
      '127.0.0.1',
      'localhost',
      '@',
      ':',
      '/',
      'example.com',
      '[::1]',
      '?',
      '#',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.array(part).map((parts) => parts.join('')),
        ),
        (value) => {
          try {
            const url = serviceUrl(value, 'NAME');
            expect(url.protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)).toBe(true);
          } catch (error) {
            expect(error).toMatchObject({ code: 'PASSWORD_SOURCE' });
          }
        },
      ),
    );
  });
});

/** Signature Version 4, step by step (AWS General Reference, "Create a signed AWS API request"). */
function signatureV4({ method, url, headers, body }: Seen): string {
  const sha256 = (data: string) => createHash('sha256').update(data).digest('hex');
  const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
  const [, names = ''] = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '') ?? [];
  const canonicalHeaders = names.split(';').map((name) => `${name}:${headers[name]}\n`);
  const request = [method, url, '', canonicalHeaders.join(''), names, sha256(body)].join('\n');
  const time = String(headers['x-amz-date']);
  const scope = `${time.slice(0, 8)}/eu-central-1/secretsmanager/aws4_request`;
  const key = scope.split('/').reduce<string | Buffer>(hmac, 'AWS4the-secret-access-key');
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(request)].join('\n')).toString('hex');
  return `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${names}, Signature=${signature}`;
}
