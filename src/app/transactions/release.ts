import { CustosError } from '../../core/errors.js';
import type { JournalEntry } from '../../core/store/journal.js';
import { recordedOf } from '../../lifecycle/recorded.js';
import { type CancelParts, checkedNode } from './cancel.js';

/**
 * Gives nonce and outputs of bytes that were handed out free for other transactions, unless the network has them already. Whoever got the
 * bytes may still send them: they and a transaction with the same nonce can never both take effect.
 * @throws CustosError PENDING_UNKNOWN, STATE_CONFLICT (nothing was handed out, or the network has it), CHAIN_ID_MISMATCH and
 *   NETWORK_MISMATCH (the node is of another chain), NODE_*, API_KEY_MISSING
 */
export async function releaseTransaction(parts: CancelParts, id: string): Promise<JournalEntry> {
  const { journal, chains } = parts;
  const entry = await journal.get(id);
  const isHandedOut = entry?.state === 'completed' && entry.intake?.delivery === 'return';
  const recorded = isHandedOut ? recordedOf(entry) : undefined;
  if (entry !== undefined && recorded !== undefined) {
    const { fate } = chains.get(entry.chain).node;
    const found = fate && (await fate(recorded, await checkedNode(parts, entry)));
    if (found === 'known') {
      throw new CustosError(
        'STATE_CONFLICT',
        `the network has ${recorded.txId}: its nonce and outputs are used for good`,
      );
    }
  }
  return journal.release(id);
}
