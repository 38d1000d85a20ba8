import fc from 'fast-check';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { IssuerKeys } from '../../../src/cloud/oidc/issuer-keys.js';
import { verifyUserToken } from '../../../src/cloud/oidc/user-tokens.js';
import type { OidcSettings } from '../../../src/core/access/tenant-settings.js';
import { json, text } from '../../support/http.js';
import { Issuer } from '../../support/issuer.js';

const algorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'];
const now = 1_800_000_000_000;
const iat = now / 1000;
const coded = (code: string) => expect.objectContaining({ code });

describe('tokens of users', () => {
  const issuer = new Issuer();
  let ticks = 0;
  let keys: IssuerKeys;
  let settings: OidcSettings;
  beforeAll(() => issuer.open(algorithms));
  afterAll(() => issuer.server.close());
  beforeEach(() => {
    ticks = 0;
    keys = new IssuerKeys({ ticks: () => ticks });
    issuer.server.reply = issuer.reply;
    issuer.server.seen.length = 0;
    settings = { issuer: issuer.url, audience: 'shop', ownerClaim: 'sub' };
  });

  const verified = (token: string, more: Partial<OidcSettings> = {}, at = now) =>
    verifyUserToken(token, { ...settings, ...more }, { keys, clock: { now: () => at } });
  const verify = async (...given: Parameters<typeof verified>) => (await verified(...given)).owner;
  const token = (claims: { readonly [name: string]: unknown } = {}, header: object = {}) =>
    issuer.token('u-17', { claims, header, now });

  it.each(algorithms)('a token with the signature %s names its owner', async (alg) => {
    expect(await verify(await token({}, { alg }))).toBe('u-17');
  });

  it.each([
    ['it expires', { exp: iat + 60 }],
    ['it is too old', { exp: iat + 3600 }],
  ])('a token says when it is refused because %s', async (_, claims) => {
    const made = await token(claims);
    const { until } = await verified(made);
    expect(await verify(made, {}, until - 1)).toBe('u-17');
    await expect(verify(made, {}, until + 1000)).rejects.toEqual(coded('USER_TOKEN_INVALID'));
  });

  it('the claim that the operator named is the owner', async () => {
    expect(await verify(await token({ player: 'p-4' }), { ownerClaim: 'player' })).toBe('p-4');
  });

  it.each([
    ['of another issuer', { iss: 'https://other.example' }],
    ['for another audience', { aud: 'bank' }],
    ['without an audience', { aud: undefined }],
    ['for an empty list of audiences', { aud: [] }],
    ['for several audiences that names no party', { aud: ['shop', 'bank'] }],
    ['that another party asked for', { azp: 'bank' }],
    ['for several audiences that another party asked for', { aud: ['shop', 'bank'], azp: 'bank' }],
    ['that has ended', { iat: iat - 200, exp: iat - 31 }],
    ['that never ends', { exp: undefined }],
    ['that does not say when it was made', { iat: undefined }],
    ['that was made more than five minutes ago', { iat: iat - 331, exp: iat + 600 }],
    ['that is made in the future', { iat: iat + 31, exp: iat + 600 }],
    ['that does not hold yet', { nbf: iat + 31 }],
    ['whose moments are texts', { iat: String(iat), exp: String(iat + 60) }],
    ['without an owner', { sub: undefined }],
    ['with an empty owner', { sub: '' }],
    ['whose owner is a number', { sub: 17 }],
    ['whose owner is longer than an owner may be', { sub: 'x'.repeat(129) }],
    ['whose owner has an invisible character', { sub: 'u-17\u200b' }],
  ])('a token %s is refused', async (_, claims) => {
    await expect(verify(await token(claims))).rejects.toEqual(coded('USER_TOKEN_INVALID'));
  });

  it('a token for several audiences counts if the expected party asked for it', async () => {
    expect(await verify(await token({ aud: ['shop', 'bank'], azp: 'shop' }))).toBe('u-17');
    const byApp = { authorizedParty: 'app' };
    expect(await verify(await token({ azp: 'app' }), byApp)).toBe('u-17');
    await expect(verify(await token(), byApp)).rejects.toEqual(coded('USER_TOKEN_INVALID'));
  });

  it('clocks may differ by thirty seconds', async () => {
    expect(await verify(await token({ exp: iat - 29 }))).toBe('u-17');
    expect(await verify(await token({ iat: iat + 29 }))).toBe('u-17');
  });

  it.each(['none', 'HS256'])('the algorithm %s is refused, whatever the issuer publishes', async (alg) => {
    const secret = Buffer.alloc(32, 1);
    const oct = { kty: 'oct', k: secret.toString('base64url'), kid: 'shared', alg: 'HS256' };
    issuer.server.reply = (response, seen) =>
      json(
        seen.url === '/keys'
          ? { keys: [...issuer.published, oct] }
          : { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` },
      )(response, seen);
    const given = { iss: issuer.url, aud: 'shop', sub: 'u-17', iat, exp: iat + 60 };
    const made =
      alg === 'none'
        ? new UnsecuredJWT(given).encode()
        : await new SignJWT(given).setProtectedHeader({ alg, kid: 'shared' }).sign(secret);
    await expect(verify(made)).rejects.toEqual(coded('USER_TOKEN_INVALID'));
  });

  it('a public key is no shared secret', async () => {
    const [published] = issuer.published;
    const secret = Buffer.from(JSON.stringify(published));
    const given = { iss: issuer.url, aud: 'shop', sub: 'u-17', iat, exp: iat + 60 };
    const made = await new SignJWT(given).setProtectedHeader({ alg: 'HS256', kid: 'RS256' }).sign(secret);
    await expect(verify(made)).rejects.toEqual(coded('USER_TOKEN_INVALID'));
  });

  it.each(['logout+jwt', 'dpop+jwt'])('a token of the type %s is refused', async (typ) => {
    await expect(verify(await token({}, { typ }))).rejects.toEqual(coded('USER_TOKEN_INVALID'));
  });

  it('a key that the token brings along is not used', async () => {
    const other = new Issuer();
    await other.addKey('ES256', 'ES256');
    const header = { jwk: other.published[0] as object, jku: 'http://127.0.0.1:9/' };
    const made = await new SignJWT({ iss: issuer.url, aud: 'shop', sub: 'u-17', iat, exp: iat + 60 })
      .setProtectedHeader({ alg: 'ES256', kid: 'ES256', ...header })
      .sign(other.key('ES256'));
    await expect(verify(made)).rejects.toEqual(coded('USER_TOKEN_INVALID'));
    expect(issuer.server.seen.map(({ url }) => url)).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('of a changed token no character counts', async () => {
    const made = await token();
    const [header = '', payload = '', signature = ''] = made.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const other = Buffer.from(JSON.stringify({ ...claims, sub: 'u-18' })).toString('base64url');
    for (const text of [
      `${header}.${other}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${made}.x`,
    ]) {
      await expect(verify(text)).rejects.toEqual(coded('USER_TOKEN_INVALID'));
    }
  });

  it('whatever text comes, it is refused as a token and nothing else happens', async () => {
    const part = fc.oneof(
      fc.base64String(),
      fc.json().map((one) => Buffer.from(one).toString('base64url')),
    );
    const anyText = fc.oneof(
      fc.string(),
      fc.tuple(part, part, part).map((parts) => parts.join('.')),
    );
    await fc.assert(
      fc.asyncProperty(anyText, async (given) => {
        await expect(verify(given)).rejects.toEqual(coded('USER_TOKEN_INVALID'));
      }),
      { numRuns: 300 },
    );
  });

  it('a token that is longer than any is refused before the issuer is asked', async () => {
    await expect(verify(await token({ more: 'x'.repeat(9000) }))).rejects.toEqual(coded('USER_TOKEN_INVALID'));
    expect(issuer.server.seen).toEqual([]);
  });

  it('keys are asked for once, and again after ten minutes', async () => {
    for (let at = 0; at < 3; at++) await verify(await token());
    expect(issuer.server.seen).toHaveLength(2);
    ticks = 600_000;
    await verify(await token());
    expect(issuer.server.seen).toHaveLength(4);
  });

  it('many tokens at once ask for the keys once', async () => {
    const made = await token();
    await Promise.all(Array.from({ length: 20 }, () => verify(made)));
    expect(issuer.server.seen).toHaveLength(2);
  });

  it('a new key counts at once, and made-up ids of keys let nobody ask the issuer often', async () => {
    await verify(await token());
    await issuer.addKey('ES256', 'next');
    ticks = 30_000;
    expect(await verify(await token({}, { kid: 'next' }))).toBe('u-17');
    expect(issuer.server.seen).toHaveLength(4);
    await issuer.addKey('ES256', 'unpublished');
    issuer.publish(issuer.published.slice(0, -1) as object[]);
    for (let at = 0; at < 5; at++) {
      await expect(verify(await token({}, { kid: 'unpublished' }))).rejects.toEqual(coded('USER_TOKEN_INVALID'));
    }
    expect(issuer.server.seen).toHaveLength(4);
  });

  it('while the issuer does not answer, keys count for an hour', async () => {
    await verify(await token());
    issuer.server.reply = text('down', 503);
    ticks = 3_599_999;
    expect(await verify(await token())).toBe('u-17');
    ticks = 3_600_000;
    await expect(verify(await token())).rejects.toEqual(coded('ISSUER_UNREACHABLE'));
  });

  it.each([
    ['a redirect', text('', 302, { location: 'http://127.0.0.1:9/' })],
    ['no JSON', text('<html>')],
    ['a list', json([])],
    [
      'a discovery document of another issuer',
      json({ issuer: 'https://other.example', jwks_uri: 'http://127.0.0.1:9/' }),
    ],
    ['a discovery document without keys', json({})],
    ['a refusal', text('no', 404)],
    ['more than it may', text(`{"keys":[],"more":"${'x'.repeat(300_000)}"}`)],
  ])('an issuer that answers with %s is not believed', async (_, reply) => {
    issuer.server.reply = reply;
    await expect(verify(await token())).rejects.toEqual(coded('ISSUER_ANSWER_INVALID'));
    expect(issuer.server.seen).toHaveLength(1);
  });

  it.each([
    ['that are no list', { keys: 'x' }],
    ['that are too many', { keys: Array.from({ length: 101 }, () => ({ kty: 'EC' })) }],
  ])('keys %s are not believed', async (_, answer) => {
    issuer.server.reply = json(answer);
    await expect(verify(await token(), { jwks: `${issuer.url}/keys` })).rejects.toEqual(coded('ISSUER_ANSWER_INVALID'));
  });

  it('keys that are no keys are passed over', async () => {
    issuer.server.reply = json({ keys: [null, 7, {}, { kty: 'EC', kid: 5 }, ...issuer.published] });
    expect(await verify(await token(), { jwks: `${issuer.url}/keys` })).toBe('u-17');
  });

  it.each(['http://issuer.example', 'http://10.0.0.1', 'ftp://issuer.example', 'https://user@issuer.example'])(
    'the keys of %s are not asked for',
    async (url) => {
      const asked = verify(await token(), { issuer: url });
      await expect(asked).rejects.toEqual(expect.objectContaining({ code: expect.stringMatching(/^URL_/) }));
    },
  );

  it('an issuer that cannot be reached is one to try again', async () => {
    await expect(verify(await token(), { jwks: 'http://127.0.0.1:9/' })).rejects.toEqual(coded('ISSUER_UNREACHABLE'));
  });
});
