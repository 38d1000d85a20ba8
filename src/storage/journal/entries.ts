import { type Kysely, sql } from 'kysely';
import { CustosError } from '../../core/errors.js';
import { publicEvent } from '../../core/events/types.js';
import { objectOf, parseJson } from '../../core/json.js';
import type { JournalEntry, JournalFact, Lease, State } from '../../core/store/journal.js';
import { compiledQuery, type Holes } from '../compiled-query.js';
import { noteEvent } from '../events/written.js';
import { rowsInsert } from '../rows-insert.js';
import type { StoreTables } from '../schema.js';
import { recordStep } from './audited.js';
import { toEntry } from './rows.js';
import { provedStory, sealOf } from './seal.js';

export type Tables = Kysely<StoreTables>;

/** Which state may follow which. An error that is tried again leaves the state as it is. */
export const followers: Readonly<Record<State, readonly State[]>> = {
  claimed: ['claimed', 'held', 'signed', 'denied', 'failed', 'cancelled'],
  held: ['claimed', 'held', 'signed', 'denied', 'failed', 'cancelled'],
  // `completed` only when the bytes are handed out instead of sent.
  signed: ['signed', 'broadcast', 'completed', 'failed', 'cancelled'],
  // `failed` only when another transaction is proved to have made the bytes worthless.
  broadcast: ['broadcast', 'completed', 'failed'],
  completed: [],
  denied: [],
  failed: [],
  cancelled: [],
};

async function getEntry(db: Tables, id: string): Promise<JournalEntry | undefined> {
  const row = await db.selectFrom('transactions').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toEntry(row);
}

export async function requireEntry(db: Tables, id: string): Promise<JournalEntry> {
  const entry = await getEntry(db, id);
  if (entry === undefined) throw new CustosError('PENDING_UNKNOWN', `the journal has no transaction ${id}`);
  return entry;
}

/** The error of a request whose time is over. */
export function requestExpired(id: string): CustosError {
  return new CustosError('REQUEST_EXPIRED', `the time of request ${id} was over before it was signed`);
}

function isOver({ intake, signed }: JournalEntry, now: number): boolean {
  return signed === undefined && (intake?.expiresAt ?? now + 1) <= now;
}

/** The error for a process that has lost its transaction to another one. */
export function leaseLost({ id }: Lease): CustosError {
  return new CustosError('LEASE_LOST', `transaction ${id} was claimed again by somebody else`);
}

/** @throws CustosError LEASE_LOST: another process has the transaction now; STATE_CONFLICT: its state does not allow this */
export async function explainRefusal(
  db: Tables,
  { lease, owner, now }: { lease: Lease; owner: string; now: number },
  to: State,
): Promise<never> {
  const entry = await requireEntry(db, lease.id);
  const isFollower = followers[entry.state].includes(to);
  const holder = await db
    .selectFrom('transactions')
    .select('lease_owner')
    .where('id', '=', lease.id)
    .executeTakeFirst();
  const isLost = entry.generation !== lease.generation || (isFollower && holder?.lease_owner !== owner);
  if (isLost) throw leaseLost(lease);
  if (to === 'signed' && isOver(entry, now)) throw requestExpired(lease.id);
  const what = isFollower ? 'change what was signed' : `become ${to}`;
  throw new CustosError('STATE_CONFLICT', `transaction ${lease.id} is ${entry.state} and cannot ${what}`);
}

type EventRow = StoreTables['transaction_events'];

/** Writes lines of stories with their MACs. */
export const insertLines = rowsInsert(
  (db: Tables, lines: readonly EventRow[]) => db.insertInto('transaction_events').values(lines),
  64,
);

interface StoryLine {
  readonly id: string;
  readonly at: number;
  readonly event: string;
  readonly fact: string;
  readonly seq: number | null;
}

