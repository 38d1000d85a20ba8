import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { type OwnerId, parseOwnerId, type TenantId } from '../../core/ids.js';
import type { Owner, OwnerLimits } from '../../core/signing/lookup.js';
import type { OwnerSpending, SpendingLimit } from '../../core/signing/spending.js';
import type { PublicVault } from '../../core/signing/vault.js';
import type { OwnerBound, Store } from '../../core/store/store.js';

/** How often a change is tried again that met another one. */
const TRIES = 5;

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
  if (known === undefined) throw unknownOwner();
  return known;
}

/** Sets limits; one that is not said stays as it is. @throws CustosError OWNER_UNKNOWN */
export async function limitOwner(
  parts: OwnerParts,
  { tenant, owner }: { readonly tenant: TenantId; readonly owner: OwnerId },
  limits: OwnerLimits,
): Promise<Owner> {
  return changeOwner(parts, { tenant, owner }, ({ mostWallets, mostRequests, mostSpent, ...known }) => {
    const wallets = limits.mostWallets === undefined ? mostWallets : (limits.mostWallets ?? undefined);
    const requests = limits.mostRequests === undefined ? mostRequests : (limits.mostRequests ?? undefined);
    const spent = limits.mostSpent === undefined ? mostSpent : spendingOf(mostSpent, limits.mostSpent ?? []);
    return {
      ...known,
      ...(wallets !== undefined && { mostWallets: wallets }),
      ...(requests !== undefined && { mostRequests: requests }),
      ...(spent && { mostSpent: spent }),
    };
  });
}

/** Changes what an owner may spend, as it is now. @throws CustosError OWNER_UNKNOWN */
export async function changeSpending(
  parts: OwnerParts,
  of: { readonly tenant: TenantId; readonly owner: OwnerId },
  change: (limits: readonly SpendingLimit[]) => readonly SpendingLimit[],
): Promise<Owner> {
  return changeOwner(parts, of, ({ mostSpent, ...known }) => {
    const spent = spendingOf(mostSpent, change(mostSpent?.limits ?? []));
    return { ...known, ...(spent && { mostSpent: spent }) };
  });
}

/** The budget stays, also without limits: what was spent counts when there are some again. */
function spendingOf(before: OwnerSpending | undefined, limits: readonly SpendingLimit[]): OwnerSpending | undefined {
  if (before === undefined && limits.length === 0) return undefined;
  return { budget: before?.budget ?? randomBytes(16).toString('hex'), limits };
}

/**
 * Changes an owner as they are now, whatever others change at the same time.
 * @param isLogin - a login is changed: that is recorded
 * @throws CustosError OWNER_UNKNOWN, STORE_BUSY
 */
export async function changeOwner(
  { store: { owners }, vault }: OwnerParts,
  {
    tenant,
    owner,
    isLogin = false,
  }: { readonly tenant: TenantId; readonly owner: OwnerId; readonly isLogin?: boolean },
  change: (owner: Owner) => Owner,
): Promise<Owner> {
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await owners.get(vault.index.owner(tenant, owner));
    if (before === undefined) throw unknownOwner();
    const after = change(vault.beside.openOwner(before));
    if (await owners.replace(before, vault.beside.sealOwner(after), isLogin)) return after;
  }
  throw new CustosError('STORE_BUSY', 'the owner is being changed by others');
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

function unknownOwner(): CustosError {
  return new CustosError('OWNER_UNKNOWN', 'the tenant has no owner of this id');
}
