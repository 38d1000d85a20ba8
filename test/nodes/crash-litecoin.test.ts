import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../dist/app/config.js';
import { createHouse, type House } from '../../dist/app/house.js';
import { createWallets } from '../../dist/app/wallet-work.js';
import type { Journal } from '../../dist/core/journal.js';
import { ownNodePoints } from '../support/crash-points.js';
import { makeHome, removeHome } from '../support/custos.js';
import { startHalting, until } from '../support/halting.js';
import { storeOf } from '../support/home-store.js';
import { hasLitecoind, type Litecoind, startLitecoind } from '../support/litecoind.js';
import { freshSchema, whyNoPostgres } from '../support/postgres.js';
import { initQuickStore } from '../support/quick-slot.js';
import { silentTerminal } from '../support/silent-terminal.js';
import { type StubCloud, startStubCloud } from '../support/stub-cloud.js';

const hasNode = hasLitecoind();
if (!hasNode)
  console.warn('litecoind is not installed (Debian package litecoind): no daemon is killed on Litecoin in this run');
const noPostgres = await whyNoPostgres();
const FEE = 20_000;

interface Transaction {
  readonly txid: string;
  readonly vin: readonly { readonly txid?: string; readonly vout?: number }[];
  readonly vout: readonly { readonly value: number; readonly scriptPubKey: { readonly hex: string } }[];
}

interface Coin {
  readonly txId: string;
  readonly satoshis: number;
  readonly script: string;
}