const insertEvent = compiledQuery((db: Tables, hole: Holes<StoryLine>) =>
  db
    .insertInto('transaction_events')
    .columns(['transaction_id', 'place', 'at', 'event', 'fact', 'seq'])
    .expression((query) =>
      query
        .selectFrom('transaction_events')
        .select(({ fn, cast, lit }) => [
          cast<string>(hole('id'), 'text').as('transaction_id'),
          sql<number>`${fn.coalesce(fn.max('place'), lit(0))} + 1`.as('place'),
          cast<number>(hole('at'), 'bigint').as('at'),
          cast<string>(hole('event'), 'text').as('event'),
          cast<string>(hole('fact'), 'text').as('fact'),
          cast<number | null>(hole('seq'), 'bigint').as('seq'),
        ])
        .where('transaction_id', '=', hole('id')),
    ),
);

/**
 * What a new line says of its place in the feed of events: 0 if applications hear of it, and null if not. They hear of each
 * change of the state once, however often a held transaction is judged.
 * @param before - the state before the line; undefined: not known, or there was none
 */
function firstSeq(event: string, before?: string): 0 | null {
  const heard = publicEvent(event);
  return heard === undefined || heard.state === before ? null : 0;
}

/** A line of a story. */
export interface AddedLine {
  readonly id: string;
  readonly at: number;
  readonly event: string;
  readonly fact: JournalFact;
  /** Undefined: the next one. */
  readonly place?: number;
}

/** Adds the next line of the story. */
export function addEvent(db: Tables, added: AddedLine): Promise<void> {
  return addEvents(db, [added]);
}

/** Adds the next lines of a story, in their order. */
export async function addEvents(db: Tables, all: readonly AddedLine[]): Promise<void> {
  const seal = sealOf(db);
  const placed: EventRow[] = [];
  for (const added of all) {
    const { id, at, event } = added;
    // The audit log has it from when it was reserved.
    if (event !== 'reserved') recordStep(db, added);
    const seq = firstSeq(event, seal.lastRead(id)?.state);
    if (seq !== null) noteEvent(db, id);
    const fact = JSON.stringify(storyOf(added));
    const place = added.place ?? seal.nextPlace(id);
    if (place === undefined) {
      await insertEvent(db, { id, at, event, fact, seq });
      continue;
    }
    const line: EventRow = { transaction_id: id, place, at, event, fact, mac: null, seq, feed: null };
    line.mac = seal.of('transaction_events', line);
    placed.push(line);
  }
  await insertLines(db, placed);
}

/** What a line says; a nonce as text. */
function storyOf({ event, fact }: { readonly event: string; readonly fact: JournalFact }): object {
  const { reported: _told, filled: _filled, sent: _sent, made: _made, budgets, ...step } = fact;
  const nonce = step.nonce === undefined ? {} : { nonce: step.nonce.toString() };
  return event === 'reserved' ? { ...step, ...nonce, budgets } : { ...step, ...nonce };
}

/** The outputs (`txId:index`) that recorded bytes spend, as the story recorded them when the form was last filled in. */
export async function lastSpends(db: Tables, id: string): Promise<readonly string[]> {
  const lines = await provedStory(db, id);
  const filled = lines.findLast(({ event }) => event === 'filled');
  return filled === undefined ? [] : spendsIn(id, filled.fact);
}

const selectFirstLine = compiledQuery((db: Tables, hole: Holes<{ readonly id: string }>) =>
  db.selectFrom('transaction_events').selectAll().where('transaction_id', '=', hole('id')).where('place', '=', 1),
);

/** The outputs that a request came with: they are its own until it ends without effect. @throws CustosError RECORD_DAMAGED */
export async function acceptedSpends(db: Tables, id: string): Promise<readonly string[]> {
  const [line] = (await selectFirstLine(db, { id })).rows;
  if (line?.event !== 'accepted') return [];
  sealOf(db).require('transaction_events', line, id);
  return spendsIn(id, line.fact);
}

/** Reads the outputs in the fact of an `accepted` or `filled` event. @throws CustosError RECORD_DAMAGED */
export function spendsIn(id: string, fact: string): readonly string[] {
  const value = parseJson(fact, (cause) => damagedStory(id, cause));
  const { spends = [] } = objectOf(value, () => damagedStory(id));
  if (!Array.isArray(spends) || !spends.every((one) => typeof one === 'string')) throw damagedStory(id);
  return spends;
}

function damagedStory(id: string, cause?: unknown): CustosError {
  return new CustosError('RECORD_DAMAGED', `the story of transaction ${id} is damaged`, { cause });
}
