import type { ChainNode, NodeClient, RecordedTransaction } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import { includedAt } from '../shared/finality.js';
import { unlessRefused } from '../shared/refusal.js';
import { readBlock } from './block.js';
import { completeBody } from './complete.js';
import { lastBlockOf } from './signed.js';

/** Asks nodes that speak the Thorest interface. */
export const vechainNode: ChainNode = {
  complete: completeBody,
  async broadcast({ raw, txId }, node) {
    const answer = await node.http({ path: '/transactions', body: { raw } });
    const id = isObject(answer) ? answer['id'] : undefined;
    if (id === txId) return txId;
    throw new CustosError('NODE_ANSWER_INVALID', 'the VET node took a broadcast and answered with another id');
  },
  async fate(recorded, node) {
    // Asked first, so that whoever looks afterwards has seen every block before.
    const final = await finalBlock(node);
    if (await isFound(recorded, node)) return 'known';
    if (final === undefined || final.number <= lastBlockOf(recorded.raw)) return 'open';
    return (await isIn(final, recorded, node)) ? 'known' : 'dead';
  },
  /** Until it is proved, a branch or another node may have it in a block. */
  async refusal(_recorded, words) {
    return /expired/i.test(words) ? 'later' : 'final';
  },
  async inclusion(recorded, node) {
    const best = readBlock(await node.http({ path: '/blocks/best' }));
    // Thor searches the chain that it considers best, so a receipt never belongs to another branch.
    const receipt = await node.http({ path: `/transactions/${recorded.txId}/receipt` });
    if (receipt === null) return { kind: (await isFound(recorded, node)) ? 'waiting' : 'absent' };
    const { meta, reverted } = isObject(receipt) ? receipt : {};
    const { txID, blockID } = isObject(meta) ? meta : {};
    if (txID !== recorded.txId || typeof reverted !== 'boolean') {
      throw new CustosError('NODE_ANSWER_INVALID', 'the VET node did not answer with a receipt of this transaction');
    }
    const { id, number } = readBlock({ id: blockID });
    return includedAt({ block: id, number, reverted }, best.number);
  },
};

/** In a block or in the pool. */
async function isFound({ txId }: RecordedTransaction, node: NodeClient): Promise<boolean> {
  const found = await node.http({ path: `/transactions/${txId}?pending=true` });
  return isObject(found) && found['id'] === txId;
}

/** The newest block that no reorganisation can undo; undefined where the node does not say. */
async function finalBlock(node: NodeClient): Promise<ReturnType<typeof readBlock> | undefined> {
  const block = await unlessRefused(() => node.http({ path: '/blocks/finalized' }));
  return block === undefined ? undefined : readBlock(block);
}

/**
 * Whether the chain up to a block holds it. A node without that block refuses to say. A transaction lives for `expiration` blocks
 * from the one that it refers to: what is not in a chain beyond the last of them never will be.
 */
async function isIn(
  { id }: { readonly id: string },
  { txId }: RecordedTransaction,
  node: NodeClient,
): Promise<boolean> {
  const found = await node.http({ path: `/transactions/${txId}?head=${id}` });
  if (found === null) return false;
  if (isObject(found) && found['id'] === txId) return true;
  throw new CustosError('NODE_ANSWER_INVALID', 'the VET node answered with another transaction');
}