describe.each([
  { name: 'SQLite', onPostgres: false },
  { name: 'PostgreSQL', onPostgres: true },
])('a daemon that is killed over Litecoin ($name)', ({ onPostgres }) => {
  const isThere = hasNode && (!onPostgres || noPostgres === undefined);
  const home = makeHome();
  const mining = new AbortController();
  const coins: Coin[] = [];
  const sent: { readonly id: string; readonly coin: Coin; readonly point: string }[] = [];
  let mined: Promise<void>;
  let environment: Record<string, string>;
  let node: Litecoind;
  let stub: StubCloud;
  let house: House;
  let journal: Journal;
  let isShared = false;
  let signatureId = '';

  beforeAll(async () => {
    if (!isThere) return;
    [node, stub] = await Promise.all([startLitecoind(['-rpcworkqueue=256']), startStubCloud()]);
    environment = {
      CUSTOS_PASSWORD: randomBytes(12).toString('hex'),
      CUSTOS_API_KEY: 'x',
      CUSTOS_CLOUD_URL: stub.url,
      ...(onPostgres ? { CUSTOS_STORE: await freshSchema() } : storeOf(home)),
    };
    house = createHouse(readConfig({ testnet: true, logLevel: 'silent' }, environment, home), silentTerminal);
    await initQuickStore(house);
    ({ journal, shared: isShared } = await house.store());
    const address = await makeWallet();
    // A reward may be spent after 100 blocks.
    await node.rpc('generatetoaddress', [100 + ownNodePoints.length, address]);
    // One by one: the node answers few questions at the same time.
    for (const _ of ownNodePoints) coins.push(await rewardOf(coins.length + 1));
    mined = mine(address);
  }, 120_000);
  afterAll(async () => {
    mining.abort();
    try {
      await mined;
    } finally {
      await house?.close();
      await Promise.all([node?.stop(), stub?.close()]);
      removeHome(home);
    }
  });

  async function makeWallet(): Promise<string> {
    const wanted = { chain: 'LTC', network: 'testnet', kind: 'key', count: 1 } as const;
    for await (const [wallet] of createWallets(house, wanted)) {
      signatureId = wallet!.signatureId;
      const [sealed] = await (await house.store()).wallets.get([wallet!.signatureId]);
      return (await house.vault()).identify(sealed!, { signatureId: wallet!.signatureId }).address;
    }
    throw new Error('no wallet was made');
  }

  async function block(height: number): Promise<readonly Transaction[]> {
    const hash = await node.rpc('getblockhash', [height]);
    return ((await node.rpc('getblock', [hash, 2])) as { tx: readonly Transaction[] }).tx;
  }

  async function rewardOf(height: number): Promise<Coin> {
    const [{ txid: txId, vout } = { txid: '', vout: [] }] = await block(height);
    return { txId, satoshis: Math.round(vout[0]!.value * 1e8), script: vout[0]!.scriptPubKey.hex };
  }

  /** A block as soon as something waits for one. */
  async function mine(address: string): Promise<void> {
    while (!mining.signal.aborted) {
      const { size } = (await node.rpc('getmempoolinfo')) as { size: number };
      if (size > 0) await node.rpc('generatetoaddress', [1, address]);
      else await wait(50);
    }
  }

  /** What a cloud lists no longer. */
  function forgetClosed(): void {
    const queue = stub.queue('LTC');
    const open = queue.filter((element) => !stub.closed.some(({ id }) => id === (element as { id: string }).id));
    queue.splice(0, Number.POSITIVE_INFINITY, ...open);
  }

  const flags = () => ({ node: `LTC=${node.url}`, chain: 'LTC' });

  // Each daemon finds what those before it left behind, and is killed over a transaction of its own.
  it.runIf(isThere).each(ownNodePoints)(
    'at %s %s (%i) is killed',
    async (step, moment, count) => {
      const coin = coins[sent.length]!;
      const id = String(sent.length + 1).padStart(24, '0');
      const { txId, satoshis, script } = coin;
      const output = { satoshis, script };
      const input = {
        prevTxId: txId,
        outputIndex: 0,
        sequenceNumber: 0xffffffff,
        script: '',
        scriptString: '',
        output,
      };
      const outputs = [{ satoshis: satoshis - FEE, script }];
      const transaction = { hash: '', version: 2, inputs: [input], outputs, nLockTime: 0 };
      const serializedTransaction = JSON.stringify(transaction);
      forgetClosed();
      stub.queue('LTC').push({ id, chain: 'LTC', hashes: [signatureId], serializedTransaction });
      sent.push({ id, coin, point: `${step} ${moment} ${count}` });
      const daemon = startHalting({ home, environment }, flags(), { step, moment, count, id });
      await daemon.halted;
      expect(await daemon.kill('SIGKILL')).toEqual({ signal: 'SIGKILL', code: null, stderr: '' });
      // Stands for the 30 seconds after which other daemons take over what a dead one held.
      if (isShared) await journal.endLeases();
    },
    170_000,
  );

  it.runIf(isThere)(
    'spent each input once, and a daemon that is left alone ends what was begun',
    async () => {
      forgetClosed();
      const daemon = startHalting({ home, environment }, flags());
      await daemon.started;
      await until(async () => {
        forgetClosed();
        return (await journal.find({ states: ['completed'] })).length === sent.length;
      }, 150_000);
      expect(await daemon.kill('SIGTERM')).toEqual({ signal: null, code: 0, stderr: '' });

      // The chain is the judge: it has each transaction of the journal once, and nothing else.
      const height = Number(await node.rpc('getblockcount'));
      const first = 100 + ownNodePoints.length + 1;
      const blocks = await Promise.all(Array.from({ length: height - first + 1 }, (_, at) => block(first + at)));
      const spent = blocks.flatMap((transactions) => transactions.slice(1));
      const expected = await Promise.all(
        sent.map(async ({ id, coin }) => ({ txId: (await journal.get(id))?.txId ?? '', inputs: [`${coin.txId}:0`] })),
      );
      const found = spent.map(({ txid, vin }) => ({ txId: txid, inputs: vin.map((one) => `${one.txid}:${one.vout}`) }));
      expect(found.sort(byTxId)).toEqual(expected.sort(byTxId));
      for (const { id, point } of sent) {
        const events = (await journal.events(id)).map(({ event }) => event);
        expect([events[0], events.at(-1)], point).toEqual(['claimed', 'completed']);
        expect(events.filter((event) => event === 'signed' || event === 'completed').length, point).toBe(2);
      }
    },
    170_000,
  );
});

function byTxId(one: { readonly txId: string }, other: { readonly txId: string }): number {
  return one.txId < other.txId ? -1 : 1;
}
