import { z } from 'zod';
import { summaryToJson } from '../../core/chain/summary.js';
import { CustosError } from '../../core/errors.js';
import { defaultTenant } from '../../core/ids.js';
import { digestOf } from '../../core/signing/digest.js';
import { parsePendingId } from '../../core/signing/pending.js';
import type { JournalEntry } from '../../core/store/journal.js';
import { type Caller, includesChain, includesWallet, requireChain, unknownWallet } from '../caller.js';
import { cursorOf, keyOf } from '../cursor.js';
import { idempotencyOf } from '../idempotency.js';
import type { ApiParts } from '../parts.js';
import { isSettled, settled, waitOf } from '../prefer.js';
import { type Answer, type Route, route } from '../route.js';
import { USUAL_LIMIT } from '../schemas.js';
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

const params = z.strictObject({ id: z.string().max(64) });
const flag = z.enum(['true', 'false']);

export const transactionRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/v1/transactions',
    id: 'createTransaction',
    about: 'takes a transaction over: it is signed and sent once, whatever happens',
    scope: 'transactions:create',
    query: z.strictObject({ dryRun: flag.optional() }),
    body: transactionForm,
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
    async handle({ body, query, header, signal }, parts, caller) {
      await requireKeys(body, parts, caller);
      if (query.dryRun === 'true') return previewed(body, parts);
      const idempotency = idempotencyOf(header('idempotency-key'), body);
      const { tenant, id: initiator } = caller;
      const accepted = await parts.transactions.submit({ tenant, initiator, form: body, idempotency });
      if (accepted.kind === 'different') {
        throw new CustosError('IDEMPOTENCY_KEY_REUSED', 'another request has this Idempotency-Key');
      }
      const { journal, clock } = parts;
      const wait = waitOf(header('prefer'));
      const entry = await settled(accepted.entry, wait ?? 0, { journal, clock, signal });
      return acceptedAnswer(entry, { wait, isReplayed: accepted.kind === 'replayed' });
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
    async handle(
      { query: { after, limit = USUAL_LIMIT, state, chain, reference, txId } },
      { journal, network },
      caller,
    ) {
      const last = keyOf(after, placeOf);
      const found = await journal.find({
        ...{ network, tenant: caller.tenant, limit },
        ...(state !== undefined && { states: [state] }),
        ...(chain !== undefined && { chain }),
        ...(reference !== undefined && { reference }),
        ...(txId !== undefined && { txId }),
        ...(last !== undefined && { after: last }),
      });
      const end = found.length < limit ? undefined : found.at(-1);
      const data = found.filter((entry) => includesEntry(caller, entry)).map(transactionJson);
      return { status: 200, body: { data, next: end === undefined ? null : cursorOf(`${end.createdAt}:${end.id}`) } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/transactions/{id}',
    id: 'getTransaction',
    about: 'shows one transaction',
    scope: 'transactions:read',
    params,
    answers: { 200: { about: 'the transaction', schema: transaction } },
    handle: async ({ params: { id } }, parts, caller) => ({
      status: 200,
      body: transactionJson(await requireEntry(id, parts, caller)),
    }),
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
      await requireEntry(id, parts, caller);
      const events = await parts.journal.events(id);
      const data = events.map(({ at, event, fact }) => ({ at: new Date(at).toISOString(), event, fact }));
      return { status: 200, body: { data } };
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
      await requireEntry(id, parts, caller);
      return { status: 200, body: transactionJson(await parts.transactions.cancel(id)) };
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
      await requireEntry(id, parts, caller);
      return { status: 200, body: transactionJson(await parts.transactions.retry(id)) };
    },
  }),
];

/** Every wallet that a request names is one that the caller may use. @throws CustosError SCOPE_MISSING, WALLET_UNKNOWN */
async function requireKeys(form: TransactionForm, { wallets }: ApiParts, caller: Caller): Promise<void> {
  requireChain(caller, form.chain);
  for (const { wallet: id } of keysOf(form)) {
    const found = await wallets.get(caller.tenant, id);
    if (!includesWallet(caller, found)) throw unknownWallet(id);
  }
}

