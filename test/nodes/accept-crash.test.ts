import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { createStore, Secret } from '../../src/index.js';
import { openStore } from '../../src/storage/open-store.js';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { childProgram } from '../support/child-program.js';
import { freshSchema, whyNoPostgres } from '../support/postgres.js';

const script = await childProgram('accepting');
const password = 'password of a program that dies';
const chainId = 31337;
const receiver = `0x${'77'.repeat(20)}`;
const COUNT = 500;

/** When a process is killed: after so many requests are durable, or so many are completed. */
interface Death {
  readonly accepted?: number;
  readonly carried?: number;
}
const deaths: readonly Death[] = [{ accepted: 40 }, { accepted: 300 }, { carried: 60 }, { carried: 90 }];

/** Two senders with coins. */
async function makeSenders(location: string, chain: Anvil) {
  const { store } = await createStore({ location, password: Secret.text(password) });
  const made = [0, 1].map(() => store.createWallet({ chain: 'ETH', network: 'testnet', kind: 'key' }));
  const wallets = await Promise.all(made);
  await store.close();
  for (const { address } of wallets) await chain.rpc('anvil_setBalance', [address, '0x8ac7230489e80000']);
  return wallets.map(({ signatureId, address = '' }) => ({ signatureId, address }));
}

/** Runs a process until it ends by itself or dies. @returns how it ended */
async function runUntil(request: object, death: Death, idOf: Map<string, string>): Promise<number | string | null> {
  const env = { PATH: process.env['PATH'], CUSTOS_PASSWORD: password };
  const child = spawn(process.execPath, [script, JSON.stringify(request)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const counts = { accepted: 0, carried: 0 };
  const exit = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, key = '', id = ''] = line.split(' ');
    if (word === 'accepted') {
      counts.accepted += 1;
      // A request that is known keeps its id, whatever happened since.
      expect([key, idOf.get(key) ?? id]).toEqual([key, id]);
      idOf.set(key, id);
    }
    if (word === 'carried') counts.carried += 1;
    const isOver = counts.accepted >= (death.accepted ?? COUNT + 1) || counts.carried >= (death.carried ?? COUNT + 1);
    if (isOver) child.kill('SIGKILL');
  }
  const [code, signal] = await exit;
  return signal ?? code;
}

test.each(['sqlite', 'postgres'] as const)(
  'of 500 requests that a process accepts on %s while it is killed again and again none is lost and none is paid twice',
  { timeout: 900_000 },
  async (kind) => {
    const why = kind === 'postgres' ? await whyNoPostgres() : undefined;
    if (why !== undefined) return;
    const directory = mkdtempSync(join(tmpdir(), 'custos-accept-crash-'));
    const location = kind === 'postgres' ? await freshSchema() : join(directory, 'store.db');
    const chain = await startAnvil({ chainId });
    try {
      const senders = await makeSenders(location, chain);
      const signatureIds = senders.map(({ signatureId }) => signatureId);
      const request = { location, node: chain.url, chainId, senders: signatureIds, receiver, count: COUNT };
      const idOf = new Map<string, string>();
      for (const death of deaths) expect(await runUntil(request, death, idOf)).toBe('SIGKILL');
      expect(await runUntil(request, {}, idOf)).toBe(0);

      expect(new Set(idOf.values()).size).toBe(COUNT);
      const store = await openStore(location);
      const entries = await store.journal.find({});
      await store.close();
      expect([entries.length, new Set(entries.map(({ state }) => state))]).toEqual([COUNT, new Set(['completed'])]);
      // Each amount is another one, so the sum says that each was paid once; so does the number of transactions.
      const paid = BigInt(String(await chain.rpc('eth_getBalance', [receiver, 'latest'])));
      expect(paid).toBe(BigInt((COUNT * (COUNT + 1)) / 2));
      const sent = await Promise.all(
        senders.map(({ address }) => chain.rpc('eth_getTransactionCount', [address, 'latest'])),
      );
      expect(sent.reduce((sum: number, count) => sum + Number(count), 0)).toBe(COUNT);
    } finally {
      await chain.close();
      rmSync(directory, { recursive: true, force: true });
    }
  },
);
