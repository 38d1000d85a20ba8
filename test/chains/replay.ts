import type { Chain } from '../../src/core/chain/chain.js';
import type { ParseContext } from '../../src/core/chain/codec.js';
import type { NodeClient, NodeRequest } from '../../src/core/chain/node.js';
import { CustosError } from '../../src/core/errors.js';
import { networkOf } from '../../src/core/ids.js';
import { type PendingTransaction, parsePending } from '../../src/core/signing/pending.js';
import type { KeyRef } from '../../src/core/signing/wallet.js';
import { mnemonicToEntropy, mnemonicToSeed } from '../../src/crypto/mnemonic.js';
import { type TestKey, testKey } from '../support/test-key.js';
import type { RecordedCall, TransactionVector } from '../support/vectors.js';

type ReplayVector = Pick<TransactionVector, 'testnet' | 'pending' | 'wallets' | 'rpc'>;

/** A node client that knows the recorded answers and refuses every other question. */
export function replayingNode(calls: readonly RecordedCall[]): NodeClient {
  const get = async (part: string): Promise<unknown> => {
    const call = calls.find(({ request }) => request.body === undefined && request.url.includes(part));
    if (call === undefined) throw new CustosError('NODE_REFUSED', `not recorded: ${part}`);
    return call.response.body;
  };
  const ask = async ({ path, body }: NodeRequest): Promise<unknown> => {
    const asked = body === undefined ? undefined : canonical(body);
    const call = calls.find(
      ({ request }) =>
        request.url.endsWith(path) &&
        (request.body === undefined || request.body === null ? undefined : canonical(request.body)) === asked,
    );
    if (call === undefined) throw new CustosError('NODE_REFUSED', `not recorded: ${path} ${asked}`);
    return call.response.body;
  };
  return {
    async rpc(method, params) {
      const call = calls.find(
        ({ request: { body } }) =>
          body?.method === method && canonical(body.params) === canonical(asRecorded(method, params, body.params)),
      );
      if (call === undefined) throw new CustosError('NODE_REFUSED', `not recorded: ${method} ${canonical(params)}`);
      return (call.response.body as { result: unknown }).result;
    },
    http: ask,
    cloud: ask,
    transactionCount: (address) => get(`/transaction/count/${address}`),
    feeAdvice: () => get('/blockchain/fee/'),
    publicService: (url, request) => {
      const { pathname, search } = new URL(url);
      return ask({ path: `${pathname}${search}`, ...request });
    },
  };
}

/** The keys that a vector's pending transaction names, in order. */
export async function keysOfVector(chain: Chain, vector: ReplayVector): Promise<TestKey[]> {
  const pending = pendingOf(chain, vector);
  const refs = chain.codec.keyRefs?.(pending) ?? pending.keys;
  return Promise.all(refs.map((ref) => keyOfRef(chain, vector, ref)));
}

/** The first key that a vector's pending transaction names. */
export async function keyOfVector(chain: Chain, vector: ReplayVector): Promise<TestKey> {
  return (await keysOfVector(chain, vector))[0]!;
}

async function keyOfRef(chain: Chain, vector: ReplayVector, ref: KeyRef): Promise<TestKey> {
  const network = networkOf(vector.testnet);
  const wallet: { mnemonic?: string; privateKey?: string; secret?: string } = vector.wallets[ref.signatureId]!;
  if (wallet.mnemonic === undefined || ref.index === undefined) {
    const privateKey = chain.keys.decodePrivateKey((wallet.privateKey ?? wallet.secret)!, network);
    return testKey(chain, privateKey, chain.keys.address(chain.keys.publicKey(privateKey), network));
  }
  const hd = chain.keys.hd!;
  const source = hd.source === 'entropy' ? mnemonicToEntropy(wallet.mnemonic) : await mnemonicToSeed(wallet.mnemonic);
  const privateKey = hd.privateKey(hd.account(source, network).node, ref.index);
  const publicKey = chain.keys.publicKey(privateKey);
  return testKey(chain, privateKey, hd.address?.(publicKey, network) ?? chain.keys.address(publicKey, network));
}

export function pendingOf(chain: Chain, vector: ReplayVector): PendingTransaction {
  return parsePending(vector.pending, chain.id, networkOf(vector.testnet));
}

export function contextOfVector(chain: Chain, vector: ReplayVector, keys: readonly TestKey[]): ParseContext {
  const { withdrawal } = pendingOf(chain, vector);
  const signers = keys.map(({ address, publicKey }) => ({ address, publicKey }));
  return {
    network: networkOf(vector.testnet),
    from: keys[0]!.address,
    signers,
    ...(withdrawal && { withdrawal }),
  };
}

export async function completeVector(chain: Chain, vector: ReplayVector): Promise<string> {
  const context = contextOfVector(chain, vector, await keysOfVector(chain, vector));
  const node = replayingNode(vector.rpc ?? []);
  // The outputs that recorded transactions spend never were: nobody can prove their amounts.
  const facts = { ...context, node, allowUnproved: true, nextNonce: async (count: bigint) => count };
  return chain.node.complete(pendingOf(chain, vector), facts);
}

/** Completes, parses and signs a vector. */
export async function signVector(chain: Chain, vector: ReplayVector) {
  const keys = await keysOfVector(chain, vector);
  const completed = await completeVector(chain, vector);
  const unsigned = chain.codec.parse(completed, contextOfVector(chain, vector, keys));
  const key = keys[0]!;
  return {
    ...(await unsigned.sign(keys)),
    completed,
    sender: key.address,
    nonce: unsigned.nonce,
    summary: unsigned.summary,
    key,
    keys,
  };
}

/** Deliberate difference: an estimate says who sends and how much, without which a contract refuses most calls. */
function asRecorded(method: string, params: readonly unknown[], recorded: readonly unknown[]): readonly unknown[] {
  if (!method.endsWith('estimateGas')) return params;
  const [call = {}] = recorded as readonly object[];
  return params.map((one) =>
    Object.fromEntries(
      Object.entries(one as object).filter(([name]) => !['from', 'value'].includes(name) || Object.hasOwn(call, name)),
    ),
  );
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
}
