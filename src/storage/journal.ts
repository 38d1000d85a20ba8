import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import { CustosError } from '../core/errors.js';
import { type Network, parseChainId } from '../core/ids.js';
import {
  type Journal,
  type JournalEntry,
  type JournalFact,
  LEASE_TIME,
  type Lease,
  type QueueDepth,
  type State,
} from '../core/journal.js';
import type { Database } from './database.js';
import { addEvent, explainRefusal, followers, getEntry, requireEntry, type Tables } from './journal-entries.js';
import { claimAll, endLeases, type Holder, nobody, renewLease, seizeLease } from './journal-leases.js';
import { nonceText, toEntry } from './journal-rows.js';
import type { StoreTables } from './migrations/0001-first.js';

type Row = StoreTables['transactions'];

/** Facts that stay as they are once signed bytes are recorded. */
const frozen = ['signed', 'txId', 'completed', 'summary', 'sender', 'nonce'] as const;

const living: readonly State[] = ['signed', 'broadcast', 'completed'];

/** The journal on a database. @param owner - name under which leases are held, different for each process */
export function journalTable(database: Database<StoreTables>, clock: Clock, owner: string = randomUUID()): Journal {
  const holder = (): Holder => ({ owner, now: clock.now() });
  return {
    claim: (pending) => database.write((db) => claimAll(db, pending, holder())),
    renew: (lease) => database.write((db) => renewLease(db, lease, holder())),
    endLeases: () => database.write(endLeases),
    advance: (lease, to, fact, event) =>
      database.write((db) => advance(db, { lease, to, fact, event: event ?? to, ...holder() })),
    expire: (lease, proof) => database.write((db) => expire(db, { lease, proof, ...holder() })),
    get: (id) => database.read((db) => getEntry(db, id)),
    find: (filter) =>
      database.read(async (db) => {
        let query = db.selectFrom('transactions').selectAll().orderBy('created_at', 'desc').orderBy('id');
        if (filter.chain !== undefined) query = query.where('chain', '=', filter.chain);
        if (filter.network !== undefined) query = query.where('network', '=', filter.network);
        if (filter.sender !== undefined) query = query.where('sender', '=', filter.sender);
        if (filter.states !== undefined) query = query.where('state', 'in', filter.states);
        if (filter.limit !== undefined) query = query.limit(filter.limit);
        return (await query.execute()).map(toEntry);
      }),
    events: (id) =>
      database.read(async (db) => {
        const query = db.selectFrom('transaction_events').selectAll().where('transaction_id', '=', id).orderBy('place');
        return (await query.execute()).map(({ at, event, fact }) => ({
          at: Number(at),
          event,
          fact: JSON.parse(fact) as Readonly<Record<string, unknown>>,
        }));
      }),
    depths: (network) => database.read((db) => depths(db, network)),
    livingNonces: (chain, network, sender, from) =>
      database.read(async (db) => {
        const query = db
          .selectFrom('transactions')
          .select('nonce')
          .where('chain', '=', chain)
          .where('network', '=', network)
          .where('sender', '=', sender)
          .where('nonce', '>=', nonceText(from))
          .where('state', 'in', living)
          .orderBy('nonce');
        return (await query.execute()).flatMap((row) => (row.nonce === null ? [] : [BigInt(row.nonce)]));
      }),
    retry: (id) => database.write((db) => retry(db, id, clock.now())),
    cancel: (id) =>
      database.write(async (db) => {
        const entry = await requireEntry(db, id);
        if (entry.state !== 'claimed' && entry.state !== 'held') {
          throw new CustosError('STATE_CONFLICT', `transaction ${id} is ${entry.state} and cannot be cancelled`);
        }
        const lease = await seizeLease(db, entry, holder());
        await advance(db, { lease, to: 'cancelled', fact: {}, event: 'cancelled', ...holder() });
        return requireEntry(db, id);
      }),
  };
}

