import type { Chain, ChainRegistry } from '../../core/chain/chain.js';
import type { NodeClient, RecordedTransaction } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import type { ChainId, Network } from '../../core/ids.js';
import type { Nodes } from '../../core/network/cloud.js';
import type { DeathProof, Journal, JournalEntry } from '../../core/store/journal.js';
import { recordedOf } from '../../lifecycle/recorded.js';

/** Depth without expected reorganisations: as many blocks as newly mined coins must wait before they can be spent. */
const SETTLED = 100;

/** The parts that a cancel needs. */
export interface CancelParts {
  /** Opened for changes. */
  readonly journal: Journal;
  readonly chains: ChainRegistry;
  /** The nodes of a network, used only to prove bytes dead. @throws CustosError API_KEY_MISSING, URL_* */
  nodes(network: Network): Nodes;
  /** Chain ids of development chains, which nodes may have in addition to those of the network. */
  readonly developmentChainIds: ReadonlyMap<ChainId, bigint>;
}

/** The ended transaction; `proof` if it had signed bytes. */
export interface Cancelled {
  readonly entry: JournalEntry;
  readonly proof?: DeathProof;
}

/**
 * Ends a transaction that was never signed, or a signed or failed one with bytes that are proved dead.
 * @throws CustosError PENDING_UNKNOWN, STATE_CONFLICT (its bytes may still take effect, or have; or signed bytes of a chain whose
 *   nodes do not show their network), CHAIN_ID_MISMATCH and
 *   NETWORK_MISMATCH (the node is of another chain, and proves nothing), NODE_*, API_KEY_MISSING
 */
export async function cancelTransaction(parts: CancelParts, id: string): Promise<Cancelled> {
  const { journal } = parts;
  const entry = await journal.get(id);
  const recorded = entry?.state === 'failed' || entry?.state === 'signed' ? recordedOf(entry) : undefined;
  if (entry === undefined || recorded === undefined) return { entry: await journal.cancel(id) };
  const proof = await proveDead(parts, entry, recorded);
  return { entry: await journal.cancel(id, proof), proof };
}

/** Proves with the node, or with another transaction of the journal that is in the chain, that bytes cannot take effect. */
async function proveDead(parts: CancelParts, entry: JournalEntry, recorded: RecordedTransaction): Promise<DeathProof> {
  const { journal, chains } = parts;
  const { id } = entry;
  const { txId } = recorded;
  // Bytes that belong to another transaction pay for that one, whatever happens to them.
  const twin = await journal.twin(entry);
  if (twin !== undefined) return { txId, text: `its bytes are those of ${twin}` };
  const chain = chains.get(entry.chain);
  const { checkNode } = chain.node;
  // These bytes may have left, unlike those that a network refused: a node that cannot say where it belongs proves nothing.
  if (checkNode === undefined && entry.state === 'signed') {
    const text = `no node of ${chain.id} can show that it is of ${entry.network}, so none proves the signed bytes of ${id} dead`;
    throw new CustosError('STATE_CONFLICT', text);
  }
  const node = await checkedNode(parts, entry);
  const fate = (await chain.node.fate?.(recorded, node)) ?? 'open';
  if (fate === 'dead') return { txId, text: `the ${chain.id} node shows that ${txId} can never take effect any more` };
  if (fate === 'known') throw new CustosError('STATE_CONFLICT', `the network has ${txId}: ${wayToEnd(entry)}`);
  for (const rival of await journal.rivals(entry)) {
    if (await isSettled(chain, rival, node))
      return { txId, text: `${rival.id} took its nonce or outputs, in the chain` };
  }
  throw new CustosError('STATE_CONFLICT', `the signed bytes of ${id} may still take effect; ${wayOn(entry)}`);
}

/**
 * A node of the transaction's chain. Another chain proves nothing: a mistyped address may be the reason why no cloud knows the signed
 * bytes.
 * @throws CustosError CHAIN_ID_MISMATCH, NETWORK_MISMATCH, NODE_*, API_KEY_MISSING
 */
export async function checkedNode(
  { chains, nodes, developmentChainIds }: CancelParts,
  { chain: id, network }: JournalEntry,
): Promise<NodeClient> {
  const chain = chains.get(id);
  const node = nodes(network).client(chain);
  const developmentChainId = developmentChainIds.get(chain.id);
  await chain.node.checkNode?.(node, { network, ...(developmentChainId !== undefined && { developmentChainId }) });
  return node;
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

/** True if the rival is settled in the chain: only one of two transactions with a common nonce or output takes effect. */
async function isSettled(chain: Chain, rival: JournalEntry, node: NodeClient): Promise<boolean> {
  const recorded = recordedOf(rival);
  if (recorded === undefined) return false;
  const found = await chain.node.inclusion?.(recorded, node);
  return found?.kind === 'included' && found.depth >= SETTLED;
}
