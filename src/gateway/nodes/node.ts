import type { EvmTransfer } from '../../core/chain/builders/evm.js';
import type { Chain } from '../../core/chain/chain.js';
import type { NodeClient } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import type { ChainRules } from '../../core/signing/signing-rules.js';
import { isRecord } from '../../http/json.js';
import { checkField } from '../../http/problems.js';
import { checkFee, type Place } from '../../signing/limits.js';
import { type NodeWire, nodeWire } from './wire.js';

/** A configured blockchain node. */
export interface GatewayNode {
  /** Sends a JSON-RPC body as it is and resolves to the answer's JSON. @throws CustosError NODE_UNREACHABLE, NODE_ANSWER_INVALID */
  forward(body: unknown): Promise<unknown>;
  /** One call; resolves to `result`. @throws CustosError NODE_REFUSED (with the node's reason), NODE_UNREACHABLE, NODE_ANSWER_INVALID */
  rpc(method: string, params: readonly unknown[]): Promise<unknown>;
  /** The client that chains use. */
  readonly client: NodeClient;
  /** Passes a request on to the node's HTTP interface. @throws CustosError NODE_* */
  readonly relay: NodeWire['relay'];
  /** Checks that it answers, and its network if the answer shows it. @throws CustosError NODE_* */
  probe(): Promise<void>;
  /**
   * Builds the unsigned transaction with the node's chain id, which is read once and must belong to the network.
   * @returns its serialized form
   * @throws CustosError NODE_*, NOT_OFFERED, REQUEST_INVALID: the chain could not sign it
   */
  build(request: Omit<EvmTransfer, 'chainId'>): Promise<string>;
}

export interface NodeOptions {
  readonly chain: Chain;
  readonly network: Network;
  readonly url: string;
  readonly rules: ChainRules;
  /** The way to the node; Node's own when absent. */
  readonly fetch?: typeof fetch;
}

/** Client of one node. The URL appears in no message, because it may hold a secret. */
export function gatewayNode(options: NodeOptions): GatewayNode {
  const { chain, url, fetch: send } = options;
  const { post, http, relay } = nodeWire({ chain: chain.id, url, ...(send && { fetch: send }) });
  const rpc = (method: string, params: readonly unknown[]) => call(post, method, params);
  let chainId: Promise<bigint> | undefined;
  return {
    forward: async (body) => withDialect(post, body),
    rpc,
    client: { rpc, http },
    relay,
    probe: () => probe(options, { rpc, http }),
    build: async (request) => {
      chainId ??= askChainId(options, rpc).catch((error: unknown) => {
        chainId = undefined;
        throw error;
      });
      const complete = { ...request, chainId: await chainId };
      return checkField('body', () => tryTransfer({ ...options, request: complete }));
    },
  };
}

type Post = (body: unknown) => Promise<unknown>;

async function call(post: Post, method: string, params: readonly unknown[]): Promise<unknown> {
  const answer = await withDialect(post, { jsonrpc: '2.0', id: 1, method, params });
  if (isRecord(answer) && isRecord(answer['error'])) {
    const { code, message } = answer['error'];
    const reason = typeof message === 'string' ? message.slice(0, 500) : 'no reason given';
    const number = typeof code === 'number' ? ` (code ${code})` : '';
    throw new CustosError('NODE_REFUSED', `the node refused ${method}: ${reason}${number}`, {
      details: { reason, code },
    });
  }
  if (!isRecord(answer) || answer['result'] === undefined) {
    throw new CustosError('NODE_ANSWER_INVALID', `the node's answer to ${method} is not JSON-RPC`);
  }
  return answer['result'];
}

// Older Klaytn nodes have only klay_ methods, newer ones both names, and other nodes only eth_. A method that the node does not
// have is called again by its other name.
async function withDialect(post: Post, body: unknown): Promise<unknown> {
  const answer = await post(body);
  if (!isRecord(body) || !isUnknownMethod(answer)) return answer;
  const other = otherName(body['method']);
  return other === undefined ? answer : post({ ...body, method: other });
}

function isUnknownMethod(answer: unknown): boolean {
  if (!isRecord(answer) || !isRecord(answer['error'])) return false;
  const { code, message } = answer['error'];
  return code === -32601 || (typeof message === 'string' && /method not found|unknown variant/i.test(message));
}

