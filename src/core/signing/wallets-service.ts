import type { Network, OwnerId, SignatureId, TenantId } from '../ids.js';
import type { KnownOwner, Owner, OwnerLimits } from './lookup.js';
import type { SealedWallet, SecretKind, Wallet } from './wallet.js';

/** A wallet that an application asks for. Each text is checked. */
export interface WalletRequest {
  readonly chain: string;
  readonly network: Network;
  /** By default the chain's usual kind. */
  readonly kind?: SecretKind;
  readonly owner?: OwnerId;
  readonly tags?: readonly string[];
  readonly label?: string;
  /** Nothing is signed with it without a proof of its owner. */
  readonly requireUserToken?: boolean;
}

/** What an owner's wallet is found by: an owner has at most one for each. */
interface WalletPlace {
  readonly owner: OwnerId;
  readonly chain: string;
  readonly network: Network;
  /** Tells several wallets of one chain apart: 1 to 64 lower-case letters, digits and dashes. By default `main`. */
  readonly slot?: string;
}

/** What an owner may spend of one asset, as somebody says it: amounts are decimal numbers of whole coins. */
export interface SpendingRequest {
  readonly chain: string;
  /** Absent: the coin. */
  readonly token?: string | undefined;
  /** Needed for a token. */
  readonly decimals?: number | undefined;
  readonly aDay?: string | undefined;
  readonly aTransaction?: string | undefined;
}

/** Limits as doors take them. */
interface OwnerLimitsRequest extends Omit<OwnerLimits, 'mostSpent'> {
  readonly mostSpent?: readonly SpendingRequest[] | null | undefined;
}

/** An exact search. An index is there if it is the address of a mnemonic wallet. */
export interface FoundAddress {
  readonly wallet: Wallet;
  readonly index?: number;
}

/** The same, for whoever is going to use the key. */
export interface FoundKey extends FoundAddress {
  /** The record of the wallet, as it was read. */
  readonly sealed: SealedWallet;
}

/** Which wallets are listed. */
export interface WalletQuery {
  readonly chain?: string;
  readonly network?: Network;
  readonly owner?: OwnerId;
  /** The whole label. */
  readonly label?: string;
}

/** An index of a mnemonic wallet that was given away, and its address. */
export interface AllottedAddress {
  readonly index: number;
  readonly address: string;
}

/** A page of a list, in the order of signature IDs. */
export interface PageRequest<Key> {
  /** The last one of the page before. */
  readonly after?: Key;
  /** At most 201. */
  readonly limit: number;
}

/**
 * Wallets for doors. Each call names a tenant, which comes from the caller's token. What another tenant has is answered exactly as
 * what does not exist.
 */
export interface WalletsService {
  /**
   * All or none. Durable when the promise resolves.
   * @param count - 1 to 100
   * @throws CustosError CHAIN_UNKNOWN, OWNER_LIMIT, CREATE_NOT_ALLOWED, USAGE, STORE_*, SIGNER_*
   */
  create(tenant: TenantId, request: WalletRequest, count?: number): Promise<readonly Wallet[]>;
  /**
   * The one wallet of a place. Two calls at once give the same wallet: the database decides.
   * @throws CustosError as `create`
   */
  getOrCreate(
    tenant: TenantId,
    place: WalletPlace,
    request?: Omit<WalletRequest, 'chain' | 'network' | 'owner'>,
  ): Promise<{ readonly wallet: Wallet; readonly isNew: boolean }>;
  /** @throws CustosError WALLET_UNKNOWN */
  get(tenant: TenantId, id: SignatureId): Promise<Wallet>;
  /** Those of them that the tenant has. */
  some(tenant: TenantId, ids: readonly SignatureId[]): Promise<readonly Wallet[]>;
  list(tenant: TenantId, query: WalletQuery, page: PageRequest<SignatureId>): Promise<readonly Wallet[]>;
  /**
   * By an exact address: one that a wallet shows, that of index 0, or one that was allotted.
   * @throws CustosError CHAIN_UNKNOWN, ADDRESS_INVALID
   */
  findAddress(
    tenant: TenantId,
    place: { readonly chain: string; readonly network: Network; readonly address: string },
  ): Promise<readonly FoundAddress[]>;
  /**
   * The first of the same that is meant.
   * @throws CustosError CHAIN_UNKNOWN, ADDRESS_INVALID
   */
  findKey(
    tenant: TenantId,
    place: { readonly chain: string; readonly network: Network; readonly address: string },
    isMeant: (wallet: Wallet) => boolean,
  ): Promise<FoundKey | undefined>;
  /**
   * Allots the next index of a mnemonic wallet, once and for good; the first is 1.
   * @param least - the index is at least this one
   * @throws CustosError WALLET_UNKNOWN, INDEX_UNEXPECTED, INDEX_INVALID, STORE_*
   */
  allot(tenant: TenantId, id: SignatureId, options?: { readonly least?: number }): Promise<AllottedAddress>;
  /**
   * The allotted addresses of a wallet, in the order of their indexes.
   * @param page - `after` is an index
   * @returns `last` is where the next page begins
   * @throws CustosError WALLET_UNKNOWN
   */
  addresses(
    tenant: TenantId,
    id: SignatureId,
    page: PageRequest<number>,
  ): Promise<{ readonly page: readonly AllottedAddress[]; readonly last: number | undefined }>;
  /**
   * Makes the owner known, and sets limits; one that is not said stays as it is.
   * @returns whether it was not known before
   * @throws CustosError CHAIN_UNKNOWN, SPENDING_INVALID: nothing was made
   */
  putOwner(
    tenant: TenantId,
    owner: OwnerId,
    limits?: OwnerLimitsRequest,
  ): Promise<{ readonly owner: Owner; readonly isNew: boolean }>;
  /** @throws CustosError OWNER_UNKNOWN */
  getOwner(tenant: TenantId, owner: OwnerId): Promise<Owner & { readonly wallets: number }>;
  /** In an order that says nothing of the owners. @param page - `after` is a tag. @returns `last` is where the next page begins */
  owners(
    tenant: TenantId,
    page: PageRequest<string>,
  ): Promise<{ readonly page: readonly (Owner & KnownOwner)[]; readonly last: string | undefined }>;
}
