import { z } from 'zod';
import { parseOwnerId, parseSignatureId } from '../../core/ids.js';
import type { Wallet } from '../../core/signing/wallet.js';
import { includesWallet, unknownWallet } from '../caller.js';
import { cursorOf, keyOf } from '../cursor.js';
import { type Route, route } from '../route.js';
import { chain, pageOf, paging, parsedBy, USUAL_LIMIT, wallet, walletId } from '../schemas.js';

const listQuery = z.strictObject({
  ...paging,
  chain: chain.optional(),
  owner: parsedBy(parseOwnerId).optional(),
  label: z.string().min(1).max(200).optional(),
});

export const walletRoutes: readonly Route[] = [
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

/** A wallet as answers show it. */
function walletJson({ signatureId, chain: id, network, kind, createdAt, ...rest }: Wallet): z.input<typeof wallet> {
  const { address = null, xpub = null, label = null, control } = rest;
  return {
    id: signatureId,
    ...{ chain: id, network, kind, address, xpub, label },
    owner: control?.owner ?? null,
    tags: [...(control?.tags ?? [])],
    state: control?.state ?? 'active',
    createdAt: new Date(createdAt).toISOString(),
  };
}
