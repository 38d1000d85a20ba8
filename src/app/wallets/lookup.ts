import type { ChainRegistry } from '../../core/chain/chain.js';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { type ChainId, type Network, parseOwnerId, type SignatureId, type TenantId } from '../../core/ids.js';
import { pagesOf } from '../../core/pages.js';
import type { PublicVault } from '../../core/signing/vault.js';
import { type SealedWallet, tenantOf, type Wallet } from '../../core/signing/wallet.js';
import type { FoundAddress } from '../../core/signing/wallets-service.js';
import type { StoredAddress } from '../../core/store/owners.js';
import type { Store } from '../../core/store/store.js';
import { putOwner } from './owners.js';

const PAGE = 500;

/** The parts that find wallets. */
export interface LookupParts {
  readonly store: Pick<Store, 'wallets' | 'owners' | 'addresses'>;
  readonly vault: Pick<PublicVault, 'wallet' | 'index' | 'beside'>;
  readonly chains: ChainRegistry;
  readonly clock: Clock;
}

/**
 * Makes wallets findable that an older version wrote, and their owners known. It does nothing once that is done.
 * @returns how many wallets it was
 */
export async function completeLookup(parts: Omit<LookupParts, 'chains'>): Promise<number> {
  const { wallets } = parts.store;
  const pages = pagesOf<SealedWallet, SignatureId>({
    size: PAGE,
    page: (after, limit) => wallets.withoutLookup(after, limit),
    keyOf: ({ signatureId }) => signatureId,
  });
  let done = 0;
  for await (const page of pages) done += await completePage(parts, page);
  return done;
}

async function completePage(parts: Omit<LookupParts, 'chains'>, page: readonly SealedWallet[]): Promise<number> {
  const { store, vault } = parts;
  const readable = page.flatMap((sealed) => readableOf(vault, sealed) ?? []);
  for (const wallet of readable) {
    const { owner } = wallet.control ?? {};
    if (owner !== undefined) await putOwner(parts, tenantOf(wallet), parseOwnerId(owner));
  }
  await store.wallets.change({
    ids: readable.map(({ signatureId }) => signatureId),
    alter: (sealed) => ({ ...sealed, lookup: vault.index.wallet(vault.wallet(sealed)) }),
    // What a wallet is found by is no decision about it.
    events: () => [],
  });
  return readable.length;
}

/** A damaged record is for `custos verify`, and keeps no other from being found. */
function readableOf(vault: LookupParts['vault'], sealed: SealedWallet): Wallet | undefined {
  try {
    return vault.wallet(sealed);
  } catch (error) {
    if (error instanceof CustosError && error.code === 'RECORD_DAMAGED') return undefined;
    throw error;
  }
}

/**
 * Wallets with an address, which is normalized first.
 * @throws CustosError CHAIN_UNKNOWN, ADDRESS_INVALID; RECORD_DAMAGED: what is found has another address
 */
export async function findByAddress(
  { store, vault, chains }: LookupParts,
  of: { readonly tenant: TenantId; readonly chain: string; readonly network: Network },
  address: string,
): Promise<readonly FoundAddress[]> {
  const chain = chains.get(of.chain);
  const place = { ...of, chain: chain.id };
  const normal = chain.keys.normalizeAddress(address, of.network);
  const digest = vault.index.address(place, normal);
  const shown = (await store.wallets.byAddress(digest)).map((sealed) => {
    const wallet = vault.wallet(sealed);
    if (!isSame(vault.index.wallet(wallet).address, digest)) throw foreign(wallet.signatureId);
    return { wallet, ...(wallet.kind === 'hd' && { index: 0 }) };
  });
  const allotted: FoundAddress[] = [];
  for (const stored of await store.addresses.byDigest(digest)) {
    const found = await walletOf({ store, vault }, stored, normal);
    if (found !== undefined) allotted.push(found);
  }
  return [...shown, ...allotted];
}

/**
 * Wallets with an address, of all tenants, or of one, for those who have the password.
 * @throws CustosError ADDRESS_INVALID: no chain with wallets has such addresses
 */
export async function findEverywhere(
  parts: LookupParts,
  address: string,
  { tenant, chain }: { readonly tenant?: TenantId; readonly chain?: ChainId },
): Promise<readonly FoundAddress[]> {
  const { wallets } = parts.store;
  const found: FoundAddress[] = [];
  let isAddress = false;
  for (const one of tenant === undefined ? await wallets.tenants() : [tenant]) {
    for (const network of ['mainnet', 'testnet'] as const) {
      const known = (await wallets.chains(network, one)).filter((id) => (chain ?? id) === id);
      for (const id of known) {
        const some = await foundOrNone(findByAddress(parts, { tenant: one, chain: id, network }, address));
        isAddress ||= some !== undefined;
        found.push(...(some ?? []));
      }
    }
  }
  if (isAddress) return found;
  throw new CustosError('ADDRESS_INVALID', 'no chain that has wallets here has such an address');
}

/** @returns undefined if the chain has no such addresses */
async function foundOrNone(search: Promise<readonly FoundAddress[]>): Promise<readonly FoundAddress[] | undefined> {
  try {
    return await search;
  } catch (error) {
    if (error instanceof CustosError && error.code === 'ADDRESS_INVALID') return undefined;
    throw error;
  }
}

/** @returns undefined for an address of a wallet that was removed */
async function walletOf(
  { store, vault }: Pick<LookupParts, 'store' | 'vault'>,
  { signatureId, index, digest, box }: StoredAddress,
  address: string,
): Promise<FoundAddress | undefined> {
  if (digest === undefined || box === undefined) return undefined;
  const opened = vault.beside.openAddress({ signatureId, index, digest, box });
  const [sealed] = await store.wallets.get([signatureId]);
  if (sealed === undefined) return undefined;
  const wallet = vault.wallet(sealed);
  const isOf = tenantOf(wallet) === tenantOf(opened) && wallet.chain === opened.chain;
  if (!isOf || wallet.network !== opened.network || opened.address !== address) throw foreign(signatureId);
  return { wallet, index };
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** A digest in the database leads to another wallet: somebody without a key of the store changed it. */
export function foreign(signatureId: SignatureId): CustosError {
  return new CustosError('RECORD_DAMAGED', `wallet ${signatureId} is found by what it is not`, {
    details: { signatureId },
  });
}
