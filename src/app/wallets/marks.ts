import { CustosError } from '../../core/errors.js';
import { parseTenantId, type SignatureId } from '../../core/ids.js';
import type { Vault, WalletMarks } from '../../core/signing/vault.js';
import type { SealedWallet, WalletControl } from '../../core/signing/wallet.js';
import type { WalletTable } from '../../core/store/store.js';
import { forms } from '../../policy/document/forms.js';
import { groups } from '../audit/wallets.js';

/** More tags than anybody keeps apart. */
const MOST_TAGS = 64;

/** What is changed about wallets: tags that come and go, and the owner (`null`: nobody). */
export interface MarkChange {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly owner?: string | null;
  /** Whether it signs with a proof of its owner only. */
  readonly requireUserToken?: boolean;
}

/** The parts that change wallets. */
export interface MarkParts {
  readonly wallets: Pick<WalletTable, 'change'>;
  readonly vault: Pick<Vault, 'control' | 'withControl'>;
  readonly progress?: (done: number) => void;
}

/** A tag in the form in which policies name it. @throws CustosError USAGE */
export function parseTag(text: string): string {
  if (forms.name.test(text)) return text;
  throw new CustosError(
    'USAGE',
    'a tag has 1 to 64 lower-case letters, digits or dashes, and does not begin with a dash',
  );
}

/** An owner in the form in which policies name it. @throws CustosError USAGE */
export function parseOwner(text: string): string {
  if (forms.words.test(text)) return text;
  throw new CustosError('USAGE', 'an owner has 1 to 128 characters, all of them visible or blanks');
}

/** What a new wallet is given. @throws CustosError USAGE */
export function readMarks({ tags = [], owner, tenant, requireUserToken, slot }: WalletMarks): WalletMarks {
  if (tags.length > MOST_TAGS) throw tooMany();
  return {
    ...(tags.length > 0 && { tags: tags.map(parseTag) }),
    ...(owner !== undefined && { owner: parseOwner(owner) }),
    ...(tenant !== undefined && { tenant: parseTenantId(tenant) }),
    ...(slot !== undefined && { slot: parseTag(slot) }),
    ...(requireUserToken && { requireUserToken }),
  };
}

/**
 * Changes tags and owner of wallets, of all or of none.
 * @returns how many wallets changed
 * @throws CustosError USAGE, WALLET_UNKNOWN, WALLET_DESTROYED, RECORD_DAMAGED, STORE_*
 */
export async function markWallets(parts: MarkParts, ids: readonly SignatureId[], change: MarkChange): Promise<number> {
  const { add = [], remove = [], owner, requireUserToken } = change;
  for (const tag of [...add, ...remove]) parseTag(tag);
  if (typeof owner === 'string') parseOwner(owner);
  let changed = 0;
  await parts.wallets.change({
    ids,
    alter: (sealed) => marked(parts.vault, sealed, change),
    events(all) {
      changed = all.length;
      const proof = requireUserToken === undefined ? {} : { requireUserToken };
      const detail = { added: add, removed: remove, ...(owner !== undefined && { owner: owner ?? '' }), ...proof };
      return groups(all).map((wallets) => ({ code: 'wallet.marked', detail: { wallets, ...detail } }));
    },
    ...(parts.progress && { progress: parts.progress }),
  });
  return changed;
}

function marked(vault: MarkParts['vault'], sealed: SealedWallet, change: MarkChange): SealedWallet {
  const before = vault.control(sealed);
  const after = withMarks(before, change);
  const isSame =
    before.owner === after.owner &&
    before.tags.join() === after.tags.join() &&
    before.requireUserToken === after.requireUserToken;
  return isSame ? sealed : vault.withControl(sealed, after);
}

function withMarks(
  { tags: before, owner: former, requireUserToken: flag, ...rest }: WalletControl,
  change: MarkChange,
): WalletControl {
  const { add = [], remove = [], owner = former, requireUserToken = flag === true } = change;
  const gone = new Set(remove);
  const tags = [...new Set([...before, ...add])].filter((tag) => !gone.has(tag)).sort();
  if (tags.length > MOST_TAGS) throw tooMany();
  const proof = requireUserToken ? { requireUserToken: true as const } : {};
  return { ...rest, tags, ...(owner !== undefined && owner !== null && { owner }), ...proof };
}

function tooMany(): CustosError {
  return new CustosError('USAGE', `a wallet has at most ${MOST_TAGS} tags`);
}