function otherName(method: unknown): string | undefined {
  if (typeof method !== 'string') return undefined;
  if (method === 'klay_chainID') return 'eth_chainId';
  if (method === 'eth_chainId') return 'klay_chainID';
  if (method.startsWith('klay_')) return method.replace('klay_', 'eth_');
  return undefined;
}

async function probe({ chain, ...options }: NodeOptions, client: NodeClient): Promise<void> {
  const kind = chain.builder?.kind;
  const known = chain.tatum?.node?.probe;
  if (kind === 'evm') await askChainId({ chain, ...options }, client.rpc);
  else if (typeof known === 'object') await client.http(known);
  else await client.rpc(known ?? (kind === 'bitcoind' ? 'getblockchaininfo' : 'getGenesisHash'), []);
}

/** The chain itself knows its ids: it checks a transaction with the node's id. */
async function askChainId({ chain, network, rules }: NodeOptions, rpc: GatewayNode['rpc']) {
  const chainId = quantity(await rpc('eth_chainId', []), 'eth_chainId');
  try {
    tryTransfer({ chain, network, rules, request: { to: NOBODY, value: 0n, chainId } });
    return chainId;
  } catch (error) {
    if (!(error instanceof CustosError) || error.code !== 'CHAIN_ID_MISMATCH') throw error;
    throw new CustosError('NODE_ANSWER_INVALID', `the ${chain.id} node is of another network: ${error.message}`);
  }
}

/** An address without a known key; stands for a sender that is not known yet. */
const NOBODY = `0x${'00'.repeat(20)}`;
/** Stand-in for a gas limit that the daemon fills in: more than any data costs, and not above a transaction's maximum (EIP-7825). */
const ANY_GAS = 16_777_216n;

interface TransferTrial extends Place {
  readonly request: EvmTransfer;
}

/**
 * Builds the unsigned transaction and decodes it as the signer will, so that a refusal comes now. Stand-ins replace the parts
 * that the daemon fills in later.
 * @returns the serialized form of `request` alone
 * @throws CustosError NOT_OFFERED, and whatever the chain finds wrong
 */
function tryTransfer({ request, ...place }: TransferTrial): string {
  const { chain, network, rules } = place;
  const { builder } = chain;
  if (builder?.kind !== 'evm') {
    throw new CustosError('NOT_OFFERED', `the gateway builds no transactions of ${chain.id}`);
  }
  const { maxFeePerGas, maxPriorityFeePerGas, type } = request;
  const capped = type === '0x2' || maxFeePerGas !== undefined || maxPriorityFeePerGas !== undefined;
  const price = capped ? { maxPriorityFeePerGas: 0n, maxFeePerGas: maxPriorityFeePerGas ?? 1n } : { gasPrice: 1n };
  const { developmentChainId } = rules;
  const trial = chain.codec.parse(builder.transfer({ nonce: 0n, gasLimit: ANY_GAS, ...price, ...request }, network), {
    network,
    from: NOBODY,
    signers: [{ address: NOBODY }],
    ...(developmentChainId !== undefined && { developmentChainId }),
  });
  // A stand-in cannot be checked: the daemon fills in the fee and compares it with the ceiling.
  const isSettled = request.gasLimit !== undefined && (request.gasPrice ?? maxFeePerGas) !== undefined;
  if (isSettled) checkFee(trial.summary.fee, place);
  return builder.transfer(request, network);
}

/** Reads a hexadecimal quantity of at most 256 bits. @throws CustosError NODE_ANSWER_INVALID */
export function quantity(value: unknown, what: string): bigint {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{1,64}$/.test(value)) {
    throw new CustosError('NODE_ANSWER_INVALID', `the node's answer to ${what} is not a quantity`);
  }
  return BigInt(value);
}

/** Reads a quantity that fits a JSON number exactly. @throws CustosError NODE_ANSWER_INVALID */
export function safeNumber(value: unknown, what: string): number {
  const read = quantity(value, what);
  if (read > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new CustosError('NODE_ANSWER_INVALID', `the node's answer to ${what} is out of range`);
  }
  return Number(read);
}
