import { expect } from 'vitest';
import type { Journal } from '../../dist/core/store/journal.js';
import type { Sent } from './crash-place.js';
import type { Litecoind } from './litecoind.js';
import { expectToldOnce } from './payments.js';
import type { StubCloud } from './stub-cloud.js';

/** In litoshis. */
const FEE = 20_000;
/** A reward may be spent after as many blocks. */
const MATURITY = 100;

interface Transaction {
  readonly txid: string;
  readonly vin: readonly { readonly txid?: string; readonly vout?: number }[];
  readonly vout: readonly { readonly value: number; readonly scriptPubKey: { readonly hex: string } }[];
}

/** The reward of one block. */
export interface Coin {
  readonly txId: string;
  readonly satoshis: number;
  readonly script: string;
}

/** @returns rewards of the first blocks, which may be spent */
export async function mineCoins(node: Litecoind, address: string, count: number): Promise<readonly Coin[]> {
  await node.rpc('generatetoaddress', [MATURITY + count, address]);
  const coins: Coin[] = [];
  // One by one: the node answers few questions at the same time.
  while (coins.length < count) coins.push(await rewardOf(node, coins.length + 1));
  return coins;
}

interface LitecoinParts {
  readonly node: Litecoind;
  readonly stub: StubCloud;
  readonly journal: Journal;
  readonly signatureId: string;
  readonly coins: readonly Coin[];
}

/** Transactions that spend one coin each, so that the chain tells of each whether it was taken, and by what. */
export class LitecoinPayments implements Sent {
  readonly #parts: LitecoinParts;
  readonly #sent: { readonly id: string; readonly coin: Coin; readonly name: string }[] = [];

  constructor(parts: LitecoinParts) {
    this.#parts = parts;
  }

  get ids(): readonly string[] {
    return this.#sent.map(({ id }) => id);
  }

  async send(name: string): Promise<string> {
    const { stub, coins, signatureId } = this.#parts;
    const coin = coins[this.#sent.length];
    if (coin === undefined) throw new Error('all coins are spent');
    const id = String(this.#sent.length + 1).padStart(24, '0');
    this.#forgetClosed();
    stub.queue('LTC').push({ id, chain: 'LTC', hashes: [signatureId], serializedTransaction: serialize(coin) });
    this.#sent.push({ id, coin, name });
    return id;
  }

  async areCompleted(): Promise<boolean> {
    this.#forgetClosed();
    return (await this.#parts.journal.find({ states: ['completed'] })).length === this.#sent.length;
  }

  /** The chain has each transaction of the journal once, and nothing else. */
  async expectOnce(): Promise<void> {
    const { node, journal, coins } = this.#parts;
    const height = Number(await node.rpc('getblockcount'));
    const first = MATURITY + coins.length + 1;
    const blocks = await Promise.all(Array.from({ length: height - first + 1 }, (_, at) => block(node, first + at)));
    const spent = blocks.flatMap((transactions) => transactions.slice(1));
    const expected = await Promise.all(
      this.#sent.map(async ({ id, coin }) => {
        return { txId: (await journal.get(id))?.txId ?? '', inputs: [`${coin.txId}:0`] };
      }),
    );
    const found = spent.map(({ txid, vin }) => ({ txId: txid, inputs: vin.map((one) => `${one.txid}:${one.vout}`) }));
    expect(found.sort(byTxId)).toEqual(expected.sort(byTxId));
    await expectToldOnce(journal, this.#sent);
  }

  /** What a cloud lists no longer. */
  #forgetClosed(): void {
    const { stub } = this.#parts;
    const queue = stub.queue('LTC');
    const open = queue.filter((element) => !stub.closed.some(({ id }) => id === (element as { id: string }).id));
    queue.splice(0, Number.POSITIVE_INFINITY, ...open);
  }
}

/** As the cloud's applications write a transaction that sends one coin back to where it lies. */
function serialize({ txId, satoshis, script }: Coin): string {
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
  return JSON.stringify({ hash: '', version: 2, inputs: [input], outputs, nLockTime: 0 });
}

async function block(node: Litecoind, height: number): Promise<readonly Transaction[]> {
  const hash = await node.rpc('getblockhash', [height]);
  return ((await node.rpc('getblock', [hash, 2])) as { tx: readonly Transaction[] }).tx;
}

async function rewardOf(node: Litecoind, height: number): Promise<Coin> {
  const [reward] = await block(node, height);
  const [output] = reward?.vout ?? [];
  if (reward === undefined || output === undefined) throw new Error(`block ${height} has no reward`);
  return { txId: reward.txid, satoshis: Math.round(output.value * 1e8), script: output.scriptPubKey.hex };
}

function byTxId(one: { readonly txId: string }, other: { readonly txId: string }): number {
  return one.txId < other.txId ? -1 : 1;
}
