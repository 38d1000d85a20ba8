import { expect, test } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import type { ReadWallets } from '../../src/core/network/intake.js';
import type { SealedWallet } from '../../src/core/signing/wallet.js';
import type { WalletTable } from '../../src/core/store/store.js';
import { createWay } from '../../src/lifecycle/way.js';
import { carrying, pendingOf, sourceOf } from './carrying.js';

const daemon = carrying();

test('the second transaction of a key begins only after its first is done, however late the wallet is read', async () => {
  const { wallets } = daemon.daemonParts({});
  let answer = (): void => undefined;
  const late = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const done: string[] = [];
  let asked = 0;
  const slow: WalletTable = {
    ...wallets,
    async get() {
      asked += 1;
      if (asked === 1) await late;
      throw new CustosError('STORE_UNREACHABLE', 'read too late');
    },
  };
  const way = createWay(daemon.parts({ wallets: slow }));
  const taken = await way.take(sourceOf(), [pendingOf('one'), pendingOf('two')]);
  const ends = taken.map(async (one) => done.push((one.kind === 'begun' && (await one.outcome)?.id) || one.kind));
  await new Promise((resolve) => setImmediate(resolve));
  expect([asked, done]).toEqual([1, []]);
  answer();
  await Promise.all(ends);
  expect([asked, done]).toEqual([2, ['one', 'two']]);
});

test('wallets that were read for a request are not read again, unless some are missing or a moment has passed since', async () => {
  const asked: (readonly string[])[] = [];
  const get: WalletTable['get'] = async (ids) => {
    asked.push(ids);
    return [];
  };
  const { wallets, journal } = daemon.daemonParts({});
  const way = createWay(daemon.parts({ wallets: { ...wallets, get } }));
  // Of another chain, so that the way ends where it is looked at.
  const [signatureId] = pendingOf('one').keys.map((key) => key.signatureId);
  const sealed = [{ signatureId, chain: 'BSC', network: 'testnet' }] as unknown as readonly SealedWallet[];
  const codeOf = async (id: string, read: (now: number) => ReadWallets | undefined) => {
    const { entry, lease } = await daemon.claimed(id);
    way.keep(id);
    await way.begin(sourceOf(), { entry, lease, wallets: read(performance.now()) });
    return (await journal.get(id))?.errorCode;
  };
  expect(await codeOf('one', (at) => ({ sealed, at }))).toBe('WALLET_CHAIN_MISMATCH');
  expect(asked).toEqual([]);
  expect(await codeOf('two', (now) => ({ sealed, at: now - 101 }))).toBe('WALLET_UNKNOWN');
  expect(await codeOf('three', (at) => ({ sealed: [], at }))).toBe('WALLET_UNKNOWN');
  expect(await codeOf('four', () => undefined)).toBe('WALLET_UNKNOWN');
  expect(asked).toEqual([[signatureId], [signatureId], [signatureId]]);
});

test('a transaction that arrives from two sources at once, or is resumed meanwhile, is carried once', async () => {
  const asked: string[] = [];
  const refuse: WalletTable['get'] = async (ids) => {
    asked.push(...ids);
    throw new CustosError('STORE_UNREACHABLE', 'not now');
  };
  const { wallets, journal } = daemon.daemonParts({});
  const way = createWay(daemon.parts({ wallets: { ...wallets, get: refuse } }));
  const pending = pendingOf('one');
  const first = way.take(sourceOf(), [pending, pending]);
  expect([way.isBusy, way.has('one')]).toEqual([true, true]);
  expect(await way.take(sourceOf(), [pending])).toEqual([]);
  const taken = await first;
  const entry = await journal.get('one');
  if (entry === undefined) throw new Error('no entry');
  expect(await way.resume(sourceOf(), entry)).toBeUndefined();
  expect(taken.map(({ kind }) => kind)).toEqual(['begun']);
  await Promise.all(taken.map((one) => one.kind === 'begun' && one.outcome));
  expect(asked).toHaveLength(1);
  expect([way.isBusy, way.has('one')]).toEqual([false, false]);
});

test('a transaction that could not be claimed is dropped, so that it can be taken again', async () => {
  const away = () => Promise.reject(new CustosError('STORE_UNREACHABLE', 'no'));
  const { journal } = daemon;
  const way = createWay(daemon.parts({ journal: { ...journal, claim: away } }));
  await expect(way.take(sourceOf(), [pendingOf('one')])).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  expect([way.isBusy, way.has('one')]).toEqual([false, false]);
});
