import { expect } from 'vitest';
import type { Wallet } from '../../dist/core/signing/wallet.js';
import type { Journal } from '../../dist/core/store/journal.js';
import type { Way } from './way.js';

const AMOUNT = 10n ** 15n;

interface Payment {
  readonly id: string;
  readonly to: string;
  readonly name: string;
}

/** Transfers of wallets to receivers of their own, so that the chain tells of each how often it took effect. */
export class Payments {
  readonly #way: Way;
  readonly #journal: Journal;
  readonly #senders: readonly Wallet[];
  readonly #sent: Payment[] = [];

  constructor(way: Way, journal: Journal, senders: readonly Wallet[]) {
    this.#way = way;
    this.#journal = journal;
    this.#senders = senders;
  }

  get senders(): readonly Wallet[] {
    return this.#senders;
  }

  get ids(): readonly string[] {
    return this.#sent.map(({ id }) => id);
  }

  /** Asks the gateway for one more, of the senders in turn. @param name - says which, where it fails */
  async send(name: string): Promise<string> {
    const to = `0x${(0x1000 + this.#sent.length).toString(16).padStart(40, '0')}`;
    const sender = this.#senders[this.#sent.length % this.#senders.length];
    const body = { to, amount: '0.001', currency: 'ETH', signatureId: sender?.signatureId };
    const answer = await this.#way.post('/v3/ethereum/transaction', body);
    const id = String(answer.body['signatureId']);
    this.#sent.push({ id, to, name });
    return id;
  }

  async areCompleted(): Promise<boolean> {
    return (await this.#journal.find({ states: ['completed'] })).length === this.#sent.length;
  }

  /** Lets chain, journal and gateway say that each took effect once. @param foreign - transactions of others with these keys */
  async expectOnce(foreign = 0): Promise<void> {
    const { rpc } = this.#way.chain;
    const balances = await Promise.all(this.#sent.map(({ to }) => rpc('eth_getBalance', [to, 'latest'])));
    const arrived = this.#sent.map(({ name }, at) => ({ name, balance: BigInt(String(balances[at])) }));
    expect(arrived).toEqual(this.#sent.map(({ name }) => ({ name, balance: AMOUNT })));
    for (const [at, { address }] of this.#senders.entries()) {
      const own = this.#sent.filter((_, number) => number % this.#senders.length === at).length;
      const count = Number(await rpc('eth_getTransactionCount', [address, 'latest']));
      expect(count).toBe(own + foreign);
      const entries = (await this.#journal.find({})).filter(({ sender }) => sender === address);
      const numbers = new Set(entries.map(({ nonce }) => Number(nonce)));
      // As many different ones as transactions, none beyond the chain's count: no gap, no repetition.
      expect([entries.length, numbers.size]).toEqual([own, own]);
      expect(Math.max(...numbers)).toBeLessThan(count);
    }
    await expectToldOnce(this.#journal, this.#sent);
    expect((await this.#way.get('/v3/kms/pending/ETH')).body).toEqual([]);
  }
}

/** Lets the journal tell of each that it was signed once and brought to its end once. */
export async function expectToldOnce(
  journal: Journal,
  sent: readonly { readonly id: string; readonly name: string }[],
): Promise<void> {
  for (const { id, name } of sent) {
    const events = (await journal.events(id)).map(({ event }) => event);
    expect([events[0], events.at(-1)], name).toEqual(['claimed', 'completed']);
    expect(events.filter((event) => event === 'signed' || event === 'completed').length, name).toBe(2);
  }
}
