import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '../../dist/app/config/config.js';
import { createHouse } from '../../dist/app/house.js';
import { Canaries } from '../support/canaries.js';
import { custos, type Ended, makeHome, removeHome } from '../support/custos.js';
import { storeOf } from '../support/home-store.js';
import { receiver, transfer } from '../support/kms.js';
import { first } from '../support/publishing.js';
import { quicken } from '../support/quick-slot.js';
import { silentTerminal } from '../support/silent-terminal.js';
import { type StubCloud, startStubCloud } from '../support/stub-cloud.js';

const canaries = new Canaries();
const planted = (name: string) => `canary ${name} ${randomBytes(8).toString('hex')}`;
const secret = {
  password: planted('password'),
  apiKey: planted('api-key').replaceAll(' ', '-'),
  fourEye: planted('four-eye'),
  approver: planted('approver'),
  keyPassword: planted('key-password'),
};
const privateKey = `0x${randomBytes(32).toString('hex')}`;
const wallet = randomUUID();

let home = '';
let stub: StubCloud;
let env: Readonly<Record<string, string>> = {};
const file = (name: string) => join(home, name);
const put = (name: string, content: string | object): string => {
  writeFileSync(file(name), typeof content === 'string' ? content : JSON.stringify(content));
  return file(name);
};

/** Runs a command, and looks through everything that it printed. */
async function quiet(...args: readonly string[]): Promise<Ended> {
  const ended = await custos(args, { home, env });
  expect({ args, leaks: canaries.in(ended.stdout + ended.stderr) }).toEqual({ args, leaks: [] });
  return ended;
}
async function good(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await quiet(...args);
  expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  return stdout;
}

/** The keys of the store, which no output may have either. */
async function plantKeys(): Promise<void> {
  const house = createHouse(readConfig({}, { ...storeOf(home), ...env }, home), silentTerminal);
  canaries.key('root key', Buffer.from(await house.rootKey()).toString('hex'));
  await house.close();
}

beforeAll(async () => {
  home = makeHome();
  stub = await startStubCloud();
  env = {
    CUSTOS_PASSWORD: secret.password,
    CUSTOS_API_KEY: secret.apiKey,
    CUSTOS_FOUR_EYE_SECRET: secret.fourEye,
    CUSTOS_APPROVER_SECRET: secret.approver,
    CUSTOS_KEY_PASSWORD: secret.keyPassword,
    CUSTOS_CLOUD_URL: stub.url,
  };
  for (const [name, text] of Object.entries(secret)) canaries.text(name, text);
  canaries.key('private key', privateKey);
  const input = JSON.stringify({ [wallet]: { privateKey, chain: 'ETH', testnet: true } });
  expect(await custos(['wallet', 'import'], { home, env, input })).toMatchObject({ code: 0 });
  await quicken(home, env);
  await plantKeys();
}, 120_000);
afterAll(async () => {
  await stub.close();
  removeHome(home);
});

it('no secret is in anything that control prints, exports or asks persons with', async () => {
  const ann = (await good('approver', 'key', file('ann.key'))).trim();
  const ada = (await good('approver', 'key', file('ada.key'))).trim();
  const { store } = JSON.parse(await good('constitution', 'draft'));
  const person = (role: string, key: string) => ({ roles: [role], keys: [key], initiates: [] });
  const constitution = put('constitution.json', {
    custosConstitution: 1,
    store,
    version: 1,
    previous: null,
    persons: { ada: person('admin', ada), ann: person('approver', ann) },
    groups: { board: ['ada'], desk: ['ann'] },
    thresholds: { constitution: '1 of board', widen: '1 of board', narrow: '1 of board', unfreeze: '1 of desk' },
  });
  const signed = (...args: string[]) => good(...args, '--key', file('ada.key'), '--yes');
  await good(
    'constitution',
    'enact',
    constitution,
    put('c.signature', await signed('constitution', 'sign', constitution)),
  );
  const permits = [{ id: 'open', asset: 'ETH.testnet', to: receiver, max: '1', needs: ['1 of desk'] }];
  const policy = put('policy.json', { ...first, permits });
  const decree = await signed('policy', 'sign', policy, '--store-id', store);
  await good('policy', 'publish', policy, put('p.signature', decree));
  stub.queue('ETH').push(transfer('asked', wallet));
  await quiet('daemon', '--run-once', '--testnet', '--chain=ETH');

  for (const format of ['jsonl', 'csv', 'ocsf']) {
    const path = file(`log.${format}`);
    await good('audit', 'export', path, '--format', format);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('policy.published');
    expect({ format, leaks: canaries.in(text) }).toEqual({ format, leaks: [] });
  }
  const request = put('request.json', await good('approval', 'request', 'asked'));
  put('answer.json', await good('approve', '--request', request, '--key', file('ann.key'), '--yes'));
  await good('approval', 'submit', file('answer.json'));
  const freeze = (await good('freeze', '--all', '--reason', 'a test')).trim();
  for (const args of [
    ['policy', 'explain', 'asked'],
    ['policy', 'explain', 'asked', '--json'],
    ['policy', 'explain', policy, '--transaction', 'asked'],
    ['policy', 'backtest'],
    ['policy', 'backtest', policy, '--json'],
    ['policy', 'show'],
    ['policy', 'history', '--json'],
    ['policy', 'draft'],
    ['approvals', 'list', '--json'],
    ['transaction', 'show', 'asked'],
    ['freezes', '--json'],
    ['audit', 'list', '--json'],
    ['audit', 'head'],
    ['audit', 'prove', 'main/0'],
    ['wallet', 'suspend', wallet, '--reason', 'a test', '--request-only'],
  ]) {
    await good(...args);
  }
  expect(freeze).toMatch(/^[0-9a-f]{32}$/);
  await good('audit', 'prune', '--before', '2020-01-01', '--archive', file('archive.jsonl'), '--yes');
}, 240_000);
