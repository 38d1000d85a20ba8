import type { PolledTransaction } from '../core/cloud.js';
import { asCustosError, CustosError } from '../core/errors.js';
import type { ChainId, SignatureId } from '../core/ids.js';
import type { ClaimResult, JournalEntry } from '../core/journal.js';
import type { PendingTransaction } from '../core/pending.js';
import { carry } from './carry.js';
import { ErrorReports } from './error-reports.js';
import { Gate } from './gate.js';
import { type DaemonParts, step } from './parts.js';
import { SenderQueues } from './sender-queues.js';
import type { Claimed, Outcome, OutcomeKind } from './settle.js';

export interface DaemonOptions {
  /** Milliseconds between two polls of the same chain. */
  readonly period: number;
  /** Chains to serve; all that have wallets when absent. */
  readonly chains?: readonly ChainId[];
  /** How many transactions are on their way at the same time. */
  readonly concurrency: number;
}

/** What one round or a whole life did. `pollErrors` counts polls without an answer. */
export type Tally = Readonly<Record<OutcomeKind | 'refused' | 'pollErrors', number>>;

/** The main job: polls all chains at the same time and takes each pending transaction through. */
export class Daemon {
  readonly #parts: DaemonParts;
  readonly #options: DaemonOptions;
  readonly #senders = new SenderQueues();
  readonly #gate: Gate;
  readonly #reports: ErrorReports;
  readonly #onTheWay = new Map<string, Promise<void>>();
  readonly #tally: Record<keyof Tally, number> = {
    completed: 0,
    held: 0,
    denied: 0,
    failed: 0,
    waiting: 0,
    refused: 0,
    pollErrors: 0,
  };

  constructor(parts: DaemonParts, options: DaemonOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#gate = new Gate(options.concurrency);
    this.#reports = new ErrorReports(parts.cloud, parts.log);
  }

  get tally(): Tally {
    return { ...this.#tally };
  }

  /** One round over all chains; resolves when everything it found is carried as far as it goes. */
  async runOnce(): Promise<Tally> {
    const chains = await this.#chains();
    await Promise.all(chains.map((chain) => this.#round(chain)));
    await this.#settled();
    return this.tally;
  }

  /** Serves until `signal` is aborted, then finishes what is on its way (at most `grace` milliseconds). */
  async run(signal: AbortSignal, grace: number): Promise<Tally> {
    const loops = new Map<ChainId, Promise<void>>();
    while (!signal.aborted) {
      for (const chain of await this.#chainsOrNone()) {
        if (!loops.has(chain)) loops.set(chain, this.#loop(chain, signal));
      }
      await this.#parts.clock.wait(this.#options.period, signal);
    }
    const overtime = new AbortController();
    await Promise.race([
      Promise.all(loops.values()).then(() => this.#settled()),
      this.#parts.clock.wait(grace, overtime.signal),
    ]);
    overtime.abort();
    return this.tally;
  }

  async #loop(chain: ChainId, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#round(chain);
      // Reports go out beside the next poll, so that a slow cloud never holds the chain up.
      void this.#reports.flush();
      await this.#parts.clock.wait(this.#options.period, signal);
    }
  }

  async #settled(): Promise<void> {
    while (this.#onTheWay.size > 0) await Promise.all(this.#onTheWay.values());
    await this.#reports.flush();
  }

  async #chains(): Promise<readonly ChainId[]> {
    const { wallets, network } = this.#parts;
    const withWallets = await wallets.chains(network);
    const { chains } = this.#options;
    return chains === undefined ? withWallets : withWallets.filter((chain) => chains.includes(chain));
  }

  async #chainsOrNone(): Promise<readonly ChainId[]> {
    try {
      return await this.#chains();
    } catch (thrown) {
      this.#parts.log.error(describe(thrown), 'wallet store not readable');
      return [];
    }
  }

  /** Polls one chain and sets everything that is due on its way. Never throws. */
  async #round(chain: ChainId): Promise<void> {
    const parts = this.#parts;
    try {
      const ids = await this.#walletIds(chain);
      if (ids.length === 0) return;
      const polled = await step(parts, 'poll', undefined, () => parts.cloud.pending(chain, parts.network, ids));
      await this.#take(chain, polled);
    } catch (thrown) {
      this.#tally.pollErrors += 1;
      parts.log.error({ chain, ...describe(thrown) }, 'poll failed');
    }
  }

  async #walletIds(chain: ChainId): Promise<readonly SignatureId[]> {
    const { wallets, network, onlyWallets } = this.#parts;
    const ids = await wallets.ids({ chain, network });
    return onlyWallets === undefined ? ids : ids.filter((id) => onlyWallets.has(id));
  }

  async #take(chain: ChainId, polled: readonly PolledTransaction[]): Promise<void> {
    const parts = this.#parts;
    const fresh: PendingTransaction[] = [];
    const seen = new Set<string>();
    for (const element of polled) {
      if (element.kind === 'refused') this.#refuse(chain, element.error);
      else if (this.#wanted(element.pending.id)) {
        seen.add(element.pending.id);
        if (!this.#onTheWay.has(element.pending.id)) fresh.push(element.pending);
      }
    }
    if (fresh.length > 0) parts.log.info({ chain, count: fresh.length }, 'pending transactions received');
    const results = await step(parts, 'claim', undefined, () => parts.journal.claim(fresh));
    for (const result of results) this.#start(chain, result);
    await this.#resume(chain, seen);
  }

  #wanted(id: string): boolean {
    const { onlyTransactions } = this.#parts;
    return onlyTransactions === undefined || onlyTransactions.has(id);
  }

  #refuse(chain: ChainId, error: CustosError): void {
    this.#tally.refused += 1;
    const id = error.details['id'];
    this.#parts.log.warn({ chain, id, code: error.code, error: error.message }, 'pending transaction refused');
    if (typeof id === 'string') this.#reports.addOnce(id, `${error.code}: ${error.message}`);
  }

  #start(chain: ChainId, result: ClaimResult): void {
    const { entry } = result;
    if (result.kind === 'changed') {
      const text = `another payload came under the id ${entry.id}`;
      this.#refuse(chain, new CustosError('PENDING_CHANGED', text, { details: { id: entry.id } }));
      return;
    }
    if (result.lease === undefined) {
      if (entry.state === 'completed') this.#closeAgain(entry);
      return;
    }
    if (entry.nextAttemptAt > this.#parts.clock.now()) return;
    this.#carry({ entry, lease: result.lease, since: this.#parts.clock.now() });
  }

  /** The cloud still lists what is completed: it is told once more, and nothing is sent again. */
  #closeAgain(entry: JournalEntry): void {
    const { cloud, log } = this.#parts;
    const { id, txId } = entry;
    if (txId === undefined) return;
    this.#track(id, async () => {
      try {
        await cloud.complete(id, txId);
        log.info({ id, txId }, 'completed transaction closed again');
      } catch (thrown) {
        log.warn({ id, ...describe(thrown) }, 'completed transaction not closed');
      }
    });
  }

  /** Goes on with what is signed but no longer listed: the bytes may have left, or the application withdrew it. */
  async #resume(chain: ChainId, listed: ReadonlySet<string>): Promise<void> {
    const { journal, network, clock } = this.#parts;
    const open = await journal.find({ chain, network, states: ['signed', 'broadcast'] });
    for (const entry of open) {
      const skip = listed.has(entry.id) || this.#onTheWay.has(entry.id) || !this.#wanted(entry.id);
      if (skip || entry.nextAttemptAt > clock.now()) continue;
      this.#track(entry.id, () => this.#resolve(entry));
    }
  }

  async #resolve(entry: JournalEntry): Promise<void> {
    const { cloud, journal, log } = this.#parts;
    try {
      const status = await cloud.status(entry.id);
      const [claimed] = await journal.claim([entry.pending]);
      if (claimed === undefined || claimed.kind === 'changed' || claimed.lease === undefined) return;
      if (status.kind === 'completed') {
        await journal.advance(claimed.lease, 'broadcast', {}, 'found closed at the cloud');
        await journal.advance(claimed.lease, 'completed', {});
        this.#count({ id: entry.id, kind: 'completed' });
      } else if (status.kind === 'unknown' && entry.state === 'signed') {
        await journal.advance(claimed.lease, 'cancelled', {}, 'withdrawn by the application');
        log.warn({ id: entry.id }, 'transaction withdrawn by the application');
      } else {
        const { entry: found, lease } = claimed;
        this.#count(await carry(this.#parts, this.#senders, { entry: found, lease, since: this.#parts.clock.now() }));
      }
    } catch (thrown) {
      log.warn({ id: entry.id, ...describe(thrown) }, 'transaction postponed');
    }
  }

  #carry(claimed: Claimed): void {
    this.#track(claimed.entry.id, async () => {
      this.#count(await this.#gate.run(() => carry(this.#parts, this.#senders, claimed)));
    });
  }

  #track(id: string, work: () => Promise<void>): void {
    const done = work().finally(() => this.#onTheWay.delete(id));
    this.#onTheWay.set(id, done);
  }

  #count(outcome: Outcome): void {
    this.#tally[outcome.kind] += 1;
    if (outcome.report !== undefined) this.#reports.add(outcome.id, outcome.report);
  }
}

function describe(thrown: unknown): { code: string; error: string } {
  const error = asCustosError(thrown);
  return { code: error.code, error: error.message };
}
