import type { SignatureId, TenantId } from '../ids.js';

/** An owner as it is stored: `digest` is its blind index, `box` has its id and limit. */
export interface StoredOwner {
  /** 32 bytes. */
  readonly digest: Uint8Array;
  readonly tenant: TenantId;
  readonly createdAt: number;
  readonly box: Uint8Array;
}

/** The owners of all tenants. */
export interface OwnerTable {
  get(digest: Uint8Array): Promise<StoredOwner | undefined>;
  /** @returns false: the owner is there already, and nothing changed */
  add(owner: StoredOwner): Promise<boolean>;
  /**
   * Replaces the box of an owner as it was read. @param isLogin - a login was changed: that is recorded
   * @returns false: the owner is not there as it was read
   * @throws CustosError STORE_REKEYED
   */
  replace(before: StoredOwner, after: StoredOwner, isLogin: boolean): Promise<boolean>;
  /** In the order of digests, which says nothing of the owners. @param tenant - absent: of all */
  page(tenant: TenantId | undefined, after: Uint8Array | undefined, limit: number): Promise<readonly StoredOwner[]>;
  /** For a restore into an empty store. */
  restore(owners: readonly StoredOwner[]): Promise<void>;
}

/** An index of a mnemonic wallet that was allotted. Its address is sealed in `box`; without one it was never handed out. */
export interface StoredAddress {
  readonly signatureId: SignatureId;
  readonly index: number;
  /** The blind index of the address. */
  readonly digest?: Uint8Array;
  readonly box?: Uint8Array;
}

/** Which indexes of wallets were allotted. */
export interface AddressTable {
  /**
   * Allots the lowest index that is above all others of the wallet, and at least `least`. Durable when the promise resolves.
   * @throws CustosError WALLET_UNKNOWN, INDEX_INVALID: there is none left
   */
  allot(id: SignatureId, least: number): Promise<number>;
  /** Says which address an allotted index has. */
  record(address: Required<StoredAddress>): Promise<void>;
  byDigest(digest: Uint8Array): Promise<readonly StoredAddress[]>;
  page(
    after: Pick<StoredAddress, 'signatureId' | 'index'> | undefined,
    limit: number,
  ): Promise<readonly StoredAddress[]>;
  /** For a restore into an empty store. */
  restore(addresses: readonly StoredAddress[]): Promise<void>;
}
