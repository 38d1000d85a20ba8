import { within } from '../core/deadline.js';
import { CustosError } from '../core/errors.js';

/** The steps of the way, as measurements and crash tests see them. */
export type Step =
  /** All that one process does for a transaction until it ends, or has to wait. */
  | 'way'
  | 'poll'
  | 'claim'
  | 'complete'
  | 'judge'
  | 'reserve'
  | 'sign'
  | 'open'
  | 'record'
  | 'broadcast'
  | 'confirm'
  | 'close';

/** Called before (`begin`) and after each step, with microseconds: `end`, or `failed` when it threw. */
export type Trace = (step: Step, moment: 'begin' | 'end' | 'failed', microseconds: number, pendingId?: string) => void;

/** The parts that every step has. */
export interface Traced {
  readonly trace?: Trace;
}

/**
 * The longest time for a step with all of its tries, in milliseconds. Steps that are not listed have other limits: journal
 * steps those of the database, and signing those of the signer.
 */
export const deadlines: Readonly<Partial<Record<Step, number>>> = {
  poll: 150_000,
  complete: 120_000,
  judge: 60_000,
  broadcast: 120_000,
  confirm: 60_000,
  close: 60_000,
};

/** Runs `work` as one step of the way. @throws CustosError STEP_TIMEOUT, and whatever `work` throws */
export async function step<T>(
  { trace }: Traced,
  name: Step,
  pendingId: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  trace?.(name, 'begin', 0, pendingId);
  const start = performance.now();
  const limit = deadlines[name];
  // A result after the deadline is dropped. Steps with a deadline write little: `complete` reserves a nonce, `judge` writes
  // nothing. A nonce is reserved under the lease, which an abandoned step releases.
  const late = () =>
    new CustosError('STEP_TIMEOUT', `the step "${name}" did not end within ${(limit ?? 0) / 1000} seconds`);
  let moment: 'end' | 'failed' = 'failed';
  try {
    const result = await (limit === undefined ? work() : within(limit, work(), late));
    moment = 'end';
    return result;
  } finally {
    trace?.(name, moment, Math.round((performance.now() - start) * 1000), pendingId);
  }
}
