import type { CustosError } from '../core/errors.js';
import { type ChainId, defaultTenant, type SignatureId } from '../core/ids.js';
import { tell } from '../core/log.js';
import type { PolledTransaction } from '../core/network/cloud.js';
import { IDS_A_POLL, POLLS_AT_ONCE } from '../core/network/limits.js';
import { inParallel } from '../core/parallel.js';
import type { PendingTransaction } from '../core/signing/pending.js';
import { A_TURN, nextTurn } from '../core/turn.js';
import { step } from '../lifecycle/step.js';
import type { Listing } from './listing.js';
import type { DaemonParts } from './parts.js';

export interface PollerOptions {
  readonly chain: ChainId;
  readonly listing: Listing;
  /** Takes new transactions that are not on their way yet. */
  readonly onFresh: (pending: readonly PendingTransaction[]) => void;
  readonly onRefused: (error: CustosError) => void;
}

/** Asks the source for the transactions of one chain. */
export class Poller {
  readonly #parts: DaemonParts;
  readonly #options: PollerOptions;
  #stopping = false;

  constructor(parts: DaemonParts, options: PollerOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** Drops the rest of an answer. */
  stop(): void {
    this.#stopping = true;
  }

  /** Asks for all wallets, page by page. @returns the ids that the source lists. @throws CustosError CLOUD_*, STEP_TIMEOUT, … */
  async poll(): Promise<ReadonlySet<string>> {
    const { wallets, network, source } = this.#parts;
    const { chain, listing } = this.#options;
    const listed = new Set<string>();
    await step(this.#parts, 'poll', undefined, () =>
      inParallel(
        wallets.idPages({ tenant: defaultTenant, chain, network }, IDS_A_POLL),
        POLLS_AT_ONCE,
        async (page) => {
          const ids = this.#allowed(page);
          if (ids.length > 0) await this.#read(await source.pending(chain, network, ids), listed);
        },
      ),
    );
    listing.keepOnly(listed);
    return listed;
  }

  #allowed(ids: readonly SignatureId[]): readonly SignatureId[] {
    const { onlyWallets } = this.#parts;
    return onlyWallets === undefined ? ids : ids.filter((id) => onlyWallets.has(id));
  }

  /** Reads a long list in parts, so that it delays neither other chains nor a signal that ends the daemon. */
  async #read(polled: readonly PolledTransaction[], listed: Set<string>): Promise<void> {
    const { onlyTransactions, log } = this.#parts;
    const { chain, listing, onFresh, onRefused } = this.#options;
    const fresh: PendingTransaction[] = [];
    let received = 0;
    for (const [at, element] of polled.entries()) {
      if (at % A_TURN === A_TURN - 1) await nextTurn();
      if (this.#stopping) return;
      if (element.kind === 'refused') onRefused(element.error);
      else if (onlyTransactions?.has(element.pending.id) !== false) {
        const { id } = element.pending;
        if (this.#isFresh(id, listed)) fresh.push(element.pending);
        if (listing.see(id)) received += 1;
        listed.add(id);
      }
    }
    if (received > 0) tell(log, 'pending-received', { chain, count: received });
    onFresh(fresh);
  }

  /** A transaction of several wallets may appear in the answers for several pages. */
  #isFresh(id: string, listed: ReadonlySet<string>): boolean {
    const { way, clock } = this.#parts;
    return !listed.has(id) && !way.has(id) && this.#options.listing.isDue(id, clock.now());
  }
}
