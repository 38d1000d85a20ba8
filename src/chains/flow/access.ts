import type { NodeClient, NodeRequest } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import { isObject } from '../../core/json.js';
import { isRefusal } from '../shared/refusal.js';

/** A node with Flow's Access API over HTTP: the public one where a cloud is used, or the operator's own. */
export interface FlowAccess {
  readonly node: NodeClient;
  readonly network: Network;
}

/** One key of an account. */
export interface AccountKey {
  readonly index: number;
  /** 128 hexadecimal digits. */
  readonly publicKey: string;
  /** Algorithms in lower case without underscores, e.g. `ecdsasecp256k1`, `sha3256`. */
  readonly curve: string;
  readonly hash: string;
  readonly sequenceNumber: bigint;
  readonly weight: number;
  readonly revoked: boolean;
}

/** How far a transaction got. `failed`: it is on the chain and changed nothing but the fee. */
export type FlowResult =
  | { readonly kind: 'unknown' | 'pending' | 'expired' }
  | { readonly kind: 'sealed'; readonly block: string }
  | { readonly kind: 'failed'; readonly block: string; readonly reason: string };

/** Weight that the keys of a signature must have together. */
export const FULL_WEIGHT = 1000;

const hosts = { mainnet: 'https://rest-mainnet.onflow.org', testnet: 'https://rest-testnet.onflow.org' } as const;

/** @param path - begins with /v1/   @throws CustosError NODE_*, CLOUD_* */
export function askAccess({ node, network }: FlowAccess, request: NodeRequest): Promise<unknown> {
  const { path, ...rest } = request;
  return node.publicService === undefined ? node.http(request) : node.publicService(`${hosts[network]}${path}`, rest);
}

/** Name that the network gives itself, e.g. `flow-mainnet`. */
export async function chainName(access: FlowAccess): Promise<string> {
  const answer = await askAccess(access, { path: '/v1/network/parameters' });
  const name = isObject(answer) ? answer['chain_id'] : undefined;
  return typeof name === 'string' ? name : malformed('no network parameters');
}

/** The newest block of a kind. */
export async function newestBlock(
  access: FlowAccess,
  kind: 'final' | 'sealed',
): Promise<{ id: string; height: bigint }> {
  const answer = await askAccess(access, { path: `/v1/blocks?height=${kind}&expand=payload` });
  const block: unknown = Array.isArray(answer) ? answer[0] : undefined;
  const header = isObject(block) ? block['header'] : undefined;
  const [id, height] = isObject(header) ? [header['id'], header['height']] : [];
  if (typeof id !== 'string' || !/^[0-9a-f]{64}$/.test(id) || !isWhole(height)) return malformed('no block');
  return { id, height: BigInt(height) };
}

/**
 * The keys of an account.
 * @param address - 16 hexadecimal digits   @param query - selects the state, and what is sent along with the keys
 */
export async function accountKeys(access: FlowAccess, address: string, query: string): Promise<readonly AccountKey[]> {
  const answer = await askAccess(access, { path: `/v1/accounts/${address}?${query}` });
  const keys = isObject(answer) ? answer['keys'] : undefined;
  if (!Array.isArray(keys)) return malformed('no account keys');
  return (keys as readonly unknown[]).map(readKey);
}

/** @throws CustosError NODE_ANSWER_INVALID: the account has no living key with this index */
export async function keyAt(
  access: FlowAccess,
  { address, keyId }: { readonly address: string; readonly keyId: number },
  query: string,
): Promise<AccountKey> {
  const key = (await accountKeys(access, address, query)).find(({ index, revoked }) => index === keyId && !revoked);
  return key ?? malformed(`no key ${keyId} of the account 0x${address}`);
}

/** What became of a transaction. @param id - 64 hexadecimal digits */
export async function resultOf(access: FlowAccess, id: string): Promise<FlowResult> {
  let answer: unknown;
  try {
    answer = await askAccess(access, { path: `/v1/transaction_results/${id}` });
  } catch (error) {
    // A node that does not know the transaction answers 404.
    if (isRefusal(error)) return { kind: 'unknown' };
    throw error;
  }
  if (!isObject(answer) || typeof answer['status'] !== 'string') return malformed('no transaction result');
  switch (answer['status'].toLowerCase()) {
    case 'sealed':
      return readSealed(answer);
    case 'expired':
      return { kind: 'expired' };
    case 'pending':
    case 'finalized':
    case 'executed':
      return { kind: 'pending' };
    default:
      return { kind: 'unknown' };
  }
}

function readSealed(answer: Readonly<Record<string, unknown>>): FlowResult {
  const { status_code: code, execution, error_message: text, block_id: id } = answer;
  const block = typeof id === 'string' ? id.slice(0, 64) : '';
  const isGood = ((code ?? 0) === 0 || code === '0') && (text === undefined || text === '');
  if (isGood && (typeof execution !== 'string' || execution.toLowerCase() !== 'failure'))
    return { kind: 'sealed', block };
  return {
    kind: 'failed',
    block,
    reason: typeof text === 'string' && text !== '' ? text.slice(0, 300) : 'no reason is given',
  };
}

function readKey(value: unknown): AccountKey {
  const key = isObject(value) ? value : {};
  const { index, public_key: point, sequence_number: sequence, weight, revoked } = key;
  const [curve, hash] = [key['signing_algorithm'], key['hashing_algorithm']];
  const digits = typeof point === 'string' ? point.replace(/^0x/, '').toLowerCase() : '';
  if (!isWhole(index) || !isWhole(sequence) || !isWhole(weight)) return malformed('an account key without its numbers');
  return {
    index: Number(index),
    publicKey: digits,
    curve: algorithm(curve),
    hash: algorithm(hash),
    sequenceNumber: BigInt(sequence),
    weight: Number(weight),
    revoked: revoked === true,
  };
}

function algorithm(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase().replaceAll('_', '') : '';
}

function isWhole(value: unknown): value is string | number {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0;
  return typeof value === 'string' && /^\d{1,20}$/.test(value);
}

function malformed(what: string): never {
  throw new CustosError('NODE_ANSWER_INVALID', `the FLOW node answered with ${what}`);
}
