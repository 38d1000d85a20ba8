import type { ChainRegistry } from '../../core/chain/chain.js';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { type ChainId, type Network, parseOwnerId, type SignatureId, type TenantId } from '../../core/ids.js';
import { pagesOf } from '../../core/pages.js';
import type { PublicVault } from '../../core/signing/vault.js';
import { type SealedWallet, tenantOf, type Wallet } from '../../core/signing/wallet.js';
import type { FoundAddress, FoundKey } from '../../core/signing/wallets-service.js';
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
  parts: LookupParts,
  of: Searched,
  address: string,
): Promise<readonly FoundAddress[]> {
  const wanted = wantedOf(parts, of, address);
  const found = [...(await showing(parts, wanted)), ...(await allottedTo(parts, wanted))];
  return found.map(({ sealed: _, ...one }) => one);
}

/**
 * The first of them that is meant. Addresses that were allotted are looked up only where no wallet that shows the address is meant:
 * what another tenant has is as far as what does not exist.
 * @throws CustosError as `findByAddress`
 */
export async function findKey(
  parts: LookupParts,
  of: Searched,
  { address, isMeant }: { readonly address: string; isMeant(wallet: Wallet): boolean },
): Promise<FoundKey | undefined> {
  const wanted = wantedOf(parts, of, address);
  const shown = (await showing(parts, wanted)).find(({ wallet }) => isMeant(wallet));
  return shown ?? (await allottedTo(parts, wanted)).find(({ wallet }) => isMeant(wallet));
}

/** Where an address is looked for. */
interface Searched {
  readonly tenant: TenantId;
  readonly chain: string;
  readonly network: Network;
}

/** An address in the chain's normal form, and what it is found by. */
interface WantedAddress {
  readonly address: string;
  readonly digest: Uint8Array;
}

function wantedOf({ vault, chains }: LookupParts, of: Searched, address: string): WantedAddress {
  const chain = chains.get(of.chain);
  const normal = chain.keys.normalizeAddress(address, of.network);
  return { address: normal, digest: vault.index.address({ ...of, chain: chain.id }, normal) };
}

/** Wallets that show the address, and those whose index 0 has it. */
async function showing({ store, vault }: LookupParts, { digest }: WantedAddress): Promise<readonly FoundKey[]> {
  return (await store.wallets.byAddress(digest)).map((sealed) => {
    const wallet = vault.wallet(sealed);
    if (!isSame(vault.index.addressOf(wallet), digest)) throw foreign(wallet.signatureId);
    return { wallet, sealed, ...(wallet.kind === 'hd' && { index: 0 }) };
  });
}

async function allottedTo(parts: LookupParts, { address, digest }: WantedAddress): Promise<readonly FoundKey[]> {
  const found: FoundKey[] = [];
  for (const stored of await parts.store.addresses.byDigest(digest)) {
    const one = await walletOf(parts, stored, address);
    if (one !== undefined) found.push(one);
  }
  return found;
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
): Promise<FoundKey | undefined> {
  if (digest === undefined || box === undefined) return undefined;
  const opened = vault.beside.openAddress({ signatureId, index, digest, box });
  const [sealed] = await store.wallets.get([signatureId]);
  if (sealed === undefined) return undefined;
  const wallet = vault.wallet(sealed);
  const isOf = tenantOf(wallet) === tenantOf(opened) && wallet.chain === opened.chain;
  if (!isOf || wallet.network !== opened.network || opened.address !== address) throw foreign(signatureId);
  return { wallet, sealed, index };
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
