import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/storage/open-store.js';
import { custos, type Ended, makeHome, removeHome } from '../support/custos.js';
import { fileTest } from '../support/file-test.js';
import { type Kms, keys, receiver, startKms, transfer } from '../support/kms.js';
import { makeQuickKey } from '../support/person-keys.js';

const password = 'a password for keys of persons';
let kms: Kms;
beforeAll(async () => {
  kms = await startKms();
});
afterAll(() => kms.close());

const good = async (ended: Promise<Ended>): Promise<string> => {
  const { code, stdout, stderr } = await ended;
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
};
const shown = async (id: string) => JSON.parse(await good(kms.run('wallet', 'show', id)));
const lines = (text: string) => text.split('\n').filter((line) => line !== '');
const listed = async (...flags: string[]) =>
  lines(await good(kms.run('wallet', 'list', '--json', ...flags))).map((line) => JSON.parse(line).signatureId);

/** One round of a daemon with one transaction of a wallet. */
async function round(id: string, wallet: string): Promise<Ended> {
  const queue = kms.stub.queue('ETH');
  queue.splice(0, queue.length, transfer(id, wallet));
  return kms.daemon('--testnet', '--chain', 'ETH');
}

describe('tags and owner', () => {
  it('wallets about which nothing is said are shown as before', async () => {
    const table = await good(kms.run('wallet', 'list'));
    expect(lines(table)[0]).toMatch(/LABEL$/);
    expect(Object.keys(await shown(kms.ids.key))).toEqual([
      'signatureId',
      'chain',
      'testnet',
      'kind',
      'createdAt',
      'address',
    ]);
  });

  it('wallets get and lose tags together, or none does', async () => {
    const { key, hd, other, bsc } = kms.ids;
    const ids = join(kms.home, 'ids');
    writeFileSync(ids, `${other}\n\n${bsc}\n`);
    const tagged = await kms.run('wallet', 'tag', key, hd, '--ids', ids, '--add', 'hot', '--add', 'desk');
    expect(tagged).toMatchObject({ code: 0, stdout: '', stderr: '4 of 4 wallets changed.\n' });
    expect(await kms.run('wallet', 'tag', key, hd, '--remove', 'desk', '--add', 'hot')).toMatchObject({
      stderr: '2 of 2 wallets changed.\n',
    });
    expect(await kms.run('wallet', 'tag', key, hd, '--add', 'hot')).toMatchObject({
      stderr: '0 of 2 wallets changed.\n',
    });
    expect(await shown(key)).toMatchObject({ tags: ['hot'], state: 'active' });
    expect(await shown(bsc)).toMatchObject({ tags: ['desk', 'hot'] });
    const unknown = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';
    const refused = await kms.run('wallet', 'tag', key, unknown, '--add', 'cold');
    expect(refused.stderr).toContain(`signature ID ${unknown} is not in this store (WALLET_UNKNOWN)`);
    expect(await shown(key)).toMatchObject({ tags: ['hot'] });
  });

  it.each([
    [['wallet', 'tag', 'ID']],
    [['wallet', 'tag', '--add', 'hot']],
    [['wallet', 'tag', 'ID', '--add', 'Hot']],
    [['wallet', 'tag', 'ID', '--add', '-x']],
    [['wallet', 'owner', 'ID']],
    [['wallet', 'owner', 'ID', 'ann', '--none']],
    [['wallet', 'owner', 'ID', '\u0007']],
    [['wallet', 'list', '--state', 'held']],
    [['wallet', 'list', '--state', 'sleepy']],
    [['transaction', 'list', '--state', 'suspended']],
    [['wallet', 'suspend', 'ID']],
  ])('bad arguments are refused, and nothing is changed: %j', async (args) => {
    const given = args.map((one) => (one === 'ID' ? kms.ids.key : one));
    expect(await kms.run(...given)).toMatchObject({ code: 2, stdout: '' });
    expect(await shown(kms.ids.key)).toMatchObject({ tags: ['hot'], state: 'active' });
  });

  it('a wallet has an owner until it has none', async () => {
    await good(kms.run('wallet', 'owner', kms.ids.key, 'The desk'));
    expect(await shown(kms.ids.key)).toMatchObject({ owner: 'The desk', tags: ['hot'] });
    expect(await listed('--owner', 'The desk')).toEqual([kms.ids.key]);
    await good(kms.run('wallet', 'owner', kms.ids.key, '--none'));
    expect(await shown(kms.ids.key)).not.toHaveProperty('owner');
  });

  it('a new and an imported wallet can have tags and an owner from the start', async () => {
    const made = JSON.parse(
      await good(kms.run('wallet', 'create', 'SOL', '--testnet', '--tag', 'new', '--owner', 'ann')),
    );
    expect(await shown(made.signatureId)).toMatchObject({ tags: ['new'], owner: 'ann', state: 'active' });
    const input = `${keys.one.privateKey}\n`;
    const imported = await custos(['wallet', 'import', 'FTM', '--testnet', '--tag', 'b', '--tag', 'a'], {
      ...kms,
      input,
    });
    expect(await shown(JSON.parse(imported.stdout).signatureId)).toMatchObject({ tags: ['a', 'b'] });
    const refused = await kms.run('wallet', 'create', 'SOL', '--testnet', '--tag', 'NEW');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
  });

  it('an export takes tags, owner and state along, and an import restores them', async () => {
    const made = JSON.parse(
      await good(kms.run('wallet', 'create', 'XLM', '--testnet', '--tag', 'far', '--owner', 'ann')),
    );
    await good(kms.run('wallet', 'suspend', made.signatureId, '--reason', 'on its way'));
    const exported = await good(kms.run('wallet', 'export', made.signatureId, '--yes'));
    await good(kms.run('wallet', 'remove', made.signatureId, '--yes'));
    await good(custos(['wallet', 'import'], { ...kms, input: exported }));
    const expected = { tags: ['far'], owner: 'ann', state: 'suspended', reason: 'on its way' };
    expect(await shown(made.signatureId)).toMatchObject(expected);
    const wrong = JSON.stringify({ [made.signatureId]: { ...JSON.parse(exported)[made.signatureId], tags: ['A B'] } });
    expect((await custos(['wallet', 'import'], { ...kms, input: wrong })).stderr).toContain('(IMPORT_INVALID)');
  });

  it('the list shows only wallets with a tag, an owner or a state', async () => {
    const { key, hd, other, bsc, mainnet } = kms.ids;
    expect((await listed('--tag', 'hot')).sort()).toEqual([key, hd, other, bsc].sort());
    expect((await listed('--tag', 'desk', '--tag', 'none')).sort()).toEqual([other, bsc].sort());
    expect(await listed('--tag', 'hot', '--chain', 'BSC')).toEqual([bsc]);
    expect(await listed('--state', 'suspended,destroyed')).toHaveLength(1);
    expect(await listed('--state', 'active')).toEqual(expect.arrayContaining([key, mainnet]));
    const table = await good(kms.run('wallet', 'list', '--tag', 'desk', '--chain', 'BSC'));
    expect(lines(table)[0]).toMatch(/LABEL\s+STATE\s+OWNER\s+TAGS$/);
    expect(lines(table)[1]).toMatch(/active\s+desk hot$/);
  });

  it('rules name tags: explain says that the wallet of a transaction has one', async () => {
    expect((await round('tagged', kms.ids.key)).code).toBe(0);
    const policy = (tag: string) => {
      const file = join(kms.home, `${tag}.json`);
      const assets = { ETH: { network: 'testnet', chain: 'ETH', decimals: 18 } };
      const permits = [{ id: 'pay', to: receiver, max: '1', tags: [tag] }];
      const rest = { books: {}, groups: {}, forbids: [], limits: [] };
      writeFileSync(file, JSON.stringify({ custosPolicy: 1, version: 1, timeZone: 'UTC', assets, permits, ...rest }));
      return file;
    };
    const verdict = async (tag: string) =>
      lines(await good(kms.run('policy', 'explain', policy(tag), '--transaction', 'tagged')))[0];
    expect(await verdict('hot')).toBe('ALLOW');
    expect(await verdict('cold')).toBe('DENY');
  });
});

