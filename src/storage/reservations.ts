import { CustosError } from '../core/errors.js';
import type { NonceCounts, NonceGrant } from '../core/journal.js';
import type { Tables } from './journal-entries.js';
import { nonceText } from './journal-rows.js';

/** Whose reservation, and on which network. */
export interface Reserving {
  readonly id: string;
  readonly chain: string;
  readonly network: string;
}

/** States in which a transaction uses its number for good. */
const living = ['signed', 'broadcast', 'completed'] as const;

/**
 * Reserves a sender's first free number for one transaction; what it had reserved before is free again. The primary key
 * makes sure that two processes never get the same one.
 */
export async function reserveNonce(
  db: Tables,
  reserving: Reserving,
  { sender, latest, waiting = latest }: NonceCounts,
): Promise<NonceGrant> {
  const { id, chain, network } = reserving;
  await release(db, id, sender);
  const used = await usedNonces(db, { ...reserving, sender, latest });
  for (let nonce = latest; ; nonce += 1n) {
    // What the node has and the journal does not know was sent by somebody else with this key.
    if (used.has(nonce) || nonce < waiting) continue;
    const row = { chain, network, sender, resource: nonceText(nonce), transaction_id: id };
    const added = await db
      .insertInto('reservations')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (added.numInsertedOrUpdatedRows === 1n) return { nonce, missing: missingBehind(nonce, used) };
    used.add(nonce);
  }
}

/** How many numbers are free behind the given one and below the highest in use. */
function missingBehind(nonce: bigint, used: ReadonlySet<bigint>): number {
  const later = [...used].filter((other) => other > nonce).sort((one, other) => (one < other ? -1 : 1));
  const highest = later.at(-1) ?? nonce;
  return Number(highest - nonce) - later.length;
}

async function usedNonces(
  db: Tables,
  { chain, network, sender, latest }: Reserving & { sender: string; latest: bigint },
): Promise<Set<bigint>> {
  const signed = await db
    .selectFrom('transactions')
    .select('nonce')
    .where('chain', '=', chain)
    .where('network', '=', network)
    .where('sender', '=', sender)
    .where('nonce', '>=', nonceText(latest))
    .where('state', 'in', living)
    .execute();
  const reserved = await db
    .selectFrom('reservations')
    .select('resource as nonce')
    .where('chain', '=', chain)
    .where('network', '=', network)
    .where('sender', '=', sender)
    .where('resource', '>=', nonceText(latest))
    .execute();
  return new Set([...signed, ...reserved].flatMap(({ nonce }) => (nonce === null ? [] : [BigInt(nonce)])));
}

/**
 * Reserves the outputs that a transaction spends, in place of those it had reserved before.
 * @throws CustosError OUTPUT_SPENT: a signed transaction spends one of them; OUTPUT_RESERVED: one that may still be given up
 */
export async function reserveOutputs(db: Tables, reserving: Reserving, outputs: readonly string[]): Promise<void> {
  const { id, chain, network } = reserving;
  await release(db, id, '');
  for (const output of outputs) {
    const row = { chain, network, sender: '', resource: output, transaction_id: id };
    const added = await db
      .insertInto('reservations')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if (added.numInsertedOrUpdatedRows !== 1n) await refuseOutput(db, reserving, output);
  }
}

async function refuseOutput(db: Tables, { chain, network }: Reserving, output: string): Promise<never> {
  const holder = await db
    .selectFrom('reservations')
    .innerJoin('transactions', 'transactions.id', 'reservations.transaction_id')
    .select(['transactions.id', 'transactions.signed'])
    .where('reservations.chain', '=', chain)
    .where('reservations.network', '=', network)
    .where('reservations.sender', '=', '')
    .where('reservations.resource', '=', output)
    .executeTakeFirst();
  const isSigned = typeof holder?.signed === 'string';
  const who = holder === undefined ? 'another transaction' : `transaction ${holder.id}`;
  throw new CustosError(isSigned ? 'OUTPUT_SPENT' : 'OUTPUT_RESERVED', `output ${output} is spent by ${who}`);
}

/** Gives up what a transaction has reserved: all of it, or what belongs to one sender (empty: outputs). */
export async function release(db: Tables, id: string, sender?: string): Promise<void> {
  let query = db.deleteFrom('reservations').where('transaction_id', '=', id);
  if (sender !== undefined) query = query.where('sender', '=', sender);
  await query.execute();
}
