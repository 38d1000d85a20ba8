import { within } from '../core/deadline.js';
import { asCustosError, CustosError, errorKinds } from '../core/errors.js';
import type { UnreadyReason } from '../core/health.js';

/** @throws CustosError HEALTH_TIMEOUT: the work takes longer than `milliseconds`; or what it throws */
export function inTime<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  return within(milliseconds, work, () => new CustosError('HEALTH_TIMEOUT', 'no answer in time'));
}

/**
 * Shares one question among all callers within `milliseconds`, and never asks twice at the same time: a monitor that asks
 * often, or hangs, costs no more than one that asks once.
 */
export function remembered<T>(milliseconds: number, now: () => number, ask: () => Promise<T>): () => Promise<T> {
  let asking: Promise<T> | undefined;
  let until = 0;
  return () => {
    if (asking !== undefined && now() < until) return asking;
    // Until the answer arrives, and for the given time afterwards.
    until = Number.POSITIVE_INFINITY;
    asking = ask().finally(() => {
      until = now() + milliseconds;
    });
    return asking;
  };
}

/**
 * Checks whether something works. Never rejects.
 * @param what - its name in the reason
 * @returns the reason why the server is not ready, or undefined if it works within `milliseconds`
 */
export async function probed(
  what: Pick<UnreadyReason, 'check' | 'chain'>,
  milliseconds: number,
  run: () => Promise<unknown>,
): Promise<UnreadyReason[]> {
  try {
    await inTime(milliseconds, run());
    return [];
  } catch (thrown) {
    // The message may name a path or a host, so only code and hint are given.
    const { code } = asCustosError(thrown);
    return [{ ...what, code, text: errorKinds[code].hint }];
  }
}

/** The answer to `GET /ready`: 200, or 503 with the reasons. */
export function readyAnswer(reasons: readonly UnreadyReason[], more: object = {}): Response {
  const isReady = reasons.length === 0;
  const status = isReady ? 'ready' : 'not ready';
  return Response.json({ status, reasons, ...more }, { status: isReady ? 200 : 503 });
}
