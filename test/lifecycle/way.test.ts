import { expect, test } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
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
