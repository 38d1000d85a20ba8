import { type Expression, type RawBuilder, sql } from 'kysely';
import type { ChainId, Network } from '../../core/ids.js';
import {
  type Damaged,
  type DueTransactions,
  type Journal,
  type JournalEntry,
  LONGEST_REST,
  openStates,
} from '../../core/store/journal.js';
import { compiledQuery, type Holes } from '../compiled-query.js';
import type { Database } from '../database.js';
import { readTogether } from '../read-together.js';
import { hasSentState, isWaiting, type StoreTables } from '../schema.js';
import type { Tables } from './entries.js';
import { type Holder, isFreeAt, wrongEnd } from './leases.js';
import { readSealed } from './seal.js';

/** Where a page begins: behind this row. */
interface Behind {
  readonly attemptAt: number;
  readonly createdAt: number;
  readonly id: string;
}

/** Before every row, also one that somebody moved before the beginning of time to hide it. */
const START: Behind = { attemptAt: Number.MIN_SAFE_INTEGER, createdAt: 0, id: '' };

interface DueValues extends Behind, Pick<Holder, 'owner' | 'now'> {
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
      .where(
        sql<boolean>`(next_attempt_at, created_at, id) > (${hole('attemptAt')}, ${hole('createdAt')}, ${hole('id')})`,
      )
      .where(isFreeAt({ owner: hole('owner'), now: hole('now'), wrong: hole('wrong') }));
    return which
      .reduce((narrowed, condition) => narrowed.where(condition), query)
      .orderBy('next_attempt_at')
      .orderBy('created_at')
      .orderBy('id')
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
  readonly limit: Parameters<Journal['due']>[2];
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

/** Rows that cannot be read, or are not wanted, do not hide those behind them: they are read in pages, of which only what is wanted is kept. */
async function readDue(
  db: Tables,
  { select, wanted }: { readonly select: ReturnType<typeof dueQuery>; readonly wanted: Wanted },
  { owner, now }: Holder,
): Promise<DueTransactions> {
  const { chain, network } = wanted;
  const { most: limit, isWanted } =
    typeof wanted.limit === 'number' ? { most: wanted.limit, isWanted: () => true } : wanted.limit;
  const at = { chain, network, limit, owner, now, wrong: wrongEnd(now), tooLate: now + LONGEST_REST };
  const entries: JournalEntry[] = [];
  const damaged: Damaged[] = [];
  for (let behind: Behind | undefined = START; behind !== undefined; ) {
    const { rows }: { rows: StoreTables['transactions'][] } = await select(db, { ...at, ...behind });
    for (const row of rows) {
      const read = readSealed(db, row);
      if (read.kind === 'damaged') damaged.push(read);
      else if (entries.length < limit && isWanted(read.entry)) entries.push(read.entry);
    }
    const last = rows.length < limit || entries.length >= limit ? undefined : rows.at(-1);
    behind = last && { attemptAt: last.next_attempt_at, createdAt: last.created_at, id: last.id };
  }
  return { entries, damaged };
}

interface Busy {
  readonly chain: string;
}

/** Chains among these that have transactions which have not ended. However many of these there are, one is looked at. */
function busyChains(chains: readonly Expression<string>[], network: Network): RawBuilder<Busy> {
  const asked = sql.join(
    chains.map((chain) => sql`select ${chain} as chain`),
    sql` union all `,
  );
  const open = sql.join(openStates.map((state) => sql.lit(state)));
  return sql<Busy>`
    select chain from (${asked}) as asked where exists (
      select 1 from transactions where state in (${open}) and transactions.chain = asked.chain and network = ${network}
    )`;
}

/** Chains that are idle ask in every round, all at once. */
export function idleQuestion(database: Database<StoreTables>): Journal['isIdle'] {
  const askers = new Map<Network, (chain: ChainId) => Promise<readonly Busy[]>>();
  return async (chain, network) => {
    const ask =
      askers.get(network) ??
      readTogether(database, {
        build: (db, chains) => ({ compile: () => busyChains(chains, network).compile(db) }),
        keyOf: (row: Busy) => row.chain,
      });
    askers.set(network, ask);
    return (await ask(chain)).length === 0;
  };
}
