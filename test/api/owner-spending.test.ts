import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCarrier } from '../../src/app/library/carrier.js';
import { backupStore, restoreStore } from '../../src/app/store/backup.js';
import { Secret } from '../../src/core/secret.js';
import { openStore } from '../../src/storage/open-store.js';
import { makeSlot } from '../../src/vault/key-slots.js';
import { freshDirectory, freshLocation, kinds, storeId } from '../storage/support.js';
import { startTakingNode, type TakingNode } from '../support/taking-node.js';
import { journalKey, rootKey, TestApi } from './support.js';

const to = '0x52908400098527886E0F7030069857D2E4169EE7';
const ether = 10n ** 18n;
/** What each payment takes: an ether and its fee. */
const fee = 21_000n * 1_000_000_000n;
const yes = { name: 'yes', decide: async () => ({ kind: 'allow' }) };

describe.each(kinds)('what an owner may spend, with a store on %s,', (kind) => {
  const location = freshLocation(kind);
  const directory = freshDirectory();
  const test = new TestApi();
  let node: TakingNode;
  let token = '';
  let number = 0;
  beforeEach(async () => {
    node = await startTakingNode();
    test.node = node.url;
    await test.open(location());
    token = await test.token();
  });
  afterEach(async () => {
    await test.close();
    await node.close();
  });

  const limit = (owner: string, mostSpent: unknown) =>
    test.ask(`PUT /v1/owners/${owner}`, { token, body: { mostSpent } });
  const wallet = async (owner: string, marks: object = {}) =>
    (await test.wallet('ETH', undefined, { owner, ...marks })).signatureId;
  async function pay(signatureId: string, value = ether): Promise<string> {
    number += 1;
    const unsigned = { to, value: String(value), gas: '21000', gasPrice: '1000000000', chainId: 11155111 };
    const { status, body } = await test.ask('POST /v1/transactions', {
      token,
      headers: { 'idempotency-key': `payment-${number}` },
      body: { kind: 'raw', chain: 'ETH', keys: [{ wallet: signatureId }], unsigned: JSON.stringify(unsigned) },
    });
    expect(status).toBe(202);
    return String(body['id']);
  }
  async function preview(signatureId: string, value: bigint): Promise<unknown> {
    const unsigned = { to, value: String(value), gas: '21000', gasPrice: '1000000000', chainId: 11155111 };
    const body = { kind: 'raw', chain: 'ETH', keys: [{ wallet: signatureId }], unsigned: JSON.stringify(unsigned) };
    const answer = await test.ask('POST /v1/transactions?dryRun=true', { token, body });
    return answer.body['ownerLimits'];
  }
  async function ended(id: string): Promise<readonly [unknown, unknown]> {
    const { body } = await test.ask(`GET /v1/transactions/${id}`, { token });
    return [body['state'], (body['error'] as { code?: string } | null)?.code];
  }
  const spent = ['denied', 'OWNER_SPENT'];
  const done = ['completed', undefined];

  it('counts fees, denies what goes beyond it in a day or at once, and bounds nobody else', async () => {
    const set = await limit('ann', [{ chain: 'ETH', aDay: '3.1', aTransaction: '2' }]);
    const shown = { chain: 'ETH', token: null, decimals: 18, aDay: '3.1', aTransaction: '2' };
    expect([set.status, set.body['mostSpent']]).toEqual([201, [shown]]);
    const [ofAnn, another, ofBob] = [await wallet('ann'), await wallet('ann'), await wallet('bob')];
    const ids = [];
    for (const [from, value] of [
      [ofAnn, 2n * ether - fee],
      [ofAnn, 2n * ether - fee + 1n],
      [another, ether + ether / 10n],
      [another, ether],
      [ofBob, 5n * ether],
    ] as const) {
      ids.push(await pay(from, value));
      await test.signAll();
    }
    const ends = await Promise.all(ids.map(ended));
    expect(ends).toEqual([done, spent, spent, done, done]);
    // 3.1 a day, of which 3 are spent.
    const tried = await Promise.all([another, ofBob].map((from) => preview(from, ether)));
    expect(tried).toEqual([{ fits: false, reason: expect.stringContaining('3.1 ETH a day') }, null]);
    expect(await preview(another, ether / 100n)).toEqual({ fits: true, reason: null });
    const { body } = await test.ask(`GET /v1/transactions/${ids[1]}`, { token });
    expect(body['error']).toMatchObject({
      detail: expect.stringContaining(
        'the owner may spend 2 ETH a transaction; the transaction takes 2.000000000000000001',
      ),
    });
    expect(node.sent).toHaveLength(3);
  });

  it('is not exceeded by payments that are signed at the same time, by two processes where there are two', async () => {
    await limit('ann', [{ chain: 'ETH', aDay: '5.001' }]);
    const wallets = await Promise.all(Array.from({ length: 12 }, () => wallet('ann')));
    const ids = await Promise.all(wallets.map((one) => pay(one)));
    const parts = test.carrying();
    const others = kind === 'postgres' ? [await openStore(location())] : [];
    for (const store of others) await store.unlockJournal(journalKey);
    const options = { network: 'testnet', nodes: { ETH: node.url }, judges: [yes] };
    const carriers = await Promise.all(
      [parts.store, ...others].map((store) => makeCarrier({ ...parts, store }, options, () => {})),
    );
    await Promise.all(carriers.map((carrier) => carrier.runOnce()));
    for (const carrier of carriers) await carrier.close();
    await test.signAll();
    for (const store of others) await store.close();
    expect(new Set(node.sent).size).toBe(5);
    const ends = await Promise.all(ids.map(ended));
    expect(ends.filter(([state]) => state === 'completed')).toHaveLength(5);
    expect(ends.filter(([state]) => state === 'denied' || state === 'held')).toHaveLength(7);
  });

  it('comes back with what was never signed', async () => {
    await limit('ann', [{ chain: 'ETH', aDay: '1.001' }]);
    const lost = await pay(await wallet('ann', { state: 'compromised' }));
    await test.signAll();
    const signed = await pay(await wallet('ann'));
    await test.signAll();
    expect([await ended(lost), await ended(signed)]).toEqual([['denied', 'WALLET_COMPROMISED'], done]);
    const reserved = (await test.store.journal.events(lost)).filter(({ event }) => event === 'reserved');
    expect(reserved).toHaveLength(1);
  });

  it('stays spent when the limit is ended and set again, and in a store that is restored', async () => {
    await limit('ann', [{ chain: 'ETH', aDay: '1.5' }]);
    await pay(await wallet('ann'));
    await test.signAll();
    expect((await limit('ann', null)).body['mostSpent']).toBeNull();
    await limit('ann', [{ chain: 'ETH', aDay: '1.5' }]);
    const late = await pay(await wallet('ann'));
    const password = Secret.text('correct horse');
    await test.store.slots.replace(
      [await makeSlot(new Uint8Array(rootKey), password, { kind: 'password', storeId })],
      [],
    );
    const [file, place] = [directory.path('backup'), directory.path('restored.db')];
    await backupStore(test.store, new Uint8Array(rootKey), { file });
    await restoreStore(file, { password, location: place });
    const served = test.store;
    for (const store of [served, await openStore(place)]) {
      test.store = store;
      await store.unlockJournal(journalKey);
      await test.signAll();
      expect((await store.journal.get(late))?.errorCode).toBe('OWNER_SPENT');
    }
    await test.store.close();
    test.store = served;
    expect(node.sent).toHaveLength(1);
  });

  it('is not gone around by what cannot be read', async () => {
    await limit('ann', [
      { chain: 'ETH', aDay: '100' },
      { chain: 'BTC', aDay: '1' },
    ]);
    const unsigned = { to, value: '0', data: '0xdeadbeef', gas: '90000', gasPrice: '1000000000', chainId: 11155111 };
    const ids = [];
    for (const owner of ['ann', 'bob']) {
      const body = {
        kind: 'raw',
        chain: 'ETH',
        keys: [{ wallet: await wallet(owner) }],
        unsigned: JSON.stringify(unsigned),
      };
      const said = await test.ask('POST /v1/transactions', { token, headers: { 'idempotency-key': owner }, body });
      ids.push(String(said.body['id']));
    }
    await test.signAll();
    expect(await Promise.all(ids.map(ended))).toEqual([spent, done]);
  });
});
