import type { Chain, NodeClient } from '../../src/core/chain.js';
import { CustosError } from '../../src/core/errors.js';
import { networkOf } from '../../src/core/ids.js';
import { parsePending } from '../../src/core/pending.js';
import type { LentKey } from '../../src/core/wallet.js';
import { mnemonicToSeed } from '../../src/crypto/mnemonic.js';
import type { RecordedCall, TransactionVector } from '../support/vectors.js';

type ReplayVector = Pick<TransactionVector, 'testnet' | 'pending' | 'wallets' | 'rpc'>;

/** A node client that knows the recorded answers and refuses every other question. */
export function replayingNode(calls: readonly RecordedCall[]): NodeClient {
  const get = async (part: string): Promise<unknown> => {
    const call = calls.find(({ request }) => request.body === undefined && request.url.includes(part));
    if (call === undefined) throw new CustosError('NODE_REFUSED', `not recorded: ${part}`);
    return call.response.body;
  };
  return {
    async rpc(method, params) {
      const asked = canonical(params);
      const call = calls.find(
        ({ request }) => request.body?.method === method && canonical(request.body.params) === asked,
      );
      if (call === undefined) throw new CustosError('NODE_REFUSED', `not recorded: ${method} ${asked}`);
      return (call.response.body as { result: unknown }).result;
    },
    transactionCount: (address) => get(`/transaction/count/${address}`),
    feeAdvice: () => get('/blockchain/fee/'),
    publicService: get,
  };
}

/** The key that a vector's pending transaction names. */
export async function keyOfVector(chain: Chain, vector: ReplayVector): Promise<LentKey> {
  const network = networkOf(vector.testnet);
  const wallet = Object.values(vector.wallets)[0]!;
  const index = vector.pending['index'];
  const privateKey =
    wallet.mnemonic === undefined
      ? chain.decodePrivateKey(wallet.privateKey!, network)
      : chain.hd!.privateKey(chain.hd!.account(await mnemonicToSeed(wallet.mnemonic), network).node, Number(index));
  const publicKey = chain.publicKey(privateKey);
  return { privateKey, publicKey, address: chain.address(publicKey, network) };
}

export async function completeVector(chain: Chain, vector: ReplayVector): Promise<string> {
  const network = networkOf(vector.testnet);
  const pending = parsePending(vector.pending, chain.id, network);
  const from = (await keyOfVector(chain, vector)).address;
  return chain.complete(pending, { network, from, node: replayingNode(vector.rpc), nextNonce: async (count) => count });
}

/** Completes, parses and signs a vector. */
export async function signVector(chain: Chain, vector: ReplayVector) {
  const key = await keyOfVector(chain, vector);
  const completed = await completeVector(chain, vector);
  const unsigned = chain.parse(completed, { network: networkOf(vector.testnet), from: key.address });
  return { ...unsigned.sign([key]), nonce: unsigned.nonce, summary: unsigned.summary, key };
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
}
