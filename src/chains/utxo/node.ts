import type { SignedTransaction } from '../../core/chain/codec.js';
import type { ChainNode, NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { type Network, quote } from '../../core/ids.js';
import { isObject } from '../../core/json.js';
import { readers } from './codec.js';
import { unreadable } from './coins.js';
import { completeSpend } from './complete.js';
import type { UtxoChainDefinition } from './definition.js';
import { utxoFate, utxoInclusion, utxoRefusal } from './inclusion.js';

/** Asks nodes that speak bitcoind's JSON-RPC. */
export function nodeOf({ id, request }: UtxoChainDefinition): ChainNode {
  return {
    complete: (pending, { node, allowUnproved = false }) =>
      completeSpend(pending.serialized, { node, chain: id, allowsUnproved: allowUnproved, read: readers[request] }),
    broadcast,
    fate: utxoFate,
    inclusion: utxoInclusion,
    refusal: utxoRefusal,
    checkNode: (node, { network }) => checkNetwork(node, network),
  };
}

/** Words of a node that holds these very bytes already, in its pool or in a block. */
const isHeld = /txn-already-(in-mempool|known)|already in (the )?(block ?chain|mempool|utxo set)/i;

/** Hands signed bytes to a node. One that has them already takes them again. @throws CustosError NODE_* */
async function broadcast({ raw, txId }: SignedTransaction, node: NodeClient): Promise<string> {
  const answer = await node.rpc('sendrawtransaction', [raw]).catch((error: unknown) => {
    if (error instanceof CustosError && error.code === 'NODE_REFUSED' && isHeld.test(error.message)) return txId;
    throw error;
  });
  if (answer === txId) return txId;
  throw unreadable('sendrawtransaction', quote(answer));
}

/** @throws CustosError NETWORK_MISMATCH: keys and scripts are the same on all networks, so only the node knows which one it serves */
export async function checkNetwork(node: NodeClient, network: Network): Promise<void> {
  const answer = await node.rpc('getblockchaininfo', []);
  const chain = isObject(answer) ? answer['chain'] : undefined;
  if (typeof chain !== 'string') throw unreadable('getblockchaininfo', 'no chain');
  if ((chain === 'main') === (network === 'mainnet')) return;
  throw new CustosError(
    'NETWORK_MISMATCH',
    `the node belongs to the chain ${quote(chain)}, and this is the ${network}`,
  );
}
