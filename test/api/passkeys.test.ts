import { hash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { sealSettings } from '../../src/core/access/tenant-settings.js';
import { systemClock } from '../../src/core/clock.js';
import { defaultTenant, parseTenantId } from '../../src/core/ids.js';
import { kinds } from '../storage/support.js';
import { type CreationAsked, type RequestAsked, SoftPasskey, type Twist } from '../support/authenticator.js';
import { Issuer } from '../support/issuer.js';
import { type Answered, freshApi, mac } from './support.js';

const to = '0x52908400098527886E0F7030069857D2E4169EE7';
const good = 'twelve good words';

interface Who {
  readonly owner?: string;
  readonly token?: string;
  readonly proof?: string;
}

describe.each(kinds)('passkeys of users, with a store on %s,', (kind) => {
  const test = freshApi(kind);
  let [managing, paying]: [string, string] = ['', ''];
  beforeEach(async () => {
    managing = await test.token({ scopes: ['users:manage'] });
    paying = await test.token();
  });
  const ask = (operation: string, token: string, body?: unknown, proof?: string) =>
    test.ask(operation, {
      token,
      ...(body !== undefined && { body }),
      ...(proof !== undefined && { headers: { 'custos-user-token': proof } }),
    });
  const pathOf = (owner: string, rest: string) => `/v1/users/${encodeURIComponent(owner)}${rest}`;
  const start = async ({ owner = 'u-17', token = managing, proof }: Who = {}) =>
    (await ask(`POST ${pathOf(owner, '/passkeys/options')}`, token, {}, proof)).body as unknown as CreationAsked;
  const add = (credential: unknown, { owner = 'u-17', token = managing, proof }: Who = {}, name = 'my phone') =>
    ask(`POST ${pathOf(owner, '/passkeys')}`, token, { name, credential }, proof);
  const list = ({ owner = 'u-17', token = managing, proof }: Who = {}) =>
    ask(`GET ${pathOf(owner, '/passkeys')}`, token, undefined, proof);
  const register = async (passkey = new SoftPasskey(), who: Who = {}): Promise<SoftPasskey> => {
    const made = await add(passkey.create(await start(who)), who);
    expect([made.status, made.body['code']]).toEqual([201, undefined]);
    return passkey;
  };
  const startLogin = async ({ owner = 'u-17', token = paying }: Who = {}) =>
    (await ask(`POST ${pathOf(owner, '/sessions/options')}`, token)).body as unknown as RequestAsked & {
      readonly allowCredentials: readonly { readonly id: string; readonly transports: readonly string[] }[];
    };
  const finish = (credential: unknown, { owner = 'u-17', token = paying }: Who = {}) =>
    ask(`POST ${pathOf(owner, '/sessions/passkey')}`, token, { credential });
  const logIn = async (passkey: SoftPasskey, who: Who = {}, twist: Twist = {}): Promise<Answered> =>
    finish(passkey.get(await startLogin(who), twist), who);
  const sessionOf = async (passkey: SoftPasskey, who: Who = {}) => String((await logIn(passkey, who)).body['session']);
  const remove = (passkey: SoftPasskey, { owner = 'u-17', token = managing, proof }: Who = {}) =>
    ask(`DELETE ${pathOf(owner, `/passkeys/${idOf(passkey)}`)}`, token, undefined, proof);
  const isIn = async (session: string) => (await ask('GET /v1/wallets', paying, undefined, session)).status === 200;
  const setPassword = (owner = 'u-17') => ask(`PUT ${pathOf(owner, '/password')}`, managing, { password: good });
  const passwordSession = async (owner = 'u-17', token = paying) =>
    String((await ask(`POST ${pathOf(owner, '/sessions')}`, token, { password: good })).body['session']);

  it.each(['ES256', 'EdDSA'] as const)(
    'with %s move wallets that require the proof of their user',
    async (algorithm) => {
      const passkey = await register(new SoftPasskey({ algorithm }));
      const { signatureId } = await test.wallet('ETH', undefined, { owner: 'u-17', requireUserToken: true });
      const pay = (proof?: string) =>
        test.ask('POST /v1/transactions', {
          token: paying,
          body: { kind: 'raw', chain: 'ETH', keys: [{ wallet: signatureId }], unsigned: `{"to":"${to}","value":"1"}` },
          headers: {
            'idempotency-key': `${proof}`.slice(-20),
            ...(proof !== undefined && { 'custos-user-token': proof }),
          },
        });
      expect((await pay()).body['code']).toBe('USER_TOKEN_REQUIRED');
      const stranger = await register(new SoftPasskey(), { owner: 'u-18' });
      expect((await pay(await sessionOf(stranger, { owner: 'u-18' }))).status).toBe(404);
      const { status, body } = await logIn(passkey);
      expect([status, body['session']]).toEqual([201, expect.stringMatching(/^custos-user_[\w-]{43}$/)]);
      expect((await pay(String(body['session']))).status).toBe(202);
    },
  );

  it('are asked for with what a browser needs, and listed with their names', async () => {
    const asked = await ask(`POST ${pathOf('u-17', '/passkeys/options')}`, managing, { user: 'ann@example.com' });
    expect(asked.body).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      timeout: 300_000,
      rp: { id: 'shop.example.com', name: 'shop.example.com' },
      user: { id: expect.stringMatching(/^[\w-]{43}$/), name: 'ann@example.com', displayName: 'ann@example.com' },
      pubKeyCredParams: [
        { type: 'public-key', alg: -7 },
        { type: 'public-key', alg: -8 },
      ],
      excludeCredentials: [],
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
      attestation: 'none',
    });
    const [phone, key] = [new SoftPasskey(), new SoftPasskey({ algorithm: 'EdDSA' })];
    expect((await add(phone.create(await start()), {}, 'my phone')).status).toBe(201);
    expect((await add(key.create(await start()), {}, 'my key')).status).toBe(201);
    const times = { createdAt: expect.stringMatching(/^\d{4}-/) };
    expect((await list()).body['data']).toEqual([
      { id: idOf(phone), name: 'my phone', ...times },
      { id: idOf(key), name: 'my key', ...times },
    ]);
    const both = [idOf(phone), idOf(key)];
    const again = (await start()) as unknown as { user: object; excludeCredentials: readonly { id: string }[] };
    expect(again.excludeCredentials.map(({ id }) => id)).toEqual(both);
    // One user has one handle, whenever it is asked for.
    expect(again.user).toMatchObject({ id: (asked.body['user'] as { id: string }).id });
    const login = await startLogin();
    expect(login.allowCredentials.map(({ id, transports }) => [id, transports])).toEqual(
      both.map((id) => [id, ['internal', 'hybrid']]),
    );
    expect(await isIn(await sessionOf(phone))).toBe(true);
    expect(await isIn(await sessionOf(key))).toBe(true);
  });

  it('an answer counts once, also when it comes twice at the same time', async () => {
    const passkey = await register(new SoftPasskey({ step: 0 }));
    const answer = passkey.get(await startLogin());
    const answers = await Promise.all([finish(answer), finish(answer), finish(answer)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 401, 401]);
    expect((await finish(answer)).body['code']).toBe('LOGIN_REFUSED');
    const made = new SoftPasskey().create(await start());
    const registrations = await Promise.all([add(made), add(made)]);
    expect(registrations.map(({ status }) => status).toSorted()).toEqual([201, 400]);
  });

  it('a challenge is good for its user, its tenant and its purpose alone', async () => {
    const passkey = await register();
    const [mine, other] = [await startLogin(), await startLogin({ owner: 'u-18' })];
    expect((await finish(passkey.get(other))).status).toBe(401);
    expect((await finish(passkey.get({ ...mine, challenge: (await start()).challenge }))).status).toBe(401);
    expect((await finish(passkey.get({ ...mine, challenge: Buffer.alloc(32).toString('base64url') }))).status).toBe(
      401,
    );
    const session = await sessionOf(passkey);
    const secret = Buffer.from(session.slice('custos-user_'.length), 'base64url').toString('base64url');
    expect((await finish(passkey.get({ ...mine, challenge: secret }))).status).toBe(401);
    const shop = parseTenantId('shop');
    await test.store.access.addTenant({ id: shop, createdAt: 1 });
    const foreign = await startLogin({ token: await test.token({ tenant: shop }) });
    expect((await finish(passkey.get(foreign))).status).toBe(401);
    // A challenge opens no session by itself.
    expect(await isIn(`custos-user_${mine.challenge}`)).toBe(false);
  });

  it('a challenge is not good any more after five minutes', async () => {
    const passkey = await register();
    const mine = await startLogin();
    const late = Date.now() + 5 * 60_000 + 1000;
    const made = new SoftPasskey().create(await start());
    test.clock = { ...systemClock, now: () => late };
    expect((await finish(passkey.get(mine))).status).toBe(401);
    expect((await add(made)).body['code']).toBe('PASSKEY_INVALID');
  });

  it('a question that somebody without the key wrote into the database is not open', async () => {
    const passkey = await register();
    const asked = await startLogin();
    const found = await test.store.tickets.get(hash('sha256', Buffer.from(asked.challenge, 'base64url'), 'hex'));
    if (found === undefined) throw new Error('the question is not stored');
    const forged = Buffer.alloc(32, 1);
    await test.store.tickets.add({ ...found, hash: hash('sha256', forged, 'hex') }, 0);
    expect((await finish(passkey.get({ ...asked, challenge: forged.toString('base64url') }))).status).toBe(401);
    expect((await finish(passkey.get(asked))).status).toBe(201);
  });

  it('of users without any and of unknown ones are asked for alike, and refused alike', async () => {
    const passkey = await register();
    await setPassword('u-18');
    const [without, unknown] = [await startLogin({ owner: 'u-18' }), await startLogin({ owner: 'u-19' })];
    const general = ({ challenge: _, allowCredentials, ...rest }: typeof without) => ({
      ...rest,
      keys: allowCredentials.map(({ id, ...one }) => ({ ...one, length: id.length })),
    });
    expect(general(without)).toEqual(general(unknown));
    expect(general(await startLogin())).toEqual({
      ...general(unknown),
      keys: [{ ...general(unknown).keys[0], transports: ['internal', 'hybrid'] }],
    });
    // What is asked does not change from one time to the other, or it would be known for what it is.
    expect((await startLogin({ owner: 'u-19' })).allowCredentials).toEqual(unknown.allowCredentials);
    expect(without.allowCredentials).not.toEqual(unknown.allowCredentials);
    const refused = [
      await finish(passkey.get(without), { owner: 'u-18' }),
      await finish(passkey.get(unknown), { owner: 'u-19' }),
      await logIn(new SoftPasskey()),
      await logIn(passkey, {}, { signature: (given) => given.fill(1, 10, 20) }),
    ];
    for (const { status, body } of refused) {
      expect([status, body['code'], body['detail']]).toEqual([
        401,
        'LOGIN_REFUSED',
        'The user cannot log in with this.',
      ]);
    }
  });

  it.each<readonly [string, Twist]>([
    ['from a page of another site', { origin: 'https://shop.example.com.evil.example' }],
    ['for another site', { rpId: 'evil.example' }],
    ['without a PIN, finger or face', { flags: 0x01 }],
    ['with another handle', { userHandle: Buffer.alloc(32).toString('base64url') }],
    ['with a counter of before', { signCount: 1 }],
  ])('an answer %s opens no session', async (_, twist) => {
    const passkey = await register();
    expect((await logIn(passkey)).status).toBe(201);
    expect((await logIn(passkey, {}, twist)).body['code']).toBe('LOGIN_REFUSED');
    expect((await logIn(passkey)).status).toBe(201);
  });

  it.each<readonly [string, Twist]>([
    ['from a page of another site', { origin: 'https://evil.example' }],
    ['for another site', { rpId: 'evil.example' }],
    ['without a PIN, finger or face', { flags: 0x41 }],
    ['with another challenge', { clientData: { challenge: Buffer.alloc(32).toString('base64url') } }],
  ])('a new one %s is not kept', async (_, twist) => {
    const answer = await add(new SoftPasskey().create(await start(), twist));
    expect([answer.status, answer.body['code']]).toEqual([400, 'PASSKEY_INVALID']);
    expect((await list()).body['data']).toEqual([]);
  });

  it('a passkey that was copied is seen by its counter, which is kept', async () => {
    const passkey = await register();
    expect((await logIn(passkey, {}, { signCount: 40 })).status).toBe(201);
    expect((await logIn(passkey, {}, { signCount: 40 })).status).toBe(401);
    const [one, other] = [await startLogin(), await startLogin()];
    const answers = [passkey.get(one, { signCount: 41 }), passkey.get(other, { signCount: 41 })];
    const both = await Promise.all(answers.map((answer) => finish(answer)));
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 401]);
  });

  it('a user who logged in here adds and removes their own, with the token of the application', async () => {
    await setPassword();
    const me = { token: paying, proof: await passwordSession() };
    const [first, second] = [await register(new SoftPasskey(), me), await register(new SoftPasskey(), me)];
    expect((await list(me)).body['data']).toHaveLength(2);
    expect((await list({ ...me, owner: 'u-18' })).body['code']).toBe('OWNER_UNKNOWN');
    expect((await list({ token: paying })).body['code']).toBe('USER_TOKEN_REQUIRED');
    expect((await add({}, { token: paying })).status).toBe(400);
    expect((await remove(first, me)).status).toBe(204);
    expect(await isIn(me.proof)).toBe(false);
    expect((await logIn(first)).status).toBe(401);
    expect((await logIn(second)).status).toBe(201);
  });

  it('a user adds one with the session of another one, and knows no other user', async () => {
    const first = await register();
    await register(new SoftPasskey(), { owner: 'u-18' });
    const me = { token: paying, proof: await sessionOf(first) };
    const second = await register(new SoftPasskey(), me);
    expect(await isIn(await sessionOf(second))).toBe(true);
    for (const operation of ['POST /v1/users/u-18/passkeys/options', 'DELETE /v1/users/u-18/passkeys/AAAA']) {
      const body = operation.startsWith('POST') ? {} : undefined;
      expect((await ask(operation, paying, body, me.proof)).body['code']).toBe('OWNER_UNKNOWN');
    }
  });

  it('are gone with every session when they are removed, or their user is reset', async () => {
    const [first, second] = [await register(), await register()];
    const session = await sessionOf(first);
    const open = await startLogin();
    expect((await remove(first)).status).toBe(204);
    expect(await isIn(session)).toBe(false);
    expect((await finish(second.get(open))).status).toBe(401);
    expect((await remove(first)).body['code']).toBe('PASSKEY_UNKNOWN');
    const other = await sessionOf(second);
    const asked = await start();
    expect((await ask('DELETE /v1/users/u-17', managing)).status).toBe(204);
    expect(await isIn(other)).toBe(false);
    expect((await logIn(second)).status).toBe(401);
    expect((await add(new SoftPasskey().create(asked))).body['code']).toBe('PASSKEY_INVALID');
    expect((await list()).body['data']).toEqual([]);
  });

  it('stay when the password changes, and the sessions of before do not', async () => {
    const passkey = await register();
    const session = await sessionOf(passkey);
    await setPassword();
    expect(await isIn(session)).toBe(false);
    expect(await isIn(await sessionOf(passkey))).toBe(true);
    expect(await isIn(await passwordSession())).toBe(true);
  });

  it('are ten at most, and each is there once', async () => {
    const passkey = await register();
    const twice = await add(passkey.create(await start()));
    expect([twice.status, twice.body['code']]).toEqual([400, 'PASSKEY_INVALID']);
    const [tenth, eleventh] = [await start(), await start()];
    for (let at = 2; at < 10; at++) await register();
    expect((await add(new SoftPasskey().create(tenth))).status).toBe(201);
    const full = await add(new SoftPasskey().create(eleventh));
    expect([full.status, full.body['code']]).toEqual([409, 'PASSKEY_LIMIT']);
    const asked = await ask('POST /v1/users/u-17/passkeys/options', managing, {});
    expect(asked.body['code']).toBe('PASSKEY_LIMIT');
    expect((await list()).body['data']).toHaveLength(10);
  });

  it('that are guessed many at once get no more than five answers, together with passwords', async () => {
    await register();
    const asked = await Promise.all(Array.from({ length: 7 }, () => startLogin()));
    const wrong = asked.map((one) => finish(new SoftPasskey().get(one)));
    const codes = (await Promise.all(wrong)).map(({ body }) => body['code']);
    expect(codes.filter((code) => code === 'LOGIN_REFUSED')).toHaveLength(5);
    expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(2);
    const password = await ask('POST /v1/users/u-17/sessions', paying, { password: good });
    expect(password.body['code']).toBe('RATE_LIMITED');
  });

  it('leave nothing in the database that says who uses which', async () => {
    const passkey = await register();
    const [owner] = await test.store.owners.page(undefined, undefined, 1);
    const box = Buffer.from(owner?.box ?? []).toString('latin1');
    for (const word of [idOf(passkey), 'passkeys', 'my phone', 'u-17']) expect(box).not.toContain(word);
  });
});

