import { z } from 'zod';
import type { Scope } from '../../core/access/scopes.js';
import { type MessageKind, messageKinds, readSignedMessage } from '../../core/chain/message-content.js';
import { CustosError } from '../../core/errors.js';
import type { JournalEntry } from '../../core/store/journal.js';
import { requireScope } from '../caller.js';
import {
  admission,
  entryPage,
  type Resource,
  requireEntry,
  sharedJson,
  shownEntry,
  story,
  takenOver,
} from '../entries.js';
import { keyAmongOwn, requireIdempotency } from '../idempotency.js';
import { type Route, route } from '../route.js';
import { signature, signatureForm, signaturePage } from '../signature-forms.js';
import { requestQuery, transactionEvents } from '../transaction-forms.js';

const params = z.strictObject({ id: z.string().max(64) });
const scopeOf: Readonly<Record<MessageKind, Scope>> = {
  message: 'messages:sign',
  'typed-data': 'typed-data:sign',
  hash: 'hashes:sign',
};
const resource: Resource = { path: '/v1/signatures', kinds: messageKinds, json: signatureJson };

export const signatureRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/v1/signatures',
    id: 'createSignature',
    about: 'has a message, typed data or a hash signed; each kind has a scope of its own',
    scope: Object.values(scopeOf),
    body: signatureForm,
    isSentAgain: true,
    headers: {
      'Idempotency-Key': { about: 'the same key and body are the same signature, for ever', required: true },
      Prefer: { about: '`wait=SECONDS`, at most 60: answer when it is signed or has ended' },
    },
    answers: {
      200: { about: 'the known signature of this key', schema: signature },
      201: { about: 'signed, or ended', schema: signature },
      202: { about: 'taken over; `Location` is where to look', schema: signature },
    },
    async handle({ body, digest, header, signal }, parts, caller) {
      requireScope(caller, scopeOf[body.kind]);
      const admit = admission({ chain: body.chain, keys: [body.from] }, parts, caller);
      const given = await requireIdempotency({ header: header('idempotency-key'), digest }, admit);
      const idempotency = keyAmongOwn(caller, given);
      const { tenant, id: initiator, user } = caller;
      const asker = { tenant, initiator, userTag: user?.tag, admit };
      const accepted = await parts.signatures.submit({ ...asker, form: body, idempotency });
      return takenOver(accepted, resource, { header, signal, parts });
    },
  }),
  route({
    method: 'GET',
    path: '/v1/signatures',
    id: 'listSignatures',
    about: 'lists signatures, the newest first',
    scope: 'signatures:read',
    query: requestQuery,
    answers: { 200: { about: 'a page', schema: signaturePage } },
    handle: ({ query }, parts, caller) => entryPage(query, resource, { parts, caller }),
  }),
  route({
    method: 'GET',
    path: '/v1/signatures/{id}',
    id: 'getSignature',
    about: 'shows one signature',
    scope: 'signatures:read',
    params,
    answers: { 200: { about: 'the signature', schema: signature } },
    handle: async ({ params: { id } }, parts, caller) => ({
      status: 200,
      body: await shownEntry(await requireEntry(id, resource, { parts, caller }), resource, parts),
    }),
  }),
  route({
    method: 'GET',
    path: '/v1/signatures/{id}/events',
    id: 'listSignatureEvents',
    about: 'tells the story of one signature',
    scope: 'signatures:read',
    params,
    answers: { 200: { about: 'its events, the oldest first', schema: transactionEvents } },
    async handle({ params: { id } }, parts, caller) {
      await requireEntry(id, resource, { parts, caller });
      return story(id, parts);
    },
  }),
  route({
    method: 'POST',
    path: '/v1/signatures/{id}/cancel',
    id: 'cancelSignature',
    about: 'ends what is not signed',
    scope: 'transactions:cancel',
    params,
    answers: { 200: { about: 'what was ended', schema: signature } },
    async handle({ params: { id } }, parts, caller) {
      await requireEntry(id, resource, { parts, caller });
      return { status: 200, body: await shownEntry(await parts.transactions.cancel(id), resource, parts) };
    },
  }),
];

/** A signature as answers show it. */
function signatureJson(entry: JournalEntry): z.input<typeof signature> {
  const { state, pending, signed, txId } = entry;
  const [key] = pending.keys;
  if (key === undefined || pending.kind === undefined) {
    throw new CustosError('RECORD_DAMAGED', 'the journal row of a signature is damaged');
  }
  const isDone = state === 'completed' && signed !== undefined;
  const { signature: text = null, publicKey = null } = isDone ? readSignedMessage(signed) : {};
  return {
    ...sharedJson(entry),
    kind: pending.kind,
    wallet: key.signatureId,
    index: key.index ?? null,
    digest: isDone ? (txId ?? null) : null,
    signature: text,
    publicKey,
  };
}
