import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import { defaultTenant } from '../../core/ids.js';
import { objectOf, tryJson } from '../../core/json.js';
import type { StoredEvent } from '../../core/store/audit.js';
import { isWhole } from '../caller.js';
import { type Route, route } from '../route.js';
import { described, moment, named, paging, parsedBy, USUAL_LIMIT } from '../schemas.js';

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
      // The log is of the whole store.
      if (caller.tenant !== defaultTenant || !isWhole(caller)) {
        throw new CustosError('SCOPE_MISSING', 'the token is for less than the audit log is about');
      }
      const found = await audit.find({
        ...(event !== undefined && { event }),
        ...(since !== undefined && { since }),
        ...(until !== undefined && { until }),
        limit,
      });
      return { status: 200, body: { data: found.map(eventJson) } };
    },
  }),
];

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