describe('a login that changes while it is used', () => {
  const test = freshApi();
  let token = '';
  beforeEach(async () => {
    token = await test.token({ scopes: ['users:manage'] });
  });
  const start = async () =>
    (await test.ask('POST /v1/users/u-17/passkeys/options', { token, body: {} })).body as unknown as CreationAsked;
  const add = (credential: object) =>
    test.ask('POST /v1/users/u-17/passkeys', { token, body: { name: 'my phone', credential } });
  /** Once, right after the ticket was taken or given. */
  const after = (name: 'take' | 'add', work: () => Promise<unknown>) => {
    const { tickets } = test.store;
    const real = tickets[name].bind(tickets) as (...given: never[]) => Promise<never>;
    Object.assign(tickets, {
      [name]: async (...given: never[]) => {
        const result = await real(...given);
        Object.assign(tickets, { [name]: real });
        await work();
        return result;
      },
    });
  };

  it.each([
    ['is reset', () => test.ask('DELETE /v1/users/u-17', { token })],
    [
      'is reset and asks again',
      async () => {
        await test.ask('DELETE /v1/users/u-17', { token });
        await start();
      },
    ],
    ['gets another password', () => test.ask('PUT /v1/users/u-17/password', { token, body: { password: good } })],
  ])('gets no passkey of a question from before the user %s', async (_, work) => {
    const made = new SoftPasskey().create(await start());
    after('take', work);
    expect((await add(made)).body['code']).toBe('PASSKEY_INVALID');
    expect((await test.ask('GET /v1/users/u-17/passkeys', { token })).body['data']).toEqual([]);
  });

  it('opens no session that outlives the passkey or the password of the user', async () => {
    const passkey = new SoftPasskey();
    expect((await add(passkey.create(await start()))).status).toBe(201);
    await test.ask('PUT /v1/users/u-17/password', { token, body: { password: good } });
    const paying = await test.token();
    const login = { body: { password: good }, token: paying };
    const asked = (await test.ask('POST /v1/users/u-17/sessions/options', { token: paying })).body;
    // The session is written when the login has just been changed, and its sessions have been ended.
    const { tickets } = test.store;
    const { add: real } = tickets;
    const late = (work: () => Promise<unknown>) =>
      Object.assign(tickets, {
        add: async (...given: Parameters<typeof real>) => {
          Object.assign(tickets, { add: real });
          await work();
          return real.apply(tickets, given);
        },
      });
    late(() => test.ask(`DELETE /v1/users/u-17/passkeys/${idOf(passkey)}`, { token }));
    const credential = passkey.get(asked as unknown as RequestAsked);
    const refused = await test.ask('POST /v1/users/u-17/sessions/passkey', { token: paying, body: { credential } });
    expect(refused.body['code']).toBe('LOGIN_REFUSED');
    late(() => test.ask('DELETE /v1/users/u-17', { token }));
    expect((await test.ask('POST /v1/users/u-17/sessions', login)).body['code']).toBe('LOGIN_REFUSED');
  });
});

