import type { SignedTransaction } from '../../core/chain/codec.js';
import type { NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { keccak256 } from '../../crypto/hash.js';
import { hexOf } from '../shared/fields.js';
import { bytesToHex } from '../shared/hexadecimal.js';

/** Methods of one chain's nodes: `eth_…`, or `klay_…` for nodes that know no other. */
export type RpcPrefix = 'eth' | 'klay';

/** Hands signed bytes to a node (`eth_sendRawTransaction`). @returns the hash that it answers. @throws CustosError NODE_* */
export async function sendRaw(prefix: RpcPrefix, signed: SignedTransaction, node: NodeClient): Promise<string> {
  const txId = await node.rpc(`${prefix}_sendRawTransaction`, [signed.raw]);
  if (typeof txId === 'string' && /^0x[0-9a-f]{64}$/i.test(txId)) return txId;
  throw new CustosError('NODE_ANSWER_INVALID', 'the node took a broadcast without a transaction hash');
}

/** Reads signed bytes; their id is their Keccak-256 (EIP-2718, Yellow Paper). @throws CustosError TRANSACTION_INVALID */
export function readSigned(txData: string): SignedTransaction {
  const bytes = hexOf(txData.replace(/^0x/, ''), 'txData');
  return { raw: bytesToHex(bytes), txId: bytesToHex(keccak256(bytes)) };
}
