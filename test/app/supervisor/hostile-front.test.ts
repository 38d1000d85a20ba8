import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../../src/app/config/config.js';
import { frontEnvironment } from '../../../src/app/config/front-settings.js';
import { createHouse } from '../../../src/app/house.js';
import { readStorePassword } from '../../../src/app/store/password.js';
import { initStore } from '../../../src/app/store/passwords.js';
import { superviseDaemon } from '../../../src/app/supervisor/supervise.js';
import { createWallets } from '../../../src/app/wallets/create.js';
import { Canaries } from '../../support/canaries.js';
import { silentTerminal } from '../../support/silent-terminal.js';

const program = fileURLToPath(new URL('../../support/hostile-front.mjs', import.meta.url));
const password = `canary ${randomBytes(12).toString('hex')}`;
const canaries = new Canaries();

interface Report {
  readonly heard: readonly { readonly kind: string }[];
  readonly other: unknown;
  readonly wider: unknown;
  readonly welcome: string;
  readonly answers: readonly unknown[];
  readonly opened: readonly string[];
  readonly asked: readonly string[];
  readonly files: readonly string[];
  readonly refused: unknown;
  readonly environment: Readonly<Record<string, string>>;
}

let home: string;
let report: Report;
let text: string;
let code: number;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'custos-hostile-front-'));
  const file = join(home, 'password');
  writeFileSync(file, `${password}\n`);
  chmodSync(file, 0o600);
  const settingsFile = join(home, 'settings.env');
  writeFileSync(settingsFile, `TATUM_KMS_PASSWORD=${password}\nCUSTOS_API_KEY=of the front\n`, { mode: 0o600 });
  const environment = {
    CUSTOS_PASSWORD: password,
    CUSTOS_NEW_PASSWORD: password,
    CUSTOS_OLD_PASSWORD: password,
    CUSTOS_RECOVERY_KEY: password,
    CUSTOS_KEY_PASSWORD: password,
    CUSTOS_PASSWORD_FILE: file,
    TATUM_KMS_VGS_PASSWORD: password,
    AZURE_CLIENT_SECRET: password,
    TATUM_KMS_AWS_SECRET_ACCESS_KEY: password,
    VAULT_TOKEN: password,
    CUSTOS_VAULT_SECRET_ID: password,
    IDENTITY_HEADER: password,
  };
  const flags = { testnet: true, passwordFile: file, envFile: settingsFile, signers: '1' };
  const { config, front: settings } = readSettings(flags, environment, home);
  const house = createHouse(config, silentTerminal);
  (await initStore(house.location, house.passwords)).wipe();
  const wanted = { chain: 'ETH', network: 'testnet', kind: 'key', count: 1 } as const;
  for await (const _made of createWallets({ chains: house.chains, open: house.openForAdding }, wanted));
  canaries.text('password', password);
  canaries.key('root key', Buffer.from(await house.rootKey()).toString('hex'));
  const [sealed] = await (await house.store()).wallets.page({}, undefined, 1);
  if (sealed === undefined) throw new Error('no wallet was made');
  canaries.key('private key', (await house.vault()).export(sealed).privateKey ?? '');
  await house.close();
  const front = {
    program,
    settings,
    environment: { ...frontEnvironment({ ...environment, PATH: process.env['PATH'] }), REPORT: join(home, 'report') },
  };
  const key = async () => ({ secret: await readStorePassword(house.passwords) });
  code = await superviseDaemon({ config, front, key }, new AbortController().signal);
  text = readFileSync(join(home, 'report'), 'utf8');
  report = JSON.parse(text);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('code that runs as the front of a daemon', () => {
  it('gets what every front gets: the keys of public halves and journal, and nothing else', () => {
    expect(code).toBe(0);
    expect(report.welcome).toBe('unlocked');
    expect(text).toContain('of the front');
  });

  it('finds no password, root key or private key in what it is given, whatever it asks supervisor and keeper', () => {
    expect(canaries.in(text)).toEqual([]);
    expect(new Set(report.heard.map(({ kind }) => kind))).toEqual(new Set(['begin', 'keeper-ready', 'keeper-event']));
  });

  it('opens no secret half and no key slot with any key that it holds', () => {
    expect(report.opened.filter((outcome) => outcome === 'opened')).toEqual([]);
    expect(report.opened).toHaveLength(6);
    expect(new Set(report.opened)).toEqual(new Set(['RECORD_DAMAGED', 'PASSWORD_WRONG']));
  });

  it('has nowhere to take the password from, in its settings, its environment or its open files', () => {
    expect(report.asked).toEqual(['PASSWORD_MISSING', 'PASSWORD_MISSING']);
    expect(Object.keys(report.environment).filter((name) => /PASSWORD|RECOVERY|SECRET/.test(name))).toEqual([]);
    expect(report.files.filter((path) => path.includes('password') || path.includes('settings.env'))).toEqual([]);
  });

  it('cannot have the keeper open another store, take other limits or answer other questions', () => {
    expect(report.other).toMatchObject({ kind: 'failed', code: 'SIGNER_STORE_DIFFERS' });
    expect(report.wider).toMatchObject({ kind: 'failed', code: 'SIGNER_RULES_DIFFER' });
    expect(report.refused).toEqual({ kind: 'failed', n: 0, code: 'SIGNER_PROTOCOL' });
  });
});
