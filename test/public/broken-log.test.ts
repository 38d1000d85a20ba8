import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '../../src/app/config/config.js';
import { storeLocation } from '../../src/app/store/location.js';
import { openDatabase } from '../../src/storage/open-database.js';
import type { StoreTables } from '../../src/storage/schema.js';
import { custos, type Ended, makeHome, removeHome } from '../support/custos.js';
import { storeOf } from '../support/home-store.js';
import { type Kms, startKms, transfer } from '../support/kms.js';
import { makeQuickKey } from '../support/person-keys.js';

let kms: Kms;
/** The machine of the persons. */
let away = '';
const env = { CUSTOS_KEY_PASSWORD: 'a password for keys of persons' };
const file = (name: string) => join(away, name);
const put = (name: string, content: object | string): string => {
  writeFileSync(file(name), typeof content === 'string' ? content : JSON.stringify(content));
  return file(name);
};
const elsewhere = (...args: string[]): Promise<Ended> => custos(args, { home: away, env });
const here = (...args: string[]): Promise<Ended> => custos(args, { home: kms.home, env: { ...kms.env, ...env } });
const good = async (ended: Promise<Ended>): Promise<string> => {
  const { code, stdout, stderr } = await ended;
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};
const refused = async (ended: Promise<Ended>): Promise<void> => {
  expect(await ended).toMatchObject({ code: 1, stderr: expect.stringContaining('(AUDIT_BROKEN)') });
};

async function breakLog(): Promise<void> {
  const at = storeLocation(readConfig({}, { ...storeOf(kms.home), ...kms.env }, kms.home));
  const database = await openDatabase<StoreTables>(at);
  await database.write((db) => db.updateTable('audit_heads').set({ size: 0, hashes: '' }).execute());
  await database.close();
}

beforeAll(async () => {
  kms = await startKms();
  away = makeHome();
  const keys: Record<string, string> = {};
  for (const name of ['ada', 'bea']) keys[name] = await makeQuickKey(file(`${name}.key`), env.CUSTOS_KEY_PASSWORD);
  const { store } = JSON.parse(await good(here('constitution', 'draft')));
  const person = (role: string, name: string) => ({ roles: [role], keys: [keys[name]], initiates: [] });
  const written = put('constitution.json', {
    custosConstitution: 1,
    store,
    version: 1,
    previous: null,
    persons: { ada: person('admin', 'ada'), bea: person('approver', 'bea') },
    groups: { board: ['ada'], desk: ['bea'] },
    thresholds: { constitution: '1 of board', widen: '1 of board', narrow: '1 of board', unfreeze: '1 of desk' },
  });
  const signed = await good(elsewhere('constitution', 'sign', written, '--key', file('ada.key'), '--yes'));
  await good(here('constitution', 'enact', written, put('ada.signature', signed)));
  await publish('1', '1');
}, 240_000);
afterAll(async () => {
  await kms.close();
  removeHome(away);
});

async function publish(version: string, max: string): Promise<void> {
  await good(publishing(version, max));
}

/** Publishes the next version, which permits payments up to `max`, with a signature of the admin. */
async function publishing(name: string, max: string): Promise<Ended> {
  const draft = JSON.parse(await good(here('policy', 'draft')));
  const next = put(`${name}.json`, { ...draft, permits: [{ id: 'small', asset: 'ETH.testnet', to: 'any', max }] });
  const ids = ['--store-id', JSON.parse(await good(here('constitution', 'draft'))).store];
  const signed = await good(elsewhere('policy', 'sign', next, ...ids, '--key', file('ada.key'), '--yes'));
  return here('policy', 'publish', next, put(`${name}.signature`, signed));
}

it('with a broken audit log an operator stops and narrows, and nothing is signed, widened or printed', async () => {
  const early = (await good(here('freeze', '--chain', 'BSC', '--reason', 'before'))).trim();
  await breakLog();
  kms.stub.queue('ETH').push(transfer('late', kms.ids.key));
  await refused(kms.daemon('--testnet', '--chain=ETH'));

  const frozen = await here('freeze', '--all', '--reason', 'the log is broken');
  expect(frozen).toMatchObject({ code: 0, stderr: expect.stringContaining('"event":"audit-unrecorded"') });
  const keyed = await here('freeze', '--chain', 'ETH', '--reason', 'once more', '--key', file('bea.key'));
  expect(keyed).toMatchObject({ code: 0, stderr: expect.stringContaining('Frozen: chain ETH.') });
  const listed = await good(here('freezes'));
  for (const { stdout } of [frozen, keyed]) expect(listed).toContain(stdout.trim());
  const suspended = ['wallet', 'suspend', kms.ids.other, '--reason', 'to be safe', '--key', file('bea.key'), '--yes'];
  expect(await here(...suspended)).toMatchObject({ code: 0 });
  expect(await good(here('wallet', 'show', kms.ids.other))).toContain('suspended');
  await publish('2', '0.5');
  expect(await good(here('policy', 'show'))).toContain('max 0.5');

  await refused(publishing('3', '2'));
  const lines = (await good(here('freezes', '--json'))).split('\n').find((line) => line.includes(early)) ?? '';
  const ending = ['unfreeze', '--request', put('freeze.json', lines), '--key', file('bea.key'), '--yes'];
  await refused(here('unfreeze', early, put('bea.unfreeze', await good(elsewhere(...ending)))));
  await refused(here('wallet', 'export', kms.ids.key, '--yes'));
  await refused(here('wallet', 'tag', kms.ids.key, '--add', 'hot'));
  await refused(kms.daemon('--testnet', '--chain=ETH'));
  expect(kms.stub.broadcasts).toEqual([]);
}, 120_000);
