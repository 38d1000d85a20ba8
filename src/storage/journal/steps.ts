import { type Expression, type QueryResult, sql } from 'kysely';
import { isKept, isNoTry, type JournalFact, LEASE_TIME, type Lease, type State } from '../../core/store/journal.js';
import { compiledQuery, type Holes } from '../compiled-query.js';
import { noteRow } from '../events/written.js';
import type { StoreTables } from '../schema.js';
import { type AddedLine, followers, type Tables } from './entries.js';
import { type Holder, unleased } from './leases.js';
import { nonceText, wholeMilliseconds } from './rows.js';
import { sealOf } from './seal.js';

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
  /** The state that it reaches first, where it goes through two at once. */
  readonly first: State;
}

const isSentByUs = sql<boolean>`(delivery is null or delivery <> 'return')`;

/** What a step sets, and what the row must be before it. @param hole - where the values of the step stand */
function stepQuery(db: Tables, shape: Shape, hole: Holes<StepValues>) {
  const { to, first, columns, isFrozen, isOneMoreTry, isSealed } = shape;
  const from = (Object.keys(followers) as State[]).filter((state) => followers[state].includes(first));
  return (
    db
      .updateTable('transactions')
      // Only what changes: a database rewrites every index of a column that is named.
      .set(Object.fromEntries(columns.map((column) => [column, hole(column)])))
      .$if(isOneMoreTry, (query) => query.set((row) => ({ attempts: row('transactions.attempts', '+', 1) })))
      .where('transactions.id', '=', hole('id'))
      .where('transactions.generation', '=', hole('generation'))
      .where('transactions.lease_owner', '=', hole('holder'))
      .where('transactions.state', 'in', from)
      .$if(isSealed, (query) => query.where('transactions.mac', '=', hole('was')))
      // Recorded bytes and what they were made from are never replaced: they may have been sent.
      .$if(isFrozen, (query) => query.where('transactions.signed', 'is', null))
      // A request whose time is over is not signed any more.
      .$if(columns.includes('signed'), (query) =>
        query.where((row) =>
          row.or([row('transactions.expires_at', 'is', null), row('transactions.expires_at', '>', hole('now'))]),
        ),
      )
      // Bytes are sent, or handed out to whoever asked for them: never both.
      .$if(first === 'broadcast', (query) => query.where(isSentByUs))
      .$if(to === 'completed' && first !== 'broadcast', (query) =>
        query.where((row) =>
          row.or([row('transactions.state', '=', 'broadcast'), row('transactions.delivery', '=', 'return')]),
        ),
      )
      // A transaction without bytes is never called signed.
      .$if(to === 'signed' && !columns.includes('signed'), (query) =>
        query.where('transactions.signed', 'is not', null),
      )
  );
}

/** The texts of a kind of step: for one, and for any number. */
interface StepQueries {
  readonly one: (db: Tables, values: StepValues) => Promise<QueryResult<unknown>>;
  readonly many: (db: Tables, values: Listed) => Promise<QueryResult<unknown>>;
}

interface Listed {
  /** A list of `StepValues` as JSON. */
  readonly steps: string;
}

const kinds = new Map<string, StepQueries>();

/** One for each kind of step. */
export function queriesOf(shape: Shape): StepQueries {
  const name = kindOf(shape);
  const queries = kinds.get(name) ?? {
    one: compiledQuery((db: Tables, hole: Holes<StepValues>) => stepQuery(db, shape, hole)),
    many: compiledQuery((db: Tables, hole: Holes<Listed>) =>
      stepQuery(db, shape, (value) => sql.ref(`step.${value}`)).from(listed(shape, hole('steps'))),
    ),
  };
  kinds.set(name, queries);
  return queries;
}

/** Steps with the same name have the same text. */
export function kindOf({ to, first, columns, isFrozen, isOneMoreTry, isSealed }: Shape): string {
  return `${to} ${first} ${columns.join()} ${isFrozen} ${isOneMoreTry} ${isSealed}`;
}

/** Values that are whole numbers; all others are text. */
const numbers: ReadonlySet<string> = new Set<keyof StepValues>([
  ...(['generation', 'attempts', 'next_attempt_at', 'lease_expires_at', 'updated_at', 'events', 'now'] as const),
]);

/** The rows of a list of steps (PostgreSQL): one parameter has all values, whatever their number is. */
function listed({ columns }: Shape, steps: Expression<string>) {
  const names = new Set<string>([...columns, 'id', 'generation', 'holder', 'was', 'now']);
  const types = [...names].map((name) => sql`${sql.id(name)} ${sql.raw(numbers.has(name) ? 'bigint' : 'text')}`);
  return sql<StepValues>`json_to_recordset(cast(${steps} as json))`.as<'step'>(sql`step(${sql.join(types)})`);
}

