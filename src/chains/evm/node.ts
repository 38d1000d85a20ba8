import type { SignedTransaction } from '../../core/chain/codec.js';
import type { ChainNode, NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { completeTransaction } from './complete.js';
import { writeCompleted } from './completed.js';
import { evmFate, evmInclusion } from './inclusion.js';
import { evmRefusal } from './refusal.js';
import { checkChainId } from './request.js';
import { askQuantity, type RpcPrefix } from './rpc.js';
import type { EvmSettings } from './settings.js';

/** Asks nodes that speak Ethereum's JSON-RPC. */
export function nodeOf(settings: EvmSettings): ChainNode {
  const { addressStyle, rpcPrefix: prefix, settledDepth } = settings;
  const form = { prefix, addressStyle, ...(settledDepth !== undefined && { settledDepth }) };
  return {
    async complete(pending, context) {
      const transaction = await completeTransaction(settings, pending, context);
      return writeCompleted(transaction, context.from, addressStyle);
    },
    broadcast: (signed, node) => sendRaw(prefix, signed, node),
    fate: (recorded, node) => evmFate(form, recorded, node),
    inclusion: (recorded, node) => evmInclusion(form, recorded, node),
    refusal: (recorded, words, node) => evmRefusal({ form, recorded, words }, node),
    checkNode: async (node, place) => checkChainId(await askQuantity(node, 'eth_chainId', []), settings, place),
  };
}

/** Hands signed bytes to a node (`eth_sendRawTransaction`). @returns the hash that it answers. @throws CustosError NODE_* */
async function sendRaw(prefix: RpcPrefix, signed: SignedTransaction, node: NodeClient): Promise<string> {
  const txId = await node.rpc(`${prefix}_sendRawTransaction`, [signed.raw]);
  if (typeof txId === 'string' && /^0x[0-9a-f]{64}$/i.test(txId)) return txId;
  throw new CustosError('NODE_ANSWER_INVALID', 'the node took a broadcast without a transaction hash');
}
