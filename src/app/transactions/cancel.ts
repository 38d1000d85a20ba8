import type { Chain, ChainRegistry } from '../../core/chain/chain.js';
import type { NodeClient, RecordedTransaction } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import type { ChainId, Network } from '../../core/ids.js';
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
  /** Chain ids of development chains, which nodes may have beside those of the network. */
  readonly developmentChainIds: ReadonlyMap<ChainId, bigint>;
}

/** What was ended; `proof` where it had signed bytes. */
export interface Cancelled {
  readonly entry: JournalEntry;
  readonly proof?: DeathProof;
}

/**
 * Ends a transaction that was never signed, or a signed or failed one with bytes that are proved dead.
 * @throws CustosError PENDING_UNKNOWN, STATE_CONFLICT (its bytes may still take effect, or have), CHAIN_ID_MISMATCH and
 *   NETWORK_MISMATCH (the node is of another chain, and proves nothing), NODE_*, API_KEY_MISSING
 */
export async function cancelTransaction(parts: CancelParts, id: string): Promise<Cancelled> {
  const { journal } = parts;
  const entry = await journal.get(id);
  const recorded = entry?.state === 'failed' || entry?.state === 'signed' ? bytesOf(entry) : undefined;
  if (entry === undefined || recorded === undefined) return { entry: await journal.cancel(id) };
  const proof = await proveDead(parts, entry, recorded);
  return { entry: await journal.cancel(id, proof), proof };
}

function bytesOf({ signed, txId, completed = '', sender = '' }: JournalEntry): RecordedTransaction | undefined {
  return signed === undefined || txId === undefined ? undefined : { raw: signed, txId, completed, sender };
}

/** What no longer can take effect is shown by the node, or by another transaction of the journal that is in the chain. */
async function proveDead(
  { journal, chains, nodes, developmentChainIds }: CancelParts,
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
  // What happened on another chain proves nothing: signed bytes that no cloud knows may come of a mistyped address.
  const developmentChainId = developmentChainIds.get(chain.id);
  await chain.node.checkNode?.(node, {
    network: entry.network,
    ...(developmentChainId !== undefined && { developmentChainId }),
  });
  const fate = (await chain.node.fate?.(recorded, node)) ?? 'open';
  if (fate === 'dead') return { txId, text: `the ${chain.id} node shows that ${txId} can never take effect any more` };
  if (fate === 'known') throw new CustosError('STATE_CONFLICT', `the network has ${txId}: ${wayToEnd(entry)}`);
  for (const rival of await journal.rivals(entry)) {
    if (await isSettled(chain, rival, node))
      return { txId, text: `${rival.id} took its nonce or outputs, in the chain` };
  }
  throw new CustosError('STATE_CONFLICT', `the signed bytes of ${id} may still take effect; ${wayOn(entry)}`);
}

function wayToEnd({ id, state }: JournalEntry): string {
  return state === 'signed'
    ? `a daemon brings ${id} to its end`
    : `\`custos transaction retry ${id}\` brings ${id} to its end`;
}

function wayOn({ id, state }: JournalEntry): string {
  return state === 'signed'
    ? 'they can be ended when they have run out, or when another transaction that took their nonce or outputs is in the chain'
    : `\`custos transaction retry ${id}\` sends them again`;
}

/** At most one of two that have a nonce or an output in common takes effect: the one that is in the chain for good. */
async function isSettled(chain: Chain, rival: JournalEntry, node: NodeClient): Promise<boolean> {
  const recorded = bytesOf(rival);
  if (recorded === undefined) return false;
  const found = await chain.node.inclusion?.(recorded, node);
  return found?.kind === 'included' && found.depth >= SETTLED;
}
