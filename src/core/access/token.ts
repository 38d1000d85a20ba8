import { CustosError } from '../errors.js';
import type { ChainId, SignatureId, TenantId } from '../ids.js';
import type { JournalMac } from '../store/journal-mac.js';
import { askingScopes, decidingScopes, type Scope } from './scopes.js';

/** What a token is allowed, and from where. Absent members restrict nothing. */
export interface TokenFacts {
  /** For people: 1 to 64 characters. */
  readonly name: string;
  /** Distinct; at least one. */
  readonly scopes: readonly Scope[];
  readonly chains?: readonly ChainId[];
  readonly wallets?: readonly SignatureId[];
  /** Blind indexes of owners, in hexadecimal digits: what the application calls its users is not written down here. */
  readonly ownerTags?: readonly string[];
  /** Networks that it may be used from, as `ADDRESS/BITS`. */
  readonly from?: readonly string[];
  /** Most requests a second, on average. */
  readonly rate: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly expiresAt?: number;
}

/** A token as it is stored, without its secret. */
export interface StoredToken {
  /** 16 hexadecimal digits; the part of the token that finds it. */
  readonly id: string;
  readonly tenant: TenantId;
  /** JSON of `TokenFacts`. */
  readonly facts: string;
  /** SHA-256 of the secret, in hexadecimal digits. */
  readonly hash: string;
  readonly revokedAt?: number;
  /** Authenticates all of the above with the journal's key: write access to the database makes no token. */
  readonly mac: string;
  /** About when it was last used; nothing depends on it. */
  readonly lastUsedAt?: number;
}

/** A token that was verified. */
export interface Token extends TokenFacts {
  readonly id: string;
  readonly tenant: TenantId;
  readonly revokedAt?: number;
  readonly lastUsedAt?: number;
}

/** Most requests a second of a token that names no rate. */
export const USUAL_RATE = 100;

/** What authenticates a token. */
export function tokenMac(mac: JournalMac, token: Omit<StoredToken, 'mac' | 'lastUsedAt'>): string {
  const { id, tenant, facts, hash, revokedAt } = token;
  return mac(['custos/token', id, tenant, facts, hash, revokedAt === undefined ? '' : String(revokedAt)]);
}

/** @returns undefined for a row that whoever wrote it had no key for */
export function readToken(mac: JournalMac, stored: StoredToken): Token | undefined {
  if (tokenMac(mac, stored) !== stored.mac) return undefined;
  const { id, tenant, facts, revokedAt, lastUsedAt } = stored;
  return {
    // It is authentic, so a Custos wrote it.
    ...(JSON.parse(facts) as TokenFacts),
    ...{ id, tenant },
    ...(revokedAt !== undefined && { revokedAt }),
    ...(lastUsedAt !== undefined && { lastUsedAt }),
  };
}

/** @throws CustosError TOKEN_FACTS_INVALID */
export function checkScopes(scopes: readonly Scope[]): void {
  if (scopes.length === 0) throw new CustosError('TOKEN_FACTS_INVALID', 'a token needs at least one scope');
  const asking = askingScopes.find((scope) => scopes.includes(scope));
  const apart = decidingScopes.find((scope) => scopes.includes(scope));
  if (asking === undefined || apart === undefined) return;
  throw new CustosError('TOKEN_FACTS_INVALID', `no token has both ${asking} and ${apart}`);
}
