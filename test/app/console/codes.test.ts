import { describe, expect, it } from 'vitest';
import { freshPersons, from } from './support.js';

const refused = { code: 'LOGIN_REFUSED' };

describe('a code for a first login', () => {
  const test = freshPersons();

  it('has 16 characters that nobody mistakes, and may be typed in any way', async () => {
    const code = await test.code('ada');
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
    const typed = code.toLowerCase().replaceAll('-', ' ').replaceAll('1', 'l').replaceAll('0', 'o');
    expect((await test.service.startEnrolment(typed, from())).name).toBe('ada');
  });

  it('lets in once, also when two use it at the same time', async () => {
    const code = await test.code('ada');
    const all = await Promise.allSettled([test.enrol(code), test.enrol(code)]);
    expect(all.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(test.enrol(code)).rejects.toMatchObject(refused);
    expect(await test.list()).toMatchObject([{ name: 'ada', passkeys: 1 }]);
  });

  it('is good for 24 hours', async () => {
    const code = await test.code('ada');
    test.now += 24 * 60 * 60 * 1000 - 1;
    expect((await test.service.startEnrolment(code, from())).name).toBe('ada');
    test.now += 1;
    await expect(test.service.startEnrolment(code, from())).rejects.toMatchObject(refused);
  });

  it('ends when the person is removed', async () => {
    const code = await test.code('ada');
    await test.remove('ada');
    await expect(test.service.startEnrolment(code, from())).rejects.toMatchObject(refused);
  });

  it('is not guessed: five tries from one address, and then one each half minute, which keeps nobody else out', async () => {
    const code = await test.code('ada');
    const guess = (text: string) => test.service.startEnrolment(text, from()).catch((error) => error.code);
    const tries = [
      '',
      'AAAA-AAAA-AAAA-AAAA',
      code.slice(1),
      `${code}0`,
      code.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    ];
    for (const text of tries) expect(await guess(text)).toBe('LOGIN_REFUSED');
    expect(await guess(code)).toBe('RATE_LIMITED');
    expect((await test.service.startEnrolment(code, from({ address: '192.0.2.2' }))).name).toBe('ada');
    test.now += 30_000;
    expect(await guess(code)).toMatchObject({ name: 'ada' });
  });

  it.each(['', 'Ada', '1a', 'a b', 'a'.repeat(33), '<b>'])(
    'is not for "%s", which no constitution could name',
    async (name) => {
      await expect(test.code(name)).rejects.toMatchObject({ code: 'USAGE' });
      expect(await test.told()).toEqual([]);
    },
  );

  it('stands in the audit log, with the login that used it and those that were refused', async () => {
    const code = await test.code('ada');
    await expect(test.service.startEnrolment('AAAA-AAAA-AAAA-AAAA', from())).rejects.toMatchObject(refused);
    const { cookie } = await test.enrol(code);
    await test.service.logout(cookie);
    await test.remove('ada');
    const address = '192.0.2.1';
    expect(await test.told()).toEqual([
      ['person.invited', { person: 'ada' }],
      ['person.login-refused', { by: 'code', address }],
      ['person.logged-in', { person: 'ada', by: 'code', address }],
      ['person.logged-out', { person: 'ada' }],
      ['person.removed', { person: 'ada' }],
    ]);
    expect(JSON.stringify(await test.told())).not.toContain(code);
  });
});
