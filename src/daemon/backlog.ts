import type { PendingTransaction } from '../core/signing/pending.js';

/** Transactions that this process has not claimed yet, in the order of arrival. */
export class Backlog {
  readonly #waiting = new Map<string, PendingTransaction>();
  /** Those that no source lists: requests of doors. */
  readonly #own = new Set<string>();
  readonly #shared: boolean;

  /** @param shared - starts with a different sender each time, so that several daemons seldom want the same ones */
  constructor(shared: boolean) {
    this.#shared = shared;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(pending: readonly PendingTransaction[]): void {
    for (const item of this.#shared ? fromAnySender(pending) : pending) this.#waiting.set(item.id, item);
  }

  /** Adds requests that came through a door. */
  addOwn(pending: readonly PendingTransaction[]): void {
    const fresh = pending.filter(({ id }) => !this.#waiting.has(id));
    for (const { id } of fresh) this.#own.add(id);
    this.add(fresh);
  }

  /** Forgets transactions that the cloud no longer lists. */
  keepOnly(listed: ReadonlySet<string>): void {
    for (const id of this.#waiting.keys()) if (!listed.has(id) && !this.#own.has(id)) this.#waiting.delete(id);
  }

  /** Takes the first ones out. */
  take(count: number): readonly PendingTransaction[] {
    const taken: PendingTransaction[] = [];
    for (const item of this.#waiting.values()) {
      if (taken.length >= count) break;
      taken.push(item);
    }
    for (const { id } of taken) {
      this.#waiting.delete(id);
      this.#own.delete(id);
    }
    return taken;
  }
}

/** Each sender's transactions in order; the senders in turn, starting with any of them. */
function fromAnySender(pending: readonly PendingTransaction[]): readonly PendingTransaction[] {
  const bySender = new Map<string, PendingTransaction[]>();
  for (const item of pending) {
    const sender = item.keys[0]?.signatureId ?? item.id;
    const known = bySender.get(sender);
    if (known === undefined) bySender.set(sender, [item]);
    else known.push(item);
  }
  const senders = [...bySender.values()];
  const start = Math.floor(Math.random() * senders.length);
  return [...senders.slice(start), ...senders.slice(0, start)].flat();
}
