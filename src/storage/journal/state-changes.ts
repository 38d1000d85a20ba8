import { isUnsigned, type Lease, type State, sentStates } from '../../core/store/journal.js';
import type { NonceCounts, NonceGrant } from '../../core/store/nonces.js';
import { freeBudgets, freeUnlessSigned } from '../budgets/reservations.js';
import { compiledQuery, type Holes } from '../compiled-query.js';
import { addEvent, addEvents, explainRefusal, leaseLost, requireEntry, type Tables } from './entries.js';
import { type Holder, unleased, updateHeld } from './leases.js';
import { release, releaseOtherNonces, releaseWaiting, reserveNonce, reserveOutputs } from './reservations.js';
import { wholeMilliseconds } from './rows.js';
import { sealOf } from './seal.js';
import { type Advance, hold, linesOf, planStep, queriesOf } from './steps.js';
import { takeTransactionId } from './transaction-ids.js';

/**
 * Writes a step, its event and its reservations.
 * @throws CustosError LEASE_LOST, STATE_CONFLICT, OUTPUT_SPENT, OUTPUT_RESERVED, TRANSACTION_DUPLICATE
 */
export async function advance(db: Tables, { lease, to, fact, event }: Advance, holder: Holder): Promise<void> {
  const { owner, now } = holder;
  const planned = await planStep(db, { lease, to, fact, event }, holder);
  const { whole, sealed } = planned;
  const { numAffectedRows } = await queriesOf(planned.shape).one(db, planned.values);
  if (numAffectedRows !== 1n && sealed !== undefined) {
    // Another process has written the row since: it is read and verified, and the step is tried on its present form.
    sealOf(db).forget(lease.id);
    return advance(db, { lease, to, fact, event }, holder);
  }
  if (numAffectedRows !== 1n) await explainRefusal(db, { lease, owner, now }, planned.shape.first);
  if (whole.txId !== undefined) await takeTransactionId(db, { id: lease.id, txId: whole.txId, now });
  await reserve(db, { lease, to, fact: whole, event }, holder);
  await addEvents(db, linesOf({ lease, to, fact, event }, now, sealed?.columns.events));
  if (sealed !== undefined) hold(db, sealed);
  if (isGivenUp(to)) await freeUnlessSigned(db, lease.id, holder);
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
  if (fact.signed !== undefined) await releaseOtherNonces(db, [lease.id]);
}

/** The transaction has ended without effect, as far as this store knows. */
export function isGivenUp(state: State): boolean {
  return state === 'failed' || state === 'denied' || state === 'cancelled';
}

/** Releases a lease and sets the time of the next try. @throws CustosError LEASE_LOST */
export async function rest(db: Tables, { lease, until }: { lease: Lease; until: number }, holder: Holder) {
  await sealOf(db).touch(db, lease.id);
  await updateHeld(db, { lease, holder }, { ...unleased, next_attempt_at: wholeMilliseconds(until) });
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
