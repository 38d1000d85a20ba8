import { z } from 'zod';
import { CustosError } from '../../core/errors.js';
import type { FeedEvent, FeedHead } from '../../core/events/feed.js';
import { allEventTypes, type EventType, isEventType } from '../../core/events/types.js';
import type { SignatureId } from '../../core/ids.js';
import { parsePendingId } from '../../core/signing/pending.js';
import { states } from '../../core/store/journal.js';
import { requestInvalid } from '../../http/problems.js';
import { boundTo, type Caller, includesKeys, includesWallet, isWhole } from '../caller.js';
import { cursorOf, keyOf } from '../cursor.js';
import { eventStream } from '../event-stream.js';
import type { ApiParts } from '../parts.js';
import { type Route, route } from '../route.js';
import { described, moment, named, paging, parsedBy, USUAL_LIMIT } from '../schemas.js';

/** The longest wait, in seconds. */
const LONGEST = 60;

const typeList = parsedBy((text) => {
  const types = text.split(',');
  const unknown = types.find((type) => !isEventType(type));
  if (unknown !== undefined) throw new CustosError('REQUEST_INVALID', `the types are ${allEventTypes.join(', ')}`);
  return types.filter(isEventType);
}, z.string().min(1).max(500));

const filters = {
  after: described(paging.after, 'the last cursor that you have'),
  types: described(typeList.optional(), 'only these types, separated by commas'),
  transaction: described(
    parsedBy((text) => {
      parsePendingId(text);
      return text;
    }, z.string().max(64)).optional(),
    'only events of this transaction',
  ),
};

const wait = parsedBy(
  Number,
  z.string().regex(/^([0-9]|[1-5]\d|60)$/, `must be a number of seconds, at most ${LONGEST}`),
);

const error = z.strictObject({ code: z.string(), detail: z.string() });
const eventTransaction = z.strictObject({
  transaction: z.string(),
  state: z.enum(states),
  chain: z.string(),
  network: z.enum(['mainnet', 'testnet']),
  kind: z.enum(['transaction', 'message', 'typed-data', 'hash']),
  reference: z.string().nullable(),
  txId: z.string().nullable(),
  error: error.nullable(),
});

export const event = named(
  'Event',
  z.strictObject({
    id: described(z.string(), 'the same for ever: whoever gets an event twice knows it by this'),
    type: z.string(),
    timestamp: moment,
    data: z.union([eventTransaction, z.record(z.string(), z.unknown())]),
  }),
);

const eventPage = named(
  'EventPage',
  z.strictObject({
    data: z.array(event),
    next: described(z.string(), 'where to read on, also if there is nothing yet'),
  }),
);

export const eventRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/events',
    id: 'listEvents',
    about: 'lists what happened, the oldest first; read on with `next`, and nothing is missed',
    scope: 'events:read',
    query: z.strictObject({
      ...filters,
      limit: paging.limit,
      wait: described(wait.optional(), `seconds to wait for an event if there is none, at most ${LONGEST}`),
    }),
    answers: { 200: { about: 'a page', schema: eventPage } },
    async handle({ query: { after, limit = USUAL_LIMIT, wait: seconds = 0, ...wanted }, signal }, parts, caller) {
      const end = performance.now() + seconds * 1000;
      let head = await parts.feeds.head();
      let at = placeOf(after, head) ?? 0;
      for (;;) {
        const { events, last } = await pageFor(caller, parts, { ...wanted, after: at, limit, head });
        const left = end - performance.now();
        const isOver = left <= 0 || signal().aborted || parts.feeds.signal.aborted;
        if (events.length > 0 || last < head.last || isOver) {
          return { status: 200, body: { data: events.map(eventJson), next: cursorAt(last, head) } };
        }
        at = last;
        await parts.feeds.beyond(at, left, signal());
        head = await parts.feeds.head();
      }
    },
  }),
  route({
    method: 'GET',
    path: '/v1/events/stream',
    id: 'streamEvents',
    about: 'tells what happens from now on, or since a cursor, as Server-Sent Events',
    scope: 'events:read',
    query: z.strictObject(filters),
    headers: { 'Last-Event-ID': { about: 'the `id` of the last event that you have; a browser sends it by itself' } },
    answers: { 200: { about: 'lines with `id`, `event` and `data`', schema: z.string(), type: 'text/event-stream' } },
    async handle({ query: { after, ...wanted }, header, signal, cut }, parts, caller) {
      const start = await parts.feeds.head();
      const place = placeOf(header('last-event-id') ?? after, start) ?? start.last;
      const stream = () =>
        eventStream({
          ...{ feeds: parts.feeds, signal: signal(), cut },
          after: place,
          requireRight: () => caller.person?.requireValid() ?? parts.tokens.requireValid(caller),
          read: (from, head) => pageFor(caller, parts, { ...wanted, after: from, limit: USUAL_LIMIT, head }),
          write: (one, head) =>
            `id: ${cursorAt(one.seq, head)}\nevent: ${one.type}\ndata: ${JSON.stringify(eventJson(one))}\n\n`,
        });
      return { status: 200, stream, headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' } };
    },
  }),
];

