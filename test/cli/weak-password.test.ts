import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { custos, type Environment, makeHome, onTerminal, removeHome } from '../support/custos.js';
import { keys } from '../support/kms.js';
import { onPostgres } from '../support/postgres.js';
import { makeQuickHome } from '../support/quick-slot.js';

const good = { CUSTOS_PASSWORD: 'five words make it well' };
const weak = 'short';
const screen = ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr;
const wallet = JSON.stringify({
  '26d3883e-4e17-48b3-a0ee-09a3e484ac83': { privateKey: keys.one.privateKey, chain: 'ETH', testnet: true },
});

let home = '';
const run = (args: readonly string[], env: Environment, input?: string) =>
  custos(args, { home, env, ...(input !== undefined && { input }) });
const isMade = async () => onPostgres || existsSync(join(home, '.custos', 'store.db'));

describe('without a terminal a weak password', () => {
  beforeEach(() => {
    home = makeHome();
  });
  afterEach(() => removeHome(home));

  it.each([
    ['init', ['init'], undefined],
    ['wallet create', ['wallet', 'create', 'ETH', '--private-key'], undefined],
    ['wallet import', ['wallet', 'import'], wallet],
  ])(
    'a weak password makes no store by `%s` without a terminal, except with --weak-password, which warns',
    async (_name, args, input) => {
      const env = { CUSTOS_PASSWORD: weak };
      const refused = await run(args, env, input);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toMatch(
        /^custos: error: the new password is weak: it has 5 characters.*\(PASSWORD_WEAK\)\n/,
      );
      if (!onPostgres) expect(await isMade()).toBe(false);
      const taken = await run([...args, '--weak-password'], env, input);
      expect(taken).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('custos: warning: the new password is weak'),
      });
      expect(await run(['wallet', 'list'], env)).toMatchObject({ code: 0, stderr: '' });
    },
  );

  it('a weak password from a file or from the list is refused in the same way', async () => {
    const ended = await run(['init'], { CUSTOS_PASSWORD: 'Password12345' });
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('(PASSWORD_WEAK)') });
  });

  it('a weak password makes a store under the names of Tatum KMS, with a warning', async () => {
    const made = await run(['generatemanagedwallet', 'ETH', '--testnet'], { TATUM_KMS_PASSWORD: weak });
    expect(made).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('custos: warning: the new password is weak'),
    });
    expect(JSON.parse(made.stdout)).toMatchObject({ signatureId: expect.any(String) });
    const next = await run(['generatemanagedwallet', 'ETH', '--testnet'], { TATUM_KMS_PASSWORD: weak });
    expect(next).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a weak password in the place of another', () => {
  beforeEach(async () => {
    home = await makeQuickHome(good);
  });
  afterEach(() => removeHome(home));

  it.each(['change', 'add', 'recover'])(
    'a weak replacement password is refused by `password %s`, and the old one stays',
    async (verb) => {
      const made = verb === 'recover' ? await run(['password', 'recovery-key'], good) : undefined;
      const key = made === undefined ? {} : { CUSTOS_RECOVERY_KEY: JSON.parse(made.stdout).recoveryKey };
      const env = { ...good, ...key, CUSTOS_NEW_PASSWORD: weak };
      expect(await run(['password', verb], env)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('(PASSWORD_WEAK)'),
      });
      expect(await run(['wallet', 'list'], { CUSTOS_PASSWORD: weak })).toMatchObject({ code: 1 });
      expect(await run(['wallet', 'list'], good)).toMatchObject({ code: 0 });
      expect(await run(['password', verb, '--weak-password'], env)).toMatchObject({ code: 0 });
      expect(await run(['wallet', 'list'], { CUSTOS_PASSWORD: weak })).toMatchObject({ code: 0 });
    },
  );
});

describe('on a terminal a weak password', () => {
  beforeEach(() => {
    home = makeHome();
  });
  afterEach(() => removeHome(home));

  it.each([
    ['n', 1, /\(CANCELLED_BY_USER\)/],
    ['y', 0, /Recovery key, shown only once/],
  ])('a weak password on a terminal needs an answer: %s', async (answer, code, shown) => {
    const running = onTerminal(['init'], { home });
    await running.line(/New password/);
    running.type(`${weak}\r`);
    await running.line(/Once more/);
    running.type(`${weak}\r`);
    await running.line(/Take it all the same/);
    running.type(`${answer}\r`);
    const ended = await running.ended;
    expect(ended.code).toBe(code);
    expect(screen(ended)).toMatch(shown);
    if (!onPostgres) expect(await isMade()).toBe(code === 0);
  });
});
