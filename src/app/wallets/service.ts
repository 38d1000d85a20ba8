import type { AuditEvent } from '../../core/audit/events.js';
import type { SignerFacts } from '../../core/chain/codec.js';
import { CustosError, type ErrorCode } from '../../core/errors.js';
import { ownerForm, parseOwnerId, type SignatureId, type TenantId } from '../../core/ids.js';
import { inParallel } from '../../core/parallel.js';
import type { CreateRequest } from '../../core/signing/create.js';
import type { IdentifyRequest } from '../../core/signing/signer.js';
import type { PublicVault } from '../../core/signing/vault.js';
import { type SealedWallet, tenantOf, type Wallet, type WalletState } from '../../core/signing/wallet.js';
import type {
  AllottedAddress,
  PageRequest,
  WalletQuery,
  WalletRequest,
  WalletsService,
} from '../../core/signing/wallets-service.js';
import type { OwnerBound } from '../../core/store/store.js';
import { createRecord } from '../../signing/create.js';
import { identifyKeys } from '../../signing/sign.js';
import { walletEvents } from '../audit/wallets.js';
import { findByAddress, findKey, foreign, type LookupParts } from './lookup.js';
import { parseTag, readMarks } from './marks.js';
import type { OpenWallets } from './open-wallets.js';
import { boundOf } from './owners.js';
import { ownersService } from './owners-service.js';

/** The parts behind the doors' wallets. */
export interface ServiceParts extends LookupParts {
  readonly vault: PublicVault;
  /** Makes a wallet where the keys are. */
  create(request: CreateRequest): Promise<SealedWallet>;
  /** Tells addresses that only secrets give. */
  identify(request: IdentifyRequest): Promise<readonly SignerFacts[]>;
  /** Most wallets of an owner without a limit of their own. */
  readonly mostWallets?: number;
}

const MOST_AT_ONCE = 100;
/** A page of the API, and one more to see whether it is the last. */
const LONGEST_PAGE = 201;
const LONGEST_LABEL = 200;
/** Wallets that are made at the same time. */
const MADE_AT_ONCE = 8;
const FIRST_SLOT = 'main';

/** Wallets in these states get no deposit addresses. */
const closedStates: Readonly<Partial<Record<WalletState, ErrorCode>>> = {
  compromised: 'WALLET_COMPROMISED',
  deactivated: 'WALLET_DEACTIVATED',
  destroyed: 'WALLET_DESTROYED',
};

/** The wallets of a store, for doors. It opens no secret. */
export function walletsService(parts: ServiceParts): WalletsService {
  const { store, vault } = parts;
  const get = async (tenant: TenantId, id: SignatureId): Promise<SealedWallet> => {
    const [sealed] = await store.wallets.get([id]);
    if (sealed !== undefined && tenantOf(sealed) === tenant) return sealed;
    throw new CustosError('WALLET_UNKNOWN', `signature ID ${id} is not in this store`);
  };
  return {
    create: async (tenant, request, count = 1) => createAll(parts, newWallet(parts, tenant, request), count),
    async getOrCreate(tenant, { owner, chain, network, slot = FIRST_SLOT }, request = {}) {
      const wanted = { ...newWallet(parts, tenant, { ...request, owner, chain, network }), slot: parseTag(slot) };
      const known = await inSlot(parts, wanted);
      return known === undefined ? createInSlot(parts, wanted) : { wallet: known, isNew: false };
    },
    get: async (tenant, id) => vault.wallet(await get(tenant, id)),
    async some(tenant, ids) {
      const found = await store.wallets.get(ids);
      return found.filter((sealed) => tenantOf(sealed) === tenant).map((sealed) => vault.wallet(sealed));
    },
    list: (tenant, query, page) => list(parts, { tenant, ...query }, page),
    findAddress: (tenant, { chain, network, address }) => findByAddress(parts, { tenant, chain, network }, address),
    findKey: (tenant, { chain, network, address }, isMeant) =>
      findKey(parts, { tenant, chain, network }, { address, isMeant }),
    allot: async (tenant, id, { least = 0 } = {}) => allot(parts, await get(tenant, id), least),
    addresses: async (tenant, id, page) => allotted(parts, await get(tenant, id), page),
    ...ownersService(parts),
  };
}

