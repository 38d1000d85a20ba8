import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { defaultTenant } from '../../core/ids.js';
import type { FreezeScope } from '../../core/policy/freeze.js';
import { boundTo, type Caller, includesChain, includesWallet, unknownWallet } from '../caller.js';
import type { FreezeFound } from '../control-parts.js';
import { cursorOf, keyOf } from '../cursor.js';
import { freeze, freezeForm, freezePage, keyQuery, linesToSign, unfreezeForm } from '../forms/control.js';
import type { ApiParts } from '../parts.js';
import { type Route, route } from '../route.js';
import { paging, USUAL_LIMIT } from '../schemas.js';

const id = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits');

export const freezeRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/v1/freezes',
    id: 'createFreeze',
    about: 'stops signing; what is stopped already stays as it is',
    scope: 'freezes:create',
    body: freezeForm,
    answers: {
      200: { about: 'the freeze that stops just this already', schema: freeze },
      201: { about: 'every daemon stops within a second', schema: freeze },
    },
    async handle({ body: { scope, reason } }, parts, caller) {
      await requireScopeOf(scope, parts, caller);
      const { isNew, shown } = await parts.freezes.create({ scope, reason, person: caller.person?.name });
      return { status: isNew ? 201 : 200, body: shown };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/freezes',
    id: 'listFreezes',
    about: 'lists freezes, the oldest first',
    scope: 'freezes:read',
    query: z.strictObject(paging),
    answers: { 200: { about: 'a page', schema: freezePage } },
    async handle({ query: { after, limit = USUAL_LIMIT } }, parts, caller) {
      const last = keyOf(after, (text) => id.parse(text));
      const all = await parts.freezes.all();
      const seen = await Promise.all(all.map((one) => isSeen(one, parts, caller)));
      const own = all.filter((_, at) => seen[at]).map(({ shown }) => shown);
      const from = last === undefined ? 0 : own.findIndex((one) => one.id === last) + 1;
      const data = own.slice(from, from + limit);
      const end = from + limit < own.length ? data.at(-1) : undefined;
      return { status: 200, body: { data, next: end === undefined ? null : cursorOf(end.id) } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/freezes/{id}',
    id: 'getFreeze',
    about: 'shows one freeze; persons sign its end with what this answers',
    scope: 'freezes:read',
    params: z.strictObject({ id }),
    answers: { 200: { about: 'the freeze', schema: freeze } },
    async handle({ params }, parts, caller) {
      return { status: 200, body: (await freezeFor(caller, parts, params.id)).shown };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/freezes/{id}/end/lines',
    id: 'getFreezeEndLines',
    about: 'the lines that a key of a person signs to end a freeze',
    scope: 'freezes:end',
    params: z.strictObject({ id }),
    query: keyQuery,
    answers: { 200: { about: 'the lines', schema: linesToSign } },
    async handle({ params, query }, parts, caller) {
      await freezeFor(caller, parts, params.id);
      return { status: 200, body: { text: await parts.freezes.endLines(params.id, query.key) } };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/freezes/{id}/end',
    id: 'endFreeze',
    about: 'ends a freeze, with the signatures of as many persons as the constitution asks for',
    scope: 'freezes:end',
    params: z.strictObject({ id }),
    body: unfreezeForm,
    answers: { 200: { about: 'the freeze, which stops nothing any more', schema: freeze } },
    async handle({ params, body }, parts, caller) {
      await freezeFor(caller, parts, params.id);
      return { status: 200, body: await parts.freezes.end(params.id, body.signatures) };
    },
  }),
];

/**
 * A tenant stops its own wallets. What stops more than them is for the first tenant, and for tokens that are not bound to less.
 * @throws CustosError SCOPE_MISSING, WALLET_UNKNOWN
 */
async function requireScopeOf(scope: FreezeScope, parts: Pick<ApiParts, 'wallets'>, caller: Caller): Promise<void> {
  if (await mayTouch(scope, parts, caller)) return;
  if (scope.kind === 'wallet') throw unknownWallet(scope.id);
  throw new CustosError('SCOPE_MISSING', 'the token is for less than this would stop');
}

/** @throws CustosError FREEZE_UNKNOWN */
async function freezeFor(
  caller: Caller,
  parts: Pick<ApiParts, 'freezes' | 'wallets'>,
  id: string,
): Promise<FreezeFound> {
  const found = (await parts.freezes.all()).find(({ shown }) => shown.id === id);
  if (found !== undefined && (await isSeen(found, parts, caller))) return found;
  throw new CustosError('FREEZE_UNKNOWN', `the store has no freeze ${id}`);
}

async function isSeen({ scope }: FreezeFound, parts: Pick<ApiParts, 'wallets'>, caller: Caller): Promise<boolean> {
  return mayTouch(scope, parts, caller);
}

async function mayTouch(scope: FreezeScope, { wallets }: Pick<ApiParts, 'wallets'>, caller: Caller): Promise<boolean> {
  if (scope.kind === 'wallet') {
    const found = await wallets.get(caller.tenant, scope.id).catch(unlessUnknown);
    return found !== undefined && includesWallet(caller, found);
  }
  if (caller.tenant !== defaultTenant || caller.wallets !== undefined || boundTo(caller)) return false;
  return scope.kind === 'chain' ? includesChain(caller, scope.chain) : caller.chains === undefined;
}

function unlessUnknown(error: unknown): undefined {
  if (error instanceof CustosError && error.code === 'WALLET_UNKNOWN') return undefined;
  throw error;
}
