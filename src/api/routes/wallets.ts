import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { type OwnerId, parseSignatureId } from '../../core/ids.js';
import type { Wallet } from '../../core/signing/wallet.js';
import { requestInvalid } from '../../http/problems.js';
import { type Caller, includesWallet, requireChain, unknownWallet } from '../caller.js';
import { cursorOf, keyOf } from '../cursor.js';
import type { ApiParts } from '../parts.js';
import { type Answer, type Route, route } from '../route.js';
import { chain, pageOf, paging, USUAL_LIMIT, walletId } from '../schemas.js';
import { label, newWallets, owner, type WalletForm, wallet, walletForm } from '../wallet-forms.js';

const listQuery = z.strictObject({
  ...paging,
  chain: chain.optional(),
  owner: owner.optional(),
  label: label.optional(),
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
      const { count, owner: of } = body;
      if (of !== undefined && count === undefined) return placed(parts, caller, { ...body, owner: of });
      const wanted = { ...wantedOf(body), chain: body.chain, network: parts.network, ...(of && { owner: of }) };
      const made = await atChain(() => parts.wallets.create(caller.tenant, wanted, count));
      const [first] = made;
      if (count === undefined && first !== undefined) return newAnswer(first);
      return { status: 201, body: { data: made.map(walletJson) } };
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
    async handle({ query: { after, limit = USUAL_LIMIT, ...wanted } }, { wallets, network }, caller) {
      const last = keyOf(after, parseSignatureId);
      const page = { limit, ...(last !== undefined && { after: last }) };
      const found = await wallets.list(caller.tenant, { network, ...given(wanted) }, page);
      const end = found.length < limit ? undefined : found.at(-1);
      const data = found.filter((one) => includesWallet(caller, one)).map(walletJson);
      return { status: 200, body: { data, next: end === undefined ? null : cursorOf(end.signatureId) } };
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
      const found = await wallets.get(caller.tenant, id);
      if (!includesWallet(caller, found)) throw unknownWallet(id);
      return { status: 200, body: walletJson(found) };
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
  const { wallet: found, isNew } = await atChain(() => wallets.getOrCreate(tenant, place, wantedOf(form)));
  if (isNew) return newAnswer(found);
  const isLess = requireUserToken && found.control?.requireUserToken !== true;
  if (isLess || (kind ?? found.kind) !== found.kind) {
    throw new CustosError('WALLET_PLACE_TAKEN', 'the owner has another kind of wallet in this slot');
  }
  return { status: 200, body: walletJson(found), headers: { location: `/v1/wallets/${found.signatureId}` } };
}

function wantedOf({ kind, label: text, tags, requireUserToken }: Omit<Placed, 'owner'>) {
  return given({ kind, label: text, tags, requireUserToken });
}

/** Only the server knows which chains there are. @throws CustosError REQUEST_INVALID, and what `work` throws */
async function atChain<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CustosError) || error.code !== 'CHAIN_UNKNOWN') throw error;
    throw requestInvalid([{ property: 'body/chain', rule: error.code, text: error.message }]);
  }
}

function newAnswer(made: Wallet): Answer {
  return { status: 201, body: walletJson(made), headers: { location: `/v1/wallets/${made.signatureId}` } };
}

/** A wallet as answers show it. */
function walletJson({ signatureId, chain: id, network, kind, createdAt, ...rest }: Wallet): z.input<typeof wallet> {
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
  };
}
