import { sql } from 'kysely';
import {
  isNoTry,
  isUnsigned,
  type JournalFact,
  LEASE_TIME,
  type Lease,
  type State,
  sentStates,
} from '../../core/store/journal.js';
import type { NonceCounts, NonceGrant } from '../../core/store/nonces.js';
import { freeBudgets, freeUnlessSigned } from '../budgets/reservations.js';
import { compiledQuery, type Holes } from '../compiled-query.js';
import type { StoreTables } from '../schema.js';
import { addEvent, addEvents, explainRefusal, followers, leaseLost, requireEntry, type Tables } from './entries.js';
import { type Holder, unleased, updateHeld } from './leases.js';
import { release, releaseOtherNonces, releaseWaiting, reserveNonce, reserveOutputs } from './reservations.js';
import { nonceText } from './rows.js';
import { sealOf } from './seal.js';
import { takeTransactionId } from './transaction-ids.js';

type Row = StoreTables['transactions'];

/** One step of the way. */
export interface Advance {
  readonly lease: Lease;
  readonly to: State;
  readonly fact: JournalFact;
  readonly event: string;
}

/** Facts that stay as they are once signed bytes are recorded. */
const frozen = ['signed', 'txId', 'completed', 'summary', 'sender', 'nonce'] as const;

type StepValues = Partial<Row> &
  Pick<Row, 'id' | 'generation'> & { readonly holder: string; readonly was: string | null; readonly now: number };

/** What determines the SQL text of a step. */
interface Shape {
  readonly to: State;
  readonly columns: readonly (keyof Row)[];
  /** True when the row must not have signed bytes yet. */
  readonly isFrozen: boolean;
  readonly isOneMoreTry: boolean;
  /** True when the row must still have the MAC that was read. */
  readonly isSealed: boolean;
  /** True when the network took the bytes and the transaction ended at once. */
  readonly isSent: boolean;
}

const isSentByUs = sql<boolean>`(delivery is null or delivery <> 'return')`;

/** Sets only what changes: a database rewrites every index of a column that is named. */
function updateStep({ to, columns, isFrozen, isOneMoreTry, isSealed, isSent }: Shape) {
  const before = isSent ? 'broadcast' : to;
  const from = (Object.keys(followers) as State[]).filter((state) => followers[state].includes(before));
  return compiledQuery((db: Tables, hole: Holes<StepValues>) =>
    db
      .updateTable('transactions')
      .set(Object.fromEntries(columns.map((column) => [column, hole(column)])))
      .$if(isOneMoreTry, (query) => query.set((row) => ({ attempts: row('attempts', '+', 1) })))
      .where('id', '=', hole('id'))
      .where('generation', '=', hole('generation'))
      .where('lease_owner', '=', hole('holder'))
      .where('state', 'in', from)
      .$if(isSealed, (query) => query.where('mac', '=', hole('was')))
      // Recorded bytes and what they were made from are never replaced: they may have been sent.
      .$if(isFrozen, (query) => query.where('signed', 'is', null))
      // A request whose time is over is not signed any more.
      .$if(columns.includes('signed'), (query) =>
        query.where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', hole('now'))])),
      )
      // Bytes are sent, or handed out to whoever asked for them: never both.
      .$if(before === 'broadcast', (query) => query.where(isSentByUs))
      .$if(to === 'completed' && !isSent, (query) =>
        query.where((row) => row.or([row('state', '=', 'broadcast'), row('delivery', '=', 'return')])),
      )
      // A transaction without bytes is never called signed.
      .$if(to === 'signed' && !columns.includes('signed'), (query) => query.where('signed', 'is not', null)),
  );
}

/** One for each kind of step. */
const updates = new Map<string, ReturnType<typeof updateStep>>();

function updateOf(shape: Shape): ReturnType<typeof updateStep> {
  const { to, columns, isFrozen, isOneMoreTry, isSealed, isSent } = shape;
  const name = `${to} ${columns.join()} ${isFrozen} ${isOneMoreTry} ${isSealed} ${isSent}`;
  const update = updates.get(name) ?? updateStep(shape);
  updates.set(name, update);
  return update;
}

/**
 * Writes a step, its event and its reservations.
 * @throws CustosError LEASE_LOST, STATE_CONFLICT, OUTPUT_SPENT, OUTPUT_RESERVED, TRANSACTION_DUPLICATE
 */