describe('a server', () => {
  const test = freshApi();

  it('without a site of passkeys says so at each of their operations', async () => {
    test.relyingParty = undefined;
    const token = await test.token({ scopes: ['users:manage'] });
    const paying = await test.token();
    const made = new SoftPasskey().create({ rp: { id: 'x' }, user: { id: 'x' }, challenge: 'AAAA' });
    const answers = [
      await test.ask('POST /v1/users/u-17/passkeys/options', { token, body: {} }),
      await test.ask('POST /v1/users/u-17/passkeys', { token, body: { name: 'x', credential: made } }),
      await test.ask('GET /v1/users/u-17/passkeys', { token }),
      await test.ask('DELETE /v1/users/u-17/passkeys/AAAA', { token }),
      await test.ask('POST /v1/users/u-17/sessions/options', { token: paying }),
      await test.ask('POST /v1/users/u-17/sessions/passkey', {
        token: paying,
        body: { credential: new SoftPasskey().get({ rpId: 'x', challenge: 'AAAA' }, { userHandle: null }) },
      }),
    ];
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual(
      Array.from({ length: 6 }, () => [501, 'PASSKEYS_OFF']),
    );
  });
});

describe('a session for a token of the identity provider', () => {
  const test = freshApi();
  const issuer = new Issuer();

  it('changes no passkeys: it would outlive what it was opened for', async () => {
    await issuer.open();
    try {
      const oidc = { issuer: issuer.url, audience: 'shop', ownerClaim: 'sub' };
      await test.store.access.putSettings(sealSettings(mac, defaultTenant, { oidc }));
      const token = await test.token();
      const proof = await issuer.token('u-17');
      const opened = await test.ask('POST /v1/sessions', { token, headers: { 'custos-user-token': proof } });
      for (const text of [proof, String(opened.body['session'])]) {
        const answer = await test.ask('POST /v1/users/u-17/passkeys/options', {
          ...{ token, body: {} },
          headers: { 'custos-user-token': text },
        });
        expect(answer.body['code']).toBe('USER_TOKEN_REQUIRED');
      }
    } finally {
      await issuer.server.close();
    }
  });
});

