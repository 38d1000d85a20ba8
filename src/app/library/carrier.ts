import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import type { ChainId, Network } from '../../core/ids.js';
import type { Intake } from '../../core/network/intake.js';
import type { Source } from '../../core/network/source.js';
import { oneByOne } from '../../core/one-by-one.js';
import { type PendingTransaction, parsePendingId } from '../../core/signing/pending.js';
import type { Vault } from '../../core/signing/vault.js';
import type { Store } from '../../core/store/store.js';
import { Daemon, type Tally } from '../../daemon/daemon.js';
import { createIntake } from '../../lifecycle/intake.js';
import type { LifecycleParts } from '../../lifecycle/parts.js';
import { createWay, type Way } from '../../lifecycle/way.js';
import { readArgument } from './argument.js';
import { type Acceptance, type Carried, carriedOf } from './carried.js';
import { readOptions } from './carrier-options.js';
import { type CarrierParts, lifecycleParts, servedBy } from './carrier-parts.js';
import { type MessageRequest, readMessageRequest, type SignedAnswer, signedAnswer } from './message.js';
import { type Payment, pendingOf, readPayment } from './payment.js';
import { type Request, readRequest } from './request.js';
import { joinSources } from './source.js';
import { readTransaction, type Transaction } from './transaction.js';

export type { Tally } from '../../daemon/daemon.js';
export type { Acceptance, Carried } from './carried.js';

/** Signs and sends. A store has only one at a time, because two would not see each other's transactions. */
export interface Carrier {
  /**
   * Carries one transaction as far as possible for now. The journal has it before anything else happens, so that a crash loses
   * nothing. A second call with the same id continues it, or returns how it ended.
   * @throws CustosError ARGUMENT_INVALID, PENDING_INVALID, PENDING_CHANGED (another transaction has the id), STORE_*, …;
   *   later errors are not thrown: `error` has them
   */
  carry(transaction: Transaction): Promise<Carried>;
  /**
   * Builds a payment through the node of its chain, compares what it does with this request, and carries it. A second call
   * with the same id builds nothing: it continues the same transaction. Payments of one chain go one after another.
   * @throws CustosError as `carry`, and PAYMENT_*, DECIMALS_UNKNOWN, ADDRESS_INVALID, AMOUNT_INVALID, FEE_INVALID, NODE_*, …:
   *   what is refused before it is in the journal
   */
  pay(payment: Payment): Promise<Carried>;
  /**
   * Takes a request, which is durable when this resolves; a round carries it, and a running `run` at once. The same request under a known
   * key is the known one, for ever.
   * @throws CustosError ARGUMENT_INVALID, PENDING_INVALID, IDEMPOTENCY_CONFLICT (another request has the key), STORE_*, …
   */
  accept(request: Request): Promise<Acceptance>;
  /**
   * Signs a message, typed data or a hash, on the way of transactions: judged, recorded, and given back. What is held or failed for now
   * goes on with the same call again, under its key.
   * @throws CustosError ARGUMENT_INVALID, MESSAGE_INVALID (its size), IDEMPOTENCY_CONFLICT, STORE_*, …; later errors are in `error`
   */
  signMessage(request: MessageRequest): Promise<SignedAnswer>;
  /** How far a transaction has got; undefined for an unknown id. @throws CustosError PENDING_INVALID, RECORD_DAMAGED, STORE_* */
  find(id: string): Promise<Carried | undefined>;
  /** One round: carries everything that waits in the journal or at the source as far as possible for now. */
  runOnce(): Promise<Readonly<Tally>>;
  /** Runs rounds until the signal, then finishes transactions on their way. */
  run(options: { readonly signal: AbortSignal; readonly period?: number }): Promise<Readonly<Tally>>;
  /** Waits for transactions on their way, and releases the store. */
  close(): Promise<void>;
}

const runOptions = z.strictObject({
  signal: z.instanceof(AbortSignal),
  period: z.int().min(100).max(3_600_000).exactOptional(),
});

/** Milliseconds between two rounds. */
const PERIOD = 5_000;
/** Transactions that are on their way at the same time. */
const CONCURRENCY = 128;
/**
 * Makes a carrier that signs in this process.
 * @param onClose - called once, when it is closed
 * @throws CustosError ARGUMENT_INVALID, URL_INVALID, URL_INSECURE, CHAIN_UNKNOWN, DAEMON_RUNNING: another one serves the store
 */
export async function makeCarrier(parts: CarrierParts, given: unknown, onClose: () => void): Promise<Carrier> {
  const { chains, store } = parts;
  const read = readOptions(given);
  const lifecycle = lifecycleParts(parts, read);
  const source = joinSources(read.source, { journal: store.journal, chains, network: read.network });
  await store.lockForDaemon();
  return new WayCarrier({
    ...lifecycle,
    network: read.network,
    source,
    store,
    vault: parts.vault,
    served: servedBy(read, chains),
    onClose,
  });
}

interface WayParts extends LifecycleParts {
  readonly network: Network;
  readonly source: Source;
  readonly store: Store;
  readonly vault: Vault;
  readonly served: readonly ChainId[];
  onClose(): void;
}

/** Starts nothing after `close`, and closes only when nothing is on its way. */
class WayCarrier implements Carrier {
  readonly #parts: WayParts;
  readonly #way: Way;
  readonly #oneByOne = oneByOne();
  readonly #begun = new Set<Promise<unknown>>();
  readonly #end = new AbortController();
  readonly #intake: Intake;
  /** Those that serve until their signal: they begin at once with what is accepted. */
  readonly #serving = new Set<Daemon>();

