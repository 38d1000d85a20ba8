import type { TenantSettings } from '../../core/access/tenant-settings.js';
import type { TenantId } from '../../core/ids.js';

/** For so many milliseconds what was read of a tenant is believed, as with tokens: a change elsewhere counts from then on. */
const FRESH = 1000;
/** Tenants that are remembered. */
const MOST = 1000;

interface Known {
  readonly settings: TenantSettings;
  readonly readAt: number;
}

/** Settings of tenants whose users send proofs, so that not each proof reads them. */
export class KnownSettings {
  readonly #read: (tenant: TenantId) => Promise<TenantSettings>;
  readonly #known = new Map<TenantId, Known>();

  constructor(read: (tenant: TenantId) => Promise<TenantSettings>) {
    this.#read = read;
  }

  /** @throws CustosError STORE_* */
  async of(tenant: TenantId): Promise<TenantSettings> {
    const found = this.#known.get(tenant);
    const readAt = performance.now();
    if (found !== undefined && readAt - found.readAt < FRESH) return found.settings;
    const settings = await this.#read(tenant);
    this.#known.delete(tenant);
    // Where no provider is named, nothing of a proof is believed: one that is named now counts at once.
    if (settings.oidc !== undefined) this.#known.set(tenant, { settings, readAt });
    const oldest = this.#known.keys().next().value;
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
    return settings;
  }
}
