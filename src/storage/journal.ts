import type { Kysely } from 'kysely';
import type { Clock } from '../core/clock.js';
import { CustosError } from '../core/errors.js';
import type { ClaimResult, Journal, JournalEntry, JournalFact, Lease, State } from '../core/journal.js';
import type { PendingTransaction } from '../core/pending.js';
import type { Database } from './database.js';
import { newRow, nonceText, payloadDigest, toEntry } from './journal-rows.js';
import type { StoreTables } from './migrations/0001-first.js';
import { chunks } from './wallets.js';

type Tables = Kysely<StoreTables>;
type Row = StoreTables['transactions'];

/** Which state may follow which. An error that is tried again leaves the state as it is. */
const followers: Readonly<Record<State, readonly State[]>> = {
  claimed: ['claimed', 'held', 'signed', 'denied', 'failed', 'cancelled'],
  held: ['claimed', 'held', 'signed', 'denied', 'failed', 'cancelled'],
  signed: ['signed', 'broadcast', 'failed', 'cancelled'],
  broadcast: ['broadcast', 'completed'],
  completed: [],
  denied: [],
  failed: [],
  cancelled: [],
};

/** Facts that stay as they are once signed bytes are recorded. */
const frozen = ['signed', 'txId', 'completed', 'summary', 'sender', 'nonce'] as const;

const living: readonly State[] = ['signed', 'broadcast', 'completed'];

/** The journal on a database. */
export function journalTable(database: Database<StoreTables>, clock: Clock): Journal {
  return {
    claim: (pending) => database.write((db) => claimAll(db, pending, clock.now())),
    advance: (lease, to, fact, event) =>
      database.write((db) => advance(db, { lease, to, fact, event: event ?? to, now: clock.now() })),
    expire: (lease, proof) => database.write((db) => expire(db, { lease, proof, now: clock.now() })),
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
        const lease = await takeLease(db, entry);
        await advance(db, { lease, to: 'cancelled', fact: {}, event: 'cancelled', now: clock.now() });
        return requireEntry(db, id);
      }),
  };
}

async function claimAll(db: Tables, pending: readonly PendingTransaction[], now: number): Promise<ClaimResult[]> {
  const first = new Map(pending.toReversed().map((item) => [item.id, item]));
  const results = new Map<string, ClaimResult>();
  for (const part of chunks(
    pending.filter((item) => first.get(item.id) === item),
    500,
  )) {
    const ids = part.map(({ id }) => id);
    const rows = await db.selectFrom('transactions').selectAll().where('id', 'in', ids).execute();
    const known = new Map(rows.map((row) => [row.id, row]));
    const fresh = part.filter(({ id }) => !known.has(id)).map((item) => newRow(item, now));
    for (const rowsToAdd of chunks(fresh, 100)) {
      await db.insertInto('transactions').values(rowsToAdd).execute();
      await db
        .insertInto('transaction_events')
        .values(rowsToAdd.map((row) => claimedEvent(row, now)))
        .execute();
    }
    const added = new Map(fresh.map((row) => [row.id, row]));
    for (const item of part)
      results.set(item.id, await claimOne(db, item, { known: known.get(item.id), added: added.get(item.id) }));
  }
  return pending.map((item) => {
    const result = results.get(item.id);
    const one = first.get(item.id);
    if (result === undefined || one === undefined) throw new CustosError('INTERNAL', `no journal row for ${item.id}`);
    return item === one ? result : repeated(result, payloadDigest(item) === payloadDigest(one));
  });
}

/** The same id twice in one claim: the second gets no lease, so that only one goes on with it. */
function repeated({ entry }: ClaimResult, same: boolean): ClaimResult {
  return { kind: same ? 'known' : 'changed', entry };
}

function claimedEvent(row: Row, at: number): StoreTables['transaction_events'] {
  return { transaction_id: row.id, place: 1, at, event: 'claimed', fact: JSON.stringify({ digest: row.digest }) };
}