  constructor(parts: WayParts) {
    this.#parts = parts;
    this.#way = createWay(parts);
    this.#intake = createIntake(parts.journal, {
      wake: (entry) => {
        for (const daemon of this.#serving) daemon.wake(entry);
      },
      place: (pending) => {
        for (const daemon of this.#serving) {
          const place = daemon.place(pending);
          if (place !== undefined) return place;
        }
        return undefined;
      },
    });
  }

  async carry(transaction: Transaction): Promise<Carried> {
    return this.#begin('carry', async () => {
      const { chains, network: of, served } = this.#parts;
      const pending = readTransaction(transaction, { chains, network: of, what: 'carry' });
      requireServed('carry', pending.chain, served);
      return this.#take(pending);
    });
  }

  async pay(given: Payment): Promise<Carried> {
    return this.#begin('pay', async () => {
      const { chains, clock, served } = this.#parts;
      const payment = readPayment(given);
      const { id } = chains.get(payment.chain);
      requireServed('pay', id, served);
      const parts = { ...this.#parts, now: () => clock.now() };
      // Two at once would build on the same number and the same outputs.
      return this.#oneByOne(id, async () => this.#take(await pendingOf(payment, parts)));
    });
  }

  async #take(pending: PendingTransaction): Promise<Carried> {
    const { source, journal } = this.#parts;
    const [taken] = await this.#way.take(source, [pending]);
    if (taken?.kind === 'changed' || taken?.kind === 'damaged') throw taken.error;
    if (taken?.kind === 'begun') await taken.outcome;
    const entry = await journal.get(pending.id);
    return entry === undefined ? { id: pending.id, state: 'claimed' } : carriedOf(entry);
  }

  async accept(given: Request): Promise<Acceptance> {
    return this.#begin('accept', async () => {
      const { chains, network: of, served, clock } = this.#parts;
      const request = readRequest(given, { chains, network: of, now: clock.now() });
      requireServed('accept', request.pending.chain, served);
      const accepted = await this.#intake.accept(request);
      if (accepted.kind !== 'different') {
        return { ...carriedOf(accepted.entry), replayed: accepted.kind === 'replayed' };
      }
      throw otherRequest('accept');
    });
  }

  async signMessage(given: MessageRequest): Promise<SignedAnswer> {
    return this.#begin('signMessage', async () => {
      const { chains, network: of, clock, journal, source } = this.#parts;
      const request = readMessageRequest(given, { chains, network: of, now: clock.now() });
      // Not by the intake that wakes a round: it is carried here.
      const accepted = await journal.accept(request);
      if (accepted.kind === 'different') throw otherRequest('signMessage');
      const { pending } = accepted.entry;
      const [taken] = await this.#way.take(source, [pending]);
      if (taken?.kind === 'damaged') throw taken.error;
      if (taken?.kind === 'begun') await taken.outcome;
      const entry = await journal.get(pending.id);
      const carried = carriedOf(entry ?? accepted.entry);
      return signedAnswer({ ...carried, replayed: accepted.kind === 'replayed' }, entry);
    });
  }

  async find(id: string): Promise<Carried | undefined> {
    return this.#begin('find', async () => {
      const entry = await this.#parts.journal.get(parsePendingId(id));
      return entry === undefined ? undefined : carriedOf(entry);
    });
  }

  async runOnce(): Promise<Readonly<Tally>> {
    return this.#begin('runOnce', () => this.#daemon(PERIOD).runOnce());
  }

  async run(given: { readonly signal: AbortSignal; readonly period?: number }): Promise<Readonly<Tally>> {
    return this.#begin('run', async () => {
      const { signal, period = PERIOD } = readArgument(runOptions, given, 'run');
      const either = AbortSignal.any([signal, this.#end.signal]);
      const daemon = this.#daemon(period);
      this.#serving.add(daemon);
      return daemon.run(either).finally(() => this.#serving.delete(daemon));
    });
  }

  async close(): Promise<void> {
    if (this.#end.signal.aborted) return;
    this.#end.abort();
    await Promise.allSettled(this.#begun);
    this.#parts.onClose();
  }

  #daemon(period: number): Daemon {
    const { store, served } = this.#parts;
    const parts = { ...this.#parts, wallets: store.wallets, way: this.#way, shared: store.shared };
    return new Daemon(parts, {
      periods: { shortest: period, longest: period },
      concurrency: CONCURRENCY,
      chains: served,
    });
  }

  /** Renews leases while any work runs. */
  async #begin<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (this.#end.signal.aborted) throw new CustosError('STORE_CLOSED', `${what}: the carrier is closed`);
    const { leases, clock } = this.#parts;
    const done = new AbortController();
    const kept = leases.run(clock, done.signal, () => this.#way.isBusy);
    const begun = work().finally(async () => {
      done.abort();
      await kept;
    });
    this.#begun.add(begun);
    try {
      return await begun;
    } finally {
      this.#begun.delete(begun);
    }
  }
}

function otherRequest(what: string): CustosError {
  return new CustosError('IDEMPOTENCY_CONFLICT', `${what}: another request has this idempotency key`);
}

function requireServed(what: string, chain: ChainId, served: readonly ChainId[]): void {
  if (served.includes(chain)) return;
  throw new CustosError('ARGUMENT_INVALID', `${what}: the carrier was given no node of ${chain}`);
}