export async function advance(db: Tables, { lease, to, fact, event }: Advance, holder: Holder): Promise<void> {
  const { owner, now } = holder;
  const whole = { ...fact.filled, ...fact.sent, ...fact };
  const isTry = isOneMoreTry(fact);
  const changes = columns(whole);
  Object.assign(changes, leaseAfter(to, fact, now), { state: to, updated_at: now });
  const sealed = await sealStep(db, lease.id, { changes, isTry, lines: linesBefore(event, fact).length + 1 });
  const all: typeof changes = Object.assign(changes, sealed?.columns);
  const update = updateOf({
    to,
    columns: Object.keys(all) as (keyof Row)[],
    // Except the network's id of a transaction that others sign after us.
    isFrozen: frozen.some(
      (name) => whole[name] !== undefined && !(name === 'txId' && (to === 'broadcast' || fact.sent !== undefined)),
    ),
    isOneMoreTry: isTry,
    isSealed: sealed !== undefined,
    isSent: fact.sent !== undefined,
  });
  const values: StepValues = Object.assign(all, lease, { holder: owner, was: sealed?.was ?? null, now });
  const { numAffectedRows } = await update(db, values);
  if (numAffectedRows !== 1n && sealed !== undefined) {
    // Another process has written the row since: it is read and verified, and the step is tried on its present form.
    sealOf(db).forget(lease.id);
    return advance(db, { lease, to, fact, event }, holder);
  }
  if (numAffectedRows !== 1n) await explainRefusal(db, { lease, owner, now }, to);
  if (whole.txId !== undefined) await takeTransactionId(db, { id: lease.id, txId: whole.txId, now });
  await reserve(db, { lease, to, fact: whole, event }, holder);
  await addStep(db, { id: lease.id, at: now, event, fact }, sealed?.columns.events);
  if (sealed !== undefined) sealOf(db).remember(sealed.row);
  if (isGivenUp(to)) await freeUnlessSigned(db, lease.id, holder);
}

/** The lines of a step. @param last - place of the last one, if it is known */
async function addStep(
  db: Tables,
  step: { readonly id: string; readonly at: number; readonly event: string; readonly fact: JournalFact },
  last: number | undefined,
): Promise<void> {
  const lines = [...linesBefore(step.event, step.fact), step];
  await addEvents(
    db,
    lines.map(({ event, fact }, at) => ({
      ...step,
      event,
      fact,
      ...(last !== undefined && { place: last - (lines.length - 1 - at) }),
    })),
  );
}

/** Lines that are written with a step and come before its own. */
function linesBefore(
  event: string,
  { filled, budgets, sent }: JournalFact,
): readonly Pick<Advance, 'event' | 'fact'>[] {
  return [
    ...(filled === undefined ? [] : [{ event: 'filled', fact: filled }]),
    ...(budgets === undefined || event === 'reserved' ? [] : [{ event: 'reserved', fact: { budgets } }]),
    ...(sent === undefined ? [] : [{ event: 'broadcast', fact: sent }]),
  ];
}

interface SealedStep {
  /** The row as it is after the step. */
  readonly row: Row;
  readonly columns: Pick<Row, 'events' | 'mac'>;
  readonly was: string | null;
}

/**
 * The result of a step on a row that this process last wrote.
 * @returns undefined if the row is not known: then it is read and verified here, and sealed when the work is done
 */
async function sealStep(
  db: Tables,
  id: string,
  { changes, isTry, lines }: { readonly changes: Partial<Row>; readonly isTry: boolean; readonly lines: number },
): Promise<SealedStep | undefined> {
  const seal = sealOf(db);
  const known = seal.known(id);
  if (known === undefined) {
    await seal.touch(db, id);
    return undefined;
  }
  const events = Number(known.events) + lines;
  // Assigned to a copy, because to spread several objects into one makes a much larger one.
  const row = Object.assign({ ...known }, changes, { events, attempts: Number(known.attempts) + (isTry ? 1 : 0) });
  row.mac = seal.of('transactions', row);
  return { row, columns: { events, mac: row.mac }, was: known.mac };
}

function isOneMoreTry({ nextAttemptAt, errorCode }: JournalFact): boolean {
  return nextAttemptAt !== undefined && errorCode !== undefined && !isNoTry(errorCode);
}

/** A step keeps the lease; a transaction that has ended or waits for another try is released. */
function leaseAfter(to: State, fact: JournalFact, now: number): Partial<Row> {
  const isLetGo = followers[to].length === 0 || fact.nextAttemptAt !== undefined;
  return isLetGo ? unleased : { lease_expires_at: now + LEASE_TIME };
}

