import { z } from 'zod';
import { formatUnits } from '../../core/chain/units.js';
import { CustosError } from '../../core/errors.js';
import type { KnownOwner, Owner } from '../../core/signing/lookup.js';
import type { SpendingLimit } from '../../core/signing/spending.js';
import type { WalletsService } from '../../core/signing/wallets-service.js';
import { boundTo, type Caller, includesOwner, ownerFor } from '../caller.js';
import { cursorOf, keyOf } from '../cursor.js';
import { gathered } from '../gather.js';
import { type Route, route } from '../route.js';
import { chain, paging, USUAL_LIMIT } from '../schemas.js';
import { countedOwner, owner, ownerAnswer, ownerForm, ownerPage, placeForm, wallet } from '../wallets/forms.js';
import { inFields, placedAnswer, requireMaking } from '../wallets/making.js';

const params = z.strictObject({ owner });
const spendingFaults = { CHAIN_UNKNOWN: 'body/mostSpent', SPENDING_INVALID: 'body/mostSpent' } as const;

export const ownerRoutes: readonly Route[] = [
  route({
    method: 'PUT',
    path: '/v1/owners/{owner}',
    id: 'putOwner',
    about: 'makes an owner known, and sets how many wallets and requests they may have and what they may spend',
    scope: 'owners:manage',
    params,
    body: ownerForm,
    answers: {
      200: { about: 'the owner was known', schema: ownerAnswer },
      201: { about: 'the owner is known now', schema: ownerAnswer },
    },
    async handle({ params: { owner: id }, body }, { wallets }, caller) {
      ownerFor(caller, id);
      const put = () => wallets.putOwner(caller.tenant, id, body);
      const { owner: known, isNew } = await inFields(put, spendingFaults);
      return { status: isNew ? 201 : 200, body: ownerJson(known) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/owners',
    id: 'listOwners',
    about: 'lists owners, in no order that says anything of them',
    scope: 'owners:read',
    query: z.strictObject(paging),
    answers: { 200: { about: 'a page', schema: ownerPage } },
    async handle({ query: { after, limit = USUAL_LIMIT } }, { wallets }, caller) {
      const { data, next } = await gathered<Owner & KnownOwner, string>({
        ...{ after: keyOf(after, tagOf), limit },
        page: (last, size) => ownersOf(wallets, caller, { after: last, size }),
        keyOf: ({ tag }) => tag,
        isShown: (one) => includesOwner(caller, one.owner),
      });
      return { status: 200, body: { data: data.map(ownerJson), next: next === undefined ? null : cursorOf(next) } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/owners/{owner}',
    id: 'getOwner',
    about: 'shows one owner',
    scope: 'owners:read',
    params,
    answers: { 200: { about: 'the owner', schema: countedOwner } },
    async handle({ params: { owner: id } }, { wallets }, caller) {
      ownerFor(caller, id);
      const known = await wallets.getOwner(caller.tenant, id);
      return { status: 200, body: { ...ownerJson(known), wallets: known.wallets } };
    },
  }),
  route({
    method: 'PUT',
    path: '/v1/owners/{owner}/wallets/{chain}',
    id: 'putWallet',
    about: "the owner's wallet for a chain: made with the first request, and the same ever after",
    scope: 'wallets:create',
    params: z.strictObject({ owner, chain }),
    body: placeForm,
    answers: {
      200: { about: 'the owner has it; it is as it was', schema: wallet },
      201: { about: 'a new wallet', schema: wallet },
    },
    async handle({ params: { owner: id, chain: of }, body }, parts, caller) {
      requireMaking(caller, { chain: of });
      ownerFor(caller, id);
      return inFields(() => placedAnswer(parts, caller, { ...body, owner: id, chain: of }), {
        CHAIN_UNKNOWN: 'path/chain',
      });
    },
  }),
];

/** A token of some owners has a list of its own. */
async function ownersOf(
  wallets: Pick<WalletsService, 'owners' | 'getOwner'>,
  caller: Caller,
  { after, size }: { readonly after: string | undefined; readonly size: number },
): ReturnType<WalletsService['owners']> {
  const { tenant } = caller;
  const owners = boundTo(caller);
  if (owners === undefined) return wallets.owners(tenant, { limit: size, ...(after !== undefined && { after }) });
  const behind = owners.filter(({ tag }) => after === undefined || tag > after);
  const page = behind.toSorted((one, other) => (one.tag < other.tag ? -1 : 1)).slice(0, size);
  const known = page.map(async ({ owner: id, tag }) => {
    const found = await wallets.getOwner(tenant, id).catch(noneIfUnknown);
    return found === undefined ? [] : [{ ...found, tag }];
  });
  return { page: (await Promise.all(known)).flat(), last: page.length < behind.length ? page.at(-1)?.tag : undefined };
}

/** A user may come with a proof before anything is theirs. */
function noneIfUnknown(error: unknown): undefined {
  if (!(error instanceof CustosError) || error.code !== 'OWNER_UNKNOWN') throw error;
}

function ownerJson({ owner: id, mostWallets, mostRequests, mostSpent, createdAt }: Owner): z.input<typeof ownerAnswer> {
  const limits = { mostWallets: mostWallets ?? null, mostRequests: mostRequests ?? null };
  return {
    id,
    ...limits,
    mostSpent: mostSpent?.limits.length ? mostSpent.limits.map(spendingJson) : null,
    createdAt: new Date(createdAt).toISOString(),
  };
}

function spendingJson({ chain: of, token, decimals, aDay, aTransaction }: SpendingLimit) {
  const text = (amount: bigint | undefined) => (amount === undefined ? null : formatUnits(amount, decimals));
  return { ...{ chain: of, token: token ?? null, decimals }, aDay: text(aDay), aTransaction: text(aTransaction) };
}

function tagOf(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new CustosError('REQUEST_INVALID', 'not a place in the list');
}
