import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { defaultTenant } from '../../core/ids.js';
import type { Caller } from '../caller.js';
import { draftChecked, draftDiff, draftForm, policyShown, policyVersions } from '../forms/control.js';
import { type Route, route } from '../route.js';
import { described, parsedBy } from '../schemas.js';

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
];

/** A store has one policy, and its rules may name what other tenants have. @throws CustosError SCOPE_MISSING */
function requireFirst({ tenant }: Caller): void {
  if (tenant === defaultTenant) return;
  throw new CustosError('SCOPE_MISSING', 'the policy is shown to tokens of the first tenant alone');
}