/** A transaction that ends without effect, or waits unsigned, gives up what it had reserved; outputs of its request only where it ends. */
async function reserve(db: Tables, { lease, to, fact }: Advance, by: Holder): Promise<void> {
  const isWaiting = isUnsigned(to) && fact.nextAttemptAt !== undefined;
  if (isGivenUp(to)) await release(db, lease.id);
  else if (isWaiting || fact.spends !== undefined) {
    const { id, chain, network } = await requireEntry(db, lease.id);
    const reserving = { id, chain, network, by };
    await (isWaiting ? releaseWaiting(db, reserving) : reserveOutputs(db, reserving, fact.spends ?? []));
  }
  if (fact.signed !== undefined) await releaseOtherNonces(db, lease.id);
}

/** The transaction has ended without effect, as far as this store knows. */
function isGivenUp(state: State): boolean {
  return state === 'failed' || state === 'denied' || state === 'cancelled';
}

/** Releases a lease and sets the time of the next try. @throws CustosError LEASE_LOST */
export async function rest(db: Tables, { lease, until }: { lease: Lease; until: number }, holder: Holder) {
  await sealOf(db).touch(db, lease.id);
  await updateHeld(db, { lease, holder }, { ...unleased, next_attempt_at: until });
}

type HeldValues = Lease & Pick<Holder, 'owner'>;

function heldRow(db: Tables, hole: Holes<HeldValues>) {
  return db
    .selectFrom('transactions')
    .select(['chain', 'network', 'id'])
    .where('id', '=', hole('id'))
    .where('generation', '=', hole('generation'))
    .where('lease_owner', '=', hole('owner'));
}

const selectHeld = compiledQuery(heldRow);
/** Keeps others from taking the transaction over while its number is chosen: it would get two numbers. */
const selectHeldAndLock = compiledQuery((db: Tables, hole: Holes<HeldValues>) => heldRow(db, hole).forUpdate());

/** Reserves a number for a transaction that is held. @throws CustosError LEASE_LOST, NODE_ANSWER_INVALID */
export async function takeNonce(
  db: Tables,
  { lease, counts }: { lease: Lease; counts: NonceCounts },
  holder: Holder,
): Promise<NonceGrant> {
  const select = holder.shared ? selectHeldAndLock : selectHeld;
  const [row] = (await select(db, { ...lease, owner: holder.owner })).rows;
  if (row !== undefined) return reserveNonce(db, { ...row, by: holder }, counts);
  throw leaseLost(lease);
}

/**
 * The only place where recorded bytes leave a row; the story gets them first.
 * @throws CustosError LEASE_LOST, STATE_CONFLICT
 */
export async function expire(db: Tables, { lease, proof }: { lease: Lease; proof: string }, holder: Holder) {
  const { owner, now } = holder;
  await sealOf(db).touch(db, lease.id);
  const { id, chain, network, signed, txId } = await requireEntry(db, lease.id);
  const nothing = { signed: null, tx_id: null, completed: null, summary: null, nonce: null, block: null };
  const result = await db
    .updateTable('transactions')
    .set({ ...nothing, ...unleased, state: 'claimed', next_attempt_at: 0, updated_at: now })
    .where('id', '=', lease.id)
    .where('generation', '=', lease.generation)
    .where('lease_owner', '=', owner)
    .where('state', 'in', sentStates)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) await explainRefusal(db, { lease, owner, now }, 'claimed');
  await releaseWaiting(db, { id, chain, network, by: holder });
  await freeBudgets(db, lease.id, holder);
  const dead = { ...(signed !== undefined && { signed }), ...(txId !== undefined && { txId }) };
  await addEvent(db, { id: lease.id, at: now, event: 'expired', fact: { ...dead, errorText: proof } });
}

function columns(fact: JournalFact): Partial<Row> {
  const row: Partial<Row> = {};
  if (fact.sender !== undefined) row.sender = fact.sender;
  if (fact.nonce !== undefined) row.nonce = nonceText(fact.nonce);
  if (fact.completed !== undefined) row.completed = fact.completed;
  if (fact.summary !== undefined) row.summary = JSON.stringify(fact.summary);
  if (fact.signed !== undefined) row.signed = fact.signed;
  if (fact.txId !== undefined) row.tx_id = fact.txId;
  if (fact.errorCode !== undefined) row.error_code = fact.errorCode;
  if (fact.errorText !== undefined) row.error_text = fact.errorText;
  if (fact.reported !== undefined) row.reported = fact.reported;
  if (fact.block !== undefined) row.block = fact.block;
  if (fact.nextAttemptAt !== undefined) row.next_attempt_at = fact.nextAttemptAt;
  return row;
}
