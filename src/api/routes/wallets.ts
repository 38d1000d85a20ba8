import { z } from 'zod';
import { CustosError, type ErrorCode } from '../../core/errors.js';
import { type ChainId, type OwnerId, parseSignatureId } from '../../core/ids.js';
import type { Wallet } from '../../core/signing/wallet.js';
import type { WalletsService } from '../../core/signing/wallets-service.js';
import { requestInvalid } from '../../http/problems.js';
import { type Caller, includesChain, includesWallet, ownerFor, requireChain, unknownWallet } from '../caller.js';
import { cursorOf, keyOf } from '../cursor.js';
import type { ApiParts } from '../parts.js';
import { type Answer, type Route, route } from '../route.js';
import { chain, described, pageOf, paging, USUAL_LIMIT, walletId } from '../schemas.js';
import { label, newWallets, owner, type WalletForm, wallet, walletForm } from '../wallet-forms.js';
import { isWanted, type WantedWallets, walletPage } from '../wallet-pages.js';

const inBody = { CHAIN_UNKNOWN: 'body/chain' } as const;

const listQuery = z
  .strictObject({
    ...paging,
    chain: chain.optional(),
    address: described(
      z.string().min(1).max(200).optional(),
      'one that a wallet of `chain` shows, that of index 0, or one that was allotted',
    ),
    owner: owner.optional(),
    label: described(label.optional(), 'the whole label'),
  })
  .superRefine(({ address, chain: id, after }, context) => {
    if (address === undefined) return;
    if (id === undefined) context.addIssue({ code: 'custom', path: ['chain'], message: 'is needed with `address`' });
    if (after !== undefined) context.addIssue({ code: 'custom', path: ['after'], message: 'goes with a list only' });
  });

