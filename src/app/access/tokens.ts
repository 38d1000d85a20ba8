import { readToken, type StoredToken, type Token } from '../../core/access/token.js';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { type OwnerId, quote, type TenantId } from '../../core/ids.js';
import { pagesOf } from '../../core/pages.js';
import type { Secret } from '../../core/secret.js';
import type { AccessTable } from '../../core/store/access.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
import { journalMac } from '../../core/store/journal-mac.js';
import type { Store } from '../../core/store/store.js';
import { journalKeyOf } from '../../vault/journal-key.js';
import { ownerTag } from '../wallets/owner-tags.js';
import { type OwnerParts, putOwner } from '../wallets/owners.js';
import { makeToken, revoked, type WantedToken } from './make.js';

export interface TokenParts {
  readonly access: AccessTable;
  /** Opened for a token that is bound to owners. Absent: none is made. */
  owners?(): Promise<Omit<OwnerParts, 'clock'>>;
  /** Of the journal. */
  readonly mac: JournalMac;
  readonly clock: Clock;
}

const PAGE = 500;

/** For whoever has the root key. */
export function tokenParts({
  store: { access, storeId },
  rootKey,
  ...parts
}: {
  readonly store: Pick<Store, 'access' | 'storeId'>;
  readonly rootKey: Uint8Array;
} & Pick<TokenParts, 'clock' | 'owners'>): TokenParts {
  return { access, mac: journalMac(journalKeyOf(rootKey, storeId)), ...parts };
}

/** A token that somebody wants. @see WantedToken */
export interface BoundToken extends Omit<WantedToken, 'ownerTags'> {
  /** The only owners whose wallets it sees and uses; they are known afterwards. */
  readonly owners?: readonly OwnerId[] | undefined;
}

/** Makes a token; it is durable when the promise resolves. @throws CustosError TOKEN_FACTS_INVALID, TENANT_UNKNOWN, STORE_* */
export async function createToken(
  parts: TokenParts,
  { owners, ...wanted }: BoundToken,
): Promise<{ readonly id: string; readonly text: Secret }> {
  const { access, mac, clock } = parts;
  const known = owners && (await parts.owners?.());
  if (owners !== undefined && known === undefined) throw new CustosError('INTERNAL', 'no owners are open');
  const ownerTags = known && owners?.map((owner) => ownerTag(known.vault, wanted.tenant, owner));
  const { stored, text } = makeToken({ ...wanted, ownerTags }, { mac, now: clock.now() });
  await access.addToken(stored);
  // The tenant is known to be there now. Until its owners are known, a token sees nothing.
  if (known !== undefined) for (const owner of owners ?? []) await putOwner({ ...known, clock }, wanted.tenant, owner);
  return { id: stored.id, text };
}

/**
 * Ends a token for good.
 * @param tenant - only a token of this tenant
 * @throws CustosError TOKEN_UNKNOWN
 */
export async function revokeToken(
  { access, mac, clock }: TokenParts,
  { id, tenant }: { readonly id: string; readonly tenant?: TenantId },
): Promise<void> {
  const found = /^[0-9a-f]{16}$/.test(id) ? await access.token(id) : undefined;
  if (found === undefined || (tenant !== undefined && found.tenant !== tenant)) {
    throw new CustosError('TOKEN_UNKNOWN', `the store has no token ${quote(id)}`);
  }
  // Only a token that verifies is ever accepted, so one that does not needs no end.
  if (readToken(mac, found) === undefined || found.revokedAt !== undefined) return;
  await access.revokeToken(revoked(found, { mac, now: clock.now() }));
}

/** A row of the table, and what it says if it is authentic. */
export interface ListedToken {
  readonly stored: StoredToken;
  readonly token: Token | undefined;
}

/** All tokens in the order of their ids. */
export async function* listTokens(
  { access, mac }: Pick<TokenParts, 'access' | 'mac'>,
  tenant?: TenantId,
): AsyncGenerator<ListedToken> {
  const pages = pagesOf<StoredToken, string>({
    size: PAGE,
    page: (after, limit) =>
      access.tokens({ limit, ...(after !== undefined && { after }), ...(tenant !== undefined && { tenant }) }),
    keyOf: ({ id }) => id,
  });
  for await (const page of pages) for (const stored of page) yield { stored, token: readToken(mac, stored) };
}
