import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Config, readConfig } from '../../../src/app/config/config.js';
import { createHouse, type House } from '../../../src/app/house.js';
import { type PasswordMeans, passwordMeans } from '../../../src/app/store/password.js';
import { addPassword, changePassword, initStore, recoverPassword } from '../../../src/app/store/passwords.js';
import type { Secret } from '../../../src/core/secret.js';
import { openHouse } from '../../support/in-process.js';
import { silentTerminal } from '../../support/silent-terminal.js';

const right = 'correct horse battery staple';
let home = '';
let house: House;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'custos-passwords-'));
  house = await openHouse(home);
});
afterAll(async () => {
  await house.close();
  await rm(home, { recursive: true, force: true });
});

/** Passwords as settings give them, and every copy that was handed out. */
function watched(environment: Record<string, string>): {
  readonly passwords: PasswordMeans;
  readonly copies: Secret[];
} {
  const config: Config = readConfig({}, environment, home);
  const copies: Secret[] = [];
  const means = passwordMeans(config, silentTerminal);
  const secrets: PasswordMeans['secrets'] = {
    ...means.secrets,
    copy(name) {
      const secret = means.secrets.copy(name);
      if (secret !== undefined) copies.push(secret);
      return secret;
    },
  };
  return { passwords: { ...means, secrets }, copies };
}

type Parts = Parameters<typeof changePassword>[0];
const never = { rekey: async () => false };

describe('no password outlives a change that fails', () => {
  it.each<readonly [string, Record<string, string>, string, (parts: Parts) => Promise<unknown>]>([
    [
      'a weak password for a new store',
      { CUSTOS_PASSWORD: 'weak' },
      'PASSWORD_WEAK',
      ({ passwords }) => initStore(() => join(home, 'never.db'), passwords),
    ],
    [
      'a store that exists',
      { CUSTOS_PASSWORD: right },
      'STORE_EXISTS',
      ({ passwords }) => initStore(house.location, passwords),
    ],
    [
      'a wrong password',
      { CUSTOS_PASSWORD: 'not the one at all' },
      'PASSWORD_WRONG',
      (parts) => changePassword(parts, never),
    ],
    [
      'a weak new password',
      { CUSTOS_PASSWORD: right, CUSTOS_NEW_PASSWORD: 'weak' },
      'PASSWORD_WEAK',
      (parts) => changePassword(parts, never),
    ],
    ['no new password', { CUSTOS_PASSWORD: right }, 'PASSWORD_MISSING', (parts) => changePassword(parts, never)],
    [
      'a question that is not answered',
      { CUSTOS_PASSWORD: right },
      'CANCELLED_BY_USER',
      (parts) =>
        changePassword(parts, {
          rekey: () => Promise.reject(Object.assign(new Error(), { code: 'CANCELLED_BY_USER' })),
        }),
    ],
    [
      'a weak further password',
      { CUSTOS_NEW_PASSWORD: 'weak' },
      'PASSWORD_WEAK',
      async (parts) => addPassword({ ...parts, opened: await house.opened() }),
    ],
    [
      'a recovery key that is none',
      { CUSTOS_RECOVERY_KEY: 'AAAA' },
      'RECOVERY_KEY_INVALID',
      (parts) => recoverPassword(parts, { ...never, isShared: false }),
    ],
  ])('%s', async (_what, environment, code, work) => {
    const { passwords, copies } = watched(environment);
    await expect(work({ store: await house.store(), log: house.log, passwords })).rejects.toMatchObject({ code });
    expect(copies.length).toBeGreaterThan(0);
    for (const copy of copies) expect(copy.length).toBe(0);
  });

  it('no password stays in memory after a change that succeeds', async () => {
    const { passwords, copies } = watched({ CUSTOS_PASSWORD: right, CUSTOS_NEW_PASSWORD: 'another battery of horses' });
    await changePassword({ store: await house.store(), log: house.log, passwords }, never);
    expect(copies).toHaveLength(2);
    for (const copy of copies) expect(copy.length).toBe(0);
  });
});

describe('a house is closed after every error', () => {
  it('a house is closed even if its store could not be opened, or its password was wrong', async () => {
    const missing = createHouse(readConfig({ store: join(home, 'none.db') }, {}, home), silentTerminal);
    await expect(missing.store()).rejects.toMatchObject({ code: 'STORE_MISSING' });
    await expect(missing.close()).resolves.toBeUndefined();
    const wrong = createHouse(readConfig({}, { CUSTOS_PASSWORD: 'not the one at all' }, home), silentTerminal);
    await expect(wrong.open()).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
    await expect(wrong.close()).resolves.toBeUndefined();
  });

  it('a closed house has wiped the root key that it opened', async () => {
    const opened = createHouse(readConfig({}, { CUSTOS_PASSWORD: 'another battery of horses' }, home), silentTerminal);
    const { rootKey } = await opened.open();
    expect(rootKey.some((byte) => byte !== 0)).toBe(true);
    await opened.close();
    expect(rootKey.every((byte) => byte === 0)).toBe(true);
  });
});
