import type { TenantId } from '../../core/ids.js';
import type { Intake, ReadWallets } from '../../core/network/intake.js';
import type { KnownOwner } from '../../core/signing/lookup.js';
import type { KeyRequest } from '../../core/signing/pending.js';
import type { PublicVault } from '../../core/signing/vault.js';
import type { SealedWallet } from '../../core/signing/wallet.js';
import type { Store } from '../../core/store/store.js';

type Indexing = Pick<PublicVault, 'index'>;

/** The blind index of an owner in the form that journal and tokens have. */
export function ownerTag({ index }: Indexing, tenant: TenantId, owner: string): string {
  return Buffer.from(index.owner(tenant, owner)).toString('hex');
}

/** Whom the tags of a tenant's owners stand for. One that is not known stands for none. @throws CustosError RECORD_DAMAGED */
export async function ownersOf(
  { store, vault }: { readonly store: Pick<Store, 'owners'>; readonly vault: Pick<PublicVault, 'beside'> },
  tenant: TenantId,
  tags: readonly string[],
): Promise<readonly KnownOwner[]> {
  const found: KnownOwner[] = [];
  for (const tag of tags) {
    const stored = await store.owners.get(new Uint8Array(Buffer.from(tag, 'hex')));
    const known = stored && vault.beside.openOwner(stored);
    if (known?.tenant === tenant) found.push({ owner: known.owner, tag });
  }
  return found;
}

interface TaggingParts {
  readonly store: Pick<Store, 'wallets'>;
  readonly vault: Pick<PublicVault, 'index' | 'wallet'>;
}

/** An intake whose rows say whose wallet it is that signs, for whoever sees what is one owner's only. */
export function tagsOwners(intake: Intake, parts: TaggingParts): Intake {
  return {
    async accept(request, wallets) {
      const read = wallets ?? (await walletsOf(parts, request.pending));
      const tag = tagOf(parts.vault, request.tenant, read.sealed);
      return intake.accept(tag === undefined ? request : { ...request, ownerTag: tag }, read);
    },
    repeated: (tenant, idempotency) => intake.repeated(tenant, idempotency),
  };
}

async function walletsOf({ store }: TaggingParts, { keys }: KeyRequest): Promise<ReadWallets> {
  const at = performance.now();
  return { sealed: await store.wallets.get([...new Set(keys.map(({ signatureId }) => signatureId))]), at };
}

/** @returns undefined if it is no owner's, or several owners' */
function tagOf(vault: TaggingParts['vault'], tenant: TenantId, sealed: readonly SealedWallet[]): string | undefined {
  const owners = new Set(sealed.map((one) => vault.wallet(one).control?.owner));
  const [owner] = owners;
  return owners.size === 1 && owner !== undefined ? ownerTag({ index: vault.index }, tenant, owner) : undefined;
}
