import { CustosError } from '../core/errors.js';
import type { PendingTransaction } from '../core/signing/pending.js';

/** Beside other daemons, a sender's transactions are taken so many at a time: two daemons seldom want the same sender then. */
const SHARED_RUN = 4;

export interface BacklogOptions {
  /** The store has other daemons: of what arrives together, the senders begin with a different one each time. */
  readonly shared: boolean;
  /** How many transactions of one sender are on their way at the same time. */
  readonly ofOneSender: () => number;
}

/**
 * Transactions that this process has not claimed yet. Those of one sender keep the order of their arrival; senders take turns, and
 * each has a part of the places only, because its transactions wait for one another: otherwise the burst of one would hold up all.
 */
export class Backlog {
  readonly #waiting = new Map<string, PendingTransaction>();
  /** Ids of what waits by sender, the next sender first. */
  readonly #lines = new Map<string, Set<string>>();
  /** Ids of what was taken and is not done, by sender. */
  readonly #taken = new Map<string, Set<string>>();
  /** Senders that reached their number of places: they wait until half of these are free, so that they are claimed several at a time. */
  readonly #resting = new Set<string>();
  /** Those that no source lists: requests of doors. */
  readonly #own = new Set<string>();
  readonly #options: BacklogOptions;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(pending: readonly PendingTransaction[]): void {
    for (const item of this.#options.shared ? fromAnySender(pending) : pending) {
      const known = this.#waiting.get(item.id);
      const sender = senderOf(item);
      if (known !== undefined && senderOf(known) !== sender) this.#drop(known);
      this.#waiting.set(item.id, item);
      const line = this.#lines.get(sender);
      if (line === undefined) this.#lines.set(sender, new Set([item.id]));
      else line.add(item.id);
    }
  }

  /** Adds requests that came through a door. */
  addOwn(pending: readonly PendingTransaction[]): void {
    const fresh = pending.filter(({ id }) => !this.#waiting.has(id));
    for (const { id } of fresh) this.#own.add(id);
    this.add(fresh);
  }

  /** Forgets transactions that the cloud no longer lists. */
  keepOnly(listed: ReadonlySet<string>): void {
    for (const item of this.#waiting.values()) {
      if (!listed.has(item.id) && !this.#own.has(item.id)) this.#drop(item);
    }
  }

  /** Takes out at most `count` whose senders have places. Each of them keeps its place until `done`. */
  take(count: number): readonly PendingTransaction[] {
    const taken: PendingTransaction[] = [];
    const run = this.#options.shared ? SHARED_RUN : 1;
    // A line that is put back comes last, so the loop meets it again: it ends where no line has a place, or none is left.
    for (const [sender, line] of this.#lines) {
      if (taken.length >= count) break;
      const most = Math.min(run, count - taken.length, this.#roomOf(sender));
      if (most === 0) continue;
      this.#lines.delete(sender);
      for (const id of firstOf(line, most)) {
        line.delete(id);
        taken.push(this.#takeOut(sender, id));
      }
      if (line.size > 0) this.#lines.set(sender, line);
    }
    return taken;
  }

  /** Keeps a place for what never waits here. @returns false if it has to: its sender has no place, or others wait */
  occupy(item: PendingTransaction): boolean {
    const sender = senderOf(item);
    if (this.#waiting.size > 0 || this.#roomOf(sender) === 0) return false;
    this.#keepPlace(sender, item.id);
    return true;
  }

  /** Frees the place of what was taken. */
  done(item: PendingTransaction): void {
    const sender = senderOf(item);
    const taken = this.#taken.get(sender);
    if (taken === undefined) return;
    taken.delete(item.id);
    if (taken.size <= this.#options.ofOneSender() / 2) this.#resting.delete(sender);
    if (taken.size === 0) this.#taken.delete(sender);
  }

  #roomOf(sender: string): number {
    if (this.#resting.has(sender)) return 0;
    // Fewer than before, where other chains have taken theirs meanwhile.
    return Math.max(0, this.#options.ofOneSender() - (this.#taken.get(sender)?.size ?? 0));
  }

  #takeOut(sender: string, id: string): PendingTransaction {
    const item = this.#waiting.get(id);
    if (item === undefined) throw new CustosError('INTERNAL', `${id} is in line, but does not wait`);
    this.#waiting.delete(id);
    this.#own.delete(id);
    this.#keepPlace(sender, id);
    return item;
  }

  #keepPlace(sender: string, id: string): void {
    const taken = this.#taken.get(sender) ?? new Set();
    this.#taken.set(sender, taken.add(id));
    if (taken.size >= this.#options.ofOneSender()) this.#resting.add(sender);
  }

  #drop(item: PendingTransaction): void {
    const sender = senderOf(item);
    const line = this.#lines.get(sender);
    line?.delete(item.id);
    if (line?.size === 0) this.#lines.delete(sender);
    this.#waiting.delete(item.id);
  }
}

/** The key that signs first: transactions of one wait for one another. */
function senderOf({ id, keys: [first] }: PendingTransaction): string {
  return first === undefined ? id : `${first.signatureId}/${first.index ?? ''}`;
}

/** Each sender's transactions in order; the senders one after another, starting with any of them. */
function fromAnySender(pending: readonly PendingTransaction[]): readonly PendingTransaction[] {
  const bySender = new Map<string, PendingTransaction[]>();
  for (const item of pending) {
    const sender = senderOf(item);
    const known = bySender.get(sender);
    if (known === undefined) bySender.set(sender, [item]);
    else known.push(item);
  }
  const senders = [...bySender.values()];
  const start = Math.floor(Math.random() * senders.length);
  return [...senders.slice(start), ...senders.slice(0, start)].flat();
}

function firstOf(line: ReadonlySet<string>, count: number): readonly string[] {
  const ids: string[] = [];
  for (const id of line) {
    if (ids.length === count) break;
    ids.push(id);
  }
  return ids;
}
