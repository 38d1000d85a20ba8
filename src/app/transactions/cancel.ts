import type { Chain, ChainRegistry } from '../../core/chain/chain.js';
import type { NodeClient, RecordedTransaction } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import type { Nodes } from '../../core/network/cloud.js';
import type { DeathProof, Journal, JournalEntry } from '../../core/store/journal.js';

/** Blocks behind which no reorganisation is expected: as many as a new block's coins must wait for before they are spent. */
const SETTLED = 100;

/** What a transaction is ended with. */
export interface CancelParts {
  /** Opened for changes. */
  readonly journal: Journal;
  readonly chains: ChainRegistry;
  /** The nodes of a network, asked only where bytes have to be proved dead. @throws CustosError API_KEY_MISSING, URL_* */
  nodes(network: Network): Nodes;
}

/**
 * Ends a transaction that was never signed, or a failed one whose signed bytes are proved dead.
 * @throws CustosError PENDING_UNKNOWN, STATE_CONFLICT (its bytes may still take effect, or have), NODE_*, API_KEY_MISSING
 */
export async function cancelTransaction(parts: CancelParts, id: string): Promise<JournalEntry> {
  const { journal } = parts;
  const entry = await journal.get(id);
  const recorded = entry?.state === 'failed' ? bytesOf(entry) : undefined;
  if (entry === undefined || recorded === undefined) return journal.cancel(id);
  return journal.cancel(id, await proveDead(parts, entry, recorded));
}

function bytesOf({ signed, txId, completed = '', sender = '' }: JournalEntry): RecordedTransaction | undefined {
  return signed === undefined || txId === undefined ? undefined : { raw: signed, txId, completed, sender };
}

/** What no longer can take effect is shown by the node, or by another transaction of the journal that is in the chain. */
async function proveDead(
  { journal, chains, nodes }: CancelParts,
  entry: JournalEntry,
  recorded: RecordedTransaction,
): Promise<DeathProof> {
  const { id } = entry;
  const { txId } = recorded;
  // Bytes that belong to another transaction pay for that one, whatever becomes of them.
  const twin = await journal.twin(entry);
  if (twin !== undefined) return { txId, text: `its bytes are those of ${twin}` };
  const chain = chains.get(entry.chain);
  const node = nodes(entry.network).client(chain);
  const fate = (await chain.node.fate?.(recorded, node)) ?? 'open';
  if (fate === 'dead') return { txId, text: `the ${chain.id} node shows that ${txId} can never take effect any more` };
  if (fate === 'known') {
    const text = `the network has ${txId}: \`custos transaction retry ${id}\` brings ${id} to its end`;
    throw new CustosError('STATE_CONFLICT', text);
  }
  for (const rival of await journal.rivals(entry)) {
    if (await isSettled(chain, rival, node))
      return { txId, text: `${rival.id} took its nonce or outputs, in the chain` };
  }
  const text = `the signed bytes of ${id} may still take effect; \`custos transaction retry ${id}\` sends them again`;
  throw new CustosError('STATE_CONFLICT', text);
}

/** At most one of two that have a nonce or an output in common takes effect: the one that is in the chain for good. */
async function isSettled(chain: Chain, rival: JournalEntry, node: NodeClient): Promise<boolean> {
  const recorded = bytesOf(rival);
  if (recorded === undefined) return false;
  const found = await chain.node.inclusion?.(recorded, node);
  return found?.kind === 'included' && found.depth >= SETTLED;
}