export const walletRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/v1/wallets',
    id: 'createWallet',
    about: 'makes a wallet; for an owner it is the one of a slot, however often it is asked for',
    scope: 'wallets:create',
    body: walletForm,
    answers: {
      200: { about: 'the owner has a wallet in this slot; it is as it was', schema: wallet },
      201: { about: 'a new wallet; `{data}` with several if `count` is given', schema: z.union([wallet, newWallets]) },
    },
    async handle({ body }, parts, caller) {
      requireMaking(caller, body);
      const { count } = body;
      const of = ownerFor(caller, body.owner);
      if (of !== undefined && count === undefined) return placed(parts, caller, { ...body, owner: of });
      const wanted = { ...wantedOf(body), chain: body.chain, network: parts.network, ...(of && { owner: of }) };
      const made = await inFields(() => parts.wallets.create(caller.tenant, wanted, count), inBody);
      const [first] = made;
      if (count === undefined && first !== undefined) return newAnswer(first);
      return { status: 201, body: { data: made.map((one) => walletJson(one)) } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/wallets',
    id: 'listWallets',
    about: 'lists wallets in the order of their ids',
    scope: 'wallets:read',
    query: listQuery,
    answers: { 200: { about: 'a page', schema: pageOf('WalletPage', wallet) } },
    async handle({ query: { after, limit = USUAL_LIMIT, address, ...rest } }, { wallets, network }, caller) {
      const wanted = { network, ...rest };
      if (address !== undefined) return found(wallets, caller, { ...wanted, address });
      const page = { after: keyOf(after, parseSignatureId), limit };
      const { data, next } = await walletPage({ wallets, caller, wanted }, page);
      const shown = data.map((one) => walletJson(one));
      return { status: 200, body: { data: shown, next: next === undefined ? null : cursorOf(next) } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/wallets/{id}',
    id: 'getWallet',
    about: 'shows one wallet',
    scope: 'wallets:read',
    params: z.strictObject({ id: walletId }),
    answers: { 200: { about: 'the wallet', schema: wallet } },
    async handle({ params: { id } }, { wallets }, caller) {
      const known = await wallets.get(caller.tenant, id);
      if (!includesWallet(caller, known)) throw unknownWallet(id);
      return { status: 200, body: walletJson(known) };
    },
  }),
];

/** Without the members that are undefined. */
function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** @throws CustosError SCOPE_MISSING */
function requireMaking(caller: Caller, { chain: id, owner: of }: Pick<WalletForm, 'chain' | 'owner'>): void {
  requireChain(caller, id);
  if (caller.user !== undefined && caller.user.owner !== of) {
    throw new CustosError('SCOPE_MISSING', 'a request with a proof of a user makes wallets of this user only');
  }
  if (caller.wallets === undefined) return;
  throw new CustosError('SCOPE_MISSING', 'the token is bound to wallets, so it makes no others');
}

type Placed = Pick<WalletForm, 'chain' | 'slot' | 'kind' | 'label' | 'tags' | 'requireUserToken'> & {
  readonly owner: OwnerId;
};

/** @throws CustosError WALLET_PLACE_TAKEN: the wallet of this slot is not what was asked for */
async function placed({ wallets, network }: ApiParts, { tenant }: Caller, form: Placed): Promise<Answer> {
  const { chain: id, owner: of, slot, kind, requireUserToken = false } = form;
  const place = { chain: id, network, owner: of, ...(slot !== undefined && { slot }) };
  const { wallet: known, isNew } = await inFields(() => wallets.getOrCreate(tenant, place, wantedOf(form)), inBody);
  if (isNew) return newAnswer(known);
  const isLess = requireUserToken && known.control?.requireUserToken !== true;
  if (isLess || (kind ?? known.kind) !== known.kind) {
    throw new CustosError('WALLET_PLACE_TAKEN', 'the owner has another kind of wallet in this slot');
  }
  return { status: 200, body: walletJson(known), headers: { location: `/v1/wallets/${known.signatureId}` } };
}

function wantedOf({ kind, label: text, tags, requireUserToken }: Omit<Placed, 'owner'>) {
  return given({ kind, label: text, tags, requireUserToken });
}

/** What only the server knows of a field is a fault of that field. @throws CustosError REQUEST_INVALID, and what `work` throws */
async function inFields<T>(work: () => T | Promise<T>, fields: Partial<Record<ErrorCode, string>>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const property = error instanceof CustosError ? fields[error.code] : undefined;
    if (property === undefined || !(error instanceof CustosError)) throw error;
    throw requestInvalid([{ property, rule: error.code, text: error.message }]);
  }
}

function newAnswer(made: Wallet): Answer {
  return { status: 201, body: walletJson(made), headers: { location: `/v1/wallets/${made.signatureId}` } };
}

/** @throws CustosError REQUEST_INVALID: the chain has no such address */
async function found(
  wallets: Pick<WalletsService, 'findAddress'>,
  caller: Caller,
  { address, chain: id = '' as ChainId, ...wanted }: WantedWallets & { readonly address: string },
): Promise<Answer> {
  const place = { chain: id, network: wanted.network, address };
  const all = await inFields(() => (includesChain(caller, id) ? wallets.findAddress(caller.tenant, place) : []), {
    CHAIN_UNKNOWN: 'query/chain',
    ADDRESS_INVALID: 'query/address',
  });
  const shown = all.filter((one) => includesWallet(caller, one.wallet) && isWanted(one.wallet, wanted));
  return { status: 200, body: { data: shown.map((one) => walletJson(one.wallet, one.index)), next: null } };
}

/** A wallet as answers show it. @param index - of the address that was asked for */
export function walletJson(
  { signatureId, chain: id, network, kind, createdAt, ...rest }: Wallet,
  index?: number,
): z.input<typeof wallet> {
  const { address = null, xpub = null, label = null, control } = rest;
  return {
    id: signatureId,
    ...{ chain: id, network, kind, address, xpub, label },
    owner: control?.owner ?? null,
    slot: control?.slot ?? null,
    tags: [...(control?.tags ?? [])],
    requireUserToken: control?.requireUserToken ?? false,
    state: control?.state ?? 'active',
    createdAt: new Date(createdAt).toISOString(),
    index: index ?? null,
  };
}