/** The same for a command that has the password: it makes wallets itself. */
export function serviceOf(
  { chains, clock }: Pick<ServiceParts, 'chains' | 'clock'>,
  { store, vault }: OpenWallets,
): WalletsService {
  return walletsService({
    store,
    vault,
    chains,
    clock,
    create: (request) => createRecord(request, vault),
    identify: async (request) => identifyKeys(request, vault),
  });
}

/** Checks every text, so that nothing goes to the keeper that it would call a breach of its protocol. @throws CustosError USAGE, CHAIN_UNKNOWN, OWNER_INVALID */
function newWallet({ chains }: ServiceParts, tenant: TenantId, request: WalletRequest): CreateRequest {
  const chain = chains.get(request.chain);
  const { network, kind = chain.keys.newWallet ?? 'hd', owner, tags, label, requireUserToken } = request;
  if (label !== undefined && ([...label].length > LONGEST_LABEL || !isVisible(label))) {
    throw new CustosError('USAGE', `a label has 1 to ${LONGEST_LABEL} characters, all of them visible or blanks`);
  }
  return {
    chain: chain.id,
    network,
    kind,
    tenant,
    ...(owner !== undefined && { owner: parseOwnerId(owner) }),
    ...(label !== undefined && { label }),
    ...(requireUserToken && { requireUserToken }),
    ...(tags && tags.length > 0 && { tags: readMarks({ tags }).tags ?? [] }),
  };
}

function isVisible(text: string): boolean {
  return text !== '' && [...text].every((character) => ownerForm.test(character));
}

async function createAll(parts: ServiceParts, wanted: CreateRequest, count: number): Promise<readonly Wallet[]> {
  if (!Number.isInteger(count) || count < 1 || count > MOST_AT_ONCE) {
    throw new CustosError('USAGE', `1 to ${MOST_AT_ONCE} wallets are made at once`);
  }
  const bound = await ownersBound(parts, wanted);
  const sealed = await inParallel(Array.from({ length: count }), MADE_AT_ONCE, () => made(parts, wanted));
  await parts.store.wallets.add(sealed, created(sealed), bound);
  return sealed.map((one) => parts.vault.wallet(one));
}

async function createInSlot(
  parts: ServiceParts,
  wanted: CreateRequest,
): Promise<{ readonly wallet: Wallet; readonly isNew: boolean }> {
  const bound = await ownersBound(parts, wanted);
  const sealed = await made(parts, wanted);
  try {
    const kept = await parts.store.wallets.addToSlot(sealed, created([sealed]), bound);
    if (kept.signatureId === sealed.signatureId) return { wallet: parts.vault.wallet(sealed), isNew: true };
  } catch (error) {
    // A limit may be used up by the wallet of this very slot.
    const isLate = error instanceof CustosError && ['WALLET_PLACE_TAKEN', 'OWNER_LIMIT'].includes(error.code);
    const first = isLate ? await inSlot(parts, wanted) : undefined;
    if (first === undefined) throw error;
    return { wallet: first, isNew: false };
  }
  const first = await inSlot(parts, wanted);
  if (first === undefined) throw new CustosError('WALLET_UNKNOWN', 'the wallet of this slot was removed');
  return { wallet: first, isNew: false };
}

async function ownersBound(parts: ServiceParts, { tenant, owner }: CreateRequest): Promise<OwnerBound | undefined> {
  return owner === undefined ? undefined : boundOf(parts, { tenant, owner }, parts.mostWallets);
}

async function made({ create, vault }: ServiceParts, wanted: CreateRequest): Promise<SealedWallet> {
  const record = await create(wanted);
  return { ...record, lookup: vault.index.wallet(vault.wallet(record)) };
}

