import { z } from 'zod';
import { requestKinds } from '../../core/store/intake-facts.js';
import { isUnsigned, type JournalEntry, unsignedStates } from '../../core/store/journal.js';
import { aboutEntry, entriesOf, requireEntry, shownSummary } from '../entries.js';
import { approvalRequest, decisionForm, decisionList, waitingApproval, waitingPage } from '../forms/approvals.js';
import { keyQuery, linesToSign } from '../forms/control.js';
import type { ApiParts } from '../parts.js';
import { type Route, route } from '../route.js';
import { chain, paging } from '../schemas.js';

const params = z.strictObject({ id: z.string().max(64) });
/** Persons decide about transactions and signatures alike. */
const any = { kinds: requestKinds };

export const approvalRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/approvals',
    id: 'listApprovals',
    about: 'lists what is complete and not signed, with what it waits for, the newest first',
    scope: 'approvals:read',
    query: z.strictObject({ ...paging, chain: chain.optional() }),
    answers: { 200: { about: 'a page', schema: waitingPage } },
    async handle({ query }, parts, caller) {
      const isWanted = ({ completed }: JournalEntry) => completed !== undefined;
      const { data, next } = await entriesOf({ ...query, states: unsignedStates, isWanted }, any, { parts, caller });
      const shown = await Promise.all(data.map((entry) => waitingJson(entry, parts)));
      return { status: 200, body: { data: shown, next } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/approvals/{id}',
    id: 'getApproval',
    about: 'shows what a person decides about: readable lines, every effect, and the request to sign',
    scope: 'approvals:read',
    params,
    answers: { 200: { about: 'what is to be decided', schema: approvalRequest } },
    async handle({ params: { id } }, parts, caller) {
      const entry = await requireEntry(id, any, { parts, caller });
      const readable = await parts.approvals.readable(entry);
      return { status: 200, body: { ...(await waitingJson(entry, parts)), ...readable } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/approvals/{id}/lines',
    id: 'getApprovalLines',
    about: 'the lines that a key of a person signs to decide, which are other ones each time',
    scope: 'approvals:decide',
    params,
    query: keyQuery.extend({ decision: z.enum(['approve', 'reject']) }),
    answers: { 200: { about: 'the lines', schema: linesToSign } },
    async handle({ params: { id }, query }, parts, caller) {
      const entry = await requireEntry(id, any, { parts, caller });
      return { status: 200, body: { text: await parts.approvals.lines(entry, query) } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/approvals/{id}/decisions',
    id: 'listDecisions',
    about: 'lists what persons decided about it, whatever became of it, the oldest first',
    scope: 'approvals:read',
    params,
    answers: { 200: { about: 'the decisions', schema: decisionList } },
    async handle({ params: { id } }, parts, caller) {
      const entry = await requireEntry(id, any, { parts, caller });
      return { status: 200, body: { data: await parts.approvals.decisions(entry) } };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/approvals/{id}/decisions',
    id: 'decide',
    about: 'takes what a person signed; the token decides nothing by itself',
    scope: 'approvals:decide',
    params,
    body: decisionForm,
    answers: { 200: { about: 'what is known after it', schema: waitingApproval } },
    async handle({ params: { id }, body }, parts, caller) {
      const entry = await requireEntry(id, any, { parts, caller });
      await parts.approvals.decide(entry, body);
      return { status: 200, body: await waitingJson((await parts.journal.get(id)) ?? entry, parts) };
    },
  }),
];

async function waitingJson(
  entry: JournalEntry,
  parts: Pick<ApiParts, 'approvals'>,
): Promise<z.input<typeof waitingApproval>> {
  const { id, chain: of, network, pending, intake, createdAt } = entry;
  return {
    ...{ id, kind: pending.kind ?? 'transaction', chain: of, network },
    wallets: [...new Set(pending.keys.map(({ signatureId }) => signatureId))],
    text: shownSummary(entry)?.text ?? '',
    reference: intake?.reference ?? null,
    createdAt: new Date(createdAt).toISOString(),
    ...(isUnsigned(entry.state) ? await aboutEntry(entry, parts) : { policy: null, approvals: null }),
  };
}
