import { sql } from 'kysely';
import type { Network } from '../../core/ids.js';
import { type DueTransactions, LONGEST_REST } from '../../core/store/journal.js';
import { compiledQuery, type Holes } from '../compiled-query.js';
import { hasSentState, isWaiting, type StoreTables } from '../schema.js';
import type { Tables } from './entries.js';
import { type Holder, isFreeAt, wrongEnd } from './leases.js';
import { readSealed } from './seal.js';

interface DueValues extends Pick<Holder, 'owner' | 'now'> {
  readonly chain: string;
  readonly network: string;
  readonly limit: number;
  readonly wrong: number;
  /** As in `isDue`. */
  readonly tooLate: number;
}

/** Rows to go on with, as `which` narrows them. */
function dueQuery(which: (typeof hasSentState)[]) {
  return compiledQuery((db: Tables, hole: Holes<DueValues>) => {
    const query = db
      .selectFrom('transactions')
      .selectAll()
      .where('chain', '=', hole('chain'))
      .where('network', '=', hole('network'))
      .where((row) => row.or([row('next_attempt_at', '<=', hole('now')), row('next_attempt_at', '>', hole('tooLate'))]))
      .where(isFreeAt({ owner: hole('owner'), now: hole('now'), wrong: hole('wrong') }));
    return which
      .reduce((narrowed, condition) => narrowed.where(condition), query)
      .orderBy('next_attempt_at')
      .orderBy('created_at')
      .limit(hole('limit'));
  });
}

const cameFromCloud = sql<boolean>`source is null`;
const cameThroughDoor = sql<boolean>`source is not null`;
const selects = {
  all: dueQuery([hasSentState]),
  cloud: dueQuery([hasSentState, cameFromCloud]),
  door: dueQuery([hasSentState, cameThroughDoor]),
  waiting: dueQuery([isWaiting]),
};

interface Wanted {
  readonly chain: string;
  readonly network: Network;
  readonly limit: number;
}

export function due(
  db: Tables,
  { from, ...wanted }: Wanted & { readonly from: 'cloud' | 'door' | undefined },
  holder: Holder,
): Promise<DueTransactions> {
  return readDue(db, { select: selects[from ?? 'all'], wanted }, holder);
}

export function waiting(db: Tables, wanted: Wanted, holder: Holder): Promise<DueTransactions> {
  return readDue(db, { select: selects.waiting, wanted }, holder);
}

async function readDue(
  db: Tables,
  { select, wanted }: { readonly select: ReturnType<typeof dueQuery>; readonly wanted: Wanted },
  { owner, now }: Holder,
): Promise<DueTransactions> {
  for (let { limit } = wanted; ; ) {
    const at = { owner, now, wrong: wrongEnd(now), tooLate: now + LONGEST_REST };
    const { rows } = await select(db, { ...wanted, ...at, limit });
    const read = rows.map((row: StoreTables['transactions']) => readSealed(db, row));
    const entries = read.flatMap((one) => (one.kind === 'entry' ? [one.entry] : []));
    const damaged = read.flatMap((one) => (one.kind === 'damaged' ? [one] : []));
    // Unreadable rows are always due, and must not displace readable ones.
    if (damaged.length === 0 || rows.length < limit || entries.length >= wanted.limit) return { entries, damaged };
    limit = wanted.limit + damaged.length;
  }
}
