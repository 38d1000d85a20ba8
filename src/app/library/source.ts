import type { ChainRegistry } from '../../core/chain/chain.js';
import { asCustosError, CustosError } from '../../core/errors.js';
import type { Network, SignatureId } from '../../core/ids.js';
import type { PolledTransaction } from '../../core/network/cloud.js';
import type { Source } from '../../core/network/source.js';
import type { Journal } from '../../core/store/journal.js';
import { createJournalSource } from '../../lifecycle/journal-source.js';
import { readTransaction, type Transaction } from './transaction.js';

/** The program's own queue of transactions, as an alternative to `carry`. */
export interface TransactionSource {
  /**
   * Lists transactions for these wallets of one chain. An id that is listed again is the same transaction. A signed transaction
   * that is no longer listed is still finished.
   */
  pending(chain: string, signatureIds: readonly string[]): Promise<readonly Transaction[]> | readonly Transaction[];
  /** Called when the network has a transaction of the carrier, and again after a crash: a second call must not fail. */
  completed?(id: string, txId: string): Promise<void> | void;
  /** Called once for each reason why it was not completed, `CODE: message`. `final`: nothing more happens by itself. */
  failed?(id: string, error: string, final: boolean): Promise<void> | void;
}

interface SourceParts {
  readonly journal: Pick<Journal, 'unsigned'>;
  readonly chains: ChainRegistry;
  readonly network: Network;
}

/** The program's source together with the journal's open transactions: both are polled, and both go the same way. */
export function joinSources(own: TransactionSource | undefined, parts: SourceParts): Source {
  const journal = createJournalSource(parts.journal);
  if (own === undefined) return journal;
  return {
    ...journal,
    name: 'source',
    async pending(chain, network, ids) {
      const [listed, open] = await Promise.all([
        ask(() => own.pending(chain, ids)).then((list) => readList(list, parts, ids)),
        journal.pending(chain, network, ids),
      ]);
      const known = new Set(listed.map(idOf));
      return [...listed, ...open.filter((one) => !known.has(idOf(one)))];
    },
    complete: (id, txId) => ask(async () => own.completed?.(id, txId)),
    async report(reports) {
      for (const { pendingId, error, final } of reports) {
        await ask(async () => own.failed?.(pendingId, error, final === true));
      }
    },
  };
}

function idOf(one: PolledTransaction): unknown {
  return one.kind === 'pending' ? one.pending.id : one.error.details['id'];
}

function readList(list: unknown, parts: SourceParts, ids: readonly SignatureId[]): readonly PolledTransaction[] {
  if (!Array.isArray(list)) throw new CustosError('SOURCE_FAILED', 'what the source returned is not a list');
  const asked = new Set<string>(ids);
  return list.flatMap((value: unknown): readonly PolledTransaction[] => {
    try {
      const pending = readTransaction(value, { ...parts, what: 'pending' });
      // Transactions of other wallets are listed when those wallets are polled.
      return pending.keys.some(({ signatureId }) => asked.has(signatureId)) ? [{ kind: 'pending', pending }] : [];
    } catch (thrown) {
      return [{ kind: 'refused', error: asCustosError(thrown) }];
    }
  });
}

/** @throws CustosError SOURCE_FAILED, with the class of the thrown value: its message may quote anything */
async function ask<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const kind = thrown instanceof Error ? thrown.name : typeof thrown;
    throw new CustosError('SOURCE_FAILED', `the source threw ${kind}`, { cause: thrown });
  }
}
