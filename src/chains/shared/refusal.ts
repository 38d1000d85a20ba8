import { CustosError } from '../../core/errors.js';

/** True for a node's own no: it does not know what was asked for, does not offer the question, or refuses what it was given. */
export function isRefusal(error: unknown): error is CustosError {
  return error instanceof CustosError && error.code === 'NODE_REFUSED';
}

/**
 * Asks a node for something that it may not have.
 * @returns undefined where the node refuses
 * @throws CustosError NODE_*, CLOUD_*: the node gave no answer
 */
export async function unlessRefused<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