async function claimOne(
  db: Tables,
  pending: PendingTransaction,
  { known, added }: { known: Row | undefined; added: Row | undefined },
): Promise<ClaimResult> {
  if (added !== undefined) {
    return { kind: 'claimed', entry: toEntry(added), lease: { id: added.id, generation: added.generation } };
  }
  if (known === undefined) throw new CustosError('INTERNAL', `no journal row for ${pending.id}`);
  const entry = toEntry(known);
  if (known.digest !== payloadDigest(pending)) return { kind: 'changed', entry };
  if (followers[entry.state].length === 0) return { kind: 'known', entry };
  const lease = await takeLease(db, entry);
  return { kind: 'known', entry: { ...entry, generation: lease.generation }, lease };
}

async function takeLease(db: Tables, entry: JournalEntry): Promise<Lease> {
  const generation = entry.generation + 1;
  await db.updateTable('transactions').set({ generation }).where('id', '=', entry.id).execute();
  return { id: entry.id, generation };
}

interface Advance {
  readonly lease: Lease;
  readonly to: State;
  readonly fact: JournalFact;
  readonly event: string;
  readonly now: number;
}

async function advance(db: Tables, { lease, to, fact, event, now }: Advance): Promise<void> {
  const from = (Object.keys(followers) as State[]).filter((state) => followers[state].includes(to));
  const result = await db
    .updateTable('transactions')
    .set({ ...columns(fact), state: to, updated_at: now })
    .$if(fact.nextAttemptAt !== undefined, (query) => query.set((row) => ({ attempts: row('attempts', '+', 1) })))
    .where('id', '=', lease.id)
    .where('generation', '=', lease.generation)
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
  if (result.numUpdatedRows !== 1n) await explainRefusal(db, lease, to);
  await addEvent(db, { id: lease.id, at: now, event, fact });
}

/** The only place where recorded bytes leave a row; what they were goes into the story first. */
async function expire(db: Tables, { lease, proof, now }: { lease: Lease; proof: string; now: number }): Promise<void> {
  const { signed, txId } = await requireEntry(db, lease.id);
  const nothing = { signed: null, tx_id: null, completed: null, summary: null, nonce: null };
  const result = await db
    .updateTable('transactions')
    .set({ ...nothing, state: 'claimed', next_attempt_at: 0, updated_at: now })
    .where('id', '=', lease.id)
    .where('generation', '=', lease.generation)
    .where('state', '=', 'signed')
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) await explainRefusal(db, lease, 'claimed');
  const dead = { ...(signed !== undefined && { signed }), ...(txId !== undefined && { txId }) };
  await addEvent(db, { id: lease.id, at: now, event: 'expired', fact: { ...dead, errorText: proof } });
}

async function explainRefusal(db: Tables, lease: Lease, to: State): Promise<never> {
  const entry = await requireEntry(db, lease.id);
  if (entry.generation !== lease.generation) {
    throw new CustosError('LEASE_LOST', `transaction ${lease.id} was claimed again by somebody else`);
  }
  const what = followers[entry.state].includes(to) ? 'change what was signed' : `become ${to}`;
  throw new CustosError('STATE_CONFLICT', `transaction ${lease.id} is ${entry.state} and cannot ${what}`);
}

async function addEvent(
  db: Tables,
  added: { id: string; at: number; event: string; fact: JournalFact },
): Promise<void> {
  const { id, at, event, fact } = added;
  const last = await db
    .selectFrom('transaction_events')
    .select('place')
    .where('transaction_id', '=', id)
    .orderBy('place', 'desc')
    .limit(1)
    .executeTakeFirst();
  const { reported: _told, ...story } = fact;
  const text = JSON.stringify(story, (_key, value) => (typeof value === 'bigint' ? value.toString() : value));
  await db
    .insertInto('transaction_events')
    .values({ transaction_id: id, place: (last?.place ?? 0) + 1, at, event, fact: text })
    .execute();
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
    })
    .where('id', '=', id)
    .execute();
  await addEvent(db, { id, at: now, event: 'retried', fact: {} });
  return requireEntry(db, id);
}

async function getEntry(db: Tables, id: string): Promise<JournalEntry | undefined> {
  const row = await db.selectFrom('transactions').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toEntry(row);
}

async function requireEntry(db: Tables, id: string): Promise<JournalEntry> {
  const entry = await getEntry(db, id);
  if (entry === undefined) throw new CustosError('PENDING_UNKNOWN', `the journal has no transaction ${id}`);
  return entry;
}
