import { CustosError } from '../core/errors.js';
import { type Freeze, type FreezeSubject, frozenBy, scopeText } from '../core/policy/freeze.js';
import type { JournalEntry } from '../core/store/journal.js';
import { keyRefsOf } from '../signing/sign.js';
import type { LifecycleParts } from './parts.js';

/** What it takes to know whether a transaction is frozen. */
export type FreezeParts = Pick<LifecycleParts, 'freezes' | 'chains' | 'wallets' | 'publicVault'>;

/**
 * Goes on only if no freeze stops the transaction. Bytes that the network has are not asked about: they may take effect anyway.
 * @throws CustosError FROZEN: it waits until the freeze is ended; STORE_*: the freezes cannot be read
 */
export async function refuseFrozen(parts: FreezeParts, entry: JournalEntry): Promise<void> {
  const freezes = await parts.freezes.now();
  if (freezes.length === 0) return;
  const ids = new Set(keyRefsOf(parts.chains.get(entry.chain), entry.pending).map(({ signatureId }) => signatureId));
  // Tags are read only where they matter.
  const needsTags = freezes.some(({ scope }) => scope.kind === 'tag');
  const wallets = needsTags ? await taggedWallets(parts, [...ids]) : [...ids].map((id) => ({ id }));
  const freeze = frozenBy(freezes, { chain: entry.chain, wallets });
  if (freeze !== undefined) throw frozen(freeze);
}

async function taggedWallets(
  { wallets, publicVault }: FreezeParts,
  ids: Parameters<FreezeParts['wallets']['get']>[0],
): Promise<FreezeSubject['wallets']> {
  const found = new Map((await wallets.get(ids)).map((sealed) => [sealed.signatureId, sealed]));
  return ids.map((id) => {
    const sealed = found.get(id);
    // A wallet that is not there has unknown tags; nothing can be signed with it in any case.
    return sealed === undefined ? { id } : { id, tags: publicVault.wallet(sealed).control?.tags ?? [] };
  });
}

function frozen({ id, scope, reason, person }: Freeze): CustosError {
  const name = person === undefined ? `freeze ${id}` : `freeze ${id} of ${person}`;
  return new CustosError('FROZEN', `${name} stops ${scopeText(scope)}: ${reason}`, { details: { freeze: id } });
}
