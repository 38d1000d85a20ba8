import type { NodeClient } from '../../core/chain/node.js';
import { CustosError, isRetryable } from '../../core/errors.js';

/**
 * Asks a node about a receiver. No answer decides nothing: a cloud need not offer the question, and an account that does not
 * exist demands nothing. An own node that is away for the moment is asked again.
 * @returns undefined where nothing is known
 */
export async function askAbout(node: NodeClient, question: () => Promise<unknown>): Promise<unknown> {
  try {
    return await question();
  } catch (error) {
    const isOwn = node.cloud === undefined;
    const isUnreadable = error instanceof CustosError && error.code === 'NODE_ANSWER_INVALID';
    if (!(error instanceof CustosError) || (isOwn && isRetryable(error) && !isUnreadable)) throw error;
    return undefined;
  }
}

/** @throws CustosError MEMO_REQUIRED */
export function demandMemo(to: string, what: string): never {
  throw new CustosError('MEMO_REQUIRED', `${to} takes payments with a ${what} only`);
}

/** @throws CustosError RECEIVER_UNFIT */
export function unfit(to: string, why: string): never {
  throw new CustosError('RECEIVER_UNFIT', `${to} ${why}`);
}
