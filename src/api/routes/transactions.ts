import { z } from 'zod';
import { summaryToJson } from '../../core/chain/summary.js';
import { digestOf } from '../../core/signing/digest.js';
import type { JournalEntry } from '../../core/store/journal.js';
import type { Caller } from '../caller.js';
import {
  admission,
  entryPage,
  type Resource,
  requireAsker,
  requireEntry,
  requireKeys,
  sharedJson,
  shownEntry,
  story,
  takenOver,
} from '../entries.js';
import { keyAmongOwn, requireIdempotency } from '../idempotency.js';
import type { ApiParts } from '../parts.js';
import { type Answer, type Route, route } from '../route.js';
import {
  keysOf,
  preview,
  type TransactionForm,
  transaction,
  transactionEvents,
  transactionForm,
  transactionPage,
  transactionQuery,
} from '../transaction-forms.js';
import { settled, waitOf } from '../waiting/prefer.js';

const params = z.strictObject({ id: z.string().max(64) });
const flag = z.enum(['true', 'false']);
const resource: Resource = { path: '/v1/transactions', kinds: ['transaction'], json: transactionJson };

export const transactionRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/v1/transactions',
    id: 'createTransaction',
    about: 'takes a transaction over: it is signed and sent once, whatever happens',
    scope: 'transactions:create',
    query: z.strictObject({ dryRun: flag.optional() }),
    body: transactionForm,
    isSentAgain: true,
    headers: {
      'Idempotency-Key': {
        about: 'the same key and body are the same transaction, for ever; not needed with `dryRun`',
      },
      Prefer: { about: '`wait=SECONDS`, at most 60: answer when it is sent or has ended' },
    },
    answers: {
      200: {
        about: 'with `dryRun` what it would do; else the known transaction of this key',
        schema: z.union([preview, transaction]),
      },
      201: { about: 'sent, or ended', schema: transaction },
      202: { about: 'taken over; `Location` is where to look', schema: transaction },
    },
    async handle({ body, digest, query, header, signal }, parts, caller) {
      const wanted = { chain: body.chain, keys: keysOf(body) };
      if (query.dryRun === 'true') {
        await requireKeys(wanted, parts, caller);
        return previewed(body, parts, caller);
      }
      const admit = admission(wanted, parts, caller);
      const given = await requireIdempotency({ header: header('idempotency-key'), digest }, admit);
      const idempotency = keyAmongOwn(caller, given);
      const { tenant, id: initiator, user } = caller;
      const asker = { tenant, initiator, userTag: user?.tag, admit };
      const accepted = await parts.transactions.submit({ ...asker, form: body, idempotency });
      return takenOver(accepted, resource, { header, signal, parts });
    },
  }),
  route({
    method: 'GET',
    path: '/v1/transactions',
    id: 'listTransactions',
    about: 'lists transactions, the newest first',
    scope: 'transactions:read',
    query: transactionQuery,
    answers: { 200: { about: 'a page', schema: transactionPage } },
    handle: ({ query }, parts, caller) => entryPage(query, resource, { parts, caller }),
  }),
  route({
    method: 'GET',
    path: '/v1/transactions/{id}',
    id: 'getTransaction',
    about: 'shows one transaction',
    scope: 'transactions:read',
    params,
    headers: { Prefer: { about: '`wait=SECONDS`, at most 60: answer when it is sent or has ended' } },
    answers: { 200: { about: 'the transaction', schema: transaction } },
    async handle({ params: { id }, header, signal }, parts, caller) {
      const found = await requireEntry(id, resource, { parts, caller });
      const wait = waitOf(header('prefer'));
      return {
        status: 200,
        body: await shownEntry(await settled(found, { seconds: wait ?? 0, signal }, parts), resource, parts),
        headers: wait === undefined ? {} : { 'preference-applied': `wait=${wait}` },
      };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/transactions/{id}/events',
    id: 'listTransactionEvents',
    about: 'tells the story of one transaction',
    scope: 'transactions:read',
    params,
    answers: { 200: { about: 'its events, the oldest first', schema: transactionEvents } },
    async handle({ params: { id } }, parts, caller) {
      await requireEntry(id, resource, { parts, caller });
      return story(id, parts);
    },
  }),
  route({
    method: 'POST',
    path: '/v1/transactions/{id}/cancel',
    id: 'cancelTransaction',
    about: 'ends a transaction that is not signed, or whose bytes are proved dead',
    scope: 'transactions:cancel',
    params,
    answers: { 200: { about: 'the ended transaction', schema: transaction } },
    async handle({ params: { id } }, parts, caller) {
      await requireEntry(id, resource, { parts, caller });
      return { status: 200, body: await shownEntry(await parts.transactions.cancel(id), resource, parts) };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/transactions/{id}/retry',
    id: 'retryTransaction',
    about: 'puts a denied or failed transaction back; recorded bytes stay the same',
    scope: 'transactions:retry',
    params,
    answers: { 200: { about: 'the transaction', schema: transaction } },
    async handle({ params: { id } }, parts, caller) {
      requireAsker(caller, await requireEntry(id, resource, { parts, caller }));
      return { status: 200, body: await shownEntry(await parts.transactions.retry(id), resource, parts) };
    },
  }),
];

async function previewed(
  form: TransactionForm,
  { transactions, approvals }: ApiParts,
  { tenant }: Caller,
): Promise<Answer> {
  const { summary, completed, pending, ownerLimits } = await transactions.preview(form, tenant);
  const fee = { asset: summary.fee.asset, amount: summary.fee.amount.toString() };
  const { id, chain, network } = pending;
  const about = await approvals.about({ id, chain, network, completed, pending });
  const digest = `sha256:${digestOf(completed)}`;
  return { status: 200, body: { summary: summaryToJson(summary), digest, fee, ...about, ownerLimits } };
}

/** A transaction as answers show it. */
function transactionJson(entry: JournalEntry): z.input<typeof transaction> {
  const { state, pending, completed, intake } = entry;
  const delivery = intake?.delivery ?? 'broadcast';
  const isHandedOut = delivery === 'return' && state === 'completed';
  return {
    ...sharedJson(entry),
    kind: 'transaction',
    wallets: [...new Set(pending.keys.map(({ signatureId }) => signatureId))],
    digest: completed === undefined ? null : `sha256:${digestOf(completed)}`,
    nonce: entry.nonce?.toString() ?? null,
    txId: entry.txId ?? null,
    delivery,
    signed: isHandedOut ? (entry.signed ?? null) : null,
  };
}