describe('the state of a wallet', () => {
  it('a suspended wallet signs nothing, and its transaction goes on once it is active again', async () => {
    const { hd, other } = kms.ids;
    await good(kms.run('wallet', 'suspend', other, '--reason', 'audit'));
    expect(await shown(other)).toMatchObject({ state: 'suspended', reason: 'audit', tags: ['desk', 'hot'] });
    await round('stopped', other);
    const held = await kms.story('stopped');
    expect(held).toMatchObject({ state: 'held', error: { code: 'WALLET_SUSPENDED' } });
    expect(held.signed).toBeUndefined();
    await good(kms.run('wallet', 'activate', other, '--reason', 'done'));
    await expect
      .poll(async () => (await round('stopped', other)) && (await kms.story('stopped')).state, { timeout: 60_000 })
      .toBe('completed');
    expect((await kms.run('wallet', 'activate', hd, '--reason', 'x')).stderr).toContain(
      'is active already (WALLET_STATE)',
    );
  });

  it('a compromised wallet signs nothing without a policy that says so', async () => {
    await good(kms.run('wallet', 'compromised', kms.ids.hd, '--reason', 'leaked'));
    const queue = kms.stub.queue('ETH');
    queue.splice(0, queue.length, transfer('leaked', kms.ids.hd, { index: 0 }));
    await kms.daemon('--testnet', '--chain', 'ETH');
    const denied = await kms.story('leaked');
    expect(denied).toMatchObject({ state: 'denied', error: { code: 'WALLET_COMPROMISED' } });
    expect(denied.signed).toBeUndefined();
  });

  it('destroying needs a person or --yes, and afterwards no secret is left in the store', async () => {
    const made = JSON.parse(await good(kms.run('wallet', 'create', 'ETH', '--testnet', '--private-key')));
    const id = made.signatureId;
    const asked = await kms.run('wallet', 'destroy', id, '--reason', 'old');
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('(NO_TERMINAL)') });
    const ended = await kms.run('wallet', 'destroy', id, '--reason', 'old', '--yes', '--json');
    expect(JSON.parse(ended.stdout)).toMatchObject({ signatureId: id, state: 'destroyed', reason: 'old' });
    expect(ended.stderr).toContain('Every backup from before keeps the secret');
    expect(await shown(id)).toMatchObject({ state: 'destroyed', address: made.address });
    expect((await kms.run('wallet', 'export', id, '--yes')).stderr).toContain('(WALLET_DESTROYED)');
    const all = await kms.run('wallet', 'export', '--yes');
    expect(all.stderr).toContain('1 wallets were destroyed');
    expect(JSON.parse(all.stdout)).not.toHaveProperty(id);
    expect(await kms.run('verify')).toMatchObject({ code: 0 });
    await round('never', id);
    expect(await kms.story('never')).toMatchObject({ state: 'denied', error: { code: 'WALLET_DESTROYED' } });
  });

  fileTest('its files are those of the server')(
    'the sealed secret of a destroyed wallet is nowhere in the files of the store',
    async () => {
      const home = makeHome();
      const run = (...args: string[]) => custos(args, { home, env: kms.env });
      const { signatureId } = JSON.parse(
        await good(run('wallet', 'create', 'ETH', '--testnet', '--private-key', '--tag', 'x')),
      );
      const store = join(home, '.custos');
      const files = () => readdirSync(store).map((name) => readFileSync(join(store, name)));
      const opened = await openStore(join(store, 'store.db'));
      const [sealed] = await opened.wallets.page({}, undefined, 1);
      await opened.close();
      const box = Buffer.from(sealed?.secretBox ?? []);
      expect(box.length).toBeGreaterThan(50);
      expect(files().some((bytes) => bytes.includes(box))).toBe(true);
      await good(run('wallet', 'destroy', signatureId, '--reason', 'old', '--yes'));
      expect(files().some((bytes) => bytes.includes(box))).toBe(false);
      removeHome(home);
    },
  );
});

