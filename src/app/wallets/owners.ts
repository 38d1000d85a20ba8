import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { type OwnerId, parseOwnerId, type TenantId } from '../../core/ids.js';
import type { Owner } from '../../core/signing/lookup.js';
import type { PublicVault } from '../../core/signing/vault.js';
import type { OwnerBound, Store } from '../../core/store/store.js';

/** The parts that know owners. */
export interface OwnerParts {
  readonly store: Pick<Store, 'owners'>;
  readonly vault: Pick<PublicVault, 'index' | 'beside'>;
  readonly clock: Clock;
}

/** Makes the owner known. @returns whether it was not known before */
export async function putOwner(
  parts: OwnerParts,
  tenant: TenantId,
  owner: OwnerId,
): Promise<{ readonly owner: Owner; readonly isNew: boolean }> {
  const known = await findOwner(parts, tenant, owner);
  if (known !== undefined) return { owner: known, isNew: false };
  const made = { tenant, owner, createdAt: parts.clock.now() };
  const isNew = await parts.store.owners.add(parts.vault.beside.sealOwner(made));
  // Another process may have been first.
  return { owner: isNew ? made : await requireOwner(parts, tenant, owner), isNew };
}

/** @throws CustosError OWNER_UNKNOWN */
export async function requireOwner(parts: OwnerParts, tenant: TenantId, owner: OwnerId): Promise<Owner> {
  const known = await findOwner(parts, tenant, owner);
  if (known === undefined) throw new CustosError('OWNER_UNKNOWN', 'the tenant has no owner of this id');
  return known;
}

/** @param most - undefined: no limit. @throws CustosError OWNER_UNKNOWN */
export async function limitOwner(
  parts: OwnerParts,
  { tenant, owner }: { readonly tenant: TenantId; readonly owner: OwnerId },
  most: number | undefined,
): Promise<Owner> {
  const { mostWallets: _, ...known } = await requireOwner(parts, tenant, owner);
  const limited = most === undefined ? known : { ...known, mostWallets: most };
  await parts.store.owners.replace(parts.vault.beside.sealOwner(limited));
  return limited;
}

/**
 * Makes the owner of new wallets known, and says how many wallets they may have.
 * @param most - of an owner without a limit of their own; undefined: any number
 */
export async function boundOf(
  parts: OwnerParts,
  { tenant, owner }: { readonly tenant: TenantId; readonly owner: string },
  most?: number,
): Promise<OwnerBound | undefined> {
  const id = parseOwnerId(owner);
  const { mostWallets = most } = (await putOwner(parts, tenant, id)).owner;
  return mostWallets === undefined ? undefined : { digest: parts.vault.index.owner(tenant, id), most: mostWallets };
}

async function findOwner({ store, vault }: OwnerParts, tenant: TenantId, owner: OwnerId): Promise<Owner | undefined> {
  const stored = await store.owners.get(vault.index.owner(tenant, owner));
  return stored && vault.beside.openOwner(stored);
}
