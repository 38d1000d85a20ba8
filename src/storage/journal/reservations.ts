import { CustosError } from '../../core/errors.js';
import { type JournalEntry, livingStates, unsignedStates } from '../../core/store/journal.js';
import type { NonceCounts, NonceGrant } from '../../core/store/nonces.js';
import { compiledQuery, type Holes } from '../compiled-query.js';
import type { StoreTables } from '../schema.js';
import { listQuery } from '../value-lists.js';
import { acceptedSpends, lastSpends, type Tables } from './entries.js';
import { type Holder, isAbandoned, isAbandonedAt, unleased, wrongEnd } from './leases.js';
import { nonceText } from './rows.js';
import { sealOf } from './seal.js';

/** The transaction and the network of a reservation, and the process that makes it. */
export interface Reserving {
  readonly id: string;
  readonly chain: string;
  readonly network: string;
  readonly by: Holder;
}

/** A number of a sender, or an output (then `sender` is empty). */
interface Resource {
  readonly sender: string;
  readonly resource: string;
}

/** No transaction has this number or a higher one (EIP-2681). */
const NONCE_END = 2n ** 64n - 1n;

/**
 * Reserves a sender's first free number for one transaction and frees its former reservation. The primary key makes sure that
 * two processes never get the same number.
 * @throws CustosError NODE_ANSWER_INVALID: a transaction cannot have such a number
 */
export async function reserveNonce(
  db: Tables,
  reserving: Reserving,
  { sender, latest, waiting = latest }: NonceCounts,
): Promise<NonceGrant> {
  await release(db, reserving.id, sender);
  const used = await usedNonces(db, { ...reserving, sender, latest });
  // A transaction that the node has and the journal does not know was sent from elsewhere with this key.
  for (let nonce = waiting > latest ? waiting : latest; nonce < NONCE_END; nonce += 1n) {
    if (used.has(nonce)) continue;
    const isReserved = await reserve(db, reserving, { sender, resource: nonceText(nonce) });
    if (isReserved) return { nonce, missing: missingBehind(nonce, used) };
    used.add(nonce);
  }
  throw new CustosError('NODE_ANSWER_INVALID', `no nonce is left to ${sender} after what the node counts`);
}

/** How many numbers are free between the given one and the highest in use. */
function missingBehind(nonce: bigint, used: ReadonlySet<bigint>): number {
  const later = [...used].filter((other) => other > nonce).sort((one, other) => (one < other ? -1 : 1));
  const highest = later.at(-1) ?? nonce;
  return Number(highest - nonce) - later.length;
}

interface NonceValues extends Pick<Holder, 'owner' | 'now'> {
  readonly chain: string;
  readonly network: string;
  readonly sender: string;
  /** As `nonceText` writes it. */
  readonly least: string;
  /** As in `isFreeAt`. */
  readonly wrong: number;
}

const selectSigned = compiledQuery((db: Tables, hole: Holes<NonceValues>) =>
  db
    .selectFrom('transactions')
    .select('nonce')
    .where('chain', '=', hole('chain'))
    .where('network', '=', hole('network'))
    .where('sender', '=', hole('sender'))
    .where('nonce', '>=', hole('least'))
    .where('state', 'in', livingStates),
);

const selectReserved = compiledQuery((db: Tables, hole: Holes<NonceValues>) =>
  db
    .selectFrom('reservations')
    .innerJoin('transactions', 'transactions.id', 'reservations.transaction_id')
    .selectAll('reservations')
    .where('reservations.chain', '=', hole('chain'))
    .where('reservations.network', '=', hole('network'))
    .where('reservations.sender', '=', hole('sender'))
    .where('reservations.resource', '>=', hole('least'))
    .where((row) => {
      const at = { owner: hole('owner'), now: hole('now'), wrong: hole('wrong') };
      return row.or([row('state', 'not in', unsignedStates), row.not(isAbandonedAt(at)(row))]);
    }),
);

