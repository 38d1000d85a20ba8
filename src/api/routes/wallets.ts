import { z } from 'zod';
import { type ChainId, parseIndex, parseSignatureId, type SignatureId } from '../../core/ids.js';
import type { Wallet } from '../../core/signing/wallet.js';
import type { AllottedAddress, WalletsService } from '../../core/signing/wallets-service.js';
import { type Caller, includesChain, includesWallet, unknownWallet } from '../caller.js';
import { cursorOf, keyOf } from '../cursor.js';
import { gathered } from '../gather.js';
import { type Answer, type Route, route } from '../route.js';
import { chain, described, pageOf, paging, USUAL_LIMIT, walletId } from '../schemas.js';
import { address, addressPage, label, newWallets, owner, wallet, walletForm, walletJson } from '../wallets/forms.js';
import { inFields, madeAnswer } from '../wallets/making.js';
import { isWanted, type WantedWallets, walletPage } from '../wallets/pages.js';

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
  .superRefine(({ address: text, chain: id, after }, context) => {
    if (text === undefined) return;
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
    handle: ({ body }, parts, caller) => madeAnswer(parts, caller, body),
  }),
  route({
    method: 'GET',
    path: '/v1/wallets',
    id: 'listWallets',
    about: 'lists wallets in the order of their ids',
    scope: 'wallets:read',
    query: listQuery,
    answers: { 200: { about: 'a page', schema: pageOf('WalletPage', wallet) } },
    async handle({ query: { after, limit = USUAL_LIMIT, address: text, ...rest } }, { wallets, network }, caller) {
      const wanted = { network, ...rest };
      if (text !== undefined) return found(wallets, caller, { ...wanted, address: text });
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
    handle: async ({ params: { id } }, { wallets }, caller) => ({
      status: 200,
      body: walletJson(await requireWallet(wallets, caller, id)),
    }),
  }),
  route({
    method: 'POST',
    path: '/v1/wallets/{id}/addresses',
    id: 'createAddress',
    about: 'gives away the next address of a wallet with a mnemonic: its index is given once, and never again',
    scope: 'wallets:create',
    params: z.strictObject({ id: walletId }),
    answers: { 201: { about: 'an address that was never given before', schema: address } },
    async handle({ params: { id } }, { wallets }, caller) {
      await requireWallet(wallets, caller, id);
      return { status: 201, body: await wallets.allot(caller.tenant, id) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/wallets/{id}/addresses',
    id: 'listAddresses',
    about: 'lists the addresses of a wallet that were given away',
    scope: 'wallets:read',
    params: z.strictObject({ id: walletId }),
    query: z.strictObject(paging),
    answers: { 200: { about: 'a page, in the order of their indexes', schema: addressPage } },
    async handle({ params: { id }, query: { after, limit = USUAL_LIMIT } }, { wallets }, caller) {
      await requireWallet(wallets, caller, id);
      const { data, next } = await gathered<AllottedAddress, number>({
        ...{ after: keyOf(after, indexOf), limit },
        page: (last, size) =>
          wallets.addresses(caller.tenant, id, { limit: size, ...(last !== undefined && { after: last }) }),
        keyOf: ({ index }) => index,
        isShown: () => true,
      });
      return { status: 200, body: { data, next: next === undefined ? null : cursorOf(String(next)) } };
    },
  }),
];

/** @throws CustosError WALLET_UNKNOWN */
async function requireWallet(wallets: Pick<WalletsService, 'get'>, caller: Caller, id: SignatureId): Promise<Wallet> {
  const known = await wallets.get(caller.tenant, id);
  if (!includesWallet(caller, known)) throw unknownWallet(id);
  return known;
}

/** @throws CustosError INDEX_INVALID */
function indexOf(text: string): number {
  return parseIndex(/^\d{1,10}$/.test(text) ? Number(text) : undefined);
}

/** @throws CustosError REQUEST_INVALID: the chain has no such address */
async function found(
  wallets: Pick<WalletsService, 'findAddress'>,
  caller: Caller,
  { address: text, chain: id = '' as ChainId, ...wanted }: WantedWallets & { readonly address: string },
): Promise<Answer> {
  const place = { chain: id, network: wanted.network, address: text };
  const all = await inFields(() => (includesChain(caller, id) ? wallets.findAddress(caller.tenant, place) : []), {
    CHAIN_UNKNOWN: 'query/chain',
    ADDRESS_INVALID: 'query/address',
  });
  const shown = all.filter((one) => includesWallet(caller, one.wallet) && isWanted(one.wallet, wanted));
  return { status: 200, body: { data: shown.map((one) => walletJson(one.wallet, one.index)), next: null } };
}