describe('the state of a wallet under a constitution', () => {
  const people = ['ada', 'alan', 'bea', 'bob'] as const;
  let away = '';
  const file = (name: string) => join(away, name);
  const elsewhere = (...args: string[]) => custos(args, { home: away, env: { CUSTOS_KEY_PASSWORD: password } });
  const put = (name: string, text: string) => {
    writeFileSync(file(name), text);
    return file(name);
  };

  beforeAll(async () => {
    away = makeHome();
    const made: Record<string, string> = {};
    for (const name of people) made[name] = await makeQuickKey(file(`${name}.key`), password);
    const draft = JSON.parse(await good(kms.run('constitution', 'draft')));
    const person = (role: string, name: string) => ({ roles: [role], keys: [made[name]], initiates: [] });
    const written = put(
      'constitution.json',
      JSON.stringify({
        ...draft,
        persons: {
          ...{ ada: person('admin', 'ada'), alan: person('admin', 'alan') },
          ...{ bea: person('approver', 'bea'), bob: person('approver', 'bob') },
        },
        groups: { board: ['ada', 'alan'], treasury: ['bea', 'bob'] },
      }),
    );
    const signatures: string[] = [];
    for (const name of ['ada', 'alan']) {
      const signed = await good(elsewhere('constitution', 'sign', written, '--key', file(`${name}.key`), '--yes'));
      signatures.push(put(`${name}.constitution`, signed));
    }
    await good(kms.run('constitution', 'enact', written, ...signatures));
  }, 240_000);
  afterAll(() => removeHome(away));

  /** Files of what these persons sign on their own machines. */
  async function signed(word: string, reason: string, names: readonly string[]): Promise<string[]> {
    const request = put(
      'request.json',
      await good(kms.run('wallet', word, kms.ids.key, '--reason', reason, '--request-only')),
    );
    const files: string[] = [];
    for (const name of names) {
      const text = await good(elsewhere('wallet', 'sign-state', request, '--key', file(`${name}.key`), '--yes'));
      files.push(put(`${name}.signature`, text));
    }
    return files;
  }

  it('one person stops a wallet, two let it go on, and a signature counts once', async () => {
    const { key } = kms.ids;
    const alone = await kms.run('wallet', 'suspend', key, '--reason', 'odd');
    expect(alone.stderr).toContain('one admin, operator or approver');
    expect(alone.stderr).toContain('(CONSTITUTION_QUORUM)');
    const here = { home: kms.home, env: { ...kms.env, CUSTOS_KEY_PASSWORD: password } };
    await good(custos(['wallet', 'suspend', key, '--reason', 'odd', '--key', file('bea.key'), '--yes'], here));
    expect(await shown(key)).toMatchObject({ state: 'suspended', reason: 'odd', by: ['bea'] });
    const [bea = '', bob = ''] = await signed('activate', 'seen', ['bea', 'bob']);
    const one = await kms.run('wallet', 'activate', key, '--reason', 'seen', bea, bea);
    expect(one.stderr).toContain('(CONSTITUTION_QUORUM)');
    const other = await kms.run('wallet', 'activate', key, '--reason', 'another', bea, bob);
    expect(other.stderr).toContain('(CONSTITUTION_SIGNATURE)');
    await good(kms.run('wallet', 'activate', key, '--reason', 'seen', bea, bob));
    expect(await shown(key)).toMatchObject({ state: 'active', by: ['bea', 'bob'] });
    await good(custos(['wallet', 'suspend', key, '--reason', 'odd', '--key', file('bea.key'), '--yes'], here));
    const again = await kms.run('wallet', 'activate', key, '--reason', 'seen', bea, bob);
    expect(again.stderr).toContain('(CONSTITUTION_SIGNATURE)');
    expect(await shown(key)).toMatchObject({ state: 'suspended' });
  });

  it('destroying is announced a day ahead, and another decision ends the plan', async () => {
    const { key } = kms.ids;
    const files = await signed('destroy', 'over', ['ada', 'alan']);
    const announced = await kms.run('wallet', 'destroy', key, '--reason', 'over', '--yes', ...files);
    expect(announced.stderr).toContain('is to be destroyed: run the command again from');
    expect(await shown(key)).toMatchObject({
      state: 'suspended',
      destroyFrom: expect.any(String),
      by: ['ada', 'alan'],
    });
    const early = await kms.run('wallet', 'destroy', key, '--reason', 'over', '--yes');
    expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining('(WALLET_STATE)') });
    await good(
      kms.run('wallet', 'activate', key, '--reason', 'no', ...(await signed('activate', 'no', ['bea', 'bob']))),
    );
    expect(await shown(key)).not.toHaveProperty('destroyFrom');
  });
});
