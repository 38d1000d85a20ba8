import type { UserLogin } from '../access/user-login.js';
import type { ChainId, Network, OwnerId, SignatureId, TenantId } from '../ids.js';
import type { StoredAddress, StoredOwner } from '../store/owners.js';
import type { OwnerSpending, SpendingLimit } from './spending.js';
import type { Wallet, WalletLookup } from './wallet.js';

/**
 * Blind indexes: digests of fixed length under a key that the view key gives. So whoever reads public halves can look up, and a
 * copy of the database alone cannot be searched for an address or owner that somebody guesses.
 */
export interface BlindIndex {
  /** Everything that a wallet is found by. @throws CustosError XPUB_INVALID, CHAIN_UNKNOWN */
  wallet(wallet: Wallet): WalletLookup;
  /** What `wallet` gives for the address alone. @throws CustosError XPUB_INVALID, CHAIN_UNKNOWN */
  addressOf(wallet: Wallet): Uint8Array;
  /** @param address - in the chain's normal form */
  address(of: Pick<Wallet, 'tenant' | 'chain' | 'network'>, address: string): Uint8Array;
  owner(tenant: TenantId, owner: string): Uint8Array;
  label(tenant: TenantId, label: string): Uint8Array;
  slot(place: {
    readonly tenant: TenantId;
    readonly owner: string;
    readonly chain: ChainId;
    readonly network: Network;
    readonly slot: string;
  }): Uint8Array;
}

/** One owner of a tenant. */
export interface Owner {
  readonly tenant: TenantId;
  readonly owner: OwnerId;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Absent: no limit of their own. */
  readonly mostWallets?: number;
  /** Requests a minute of the API that are made for the owner alone. Absent: no limit but those of tokens. */
  readonly mostRequests?: number;
  /** Absent: they may spend whatever the policy lets them. */
  readonly mostSpent?: OwnerSpending;
  /** How the owner logs in, where Custos keeps that. */
  readonly login?: UserLogin;
}

/** Limits of an owner that change; null: there is none any more. */
export interface OwnerLimits {
  readonly mostWallets?: number | null | undefined;
  readonly mostRequests?: number | null | undefined;
  /** All of them: what is not named has no limit any more. */
  readonly mostSpent?: readonly SpendingLimit[] | null | undefined;
}

/** An owner whose id and blind index are both known. */
export interface KnownOwner {
  readonly owner: OwnerId;
  /** In hexadecimal digits, as journal and tokens have it. */
  readonly tag: string;
}

/** Whose address it is. */
type AddressPlace = Pick<Wallet, 'tenant' | 'chain' | 'network'> & {
  readonly signatureId: SignatureId;
  readonly index: number;
};

/** Seals owners and allotted addresses under the key of the public halves. */
export interface LookupSeal {
  sealOwner(owner: Owner): StoredOwner;
  /** @throws CustosError RECORD_DAMAGED: it does not open, or is found by another digest than its own */
  openOwner(stored: StoredOwner): Owner;
  sealAddress(place: AddressPlace, address: string): Required<StoredAddress>;
  /** @throws CustosError RECORD_DAMAGED */
  openAddress(stored: Required<StoredAddress>): AddressPlace & { readonly address: string };
}
