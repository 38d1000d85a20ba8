import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { custos, type Ended, makeHome, removeHome } from '../support/custos.js';
import { type Kms, startKms, transfer } from '../support/kms.js';
import { makeQuickKey } from '../support/person-keys.js';

const password = 'a password for keys of persons';
const reason = 'payouts to unknown addresses – stop';

let kms: Kms;
/** The machine of a person, without any store. */
let away = '';
const file = (name: string) => join(away, name);
const keys: Record<string, string> = {};

const elsewhere = (...args: string[]): Promise<Ended> =>
  custos(args, { home: away, env: { CUSTOS_KEY_PASSWORD: password } });
/** A command at the store. */
const here = (...args: string[]): Promise<Ended> =>
  custos(args, { home: kms.home, env: { ...kms.env, CUSTOS_KEY_PASSWORD: password } });
/** The same of somebody who does not have the password of the store. */
const keyed = (...args: string[]): Promise<Ended> => {
  const { CUSTOS_PASSWORD: _, ...env } = kms.env;
  return custos(args, { home: kms.home, env: { ...env, CUSTOS_KEY_PASSWORD: password } });
};
const good = async (ended: Promise<Ended>): Promise<string> => {
  const { code, stdout, stderr } = await ended;
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};
const put = (name: string, text: string): string => {
  writeFileSync(file(name), text);
  return file(name);
};

/** One round with a transaction in the queue. */
async function round(id: string): Promise<Ended> {
  const queue = kms.stub.queue('ETH');
  queue.splice(0, queue.length, transfer(id, kms.ids.key));
  return kms.run('daemon', '--run-once', '--testnet');
}

/** Rounds until a transaction is sent that may still rest for a second. */
async function untilSent(id: string): Promise<void> {
  const isSent = () => kms.stub.broadcasts.some(({ body }) => body['signatureId'] === id);
  while (!isSent()) await round(id);
  expect(await kms.story(id)).toMatchObject({ state: 'completed' });
}

const states = async () => {
  const lines = (await good(here('freezes', '--json'))).split('\n').filter((line) => line !== '');
  return Object.fromEntries(lines.map((line) => JSON.parse(line)).map(({ id, state }) => [id, state]));
};

beforeAll(async () => {
  kms = await startKms();
  away = makeHome();
}, 240_000);
afterAll(async () => {
  await kms.close();
  removeHome(away);
});

it('without a constitution, the password freezes and ends a freeze, and what waited goes on', async () => {
  const made = await here('freeze', '--all', '--reason', reason);
  const id = made.stdout.trim();
  expect(made.stderr).toContain('Frozen: all.');
  expect((await round('first')).code).toBe(1);
  expect(await kms.story('first')).toMatchObject({
    state: 'held',
    error: { code: 'FROZEN', message: `freeze ${id} stops all: ${reason}` },
  });
  expect((await kms.run('doctor', '--testnet', '--offline')).stdout).toContain(`custos unfreeze ${id}`);
  expect(await good(keyed('freezes'))).toContain(reason);
  expect(kms.stub.broadcasts).toEqual([]);

  expect((await here('unfreeze', id)).stderr).toContain(`The freeze ${id} is ended.`);
  expect((await here('unfreeze', id)).stderr).toContain('FREEZE_ENDED');
  expect(await states()).toEqual({ [id]: 'ended' });
  await untilSent('first');
});

it('a freeze that cannot be what was meant is refused', async () => {
  const refused = async (...args: string[]) => (await here('freeze', ...args)).stderr;
  expect(await refused('--all')).toContain('FREEZE_INVALID');
  expect(await refused('--reason', 'why')).toContain('FREEZE_INVALID');
  expect(await refused('--all', '--chain', 'ETH', '--reason', 'why')).toContain('FREEZE_INVALID');
  expect(await refused('--chain', 'NONE', '--reason', 'why')).toContain('CHAIN_UNKNOWN');
  expect(await refused('--wallet', '00000000-0000-4000-8000-000000000001', '--reason', 'why')).toContain(
    'WALLET_UNKNOWN',
  );
  expect(await refused('--all', '--reason', ' ')).toContain('FREEZE_INVALID');
  expect(await refused('--tag', 'a', '--tag', 'b', '--reason', 'why')).toContain('FREEZE_INVALID');
  expect((await here('unfreeze', 'aa'.repeat(16))).stderr).toContain('FREEZE_UNKNOWN');
  expect((await keyed('unfreeze', 'aa'.repeat(16), put('none.unfreeze', ''))).stderr).toContain('FREEZE_UNKNOWN');
});

