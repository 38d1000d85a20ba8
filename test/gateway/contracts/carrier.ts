import { type Abi, type AbiFunction, decodeFunctionResult, encodeFunctionData, parseAbiItem } from 'viem';
import { expect } from 'vitest';
import { createRegistry } from '../../../src/chains/registry.js';
import type { UnsignedTransaction } from '../../../src/core/chain/codec.js';
import type { NodeClient } from '../../../src/core/chain/node.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { GatewayOptions } from '../../../src/gateway/server.js';
import type { Receipt } from '../../support/anvil.js';
import { testKey } from '../../support/test-key.js';
import { type Answer, developmentId, type Running, startRunning } from '../running.js';

const registry = createRegistry();
/** Names of wallets, each with one account of the node. */
const wallets = ['a', 'b', 'c'].map((digit) => `26d3883e-4e17-48b3-a0ee-09a3e484ac8${digit}`);

/** What became of a request. */
interface Carried extends Omit<Receipt, 'contractAddress'> {
  readonly contractAddress: `0x${string}`;
  readonly pending: string;
  readonly txId: string;
  readonly unsigned: UnsignedTransaction;
}

interface CarryOptions {
  readonly chain?: string;
  readonly method?: 'POST' | 'PUT';
  /** Place of the wallet that signs. */
  readonly wallet?: number;
}

/** Carries requests through a gateway, a signer and a node. */
export interface Carrier {
  readonly running: Running;
  /** Addresses of the wallets, in lower case. */
  readonly accounts: readonly `0x${string}`[];
  /** Hands in, signs as a daemon does, sends through the gateway, and waits for the block. */
  carry(path: string, form: object, options?: CarryOptions): Promise<Carried>;
  submit(path: string, form: object, options?: CarryOptions): Promise<Answer>;
  /** The data of the transaction that a submission queued. */
  queued(path: string, form: object, options?: CarryOptions): Promise<Record<string, unknown>>;
  /** Asks a contract, without the gateway. @param signature - such as `function ownerOf(uint256) view returns (address)` */
  ask(to: string, signature: string, ...args: readonly unknown[]): Promise<unknown>;
  /** Calls a contract as an account of the node, without the gateway. */
  call(from: string, to: string, signature: string, ...args: readonly unknown[]): Promise<Receipt>;
  balance(address: string): Promise<bigint>;
  close(): Promise<void>;
}

export async function startCarrier(change: Partial<GatewayOptions> = {}): Promise<Carrier> {
  const running = await startRunning(change);
  const { node } = running;
  const accounts = wallets.map((_, at) => node.accounts[at]!.address.toLowerCase() as `0x${string}`);

  const submit = (path: string, form: object, { chain = 'ETH', method = 'POST', wallet = 0 }: CarryOptions = {}) => {
    const body = { chain, signatureId: wallets[wallet], ...form };
    if (method === 'POST') return running.post(path, body);
    return running.put(path, body);
  };

  const rpc: NodeClient['rpc'] = async (method, params) => {
    const { body } = await running.post('/v3/blockchain/node/ETH/x', { jsonrpc: '2.0', id: 1, method, params });
    if (body.error) throw new Error(body.error.message);
    return body.result;
  };

  const pendingOf = async (answer: Answer) => {
    expect(answer).toEqual({ status: 200, body: { signatureId: expect.stringMatching(/^[0-9a-f]{24}$/) } });
    return (await running.pending(answer)).body;
  };

  async function carry(path: string, form: object, options: CarryOptions = {}): Promise<Carried> {
    const { wallet = 0 } = options;
    const chain = registry.get(options.chain ?? 'ETH');
    const pending = parsePending(await pendingOf(await submit(path, form, options)), chain.id, 'testnet');
    const from = chain.keys.normalizeAddress(accounts[wallet]!, 'testnet');
    const context = {
      ...{ network: 'testnet' as const, from, signers: [{ address: from }] },
      developmentChainId: BigInt(developmentId),
    };
    const nextNonce = async () => BigInt(String(await rpc('eth_getTransactionCount', [accounts[wallet], 'latest'])));
    const http = () => Promise.reject(new Error('not asked here'));
    const completed = await chain.node.complete(pending, { ...context, node: { rpc, http }, nextNonce });
    const unsigned = chain.codec.parse(completed, context);
    const privateKey = Uint8Array.from(Buffer.from(node.accounts[wallet]!.privateKey.slice(2), 'hex'));
    const signed = await unsigned.sign([testKey(chain, privateKey, from)]);
    const sent = await running.post(`/v3/${chain.slug}/broadcast`, { txData: signed.raw, signatureId: pending.id });
    expect(sent).toEqual({ status: 200, body: { txId: signed.txId } });
    const receipt = await node.receipt(signed.txId);
    expect(receipt.status).toBe('0x1');
    return {
      ...receipt,
      contractAddress: receipt.contractAddress as `0x${string}`,
      pending: pending.id,
      txId: signed.txId,
      unsigned,
    };
  }

  return {
    running,
    accounts,
    carry,
    submit,
    queued: async (path, form, options) => {
      const { serializedTransaction } = await pendingOf(await submit(path, form, options));
      return JSON.parse(serializedTransaction);
    },
    async ask(to, signature, ...args) {
      const { abi, functionName } = methodOf(signature);
      const data = encodeFunctionData({ abi, functionName, args });
      const answer = (await node.rpc('eth_call', [{ to, data }, 'latest'])) as `0x${string}`;
      return decodeFunctionResult({ abi, functionName, data: answer });
    },
    async call(from, to, signature, ...args) {
      const data = encodeFunctionData({ ...methodOf(signature), args });
      return node.receipt(String(await node.rpc('eth_sendTransaction', [{ from, to, data }])));
    },
    balance: async (address) => BigInt(String(await node.rpc('eth_getBalance', [address, 'latest']))),
    close: () => running.close(),
  };
}

function methodOf(signature: string): { readonly abi: Abi; readonly functionName: string } {
  const item = parseAbiItem(signature as 'function x()') as AbiFunction;
  return { abi: [item], functionName: item.name };
}

/** Names of the fields that a refused request named. */
export function problemsOf(answer: Answer): string[] {
  expect(answer).toMatchObject({ status: 400, body: { errorCode: 'validation.failed', statusCode: 400 } });
  return answer.body.data.map(({ property }: { property: string }) => property);
}
