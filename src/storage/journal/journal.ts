import { randomUUID } from 'node:crypto';
import type { ExpressionBuilder } from 'kysely';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { defaultTenant, type Network, parseChainId, type TenantId } from '../../core/ids.js';
import type { RequestKind } from '../../core/store/intake-facts.js';
import {
  type Journal,
  type JournalEntry,
  type JournalFilter,
  openStates,
  type QueueDepth,
  type State,
} from '../../core/store/journal.js';
import { reservationQueue } from '../budgets/queue.js';
import { budgetsUsed } from '../budgets/reservations.js';
import { compiledQuery, type Holes } from '../compiled-query.js';
import type { Database, WriteOptions } from '../database.js';
import { noting, type Written } from '../events/written.js';
import type { StoreTables } from '../schema.js';
import { writtenTogether } from '../together.js';
import { advanceTogether, isPlain } from './advance-together.js';
import { useRecord } from './audited.js';
import { due, idleQuestion, waiting } from './due.js';
import type { Tables } from './entries.js';
import { accept, repeated } from './intake.js';
import { cancel, retry, rivalsOf, wake, wakeHeld, withdraw, withdrawable } from './interventions.js';
import { claimAll, endLeases, type Holder, keepLeases, renewLease } from './leases.js';
import { spentOf } from './outputs.js';
import { endExpired, releaseReturned } from './requests.js';
import { toEntry } from './rows.js';
import { JournalSeal, provedStory, readSealed, sealOf, useSeal } from './seal.js';
import { advance, expire, rest, takeNonce } from './state-changes.js';
import type { Advance } from './steps.js';
import { twinOf } from './transaction-ids.js';

/** The journal on a database. @param owner - name under which leases are held, different for each process */
export function journalTable(
  database: Database<StoreTables>,
  clock: Clock,
  owner: string = randomUUID(),
  { seal = new JournalSeal(database.dialect === 'postgres'), written }: { seal?: JournalSeal; written?: Written } = {},
): Journal {
  const holder = (): Holder => ({ owner, now: clock.now(), shared: database.dialect === 'postgres' });
  const write = async <R>(work: (db: Tables, holder: Holder) => Promise<R>, options?: WriteOptions): Promise<R> => {
    const { result, notes } = await database.write((db, record) => {
      useSeal(db, seal);
      useRecord(db, record);
      seal.begin(db);
      return noting(db, async () => {
        const done = await work(db, holder());
        await seal.finish(db);
        return done;
      });
    }, options);
    if (notes !== undefined) written?.tell(notes);
    return result;
  };
  const read = <R>(work: (db: Tables) => Promise<R>) =>
    database.read((db) => {
      useSeal(db, seal);
      return work(db);
    });
  const writeLast: typeof write = (work, options) => write(work, { ...options, last: true });
  const reserve = reservationQueue(writeLast);
  const advancePlain = writtenTogether<Advance, undefined>((batch) => {
    const work = async (db: Tables, by: Holder) => {
      await advanceTogether(db, batch(), by);
      return [];
    };
    return write(work, { callers: () => batch().length });
  });
  const advanceOne = (step: Advance): Promise<void> =>
    // A server gets those that wait with a few statements, whatever they are.
    database.dialect === 'postgres' || isPlain(step) ? advancePlain(step) : write((db, by) => advance(db, step, by));
  return {
    claim: (pending) => writeLast((db, by) => claimAll(db, pending, by)),
    async accept(request, options = {}) {
      const work = (db: Tables, by: Holder) => accept(db, { request, ...options }, by);
      const answer = await (options.claims === true ? writeLast(work) : write(work));
      if (answer instanceof CustosError) throw answer;
      return answer;
    },
    repeated: (tenant, idempotency) => read((db) => repeated(db, { tenant, idempotency })),
    renew: (lease) => write((db, by) => renewLease(db, lease, by)),
    keepLeases: () => write(keepLeases),
    endLeases: () => write(endLeases),
    advance: (lease, to, fact, event) => advanceOne({ lease, to, fact, event: event ?? to }),
    rest: (lease, until) => write((db, by) => rest(db, { lease, until }, by)),
    takeNonce: (lease, counts) => write((db, by) => takeNonce(db, { lease, counts }, by)),
    budgetsUsed: (wanted, by) => read((db) => budgetsUsed(db, wanted, by)),
    reserveBudgets: (lease, reservation) => reserve({ lease, reservation }),
    expire: (lease, proof) => write((db, by) => expire(db, { lease, proof }, by)),
    retry: (id, { awaitsProof = false } = {}) => write((db, by) => retry(db, { id, awaitsProof }, by)),
    cancel: (id, proof) => write((db, by) => cancel(db, { id, proof }, by)),
    wake: (id) => write((db) => wake(db, id)),
    wakeHeld: () => write(wakeHeld),
    withdraw: (entry) => write((db, by) => withdraw(db, entry, by)),
    rivals: (entry) => read((db) => rivalsOf(db, entry)),
    unsigned: (chain, network, page) => read((db) => unsigned(db, { chain, network, ...page })),
    twin: (entry) => read((db) => twinOf(db, entry)),
    get: (id) => read((db) => provedEntry(db, id)),
    find: (filter) => read((db) => find(db, filter)),
    events: (id) => read((db) => eventsOf(db, id)),
    depths: (network) => read((db) => depths(db, network)),
    isIdle: idleQuestion(database),
    due: (chain, network, limit, from) => read((db) => due(db, { chain, network, limit, from }, holder())),
    waiting: (chain, network, limit) => read((db) => waiting(db, { chain, network, limit }, holder())),
    endExpired: (chain, network) => write((db, by) => endExpired(db, { chain, network }, by)),
    spent: (chain, network, outputs) => read((db) => spentOf(db, { chain, network }, outputs)),
    release: (id) => write((db, by) => releaseReturned(db, id, by)),
  };
}

