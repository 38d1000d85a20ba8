import { describe, expect, it } from 'vitest';
import { SoftPasskey } from '../../support/authenticator.js';
import { otherSpellings } from '../../support/base64url.js';
import { constitutionOf, freshPersons } from './support.js';

const [minute, hour] = [60_000, 3_600_000];
const ended = { code: 'SESSION_ENDED' };

describe('a session in the console', () => {
  const test = freshPersons();
  const open = async (name = 'ada') => (await test.enrol(await test.code(name))).cookie;

  it('ends after 15 minutes without a request', async () => {
    const cookie = await open();
    test.now += 15 * minute - 1;
    expect((await test.find(cookie)).person.name).toBe('ada');
    test.now += 1;
    await expect(test.find(cookie)).rejects.toMatchObject(ended);
  });

  it('is renewed by requests, and ends eight hours after the login', async () => {
    const begun = test.now;
    let cookie = await open();
    let renewals = 0;
    while (test.now - begun < 8 * hour - 14 * minute) {
      test.now += 14 * minute;
      const { renewed, expiresAt } = await test.find(cookie);
      expect(expiresAt).toBeLessThanOrEqual(begun + 8 * hour);
      renewals += renewed === undefined ? 0 : 1;
      cookie = renewed ?? cookie;
    }
    expect(renewals).toBeGreaterThan(30);
    test.now = begun + 8 * hour - 1;
    expect((await test.find(cookie)).renewed).toBeUndefined();
    test.now += 1;
    await expect(test.find(cookie)).rejects.toMatchObject(ended);
  });

  it('is not renewed by what the page asks while nobody is there', async () => {
    const cookie = await open();
    test.now += 14 * minute;
    expect((await test.find(cookie, false)).renewed).toBeUndefined();
    test.now += minute;
    await expect(test.find(cookie, false)).rejects.toMatchObject(ended);
  });

  it('has no other cookie while its own is young, and the former one stays good for requests on their way', async () => {
    const cookie = await open();
    test.now += 5 * minute;
    expect((await test.find(cookie)).renewed).toBeUndefined();
    test.now += 1;
    const { renewed } = await test.find(cookie);
    expect(renewed).toMatch(/^[A-Za-z0-9_-]{55}$/);
    expect(renewed).not.toBe(cookie);
    expect((await test.find(cookie)).person.name).toBe('ada');
  });

  it('is made no younger and no stronger by its holder, and nothing else is one', async () => {
    const bytes = Buffer.from(await open(), 'base64url');
    const twists: readonly ((changed: Buffer) => void)[] = [
      (changed) => changed.writeUInt8(1, 32),
      (changed) => changed.writeUInt8(2, 32),
      (changed) => changed.writeBigUInt64BE(BigInt(test.now + hour), 33),
      (changed) => changed.writeUInt8((changed[0] ?? 0) ^ 1, 0),
    ];
    const texts = twists.map((twist) => {
      const changed = Buffer.from(bytes);
      twist(changed);
      return changed.toString('base64url');
    });
    const whole = bytes.toString('base64url');
    texts.push(...otherSpellings(whole), 'A'.repeat(54), 'A'.repeat(55), `${whole}A`);
    for (const text of [...texts, undefined, '']) {
      await expect(test.find(text)).rejects.toMatchObject(ended);
    }
  });

  it('that a browser had before ends with the next login, whoever it was', async () => {
    const planted = await open('eve');
    const { cookie } = await test.enrol(await test.code('ada'), { cookie: planted });
    expect((await test.find(cookie)).person.name).toBe('ada');
    await expect(test.find(planted)).rejects.toMatchObject(ended);
  });

  it('ends with every other one when the person logs out, and when they are removed', async () => {
    const passkey = new SoftPasskey();
    const first = (await test.enrol(await test.code('ada'), {}, passkey)).cookie;
    const others = await open('ben');
    const second = (await test.logIn('ada', passkey)).cookie;
    await test.service.logout(second);
    for (const cookie of [first, second]) await expect(test.find(cookie)).rejects.toMatchObject(ended);
    await test.remove('ben');
    await expect(test.find(others)).rejects.toMatchObject(ended);
  });

  it('has the rights of the constitution in force at each request', async () => {
    const cookie = await open();
    expect((await test.find(cookie)).caller.scopes).toEqual([]);
    test.constitution = constitutionOf('ada', 'approver');
    expect((await test.find(cookie)).caller.scopes).toContain('approvals:decide');
    test.constitution = constitutionOf('ben', 'approver');
    expect((await test.find(cookie)).caller.scopes).toEqual([]);
  });

  it('is one of a passkey, whose refusals and logins the audit log has', async () => {
    const passkey = new SoftPasskey();
    await test.enrol(await test.code('ada'), {}, passkey);
    await expect(test.logIn('ada', new SoftPasskey())).rejects.toMatchObject({ code: 'LOGIN_REFUSED' });
    await expect(test.logIn('nobody', passkey)).rejects.toMatchObject({ code: 'LOGIN_REFUSED' });
    const { cookie } = await test.logIn('ada', passkey);
    expect((await test.find(cookie)).person.by).toBe('passkey');
    const address = '192.0.2.1';
    expect((await test.told()).slice(2)).toEqual([
      ['person.login-refused', { person: 'ada', by: 'passkey', address }],
      ['person.login-refused', { by: 'passkey', address }],
      ['person.logged-in', { person: 'ada', by: 'passkey', address }],
    ]);
  });

  it('is refused to whoever makes names up, and the audit log does not grow with them without end', async () => {
    for (let at = 0; at < 60; at++) {
      await expect(test.logIn(`nobody-${at}`, new SoftPasskey())).rejects.toMatchObject({ code: 'LOGIN_REFUSED' });
    }
    expect((await test.told()).length).toBe(30);
  });
});
