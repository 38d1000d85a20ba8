import { Bucket } from '../../api/rate.js';
import { CustosError } from '../../core/errors.js';
import type { TenantId } from '../../core/ids.js';
import type { KnownOwner } from '../../core/signing/lookup.js';
import type { OwnerParts } from '../wallets/owners.js';

/** For so many milliseconds what was read of an owner is believed. */
const FRESH = 1000;
/** Owners that are remembered. */
const MOST = 10_000;
const MINUTE = 60;

interface Known {
  readonly most: number | undefined;
  readonly bucket: Bucket | undefined;
  readonly readAt: number;
}

/** Keeps each owner to the requests a minute that they may make. Each process counts by itself, as it does for tokens. */
export class OwnerRates {
  readonly #parts: Pick<OwnerParts, 'store' | 'vault'>;
  readonly #known = new Map<string, Known>();

  constructor(parts: Pick<OwnerParts, 'store' | 'vault'>) {
    this.#parts = parts;
  }

  /** @throws CustosError RATE_LIMITED, RECORD_DAMAGED, STORE_* */
  async keep(tenant: TenantId, { owner, tag }: KnownOwner): Promise<void> {
    const { bucket } = await this.#find(tenant, { owner, tag });
    const wait = bucket?.take(performance.now()) ?? 0;
    if (wait === 0) return;
    const details = { retryAfter: Math.ceil(wait / 1000) };
    throw new CustosError('RATE_LIMITED', 'the owner makes more requests than they may', { details });
  }

  async #find(tenant: TenantId, { owner, tag }: KnownOwner): Promise<Known> {
    const found = this.#known.get(tag);
    const readAt = performance.now();
    if (found !== undefined && readAt - found.readAt < FRESH) return found;
    const { store, vault } = this.#parts;
    const stored = await store.owners.get(vault.index.owner(tenant, owner));
    const most = stored && vault.beside.openOwner(stored).mostRequests;
    // While it was read, others may have begun a bucket, and what they took counts.
    const before = this.#known.get(tag) ?? found;
    const fresh = most === undefined ? undefined : new Bucket(most / MINUTE, readAt, MINUTE);
    const known = { most, readAt, bucket: before?.most === most ? before?.bucket : fresh };
    this.#known.delete(tag);
    this.#known.set(tag, known);
    const oldest = this.#known.keys().next().value;
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }
}