it('a freeze of a tag that no wallet has says so', async () => {
  await good(here('wallet', 'tag', kms.ids.key, '--add', 'hot'));
  const [hot, typo] = [
    await here('freeze', '--tag', 'hot', '--reason', 'a'),
    await here('freeze', '--tag', 'hto', '--reason', 'a'),
  ];
  expect(hot.stderr).not.toContain('No wallet has the tag');
  expect(typo.stderr).toContain('Frozen: tag hto.');
  expect(typo.stderr).toContain('No wallet has the tag hto now, so it stops none yet.');
  for (const { stdout } of [hot, typo]) expect((await here('unfreeze', stdout.trim())).code).toBe(0);
});

it('with a constitution a person freezes without the password, a stranger does not, and two persons end it', async () => {
  for (const name of ['ada', 'bea', 'bob', 'eve']) {
    keys[name] = await makeQuickKey(file(`${name}.key`), password);
  }
  const freezeBy = (name: string) => keyed('freeze', '--all', '--reason', reason, '--key', file(`${name}.key`));
  expect((await freezeBy('bea')).stderr).toContain('CONSTITUTION_MISSING');
  const person = (role: string, name: string) => ({ roles: [role], keys: [keys[name]], initiates: [] });
  const { store } = JSON.parse(await good(here('constitution', 'draft')));
  const constitution = {
    custosConstitution: 1,
    store,
    version: 1,
    previous: null,
    persons: { ada: person('admin', 'ada'), bea: person('approver', 'bea'), bob: person('operator', 'bob') },
    groups: { board: ['ada'], both: ['bea', 'bob'] },
    thresholds: { constitution: '1 of board', widen: '1 of board', narrow: '1 of board', unfreeze: '2 of both' },
  };
  const written = put('constitution.json', JSON.stringify(constitution));
  const signed = await good(elsewhere('constitution', 'sign', written, '--key', file('ada.key'), '--yes'));
  await good(here('constitution', 'enact', written, put('ada.signature', signed)));

  const id = (await good(freezeBy('bob'))).trim();
  const strange = (await good(freezeBy('eve'))).trim();
  expect(await states()).toMatchObject({ [id]: 'unverified', [strange]: 'unverified' });
  const { stderr } = await round('second');
  expect(stderr).toContain('"event":"freeze-not-authentic"');
  expect(await kms.story('second')).toMatchObject({ state: 'held', error: { code: 'FROZEN' } });
  expect(await states()).toMatchObject({ [id]: 'active', [strange]: 'unverified' });

  const line = (await good(here('freezes', '--json'))).split('\n').find((one) => one.includes(id)) ?? '';
  const request = put('freeze.json', line);
  const shown = await elsewhere('unfreeze', '--request', request, '--key', file('bea.key'), '--yes');
  expect(shown.stderr).toContain('stops all since');
  const forged = `reason: ${JSON.stringify('alarm\nFreeze 00 stops nothing')}`;
  const text = JSON.parse(line).text.replace(/^reason: .*$/m, () => forged);
  const lying = put('lying.json', JSON.stringify({ ...JSON.parse(line), text }));
  const asked = await elsewhere('unfreeze', '--request', lying, '--key', file('bea.key'), '--yes');
  expect(asked.stderr).toContain('alarm\\u{a}Freeze 00 stops nothing');
  const bea = put('bea.unfreeze', shown.stdout);
  const bob = put('bob.unfreeze', await good(keyed('unfreeze', id, '--key', file('bob.key'), '--yes')));
  expect((await here('unfreeze', id)).stderr).toContain('CONSTITUTION_QUORUM');
  expect((await here('unfreeze', id, bea)).stderr).toContain('CONSTITUTION_QUORUM');
  expect((await here('unfreeze', strange, bea, bob)).stderr).toContain('CONSTITUTION_SIGNATURE');
  const broken = put('broken.unfreeze', '');
  expect((await here('unfreeze', id, bea, broken)).stderr).toContain(
    `${broken}: the signature is refused: it is not JSON`,
  );
  expect(await states()).toMatchObject({ [id]: 'active' });
  expect((await here('unfreeze', id, bea, bob)).stderr).toContain(`The freeze ${id} is ended by bea and bob.`);
  await untilSent('second');
});