async function usedNonces(
  db: Tables,
  { chain, network, sender, latest, by: { owner, now } }: Reserving & { sender: string; latest: bigint },
): Promise<Set<bigint>> {
  const values = { chain, network, sender, least: nonceText(latest), owner, now, wrong: wrongEnd(now) };
  const signed = (await selectSigned(db, values)).rows;
  const reserved = (await selectReserved(db, values)).rows;
  for (const row of reserved) sealOf(db).require('reservations', row, row.transaction_id);
  const numbers = [...signed.map(({ nonce }) => nonce), ...reserved.map(({ resource }) => resource)];
  return new Set(numbers.flatMap((nonce) => (nonce === null ? [] : [BigInt(nonce)])));
}

/**
 * Reserves the outputs that a transaction spends, and frees those it had reserved before.
 * @throws CustosError OUTPUT_SPENT: a signed transaction spends one of them; OUTPUT_RESERVED: one that may still be given up
 */
export async function reserveOutputs(db: Tables, reserving: Reserving, outputs: readonly string[]): Promise<void> {
  await release(db, reserving.id, '');
  for (const output of outputs) {
    const place = { sender: '', resource: output };
    if (!(await reserve(db, reserving, place))) await refuseOutput(db, reserving, place);
  }
}

async function refuseOutput(db: Tables, reserving: Reserving, place: Resource): Promise<never> {
  const holder = await holderOf(db, reserving, place);
  const isSigned = typeof holder?.signed === 'string';
  const text = `output ${place.resource} is spent by ${nameOf(holder)}`;
  throw new CustosError(isSigned ? 'OUTPUT_SPENT' : 'OUTPUT_RESERVED', text);
}

function nameOf(holder: { readonly id: string } | undefined): string {
  return holder === undefined ? 'another transaction' : `transaction ${holder.id}`;
}

/**
 * Reserves again what recorded bytes use, after it had been given up.
 * @param awaitsProof - true when a nonce may be reserved even if a signed transaction has it
 * @throws CustosError OUTPUT_SPENT, OUTPUT_RESERVED: as `reserveOutputs`; STATE_CONFLICT: another transaction has the nonce
 */
export async function reserveAgain(
  db: Tables,
  { entry, awaitsProof }: { entry: JournalEntry; awaitsProof: boolean },
  by: Holder,
): Promise<void> {
  const { id, chain, network, sender, nonce } = entry;
  const reserving = { id, chain, network, by };
  await reserveOutputs(db, reserving, await lastSpends(db, id));
  if (sender === undefined || nonce === undefined) return;
  const place = { sender, resource: nonceText(nonce) };
  // A nonce that Custos did not choose is used without a reservation.
  const other = await signedWith(db, entry);
  if (other !== undefined && awaitsProof) return;
  if (other === undefined && (await reserve(db, reserving, place))) return;
  const who = nameOf(other ?? (await holderOf(db, reserving, place)));
  throw new CustosError('STATE_CONFLICT', `the nonce ${nonce} of transaction ${id} is used by ${who}`);
}

/** Another transaction that is signed with the nonce of this one. */
export async function signedWith(
  db: Tables,
  { id, chain, network, sender, nonce }: JournalEntry,
): Promise<{ readonly id: string } | undefined> {
  if (sender === undefined || nonce === undefined) return undefined;
  return db
    .selectFrom('transactions')
    .select('id')
    .where('chain', '=', chain)
    .where('network', '=', network)
    .where('sender', '=', sender)
    .where('nonce', '=', nonceText(nonce))
    .where('state', 'in', livingStates)
    .where('id', '!=', id)
    .executeTakeFirst();
}

const insertReservation = compiledQuery((db: Tables, hole: Holes<StoreTables['reservations']>) =>
  db
    .insertInto('reservations')
    .values({
      chain: hole('chain'),
      network: hole('network'),
      sender: hole('sender'),
      resource: hole('resource'),
      transaction_id: hole('transaction_id'),
      mac: hole('mac'),
    })
    .onConflict((conflict) => conflict.doNothing()),
);

