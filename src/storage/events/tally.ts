import { sql } from 'kysely';
import type { EventTally, Feed, TallySpan } from '../../core/events/feed.js';
import { allEventTypes, type EventType, linesOf, publicEvent } from '../../core/events/types.js';
import { feedName, readHead, type Tables } from './number.js';

/** Numbers are given after the commit, in the order of commits, so the times of neighbours may be in another order. */
const SLACK = 500;
/** Times that are read of one stretch. */
const MOST_TIMES = 5_000;

const counted = linesOf(allEventTypes);
const signedLines = linesOf(['transaction.signed']);

/** Counts the lines of stories of a feed by slices of time. The index is over numbers, which grow with time: the rest is not read. */
export async function tallyOf(db: Tables, feed: Feed, span: TallySpan): Promise<readonly EventTally[]> {
  const { from, size, slices } = span;
  const name = feedName(feed.tenant, feed.network);
  const { last } = await readHead(db);
  const until = from + size * slices;
  const low = Math.max(1, (await placeOf(db, { name, time: from, last })) - SLACK);
  const high = (await placeOf(db, { name, time: until, last })) + SLACK;
  const found = Array.from({ length: slices }, () => ({
    counts: new Map<EventType, number>(),
    signedAfter: [] as number[],
  }));
  const lines = db
    .selectFrom('transaction_events as line')
    .where('line.feed', '=', name)
    .where('line.seq', '>', 0)
    .where('line.seq', '>=', low)
    .where('line.seq', '<', high)
    .where('line.at', '>=', from)
    .where('line.at', '<', until);
  // Literals: a driver binds numbers as floating, and then the division would have a fraction.
  const slice = sql<number>`(line.at - ${sql.lit(from)}) / ${sql.lit(size)}`;
  const counts = await lines
    .where('line.event', 'in', counted)
    .select(({ fn }) => [slice.as('slice'), 'line.event', fn.countAll().as('count')])
    .groupBy(['slice', 'line.event'])
    .execute();
  for (const { slice: place, event, count } of counts) {
    const type = publicEvent(event)?.type;
    const one = found[Number(place)]?.counts;
    if (type !== undefined) one?.set(type, (one.get(type) ?? 0) + Number(count));
  }
  const times = await lines
    .where('line.event', 'in', signedLines)
    .innerJoin('transactions as one', 'one.id', 'line.transaction_id')
    .select([slice.as('slice'), 'line.at', 'one.created_at'])
    .orderBy('line.seq', 'desc')
    .limit(MOST_TIMES)
    .execute();
  for (const { slice: place, at, created_at } of times) {
    found[Number(place)]?.signedAfter.push(Math.max(0, Number(at) - Number(created_at)));
  }
  return found;
}

interface Sought {
  readonly name: string;
  readonly time: number;
  readonly last: number;
}

/** About the first number of a feed whose event is not older than a moment. */
async function placeOf(db: Tables, { name, time, last }: Sought): Promise<number> {
  let [before, found] = [0, last + 1];
  while (found - before > 1) {
    const middle = Math.floor((before + found) / 2);
    const row = await db
      .selectFrom('transaction_events')
      .select(['seq', 'at'])
      .where('feed', '=', name)
      .where('seq', '>', 0)
      .where('seq', '>=', middle)
      .orderBy('seq')
      .limit(1)
      .executeTakeFirst();
    if (row === undefined || Number(row.at) >= time) found = middle;
    else before = Number(row.seq);
  }
  return found;
}
