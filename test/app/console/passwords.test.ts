import { base32nopad } from '@scure/base';
import { beforeEach, describe, expect, it } from 'vitest';
import { totpCode, totpStep } from '../../../src/crypto/totp.js';
import { constitutionOf, freshPersons, from, named, plain } from './support.js';

const good = 'seven words that nobody has said before';
const refused = { code: 'LOGIN_REFUSED' };
const limited = { code: 'RATE_LIMITED' };
const step = 30_000;

describe('a password with a code of an app, where passkeys cannot be,', () => {
  const test = freshPersons();
  let secret: Uint8Array = new Uint8Array();
  beforeEach(() => {
    test.origin = plain;
  });
  /** What the app shows. @param away - in steps */
  const shown = (away = 0) => totpCode(secret, totpStep(test.now) + away);
  const offer = async (code: string) => {
    const offered = await test.service.offerTotp(code, from());
    secret = base32nopad.decode(offered.secret);
    return offered;
  };
  const enrol = async (name = 'ada', password = good) => {
    const code = await test.code(name);
    await offer(code);
    return test.service.enrolPassword(code, { password, totp: shown() }, from());
  };
  const logIn = (totp: string, password = good, name = 'ada') =>
    test.service.loginByPassword(name, { password, totp }, from());

  it('logs in, with the code of the next half minute', async () => {
    await enrol();
    test.now += step;
    const { cookie } = await logIn(shown());
    expect((await test.find(cookie)).person).toMatchObject({ name: 'ada', by: 'password', keys: [] });
    expect(await test.list()).toMatchObject([{ name: 'ada', passkeys: 0, hasPassword: true }]);
  });

  it('is set up with what an app reads, which is the same each time and another one for each code', async () => {
    const [first, second] = [await test.code('ada'), await test.code('ada')];
    const offered = await offer(first);
    expect(offered.uri).toBe(`otpauth://totp/Custos:ada%4010.0.0.5%3A8646?secret=${offered.secret}&issuer=Custos`);
    expect(offered.secret).toMatch(/^[A-Z2-7]{32}$/);
    expect((await offer(first)).secret).toBe(offered.secret);
    expect((await offer(second)).secret).not.toBe(offered.secret);
  });

  it('is not set with a wrong code of the app or a weak password, and the one-time code stays good', async () => {
    const code = await test.code('ada');
    await offer(code);
    const set = (password: string, totp: string) => test.service.enrolPassword(code, { password, totp }, from());
    await expect(set(good, shown(2))).rejects.toMatchObject({ code: 'TOTP_WRONG' });
    await expect(set('password1234', shown())).rejects.toMatchObject({ code: 'PASSWORD_WEAK' });
    expect(await test.list()).toMatchObject([{ hasPassword: false }]);
    await set(good, shown());
    await expect(set(good, shown())).rejects.toMatchObject(refused);
  });

  it('logs in once with each code of the app, also when two use it at the same time', async () => {
    await enrol();
    // That of the enrolment, too.
    await expect(logIn(shown())).rejects.toMatchObject(refused);
    test.now += step;
    const all = await Promise.allSettled([logIn(shown()), logIn(shown())]);
    expect(all.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(logIn(shown(-1))).rejects.toMatchObject(refused);
    await logIn(shown(1));
  });

  it('that is wrong is refused like a wrong code, an unknown person, and one without a password', async () => {
    await enrol();
    await test.code('ben');
    test.now += step;
    const messages = await Promise.all(
      [logIn(shown(), `${good}.`), logIn('000000'), logIn(shown(), good, 'nobody'), logIn(shown(), good, 'ben')].map(
        (tried) =>
          tried.then(
            () => 'in',
            (error: Error) => error.message,
          ),
      ),
    );
    expect(new Set(messages)).toEqual(new Set(['the user cannot log in with this']));
    await logIn(shown());
  });

  it('is not guessed: five tries at once, and then one each half minute', async () => {
    await enrol();
    test.now += step;
    for (let at = 0; at < 5; at++) await expect(logIn(shown(), `wrong ${at}`)).rejects.toMatchObject(refused);
    await expect(logIn(shown())).rejects.toMatchObject(limited);
    test.now += step;
    await logIn(shown());
  });

  it('gives whoever has it six codes an hour to try, and does not say so', async () => {
    await enrol();
    for (let at = 0; at < 5; at++) {
      test.now += step;
      await expect(logIn('000000')).rejects.toMatchObject(refused);
    }
    test.now += step;
    await expect(logIn(shown())).rejects.toMatchObject(refused);
    test.now += 600_000;
    await logIn(shown());
  });

  it('lets its person look and stop signing, whatever their roles are, and nothing else', async () => {
    const { cookie } = await enrol();
    for (const [role, changes] of [
      ['admin', ['freezes:create']],
      ['operator', ['freezes:create']],
      ['approver', ['freezes:create']],
      ['auditor', []],
    ] as const) {
      test.constitution = constitutionOf('ada', role);
      const { scopes } = (await test.find(cookie)).caller;
      expect(scopes.filter((scope) => !scope.endsWith(':read'))).toEqual(changes);
      expect(scopes).toContain('approvals:read');
    }
  });

  it('is replaced by another one, which ends the sessions of before', async () => {
    const { cookie } = await enrol();
    test.now += step;
    await enrol('ada', `${good} again`);
    await expect(test.find(cookie)).rejects.toMatchObject({ code: 'SESSION_ENDED' });
    test.now += step;
    await expect(logIn(shown())).rejects.toMatchObject(refused);
    await logIn(shown(), `${good} again`);
    await test.remove('ada');
    test.now += step;
    await expect(logIn(shown(), `${good} again`)).rejects.toMatchObject(refused);
  });

  it('opens nothing where passkeys are, and passkeys nothing where they cannot be', async () => {
    await enrol();
    const code = await test.code('ada');
    const other = await test.code('ada');
    await expect(test.service.startEnrolment(other, from())).rejects.toMatchObject({ code: 'PASSKEYS_OFF' });
    await expect(test.service.startLogin('ada', from())).rejects.toMatchObject({ code: 'PASSKEYS_OFF' });
    test.origin = named;
    test.now += step;
    const off = { code: 'PASSWORDS_OFF' };
    await expect(test.service.offerTotp(code, from())).rejects.toMatchObject(off);
    await expect(test.service.enrolPassword(code, { password: good, totp: shown() }, from())).rejects.toMatchObject(
      off,
    );
    await expect(logIn(shown())).rejects.toMatchObject(off);
  });

  it('stands in no row of the store, and its logins and refusals are in the audit log', async () => {
    await enrol();
    test.now += step;
    await expect(logIn('000000')).rejects.toMatchObject(refused);
    await logIn(shown());
    const address = '192.0.2.1';
    expect(await test.told()).toEqual([
      ['person.invited', { person: 'ada' }],
      ['person.logged-in', { person: 'ada', by: 'code', address }],
      ['person.login-refused', { person: 'ada', by: 'password', address }],
      ['person.logged-in', { person: 'ada', by: 'password', address }],
    ]);
    const rows = JSON.stringify(await test.store.owners.page('custos-persons' as never, undefined, 10));
    for (const open of [good, base32nopad.encode(secret), Buffer.from(secret).toString('base64url')]) {
      expect(rows).not.toContain(open);
    }
  });
});
