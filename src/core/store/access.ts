import type { StoredTenantSettings } from '../access/tenant-settings.js';
import type { StoredToken } from '../access/token.js';
import type { TenantId } from '../ids.js';

/** An application that shares the store with others and does not see them. */
export interface Tenant {
  readonly id: TenantId;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** Which tokens a list shows. */
export interface TokenFilter {
  readonly tenant?: TenantId;
  /** The last id of the page before. */
  readonly after?: string;
  readonly limit: number;
}

/** What a backup has of all this. */
interface AccessRows {
  readonly tenants: readonly Tenant[];
  readonly tokens: readonly StoredToken[];
  readonly settings: readonly StoredTenantSettings[];
}

/** Tenants and their tokens. What authenticates tokens is in the rows; whoever reads them checks it (`readToken`). */
export interface AccessTable {
  /** In the order of their ids. The default tenant is there without a row, and not among them. */
  tenants(): Promise<readonly Tenant[]>;
  /** @throws CustosError TENANT_EXISTS */
  addTenant(tenant: Tenant): Promise<void>;
  token(id: string): Promise<StoredToken | undefined>;
  /** In the order of ids. */
  tokens(filter: TokenFilter): Promise<readonly StoredToken[]>;
  /** @throws CustosError TENANT_UNKNOWN, STORE_REKEYED */
  addToken(token: StoredToken): Promise<void>;
  /**
   * Ends a token for good.
   * @param revoked - the same token with the moment, and authenticated again
   * @returns false if it was revoked before
   */
  revokeToken(revoked: StoredToken): Promise<boolean>;
  /** Notes when tokens were last used, by id, in milliseconds since 1970. A later moment stays. */
  used(moments: ReadonlyMap<string, number>): Promise<void>;
  /** What was decided about a tenant; whoever reads it checks that it is authentic (`readSettings`). */
  settings(tenant: TenantId): Promise<StoredTenantSettings | undefined>;
  allSettings(): Promise<readonly StoredTenantSettings[]>;
  /** Replaces what was decided. @throws CustosError TENANT_UNKNOWN, STORE_REKEYED */
  putSettings(settings: StoredTenantSettings): Promise<void>;
  /** Fills a new store from a backup. */
  restore(rows: AccessRows): Promise<void>;
}
