import { expect, test } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import type { WalletTable } from '../../src/core/store/store.js';
import { createWay } from '../../src/lifecycle/way.js';
import { carrying, pendingOf, sourceOf } from './carrying.js';

const daemon = carrying();

test('a key’s second transaction is not begun before its first is done, however late that one’s wallet is read', async () => {
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
