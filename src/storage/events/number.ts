import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { CustosError } from '../../core/errors.js';
import type { FeedHead } from '../../core/events/feed.js';
import type { StoreTables } from '../schema.js';

export type Tables = Kysely<StoreTables>;

/** The row of `meta` that has the feed's epoch and its last number. */
const FEED_KEY = 'event_feed';
/** Events that one write numbers. */
const AT_ONCE = 500;

/** An event that has just got its number. */
export interface NumberedRow {
  readonly seq: number;
  /** As `feedName` writes it. */
  readonly feed: string;
  /** Line of a story, or type of a notice. */
  readonly event: string;
}

/** What one write numbered. */
export interface Numbered {
  readonly head: FeedHead;
  readonly rows: readonly NumberedRow[];
  /** Nothing that was committed is left without a number. */
  readonly isWhole: boolean;
}

/** Name of a feed in its rows. */
export function feedName(tenant: string, network: string): string {
  return `${network}/${tenant}`;
}

/** The feed as it was committed last. */
export async function readHead(db: Tables): Promise<FeedHead> {
  const row = await db.selectFrom('meta').select('value').where('key', '=', FEED_KEY).executeTakeFirst();
  return row === undefined ? { epoch: '', last: 0 } : parseHead(row.value);
}

/**
 * Gives numbers to committed events, oldest first. One process at a time does so, on a shared database by a lock on the feed's row:
 * whoever waited for it sees what is committed by then, and readers see numbers only in their order.
 */
export async function numberRows(db: Tables, isShared: boolean): Promise<Numbered> {
  const { epoch, last } = await lockHead(db, isShared);
  const lines = (await numberLines(last).execute(db)).rows;
  const notices = (await numberNotices(last + lines.length).execute(db)).rows;
  const rows = [...lines, ...notices].map(({ seq, feed, event }) => ({ seq: Number(seq), feed, event }));
  const head = { epoch, last: last + rows.length };
  const isWhole = Math.max(lines.length, notices.length) < AT_ONCE;
  if (rows.length === 0) return { head, rows, isWhole };
  await db
    .updateTable('meta')
    .set({ value: `${epoch}:${head.last}` })
    .where('key', '=', FEED_KEY)
    .execute();
  return { head, rows: rows.toSorted((one, other) => one.seq - other.seq), isWhole };
}

async function lockHead(db: Tables, isShared: boolean): Promise<FeedHead> {
  const read = () =>
    db
      .selectFrom('meta')
      .select('value')
      .where('key', '=', FEED_KEY)
      .$if(isShared, (query) => query.forUpdate())
      .executeTakeFirst();
  const found = await read();
  if (found !== undefined) return parseHead(found.value);
  const first = { key: FEED_KEY, value: `${randomBytes(8).toString('hex')}:0` };
  await db
    .insertInto('meta')
    .values(first)
    .onConflict((met) => met.doNothing())
    .execute();
  const made = await read();
  if (made === undefined) throw new CustosError('INTERNAL', 'the feed of events could not be begun');
  return parseHead(made.value);
}

function parseHead(value: string): FeedHead {
  const [, epoch, last] = /^([0-9a-f]{16}):(\d{1,15})$/.exec(value) ?? [];
  if (epoch === undefined) throw new CustosError('STORE_DAMAGED', 'the feed of events has no readable place');
  return { epoch, last: Number(last) };
}

/** The lines of one story stay in their order, whatever the clocks of its processes say. */
function numberLines(last: number) {
  return sql<NumberedRow>`
    UPDATE transaction_events SET seq = n.place_in_feed, feed = n.name
    FROM (
      SELECT w.transaction_id AS id, w.place AS line, w.name,
        CAST(${last} AS bigint) + row_number() OVER (ORDER BY w.moment, w.transaction_id, w.place) AS place_in_feed
      FROM (
        SELECT e.transaction_id, e.place, max(e.at) OVER (PARTITION BY e.transaction_id ORDER BY e.place) AS moment,
          coalesce(t.network, '') || '/' || coalesce(t.tenant, 'default') AS name
        FROM (SELECT transaction_id, place, at FROM transaction_events WHERE seq = 0 ORDER BY at LIMIT ${sql.lit(AT_ONCE)}) AS e
        LEFT JOIN transactions AS t ON t.id = e.transaction_id
      ) AS w
    ) AS n
    WHERE transaction_events.transaction_id = n.id AND transaction_events.place = n.line
    RETURNING transaction_events.seq, transaction_events.feed, transaction_events.event`;
}

function numberNotices(last: number) {
  return sql<NumberedRow>`
    UPDATE notices SET seq = n.place_in_feed, feed = notices.network || '/' || notices.tenant
    FROM (
      SELECT id AS notice, CAST(${last} AS bigint) + row_number() OVER (ORDER BY at, id) AS place_in_feed
      FROM (SELECT id, at FROM notices WHERE seq = 0 ORDER BY at LIMIT ${sql.lit(AT_ONCE)}) AS w
    ) AS n
    WHERE notices.id = n.notice
    RETURNING notices.seq, notices.feed, notices.type AS event`;
}
