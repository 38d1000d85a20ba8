import type { Clock } from '../../core/clock.js';
import { asCustosError } from '../../core/errors.js';
import { type Log, tell } from '../../core/log.js';
import type { FreezeEnd, FreezeNews } from '../../core/signing/freezes.js';
import type { FreezeTable, StoredFreeze } from '../../core/store/freezes.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
import { readFreezeText } from '../../policy/freeze-text.js';
import { freezeMac } from '../../policy/freezes.js';
import type { FreezeWatch } from './watch.js';

export interface ExchangeParts {
  readonly watch: FreezeWatch;
  readonly freezes: Pick<FreezeTable, 'all' | 'add'>;
  /** Of the journal. */
  readonly mac: JournalMac;
  /** Tells a keeper, and resolves to the lines of all that hold there. */
  tell(news: FreezeNews): Promise<readonly string[]>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Milliseconds between two looks at what is new, and after which a keeper is asked in any case. */
const PERIOD = 200;
const LONGEST = 2_000;

/**
 * Keeps store and keeper of one mind: what holds here is told there, with the ends that are known, and what the keeper heard of
 * through its own door is put into the store.
 */
export class FreezeExchange {
  readonly #parts: ExchangeParts;
  #told = '';
  #askedAt = Number.NEGATIVE_INFINITY;
  #isFailing = false;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /** Until the signal. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const isDue = this.#holding() !== this.#told || performance.now() - this.#askedAt > LONGEST;
      if (isDue) await this.#tryOnce();
      await this.#parts.clock.wait(PERIOD, signal);
    }
  }

  /** @throws CustosError SIGNER_*, STORE_* */
  async once(): Promise<void> {
    this.#askedAt = performance.now();
    const told = this.#holding();
    const rows = await this.#parts.freezes.all();
    const kept = new Set(await this.#parts.tell({ freezes: this.#parts.watch.texts, ends: [] }));
    const ends = rows.flatMap((row) => (kept.has(row.text) && !this.#holds(row.id) ? endOf(row) : []));
    if (ends.length > 0) await this.#parts.tell({ freezes: [], ends });
    this.#told = told;
    await this.#bring(rows, kept);
  }

  async #tryOnce(): Promise<void> {
    try {
      await this.once();
      this.#isFailing = false;
    } catch (thrown) {
      const { code, message } = asCustosError(thrown);
      if (!this.#isFailing) tell(this.#parts.log, 'freezes-not-exchanged', { code, error: message });
      this.#isFailing = true;
    }
  }

  /** What only the keeper heard of. The journal's key makes it a freeze of the store: a false one would only be a nuisance. */
  async #bring(rows: readonly StoredFreeze[], kept: ReadonlySet<string>): Promise<void> {
    const { freezes, mac, watch } = this.#parts;
    const ids = new Set(rows.map(({ id }) => id));
    for (const text of kept) {
      const { id, at } = readFreezeText(text).freeze;
      if (ids.has(id)) continue;
      await freezes.add({ id, at, text, mac: freezeMac(mac, text) });
      await watch.look();
    }
  }

  #holds(id: string): boolean {
    return this.#parts.watch.seen.some((freeze) => freeze.id === id);
  }

  #holding(): string {
    return this.#parts.watch.seen.map(({ id }) => id).join();
  }
}

function endOf({ text, end }: StoredFreeze): readonly FreezeEnd[] {
  return end === undefined ? [] : [{ text, at: end.at, signatures: end.signatures, rootMac: end.rootMac }];
}
