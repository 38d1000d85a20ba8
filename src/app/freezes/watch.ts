import type { Clock } from '../../core/clock.js';
import { asCustosError } from '../../core/errors.js';
import { type Log, tell } from '../../core/log.js';
import type { Meter } from '../../core/meter.js';
import type { Constitution } from '../../core/policy/constitution.js';
import { type Freeze, scopeText } from '../../core/policy/freeze.js';
import { FRESH_FREEZES, type FreezeView } from '../../core/signing/freezes.js';
import type { FreezeTable, StoredFreeze } from '../../core/store/freezes.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
import { freezeMac, isAuthentic, isEnded, readFreeze } from '../../policy/freezes.js';

export interface FreezeWatchParts {
  readonly freezes: Pick<FreezeTable, 'all' | 'authenticate' | 'listen'>;
  readonly storeId: string;
  /** Of the journal. */
  readonly mac: JournalMac;
  /** The one in force: it says whose signature may freeze. */
  constitution(): Promise<Constitution | undefined>;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Pick<Meter, 'frozen'>;
}

/** Milliseconds between two looks of a process that serves, also where nothing is signed. */
const PERIOD = 200;

/**
 * Sees the freezes of a store. What it saw holds until it sees a true end of it: a row that somebody takes out of the database
 * stops signing as long as this process lives.
 */
export class FreezeWatch implements FreezeView {
  readonly #parts: FreezeWatchParts;
  readonly #holding = new Map<string, { readonly freeze: Freeze; readonly text: string }>();
  /** What was told once: freezes without a valid proof, and rows that are gone. */
  readonly #doubtful = new Set<string>();
  #current: readonly Freeze[] = [];
  #seenAt = Number.NEGATIVE_INFINITY;
  #look: Promise<void> | undefined;
  #isBlind = false;

  constructor(parts: FreezeWatchParts) {
    this.#parts = parts;
  }

  /** Those that were seen last. */
  get seen(): readonly Freeze[] {
    return this.#current;
  }

  /** Their lines. */
  get texts(): readonly string[] {
    return [...this.#holding.values()].map(({ text }) => text);
  }

  async now(): Promise<readonly Freeze[]> {
    if (performance.now() - this.#seenAt > FRESH_FREEZES) await this.look();
    return this.#current;
  }

  /** Reads the store. Calls at the same time share one look. @throws CustosError STORE_* */
  async look(): Promise<void> {
    this.#look ??= this.#read().finally(() => {
      this.#look = undefined;
    });
    return this.#look;
  }

  /** Looks again and again until the signal, and at once when the database says so. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const listening = this.#parts.freezes.listen(() => void this.#lookAfter());
    while (!signal.aborted) {
      await this.#tryLook();
      await this.#parts.clock.wait(PERIOD, signal);
    }
    await listening.close();
  }

  /** A look that has begun may have read before what is told of now. */
  async #lookAfter(): Promise<void> {
    await this.#look?.catch(() => undefined);
    await this.#tryLook();
  }

  async #tryLook(): Promise<void> {
    try {
      await this.look();
      this.#isBlind = false;
    } catch (thrown) {
      const { code, message } = asCustosError(thrown);
      if (!this.#isBlind) tell(this.#parts.log, 'freezes-not-readable', { code, error: message });
      this.#isBlind = true;
    }
  }

  async #read(): Promise<void> {
    const begun = performance.now();
    const rows = await this.#parts.freezes.all();
    for (const row of rows) await this.#take(row);
    this.#noteGone(new Set(rows.map(({ id }) => id)));
    this.#current = [...this.#holding.values()].map(({ freeze }) => freeze);
    this.#parts.meter.frozen(this.#current.length);
    this.#seenAt = begun;
  }

  async #take(row: StoredFreeze): Promise<void> {
    const { storeId, mac, log } = this.#parts;
    if (isEnded(row, mac)) {
      if (this.#holding.delete(row.id)) tell(log, 'unfrozen', { freeze: row.id });
      return;
    }
    if (this.#holding.has(row.id)) return;
    const freeze = readFreeze(row, storeId);
    if (freeze === undefined || !(await this.#isAuthentic(row))) return this.#doubt(row.id, 'freeze-not-authentic');
    this.#holding.set(row.id, { freeze, text: row.text });
    const { id, scope, reason, at, by, person } = freeze;
    const maker = { ...(by !== undefined && { by }), ...(person !== undefined && { person }) };
    tell(log, 'frozen', { freeze: id, scope: scopeText(scope), reason, at, ...maker });
  }

  async #isAuthentic(row: StoredFreeze): Promise<boolean> {
    const { freezes, mac, constitution } = this.#parts;
    if (isAuthentic(row, { mac, constitution: undefined })) return true;
    // As long as it is unknown whose the signature is, it may be that of a person who wants to stop everything.
    const known = await constitution().catch(() => 'unreadable' as const);
    if (known === 'unreadable') return row.signature !== undefined;
    if (!isAuthentic(row, { mac, constitution: known })) return false;
    // Others then need no constitution to see it. Whether that is written changes nothing here.
    if (row.mac === undefined) await freezes.authenticate(row.id, freezeMac(mac, row.text)).catch(() => undefined);
    return true;
  }

  #noteGone(ids: ReadonlySet<string>): void {
    for (const id of this.#holding.keys()) if (!ids.has(id)) this.#doubt(id, 'freeze-gone');
  }

  #doubt(id: string, event: 'freeze-not-authentic' | 'freeze-gone'): void {
    const key = `${event} ${id}`;
    if (this.#doubtful.has(key)) return;
    this.#doubtful.add(key);
    tell(this.#parts.log, event, { freeze: id });
  }
}
