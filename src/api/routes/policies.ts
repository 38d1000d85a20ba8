import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { defaultTenant } from '../../core/ids.js';
import type { JournalEntry } from '../../core/store/journal.js';
import { type Caller, isWhole } from '../caller.js';
import {
  backtested,
  draftChecked,
  draftDiff,
  draftForm,
  keyQuery,
  policyLines,
  policyShown,
  policyVersion,
  policyVersions,
  publishForm,
} from '../forms/control.js';
import { type Route, route } from '../route.js';
import { described, paging, parsedBy } from '../schemas.js';
import { inFields } from '../wallets/making.js';

const version = parsedBy(
  (text) => (text === 'current' ? undefined : Number(text)),
  z.string().regex(/^(current|[1-9]\d{0,8})$/, 'must be a number or `current`'),
);

export const policyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/policies',
    id: 'listPolicies',
    about: 'lists all versions of the policy with what became of them, the newest first',
    scope: 'policies:read',
    answers: { 200: { about: 'the versions', schema: policyVersions } },
    async handle(_, { policies }, caller) {
      requireFirst(caller);
      return { status: 200, body: { data: await policies.history() } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/policies/{version}',
    id: 'getPolicy',
    about: 'shows one version of the policy; `current` is the one in force',
    scope: 'policies:read',
    params: z.strictObject({ version }),
    answers: { 200: { about: 'the policy', schema: policyShown } },
    async handle({ params }, { policies }, caller) {
      requireFirst(caller);
      return { status: 200, body: await policies.version(params.version) };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/policies/check',
    id: 'checkPolicy',
    about: 'says what is wrong with a policy that somebody wrote; nothing is stored',
    scope: 'policies:read',
    body: draftForm,
    answers: { 200: { about: 'what was found', schema: draftChecked } },
    async handle({ body }, { policies }, caller) {
      requireFirst(caller);
      return { status: 200, body: policies.check(JSON.stringify(body.policy)) };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/policies/diff',
    id: 'diffPolicy',
    about: 'says what a policy that somebody wrote would change of a published one',
    scope: 'policies:read',
    query: z.strictObject({ from: described(version.optional(), 'version; `current` by default') }),
    body: draftForm,
    answers: { 200: { about: 'the changes', schema: draftDiff } },
    async handle({ body, query }, { policies }, caller) {
      requireFirst(caller);
      return { status: 200, body: await policies.diff(JSON.stringify(body.policy), query.from) };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/policies/lines',
    id: 'getPolicyLines',
    about: 'the lines that a key of a person signs to publish a policy that somebody wrote; nothing is stored',
    scope: 'policies:write',
    query: keyQuery,
    body: draftForm,
    answers: { 200: { about: 'the lines, and as what they publish it', schema: policyLines } },
    async handle({ body, query }, { policies }, caller) {
      requireFirst(caller);
      return { status: 200, body: await policies.lines(JSON.stringify(body.policy), query.key) };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/policies/backtest',
    id: 'backtestPolicy',
    about: 'says what a policy that somebody wrote would have said about the last transactions; nothing is stored',
    scope: 'policies:write',
    query: z.strictObject({ limit: described(paging.limit, 'how many: 1 to 200; 100 if it is not said') }),
    body: draftForm,
    answers: { 200: { about: 'what it would have said', schema: backtested } },
    async handle({ body, query }, { policies }, caller) {
      requireWhole(caller);
      const isShown = (entry: JournalEntry) => (entry.intake?.tenant ?? defaultTenant) === caller.tenant;
      return { status: 200, body: await policies.backtest(JSON.stringify(body.policy), query.limit ?? 100, isShown) };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/policies',
    id: 'publishPolicy',
    about:
      'publishes the next version of the policy, with the signatures of as many persons as the constitution asks for',
    scope: 'policies:write',
    body: publishForm,
    answers: {
      200: { about: 'it was published before', schema: policyVersion },
      201: { about: 'it is in force, or waits for its time', schema: policyVersion },
    },
    async handle({ body: { policy, ...signed } }, { policies }, caller) {
      requireWhole(caller);
      const { isNew, version: made } = await inFields(() => policies.publish(JSON.stringify(policy), signed), {
        USAGE: 'body/delay',
      });
      return { status: isNew ? 201 : 200, body: made, headers: { location: `/v1/policies/${made.version}` } };
    },
  }),
];

/** What is published holds for everything in the store. @throws CustosError SCOPE_MISSING */
function requireWhole(caller: Caller): void {
  requireFirst(caller);
  if (!isWhole(caller)) throw new CustosError('SCOPE_MISSING', 'the token is for less than the policy is about');
}

/** A store has one policy, and its rules may name what other tenants have. @throws CustosError SCOPE_MISSING */
function requireFirst({ tenant }: Caller): void {
  if (tenant === defaultTenant) return;
  throw new CustosError('SCOPE_MISSING', 'the policy is shown to tokens of the first tenant alone');
}
