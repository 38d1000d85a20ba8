import { allScopes, type Scope } from '../../core/access/scopes.js';
import { checkScopes, type StoredToken, type TokenFacts, tokenMac, USUAL_RATE } from '../../core/access/token.js';
import { newToken } from '../../core/access/token-text.js';
import { CustosError } from '../../core/errors.js';
import type { ChainId, SignatureId, TenantId } from '../../core/ids.js';
import type { Secret } from '../../core/secret.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
import { parseNetwork } from '../../http/networks.js';

/** Lists of a token ask the store for each of its owners. */
const MOST_OWNERS = 20;

/** What somebody wants of a new token. */
export interface WantedToken {
  readonly tenant: TenantId;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly chains?: readonly ChainId[] | undefined;
  readonly wallets?: readonly SignatureId[] | undefined;
  /** Blind indexes, in hexadecimal digits. */
  readonly ownerTags?: readonly string[] | undefined;
  /** Networks as typed. */
  readonly from?: readonly string[] | undefined;
  /** Requests a second. */
  readonly rate?: number | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number | undefined;
}

/** A new token, not stored yet. */
export interface MadeToken {
  readonly stored: StoredToken;
  /** What the application sends; shown once. */
  readonly text: Secret;
}

/** @throws CustosError TOKEN_FACTS_INVALID */
export function makeToken(
  wanted: WantedToken,
  { mac, now }: { readonly mac: JournalMac; readonly now: number },
): MadeToken {
  const facts = JSON.stringify(factsOf(wanted, now));
  const { id, hash, text } = newToken();
  const unsigned = { id, tenant: wanted.tenant, facts, hash };
  return { stored: { ...unsigned, mac: tokenMac(mac, unsigned) }, text };
}

/** The same token, ended. */
export function revoked(
  token: StoredToken,
  { mac, now }: { readonly mac: JournalMac; readonly now: number },
): StoredToken {
  const ended = { ...token, revokedAt: now };
  return { ...ended, mac: tokenMac(mac, ended) };
}

function factsOf(
  { name, scopes, chains, wallets, ownerTags, from, rate, expiresAt }: WantedToken,
  now: number,
): TokenFacts {
  if (!/^[^\p{C}]{1,64}$/u.test(name)) {
    throw new CustosError('TOKEN_FACTS_INVALID', 'a token needs a name of 1 to 64 printable characters');
  }
  checkScopes(scopes);
  if (ownerTags !== undefined && (ownerTags.length === 0 || ownerTags.length > MOST_OWNERS)) {
    throw new CustosError('TOKEN_FACTS_INVALID', `a token is bound to 1 to ${MOST_OWNERS} owners, or to none`);
  }
  if (expiresAt !== undefined && expiresAt <= now) {
    throw new CustosError('TOKEN_FACTS_INVALID', 'the end of the token is in the past');
  }
  return {
    name,
    scopes: allScopes.filter((scope) => scopes.includes(scope)),
    ...(chains && { chains: [...new Set(chains)] }),
    ...(wallets && { wallets: [...new Set(wallets)] }),
    ...(ownerTags && { ownerTags: [...new Set(ownerTags)] }),
    ...(from && { from: from.map(parseNetwork) }),
    rate: rate ?? USUAL_RATE,
    createdAt: now,
    ...(expiresAt !== undefined && { expiresAt }),
  };
}
