import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { objectOf, tryJson } from '../../core/json.js';
import type { StoredEvent } from '../../core/store/audit.js';
import { requireWholeStore } from '../caller.js';
import { type Route, route } from '../route.js';
import { described, moment, named, paging, parsedBy, USUAL_LIMIT } from '../schemas.js';

/** Characters that are sent at once. */
const PART = 64 * 1024;

const time = parsedBy(
  (text) => Date.parse(text),
  z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?Z$/, 'must be a moment such as 2026-01-31T12:00Z'),
);

const auditEvents = named(
  'AuditEvents',
  z.strictObject({
    data: z.array(
      z.strictObject({
        id: described(z.string(), 'name of the log and place in it'),
        at: moment.nullable(),
        event: described(z.string().nullable(), 'null: it was pruned'),
        hash: described(z.string(), 'of the leaf, in Base64'),
        detail: described(z.record(z.string(), z.unknown()).nullable(), 'null: it was deleted'),
      }),
    ),
  }),
);

/** It is of the whole store. */
const LOG = 'the audit log';

const proof = z.strictObject({
  custosAuditProof: z.literal(1),
  store: z.string(),
  checkpoint: described(z.string(), 'a signed note (C2SP checkpoint)'),
  proof: described(z.array(z.string()), 'hashes in Base64, as RFC 6962 orders them'),
});
const eventProof = named(
  'AuditEventProof',
  proof.extend({ event: described(z.record(z.string(), z.unknown()), 'as in an export') }),
);
const growthProof = named(
  'AuditGrowthProof',
  proof.omit({ custosAuditProof: true }).extend({ size: described(z.int(), 'of the log before') }),
);

const writer = z
  .string()
  .max(64)
  .regex(/^[a-z0-9-]+$/);
const size = parsedBy((text) => Number(text), z.string().regex(/^\d{1,15}$/, 'must be a number of events'));

export const auditRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/audit',
    id: 'listAuditEvents',
    about: 'searches the audit log, the newest first; `custos audit verify` proves that it is whole',
    scope: 'audit:read',
    query: z.strictObject({
      event: described(
        z
          .string()
          .max(60)
          .regex(/^[a-z-]+(\.[a-z-]+)?$/)
          .optional(),
        'a code, or the part before its dot',
      ),
      since: time.optional(),
      until: time.optional(),
      limit: paging.limit,
    }),
    answers: { 200: { about: 'the events', schema: auditEvents } },
    async handle({ query: { event, since, until, limit = USUAL_LIMIT } }, { audit }, caller) {
      requireWholeStore(caller, LOG);
      const found = await audit.find({
        ...(event !== undefined && { event }),
        ...(since !== undefined && { since }),
        ...(until !== undefined && { until }),
        limit,
      });
      return { status: 200, body: { data: found.map(eventJson) } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/audit/export',
    id: 'exportAuditLog',
    about: 'gives the whole log as `custos audit export` does, as far as it is signed; this is recorded',
    scope: 'audit:read',
    query: z.strictObject({
      key: described(z.string().max(300).optional(), 'key line of the log, for the first line of the export'),
    }),
    answers: { 200: { about: 'JSON lines', schema: z.string(), type: 'application/x-ndjson' } },
    async handle({ query: { key } }, { auditProofs }, caller) {
      requireWholeStore(caller, LOG);
      const stream = async () => {
        const lines = auditProofs.export(key)[Symbol.asyncIterator]();
        // What is refused is refused before the answer begins.
        return linesStream(await lines.next(), lines);
      };
      const disposition = 'attachment; filename="audit.jsonl"';
      return {
        status: 200,
        stream,
        headers: { 'content-type': 'application/x-ndjson', 'content-disposition': disposition },
      };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/audit/proof',
    id: 'proveAuditEvent',
    about: 'proves that one event is in the log, as `custos audit prove` does',
    scope: 'audit:read',
    query: z.strictObject({
      event: described(
        z
          .string()
          .max(80)
          .regex(/^[a-z0-9-]+\/\d+$/),
        'name of the log and place in it: `main/3`',
      ),
    }),
    answers: { 200: { about: 'the proof', schema: eventProof } },
    async handle({ query: { event } }, { auditProofs }, caller) {
      requireWholeStore(caller, LOG);
      return { status: 200, body: await auditProofs.event(event) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/audit/growth',
    id: 'proveAuditGrowth',
    about: 'proves that a log only grew since it had so many events',
    scope: 'audit:read',
    query: z.strictObject({ writer, size }),
    answers: { 200: { about: 'the proof', schema: growthProof } },
    async handle({ query }, { auditProofs }, caller) {
      requireWholeStore(caller, LOG);
      return { status: 200, body: await auditProofs.growth(query) };
    },
  }),
];

/** Lines as somebody takes them. What goes wrong in the middle cuts the answer off, and its last line is missing. */
function linesStream(first: IteratorResult<string>, lines: AsyncIterator<string>): ReadableStream<Uint8Array> {
  let next = first;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (next.done === true) return controller.close();
      let text = '';
      for (; next.done !== true && text.length < PART; next = await lines.next()) text += `${next.value}\n`;
      controller.enqueue(Buffer.from(text));
    },
    async cancel() {
      await lines.return?.();
    },
  });
}

function eventJson({ writer, place, hash, leaf, opening }: StoredEvent) {
  const damaged = () => new CustosError('AUDIT_BROKEN', `event ${place} of the log ${writer} cannot be read`);
  return {
    id: `${writer}:${place}`,
    at: leaf === undefined ? null : new Date(leaf.at).toISOString(),
    event: leaf?.code ?? null,
    hash,
    detail: opening === undefined ? null : { ...objectOf(tryJson(opening.detail), damaged) },
  };
}