/** @throws CustosError RECORD_DAMAGED */
async function provedEntry(db: Tables, id: string): Promise<JournalEntry | undefined> {
  const [row] = (await selectById(db, { id })).rows;
  return row && sealOf(db).entryOf(row);
}

const selectById = compiledQuery((db: Tables, hole: Holes<{ readonly id: string }>) =>
  db.selectFrom('transactions').selectAll().where('id', '=', hole('id')),
);

async function find(db: Tables, filter: JournalFilter) {
  const { chain, network, sender, states, tenant, reference, ownerTags, txId, kinds, after, limit } = filter;
  let query = db.selectFrom('transactions').selectAll().orderBy('created_at', 'desc').orderBy('id');
  if (chain !== undefined) query = query.where('chain', '=', chain);
  if (network !== undefined) query = query.where('network', '=', network);
  if (sender !== undefined) query = query.where('sender', '=', sender);
  if (states !== undefined) query = query.where('state', 'in', states);
  if (tenant !== undefined) query = query.where(isOfTenant(tenant));
  if (reference !== undefined) query = query.where('reference', '=', reference);
  if (ownerTags !== undefined) query = query.where('owner_tag', 'in', ownerTags.length > 0 ? ownerTags : [null]);
  if (txId !== undefined) query = query.where('tx_id', '=', txId);
  if (kinds !== undefined) query = query.where(isOfKind(kinds));
  if (after !== undefined) query = query.where(isAfter(after));
  if (limit !== undefined) query = query.limit(limit);
  return (await query.execute()).map((row) => toEntry(row));
}

type RowBuilder = ExpressionBuilder<StoreTables, 'transactions'>;

function isOfTenant(tenant: TenantId) {
  return (row: RowBuilder) =>
    tenant === defaultTenant
      ? row.or([row('tenant', 'is', null), row('tenant', '=', tenant)])
      : row('tenant', '=', tenant);
}

function isOfKind(kinds: readonly RequestKind[]) {
  return (row: RowBuilder) =>
    kinds.includes('transaction')
      ? row.or([row('kind', 'is', null), row('kind', 'in', kinds)])
      : row('kind', 'in', kinds);
}

function isAfter({ createdAt, id }: NonNullable<JournalFilter['after']>) {
  return (row: RowBuilder) =>
    row.or([row('created_at', '<', createdAt), row.and([row('created_at', '=', createdAt), row('id', '>', id)])]);
}

/** Open transactions without bytes, by id; unreadable rows are left out. */
async function unsigned(
  db: Tables,
  { chain, network, after, limit }: { chain: string; network: Network; after: string; limit: number },
) {
  const rows = await db
    .selectFrom('transactions')
    .selectAll()
    .where('chain', '=', chain)
    .where('network', '=', network)
    .where('state', 'in', withdrawable)
    .where('signed', 'is', null)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
  const entries = rows.map((row) => readSealed(db, row)).flatMap((one) => (one.kind === 'entry' ? [one.entry] : []));
  return { entries, last: rows.at(-1)?.id };
}

async function eventsOf(db: Tables, id: string) {
  const lines = await provedStory(db, id);
  return lines.map(({ at, event, fact }) => ({
    at: Number(at),
    event,
    fact: JSON.parse(fact) as Readonly<Record<string, unknown>>,
  }));
}

async function depths(db: Tables, network: Network): Promise<QueueDepth[]> {
  const rows = await db
    .selectFrom('transactions')
    .select(({ fn }) => ['chain', 'state', fn.countAll().as('count'), fn.min('created_at').as('oldest')])
    .where('state', 'in', openStates)
    .where('network', '=', network)
    .groupBy(['chain', 'state'])
    .execute();
  return rows.map(({ chain, state, count, oldest }) => ({
    chain: parseChainId(chain),
    state: state as State,
    count: Number(count),
    oldest: Number(oldest),
  }));
}