describe('what is no answer of a passkey', () => {
  const test = freshApi();
  const credential = (change: object, response: object = {}) => {
    const made = new SoftPasskey().create({ rp: { id: 'x' }, user: { id: 'x' }, challenge: 'AAAA' });
    return { ...made, ...change, response: { ...made.response, ...response } };
  };

  it.each<readonly [string, unknown]>([
    ['no name', { credential: credential({}) }],
    ['an empty name', { name: '', credential: credential({}) }],
    ['a long name', { name: 'x'.repeat(65), credential: credential({}) }],
    ['a name with control characters', { name: 'a\nb', credential: credential({}) }],
    ['no credential', { name: 'x' }],
    ['a member too many', { name: 'x', credential: credential({}), more: 1 }],
    ['an id with padding', { name: 'x', credential: credential({ id: 'AA==' }) }],
    ['an id of no bytes', { name: 'x', credential: credential({ id: '' }) }],
    ['an id of 1,024 bytes', { name: 'x', credential: credential({ id: Buffer.alloc(1024).toString('base64url') }) }],
    ['an id with loose bits', { name: 'x', credential: credential({ id: 'AB' }) }],
    ['another type', { name: 'x', credential: credential({ type: 'password' }) }],
    ['no client data', { name: 'x', credential: credential({}, { clientDataJSON: undefined }) }],
    ['an attestation that is a number', { name: 'x', credential: credential({}, { attestationObject: 5 }) }],
    ['an attestation of 64 KiB', { name: 'x', credential: credential({}, { attestationObject: 'A'.repeat(65_536) }) }],
    ['wrong transports', { name: 'x', credential: credential({}, { transports: ['<b>'] }) }],
  ])('is refused with its place: %s', async (_, body) => {
    const token = await test.token({ scopes: ['users:manage'] });
    const answer = await test.ask('POST /v1/users/u-17/passkeys', { token, body });
    expect([answer.status, answer.body['code']]).toEqual([400, 'REQUEST_INVALID']);
    expect(answer.body['errors']).toEqual([expect.objectContaining({ pointer: expect.stringMatching(/^#?\//) })]);
    expect(await test.store.owners.page(undefined, undefined, 10)).toEqual([]);
  });
});

function idOf({ id }: SoftPasskey): string {
  return Buffer.from(id).toString('base64url');
}