/** A step as it is going to be written. */
export interface PlannedStep {
  readonly shape: Shape;
  readonly values: StepValues;
  /** All facts of the step, also those that lines before its own tell of. */
  readonly whole: JournalFact;
  readonly sealed: SealedStep | undefined;
}

/** @throws CustosError RECORD_DAMAGED */
export async function planStep(
  db: Tables,
  { lease, to, fact, event }: Advance,
  { owner, now }: Holder,
): Promise<PlannedStep> {
  const whole = { ...fact.filled, ...fact.made, ...fact.sent, ...fact };
  const isTry = isOneMoreTry(fact);
  const changes = columns(whole);
  if (isKept(to) && fact.errorCode === undefined && mayHaveError(db, lease.id)) Object.assign(changes, withoutError);
  addLease(changes, { to, fact, now });
  changes.state = to;
  changes.updated_at = now;
  const sealed = await sealStep(db, lease.id, { changes, isTry, lines: linesBefore(event, fact).length + 1 });
  if (sealed !== undefined) {
    changes.events = sealed.columns.events;
    changes.mac = sealed.columns.mac;
  }
  const shape: Shape = {
    to,
    first: firstState(to, fact),
    columns: Object.keys(changes) as (keyof Row)[],
    // Except the network's id of a transaction that others sign after us.
    isFrozen: frozen.some(
      (name) => whole[name] !== undefined && !(name === 'txId' && (to === 'broadcast' || fact.sent !== undefined)),
    ),
    isOneMoreTry: isTry,
    isSealed: sealed !== undefined,
  };
  const values: StepValues = Object.assign(changes, {
    id: lease.id,
    generation: lease.generation,
    holder: owner,
    was: sealed?.was ?? null,
    now,
  });
  return { shape, values, whole, sealed };
}

/** A step of several lines goes through the states of those before its own. */
function firstState(to: State, { made, sent }: JournalFact): State {
  if (made !== undefined) return 'signed';
  return sent === undefined ? to : 'broadcast';
}

/** The lines of a step. @param last - place of the last one, if it is known */
export function linesOf({ lease, fact, event }: Advance, at: number, last: number | undefined): readonly AddedLine[] {
  const lines = [...linesBefore(event, fact), { event, fact }];
  return lines.map((line, place) => ({
    ...{ id: lease.id, at, event: line.event, fact: line.fact },
    ...(last !== undefined && { place: last - (lines.length - 1 - place) }),
  }));
}

/** Lines that are written with a step and come before its own. */
function linesBefore(
  event: string,
  { filled, budgets, made, sent }: JournalFact,
): readonly Pick<Advance, 'event' | 'fact'>[] {
  return [
    ...(filled === undefined ? [] : [{ event: 'filled', fact: filled }]),
    ...(budgets === undefined || event === 'reserved' ? [] : [{ event: 'reserved', fact: { budgets } }]),
    // The audit log names sender and budgets beside the bytes.
    ...(made === undefined
      ? []
      : [{ event: 'signed', fact: { ...made, ...(filled && { filled }), ...(budgets && { budgets }) } }]),
    ...(sent === undefined ? [] : [{ event: 'broadcast', fact: sent }]),
  ];
}

export interface SealedStep {
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
  const row = Object.assign({ ...known }, changes);
  row.events = events;
  row.attempts = Number(known.attempts) + (isTry ? 1 : 0);
  row.mac = seal.of('transactions', row);
  return { row, columns: { events, mac: row.mac }, was: known.mac };
}

/** Keeps the row of a step that was written: for the next step, and for whoever waits. */
export function hold(db: Tables, { row }: SealedStep): void {
  sealOf(db).remember(row);
  noteRow(db, row);
}

function isOneMoreTry({ nextAttemptAt, errorCode }: JournalFact): boolean {
  return nextAttemptAt !== undefined && errorCode !== undefined && !isNoTry(errorCode);
}

/** What a row waited for, or was refused for, is over once it went on with its bytes: its story still tells of it. */
const withoutError = { error_code: null, error_text: null } as const satisfies Partial<Row>;

/** Most rows never had an error; one that is not known here may have one. */
function mayHaveError(db: Tables, id: string): boolean {
  const known = sealOf(db).known(id);
  return known === undefined || known.error_code !== null;
}

/** A step keeps the lease; a transaction that has ended or waits for another try is released. */
function addLease(row: Partial<Row>, { to, fact, now }: Pick<Advance, 'to' | 'fact'> & { readonly now: number }): void {
  const isLetGo = followers[to].length === 0 || fact.nextAttemptAt !== undefined;
  if (isLetGo) row.lease_owner = unleased.lease_owner;
  row.lease_expires_at = isLetGo ? unleased.lease_expires_at : now + LEASE_TIME;
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
  if (fact.nextAttemptAt !== undefined) row.next_attempt_at = wholeMilliseconds(fact.nextAttemptAt);
  return row;
}