async function previewed(form: TransactionForm, { transactions }: ApiParts): Promise<Answer> {
  const { summary, completed } = await transactions.preview(form);
  const fee = { asset: summary.fee.asset, amount: summary.fee.amount.toString() };
  return { status: 200, body: { summary: summaryToJson(summary), digest: `sha256:${digestOf(completed)}`, fee } };
}

function acceptedAnswer(
  entry: JournalEntry,
  { wait, isReplayed }: { readonly wait: number | undefined; readonly isReplayed: boolean },
): Answer {
  const isOver = wait !== undefined && isSettled(entry.state);
  return {
    status: isReplayed ? 200 : isOver ? 201 : 202,
    body: transactionJson(entry),
    headers: {
      location: `/v1/transactions/${entry.id}`,
      ...(isReplayed && { 'idempotency-replayed': 'true' }),
      ...(wait !== undefined && { 'preference-applied': `wait=${wait}` }),
    },
  };
}

/** What another tenant has, or a token does not include, is answered as what does not exist. @throws CustosError PENDING_UNKNOWN */
async function requireEntry(id: string, { journal, network }: ApiParts, caller: Caller): Promise<JournalEntry> {
  const entry = isId(id) ? await journal.get(id) : undefined;
  const isOwn = entry !== undefined && (entry.intake?.tenant ?? defaultTenant) === caller.tenant;
  if (entry !== undefined && isOwn && entry.network === network && includesEntry(caller, entry)) return entry;
  throw new CustosError('PENDING_UNKNOWN', 'there is no such transaction');
}

function isId(text: string): boolean {
  try {
    parsePendingId(text);
    return true;
  } catch {
    return false;
  }
}

function includesEntry(caller: Caller, { chain, pending }: JournalEntry): boolean {
  if (!includesChain(caller, chain)) return false;
  return pending.keys.every(({ signatureId }) => caller.wallets?.includes(signatureId) !== false);
}

function placeOf(text: string): Pick<JournalEntry, 'createdAt' | 'id'> {
  const [, createdAt, id] = /^(\d{1,15}):([A-Za-z0-9_-]{1,64})$/.exec(text) ?? [];
  if (createdAt === undefined || id === undefined) throw new CustosError('REQUEST_INVALID', 'not a place in the list');
  return { createdAt: Number(createdAt), id };
}

/** A transaction as answers show it. */
function transactionJson(entry: JournalEntry): z.input<typeof transaction> {
  const { id, state, chain, network, pending, completed, intake, errorCode, errorText } = entry;
  const delivery = intake?.delivery ?? 'broadcast';
  const isHandedOut = delivery === 'return' && state === 'completed';
  return {
    ...{ id, state, kind: intake?.kind ?? 'transaction', chain, network },
    wallets: [...new Set(pending.keys.map(({ signatureId }) => signatureId))],
    summary: shownSummary(entry),
    digest: completed === undefined ? null : `sha256:${digestOf(completed)}`,
    sender: entry.sender ?? null,
    nonce: entry.nonce?.toString() ?? null,
    txId: entry.txId ?? null,
    error: errorCode === undefined || state === 'completed' ? null : { code: errorCode, detail: errorText ?? '' },
    reference: intake?.reference ?? null,
    delivery,
    signed: isHandedOut ? (entry.signed ?? null) : null,
    expiresAt: intake?.expiresAt === undefined ? null : new Date(intake.expiresAt).toISOString(),
    createdAt: new Date(entry.createdAt).toISOString(),
    updatedAt: new Date(entry.updatedAt).toISOString(),
  };
}

function shownSummary({ summary }: JournalEntry): { readonly text: string } | null {
  if (summary === undefined) return null;
  const { text } = summary;
  return { ...summary, text: typeof text === 'string' ? text : '' };
}
