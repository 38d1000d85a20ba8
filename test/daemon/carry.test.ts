import { expect, test } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import type { WalletTable } from '../../src/core/store/store.js';
import { carry } from '../../src/daemon/carry.js';
import { SenderQueues } from '../../src/daemon/sender-queues.js';
import { carrying } from './carrying.js';

const daemon = carrying();

test('a key’s second transaction is not begun before its first is done, however late that one’s wallet is read', async () => {
  const [one, two] = [await daemon.claimed('one'), await daemon.claimed('two')];
  const { wallets } = daemon.parts();
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
  const parts = daemon.parts({ wallets: slow });
  const senders = new SenderQueues();
  const ends = [one, two].map((claimed) => carry(parts, senders, claimed).then(({ id }) => done.push(id)));
  await new Promise((resolve) => setImmediate(resolve));
  expect([asked, done]).toEqual([1, []]);
  answer();
  await Promise.all(ends);
  expect([asked, done]).toEqual([2, ['one', 'two']]);
});
