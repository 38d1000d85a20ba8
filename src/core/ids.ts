import { CustosError } from './errors.js';
import { shown } from './text/foreign-text.js';

/** A UUID in lower case that identifies one wallet. */
export type SignatureId = string & { readonly brand: 'SignatureId' };
/** The ticker that the cloud uses for a chain, e.g. `ETH`. */
export type ChainId = string & { readonly brand: 'ChainId' };
export type Network = 'mainnet' | 'testnet';
/** One application: it sees its own wallets and transactions, and no others. It comes from an application's token only. */
export type TenantId = string & { readonly brand: 'TenantId' };
/** What an application calls one of its users. */
export type OwnerId = string & { readonly brand: 'OwnerId' };

/** The tenant of everything that names no other, such as wallets from before there were tenants, and transactions of a cloud. */
export const defaultTenant = 'default' as TenantId;

const tenantForm = /^[a-z0-9-]{1,64}$/;
/** Characters that can be seen, and blanks. */
export const ownerForm = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,128}$/u;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** @throws CustosError SIGNATURE_ID_INVALID */
export function parseSignatureId(value: unknown): SignatureId {
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  if (!uuid.test(text)) {
    throw new CustosError('SIGNATURE_ID_INVALID', `${quote(value)} is not a signature ID`);
  }
  return text as SignatureId;
}

/** Checks the form only (1 to 12 letters or digits); the registry checks that the chain exists. @throws CustosError CHAIN_UNKNOWN */
export function parseChainId(value: unknown): ChainId {
  const text = typeof value === 'string' ? value.trim().toUpperCase() : '';
  if (!/^[A-Z0-9]{1,12}$/.test(text)) throw new CustosError('CHAIN_UNKNOWN', `${quote(value)} is not a chain`);
  return text as ChainId;
}

/** @throws CustosError TENANT_INVALID */
export function parseTenantId(value: unknown): TenantId {
  if (typeof value !== 'string' || !tenantForm.test(value)) {
    throw new CustosError('TENANT_INVALID', `${quote(value)} is not a tenant`);
  }
  return value as TenantId;
}

/** Two texts that differ in any character are two owners. @throws CustosError OWNER_INVALID */
export function parseOwnerId(value: unknown): OwnerId {
  if (typeof value !== 'string' || !ownerForm.test(value)) {
    throw new CustosError('OWNER_INVALID', `${quote(value)} is not the id of an owner`);
  }
  return value as OwnerId;
}

/** A derivation index of a child that is not hardened (BIP-32): a whole number from 0 to 2^31-1. @throws CustosError INDEX_INVALID */
export function parseIndex(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 0x7fffffff) {
    throw new CustosError('INDEX_INVALID', `${quote(value)} is not a derivation index`);
  }
  return value;
}

export function networkOf(testnet: boolean): Network {
  return testnet ? 'testnet' : 'mainnet';
}

/** Formats a foreign value for a message: at most 60 characters, in quotes, escaped as by `shown`. */
export function quote(value: unknown): string {
  if (typeof value === 'string') return shown(JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value));
  if (value === null || typeof value !== 'object') return String(value);
  return Array.isArray(value) ? 'an array' : 'an object';
}