/** @returns false when another transaction has it and is signed, or a process works on it */
async function reserve(db: Tables, reserving: Reserving, place: Resource): Promise<boolean> {
  const { id, chain, network } = reserving;
  const row = sealedRow(db, { chain, network, ...place, transaction_id: id });
  const isAdded = async () => (await insertReservation(db, row)).numAffectedRows === 1n;
  return (await isAdded()) || ((await takeOver(db, reserving, place)) && (await isAdded()));
}

/**
 * Frees what an unsigned, abandoned transaction had reserved: its process died, and perhaps no other will ever claim it. The
 * generation grows, so that a holder that only slept cannot write any more.
 */
async function takeOver(db: Tables, reserving: Reserving, place: Resource): Promise<boolean> {
  const holder = await holderOf(db, reserving, place);
  if (holder === undefined) return false;
  // A request keeps what it came with, whether or not a process works on it.
  if ((await acceptedSpends(db, holder.id)).includes(place.resource)) return false;
  await sealOf(db).touch(db, holder.id);
  const result = await db
    .updateTable('transactions')
    .set((row) => ({ ...unleased, generation: row('generation', '+', 1) }))
    .where('id', '=', holder.id)
    .where('state', 'in', unsignedStates)
    .where(isAbandoned(reserving.by))
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) return false;
  await release(db, holder.id);
  return true;
}

function sealedRow(db: Tables, row: Omit<StoreTables['reservations'], 'mac'>): StoreTables['reservations'] {
  return { ...row, mac: sealOf(db).of('reservations', row) };
}

async function holderOf(db: Tables, { chain, network }: Reserving, { sender, resource }: Resource) {
  const found = await db
    .selectFrom('reservations')
    .innerJoin('transactions', 'transactions.id', 'reservations.transaction_id')
    .selectAll('reservations')
    .select(['transactions.id', 'transactions.signed'])
    .where('reservations.chain', '=', chain)
    .where('reservations.network', '=', network)
    .where('reservations.sender', '=', sender)
    .where('reservations.resource', '=', resource)
    .executeTakeFirst();
  if (found === undefined) return undefined;
  const { id, signed, ...row } = found;
  sealOf(db).require('reservations', row, row.transaction_id);
  return { id, signed };
}

const deleteAll = compiledQuery((db: Tables, hole: Holes<{ readonly id: string }>) =>
  db.deleteFrom('reservations').where('transaction_id', '=', hole('id')),
);

const deleteOfSender = compiledQuery((db: Tables, hole: Holes<{ readonly id: string; readonly sender: string }>) =>
  db.deleteFrom('reservations').where('transaction_id', '=', hole('id')).where('sender', '=', hole('sender')),
);

/** Gives up what a transaction has reserved: all of it, or what belongs to one sender (empty: outputs). */
export async function release(db: Tables, id: string, sender?: string): Promise<void> {
  await (sender === undefined ? deleteAll(db, { id }) : deleteOfSender(db, { id, sender }));
}

/** Gives up what a transaction that waits unsigned has reserved, except the outputs that its request came with. */
export async function releaseWaiting(db: Tables, reserving: Reserving): Promise<void> {
  const kept = await acceptedSpends(db, reserving.id);
  await release(db, reserving.id);
  for (const resource of kept) await reserve(db, reserving, { sender: '', resource });
}

const deleteOtherNonces = listQuery((db: Tables, ids) =>
  db
    .deleteFrom('reservations')
    .where('transaction_id', 'in', ids)
    .where('sender', '!=', '')
    .where((row) =>
      row.exists(
        row
          .selectFrom('transactions')
          .select('transactions.id')
          .whereRef('transactions.id', '=', 'reservations.transaction_id')
          .where((one) =>
            one.or([
              one('transactions.sender', '!=', one.ref('reservations.sender')),
              one('transactions.nonce', '!=', one.ref('reservations.resource')),
            ]),
          ),
      ),
    ),
);

/** Gives up the numbers that transactions had reserved and were not signed with. */
export async function releaseOtherNonces(db: Tables, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await deleteOtherNonces(db, ids);
}