function created(sealed: readonly SealedWallet[]): readonly AuditEvent[] {
  return walletEvents(
    'wallet.created',
    sealed.map(({ signatureId }) => signatureId),
  );
}

/** @throws CustosError RECORD_DAMAGED: what the slot's digest finds is another wallet */
async function inSlot({ store, vault }: ServiceParts, wanted: CreateRequest): Promise<Wallet | undefined> {
  const { tenant, owner = '', chain, network, slot = '' } = wanted;
  const sealed = await store.wallets.bySlot(vault.index.slot({ tenant, owner, chain, network, slot }));
  if (sealed === undefined) return undefined;
  const wallet = vault.wallet(sealed);
  const { control } = wallet;
  const isIt = tenantOf(wallet) === tenant && control?.owner === owner && control.slot === slot;
  if (isIt && wallet.chain === chain && wallet.network === network) return wallet;
  throw foreign(wallet.signatureId);
}

async function list(
  { store, vault, chains }: ServiceParts,
  { tenant, chain, network, owner, label }: WalletQuery & { readonly tenant: TenantId },
  { after, limit }: PageRequest<SignatureId>,
): Promise<readonly Wallet[]> {
  const filter = {
    tenant,
    ...(chain !== undefined && { chain: chains.get(chain).id }),
    ...(network !== undefined && { network }),
    ...(owner !== undefined && { owner: vault.index.owner(tenant, owner) }),
    ...(label !== undefined && { label: vault.index.label(tenant, label) }),
  };
  const page = await store.wallets.page(filter, after, Math.min(limit, LONGEST_PAGE));
  return page.map((sealed) => {
    const wallet = vault.wallet(sealed);
    const isIt =
      (owner === undefined || wallet.control?.owner === owner) && (label === undefined || wallet.label === label);
    if (!isIt) throw foreign(wallet.signatureId);
    return wallet;
  });
}

/** The index is taken before its address is known, and the address is on disk before anybody learns it. */
async function allot(
  { store, vault, identify }: ServiceParts,
  sealed: SealedWallet,
  least: number,
): Promise<AllottedAddress> {
  const wallet = vault.wallet(sealed);
  const { signatureId, kind, control } = wallet;
  if (kind !== 'hd') {
    throw new CustosError('INDEX_UNEXPECTED', `wallet ${signatureId} is a private key and has one address`);
  }
  const code = closedStates[control?.state ?? 'active'];
  if (code !== undefined) throw new CustosError(code, `wallet ${signatureId} is ${control?.state}`);
  const index = await store.addresses.allot(signatureId, least);
  const ref = { signatureId, index };
  const [facts] = [vault.facts(sealed, ref)].filter((one) => one !== undefined);
  const { address } = facts ?? (await first(identify({ sealed: [sealed], keys: [ref] })));
  await store.addresses.record(vault.beside.sealAddress({ ...wallet, index }, address));
  return { index, address };
}

/** An index without an address was taken, and nobody was given it. */
async function allotted(
  { store, vault }: ServiceParts,
  { signatureId }: SealedWallet,
  { after = -1, limit }: PageRequest<number>,
): Promise<{ readonly page: readonly AllottedAddress[]; readonly last: number | undefined }> {
  const found = await store.addresses.page({ signatureId, index: after }, limit);
  const own = found.filter((one) => one.signatureId === signatureId);
  const page = own.flatMap(({ index, digest, box }) => {
    if (digest === undefined || box === undefined) return [];
    return { index, address: vault.beside.openAddress({ signatureId, index, digest, box }).address };
  });
  return { page, last: own.length < limit ? undefined : own.at(-1)?.index };
}

async function first(asked: Promise<readonly SignerFacts[]>): Promise<SignerFacts> {
  const [facts] = await asked;
  if (facts === undefined) throw new CustosError('INTERNAL', 'the signer told no address');
  return facts;
}