interface Wanted {
  readonly after: number;
  readonly limit: number;
  readonly head: FeedHead;
  readonly types?: readonly EventType[] | undefined;
  readonly transaction?: string | undefined;
}

/** Events that the caller may see: those of other wallets of its tenant are left out. */
async function pageFor(
  caller: Caller,
  { feeds, network, wallets }: Pick<ApiParts, 'feeds' | 'network' | 'wallets'>,
  { after, limit, head, types, transaction }: Wanted,
): Promise<{ readonly events: readonly FeedEvent[]; readonly last: number }> {
  const { events, last } = await feeds.page(
    {
      ...{ tenant: caller.tenant, network, after, limit },
      ...(types !== undefined && { types }),
      ...(transaction !== undefined && { transaction }),
    },
    head,
  );
  const isOwned = await ownedOf(caller, events, wallets);
  const isSeen = (one: FeedEvent) =>
    'transaction' in one ? includesKeys(caller, one.transaction) && isOwned(one.transaction.wallets) : isWhole(caller);
  return { events: events.filter(isSeen), last };
}

/** Whether wallets belong to the owners that a request is bound to: an event does not say whose its wallets are. */
async function ownedOf(
  caller: Caller,
  events: readonly FeedEvent[],
  wallets: Pick<ApiParts['wallets'], 'some'>,
): Promise<(ids: readonly SignatureId[]) => boolean> {
  if (boundTo(caller) === undefined) return () => true;
  const ids = new Set(events.flatMap((one) => ('transaction' in one ? one.transaction.wallets : [])));
  const found = await wallets.some(caller.tenant, [...ids]);
  const own = new Set(found.filter((one) => includesWallet(caller, one)).map(({ signatureId }) => signatureId));
  return (wanted) => wanted.every((id) => own.has(id));
}

/** What a client hands back to go on behind an event. */
export function cursorAt(seq: number, { epoch }: FeedHead): string {
  return cursorOf(`${epoch}:${seq}`);
}

/** @throws CustosError REQUEST_INVALID, EVENTS_GONE: the store was restored since the cursor */
export function placeOf(cursor: string | undefined, head: FeedHead, property?: string): number | undefined {
  const parse = (text: string) => {
    const [, epoch, seq] = /^([0-9a-f]{16}):(\d{1,15})$/.exec(text) ?? [];
    if (epoch === undefined) throw requestInvalid([]);
    return { epoch, seq: Number(seq) };
  };
  const place = keyOf(cursor, parse, property);
  if (place === undefined) return undefined;
  if (place.epoch === head.epoch && place.seq <= head.last) return place.seq;
  throw new CustosError('EVENTS_GONE', 'the cursor is of a feed from before the store was restored');
}

/** An event as applications get it, by the API and by webhooks. */
export function eventJson(one: FeedEvent): z.input<typeof event> {
  const { id, type, at } = one;
  const timestamp = new Date(at).toISOString();
  if (!('transaction' in one)) return { id, type, timestamp, data: one.data };
  const { id: transaction, state, chain, network, kind, reference, txId, error: fault } = one.transaction;
  const data = {
    ...{ transaction, state, chain, network, kind },
    ...{ reference: reference ?? null, txId: txId ?? null },
    error: fault === undefined ? null : { code: fault.code, detail: fault.text },
  };
  return { id, type, timestamp, data };
}