async function depths(db: Tables, network: Network): Promise<QueueDepth[]> {
  const rows = await db
    .selectFrom('transactions')
    .select(({ fn }) => ['chain', 'state', fn.countAll().as('count'), fn.min('created_at').as('oldest')])
    .where('state', 'in', ['claimed', 'held', 'signed', 'broadcast'])
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

interface Advance extends Holder {
  readonly lease: Lease;
  readonly to: State;
  readonly fact: JournalFact;
  readonly event: string;
}

async function advance(db: Tables, { lease, to, fact, event, owner, now }: Advance): Promise<void> {
  const from = (Object.keys(followers) as State[]).filter((state) => followers[state].includes(to));
  const result = await db
    .updateTable('transactions')
    .set({ ...columns(fact), ...leaseAfter(to, fact, now), state: to, updated_at: now })
    .$if(fact.nextAttemptAt !== undefined, (query) => query.set((row) => ({ attempts: row('attempts', '+', 1) })))
    .where('id', '=', lease.id)
    .where('generation', '=', lease.generation)
    .where('lease_owner', '=', owner)
    .where('state', 'in', from)
    // Recorded bytes are never replaced, nor what they were made from: they may be on their way.
    .$if(
      // But for the id by which the network knows what others have signed after us.
      frozen.some((name) => fact[name] !== undefined && !(name === 'txId' && to === 'broadcast')),
      (query) => query.where('signed', 'is', null),
    )
    // Nothing is called signed that has no bytes.
    .$if(to === 'signed' && fact.signed === undefined, (query) => query.where('signed', 'is not', null))
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) await explainRefusal(db, { lease, owner }, to);
  await addEvent(db, { id: lease.id, at: now, event, fact });
}

/** A step holds on to the lease; what is ended, or waits to be tried again, is let go of for anybody. */
function leaseAfter(to: State, fact: JournalFact, now: number): Partial<Row> {
  const isLetGo = followers[to].length === 0 || fact.nextAttemptAt !== undefined;
  return isLetGo ? nobody : { lease_expires_at: now + LEASE_TIME };
}

/** The only place where recorded bytes leave a row; what they were goes into the story first. */
async function expire(
  db: Tables,
  { lease, proof, owner, now }: Holder & { lease: Lease; proof: string },
): Promise<void> {
  const { signed, txId } = await requireEntry(db, lease.id);
  const nothing = { signed: null, tx_id: null, completed: null, summary: null, nonce: null };
  const result = await db
    .updateTable('transactions')
    .set({ ...nothing, ...nobody, state: 'claimed', next_attempt_at: 0, updated_at: now })
    .where('id', '=', lease.id)
    .where('generation', '=', lease.generation)
    .where('lease_owner', '=', owner)
    .where('state', '=', 'signed')
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) await explainRefusal(db, { lease, owner }, 'claimed');
  const dead = { ...(signed !== undefined && { signed }), ...(txId !== undefined && { txId }) };
  await addEvent(db, { id: lease.id, at: now, event: 'expired', fact: { ...dead, errorText: proof } });
}

function columns(fact: JournalFact): Partial<Row> {
  return {
    ...(fact.sender !== undefined && { sender: fact.sender }),
    ...(fact.nonce !== undefined && { nonce: nonceText(fact.nonce) }),
    ...(fact.completed !== undefined && { completed: fact.completed }),
    ...(fact.summary !== undefined && { summary: JSON.stringify(fact.summary) }),
    ...(fact.signed !== undefined && { signed: fact.signed }),
    ...(fact.txId !== undefined && { tx_id: fact.txId }),
    ...(fact.errorCode !== undefined && { error_code: fact.errorCode }),
    ...(fact.errorText !== undefined && { error_text: fact.errorText }),
    ...(fact.reported !== undefined && { reported: fact.reported }),
    ...(fact.nextAttemptAt !== undefined && { next_attempt_at: fact.nextAttemptAt }),
  };
}

async function retry(db: Tables, id: string, now: number): Promise<JournalEntry> {
  const entry = await requireEntry(db, id);
  if (entry.state !== 'denied' && entry.state !== 'failed') {
    throw new CustosError(
      'STATE_CONFLICT',
      `transaction ${id} is ${entry.state}; only a denied or failed one is retried`,
    );
  }
  // Recorded bytes stay: nobody here can prove that they will never take effect. Without bytes the way starts anew.
  const state: State = entry.signed === undefined ? 'claimed' : 'signed';
  await db
    .updateTable('transactions')
    .set({
      state,
      generation: entry.generation + 1,
      error_code: null,
      error_text: null,
      reported: null,
      attempts: 0,
      next_attempt_at: 0,
      updated_at: now,
      ...nobody,
    })
    .where('id', '=', id)
    .execute();
  await addEvent(db, { id, at: now, event: 'retried', fact: {} });
  return requireEntry(db, id);
}
