import type { ChainNode, NodeClient, RecordedTransaction } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import { includedAt } from '../shared/finality.js';
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
    if (await isFound(recorded, node)) return 'known';
    return (await isOutdated(recorded, node)) ? 'dead' : 'open';
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

/** A transaction lives for `expiration` blocks from the one that it refers to, and is never taken afterwards. */
async function isOutdated({ raw }: RecordedTransaction, node: NodeClient): Promise<boolean> {
  const { number } = readBlock(await node.http({ path: '/blocks/best' }));
  return number > lastBlockOf(raw);
}
