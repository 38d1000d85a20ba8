import { requireWholeStore } from '../caller.js';
import { activity, budgetsShown, chainsShown, findings } from '../forms/overview.js';
import { type Route, route } from '../route.js';

const scope = 'health:read';
/** All of it is about the whole store. */
const WHAT = 'the answer';

export const overviewRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/activity',
    id: 'getActivity',
    about: 'counts what happened in the last 24 hours, by quarters of an hour, the oldest first',
    scope,
    answers: { 200: { about: 'the quarters', schema: activity } },
    async handle(_, { overview }, caller) {
      requireWholeStore(caller, WHAT);
      return { status: 200, body: { data: await overview.activity() } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/chains',
    id: 'listChains',
    about: 'shows for each chain what is open, when it was polled last, and whether the way to it is shut',
    scope,
    answers: { 200: { about: 'the chains', schema: chainsShown } },
    async handle(_, { overview }, caller) {
      requireWholeStore(caller, WHAT);
      return { status: 200, body: { data: await overview.chains() } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/budgets',
    id: 'listBudgets',
    about: 'shows how full the limits of the policy in force are, the fullest first',
    scope,
    answers: { 200: { about: 'at most 50 budgets', schema: budgetsShown } },
    async handle(_, { overview }, caller) {
      requireWholeStore(caller, WHAT);
      return { status: 200, body: { data: await overview.budgets() } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/findings',
    id: 'listFindings',
    about: 'examines settings, store, machine, nodes and cloud, as `custos doctor` does',
    scope,
    answers: { 200: { about: 'what was found, at most 15 seconds ago', schema: findings } },
    async handle(_, { overview }, caller) {
      requireWholeStore(caller, WHAT);
      return { status: 200, body: await overview.findings() };
    },
  }),
];
