import { CustosError } from '../../core/errors.js';
import { addEvents, type Tables } from './entries.js';
import type { Holder } from './leases.js';
import { releaseOtherNonces } from './reservations.js';
import { advance, isGivenUp } from './state-changes.js';
import {
  type Advance,
  hold,
  kindOf,
  linesOf,
  type PlannedStep,
  planStep,
  queriesOf,
  type SealedStep,
} from './steps.js';
import { takeTransactionIds } from './transaction-ids.js';

/** A step on a row that this process last wrote. */
interface Sealed extends PlannedStep {
  readonly step: Advance;
  readonly sealed: SealedStep;
}

/**
 * Writes steps of many transactions with a few statements: to receive, run and answer a statement takes a server and its client as
 * long as the work on several rows; SQLite is called less often, and each unit of work has its price.
 * @throws CustosError STATE_CONFLICT: one of them cannot be written like this, and each has to be written by itself; or what `advance` throws
 */
export async function advanceTogether(db: Tables, steps: readonly Advance[], holder: Holder): Promise<void> {
  const plain: Sealed[] = [];
  const others: Advance[] = [];
  for (const step of steps) {
    const planned = steps.length > 1 && isPlain(step) ? await planStep(db, step, holder) : undefined;
    if (planned?.sealed === undefined) others.push(step);
    else plain.push({ ...planned, sealed: planned.sealed, step });
  }
  if (plain.length > 0) await writeAll(db, plain, holder);
  for (const step of others) await advance(db, step, holder);
}

/** Most steps reserve nothing and give nothing up. */
export function isPlain({ to, fact: { nextAttemptAt, spends, filled } }: Advance): boolean {
  return !isGivenUp(to) && nextAttemptAt === undefined && (spends ?? filled?.spends) === undefined;
}

async function writeAll(db: Tables, steps: readonly Sealed[], { now, shared }: Holder): Promise<void> {
  const lines = steps.flatMap(({ step, sealed }) => linesOf(step, now, sealed.columns.events));
  const bytes = steps.flatMap(({ step, whole: { txId } }) => (txId === undefined ? [] : [{ id: step.lease.id, txId }]));
  const signed = steps.filter(({ whole }) => whole.signed !== undefined).map(({ step }) => step.lease.id);
  const parts: readonly (() => Promise<unknown>)[] = [
    () => (shared ? updateAll(db, steps) : updateEach(db, steps)),
    () => takeTransactionIds(db, bytes),
    () => releaseOtherNonces(db, signed),
    () => addEvents(db, lines),
  ];
  const answers: unknown[] = [];
  // A server gets one after another without waiting: what one of them refuses undoes all of them. SQLite has nothing to wait for; there
  // none may still run when another one has thrown, because it would write behind the end of the transaction.
  if (shared) answers.push(...(await Promise.all(parts.map((part) => part()))));
  else for (const part of parts) answers.push(await part());
  if (answers.includes(false)) {
    throw new CustosError(
      'STATE_CONFLICT',
      'a transaction has changed in the meantime, or another one has the same bytes',
    );
  }
  for (const { sealed } of steps) hold(db, sealed);
}

/** @returns false if one of them has changed in the meantime */
async function updateEach(db: Tables, steps: readonly Sealed[]): Promise<boolean> {
  for (const { shape, values } of steps) {
    const { numAffectedRows } = await queriesOf(shape).one(db, values);
    if (numAffectedRows !== 1n) return false;
  }
  return true;
}

/** As `updateEach`, with one statement for each kind of step (PostgreSQL). */
async function updateAll(db: Tables, steps: readonly Sealed[]): Promise<boolean> {
  const kinds = new Map<string, Sealed[]>();
  for (const step of steps) {
    const kind = kindOf(step.shape);
    const same = kinds.get(kind);
    if (same === undefined) kinds.set(kind, [step]);
    else same.push(step);
  }
  const results = await Promise.all(
    [...kinds.values()].map((same) => {
      const [first] = same;
      if (first === undefined) return undefined;
      return queriesOf(first.shape).many(db, { steps: JSON.stringify(same.map(({ values }) => values)) });
    }),
  );
  return results.reduce((sum, result) => sum + Number(result?.numAffectedRows ?? 0n), 0) === steps.length;
}
