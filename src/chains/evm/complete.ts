import type { CompleteContext, NodeClient } from '../../core/chain/node.js';
import type { PendingTransaction } from '../../core/signing/pending.js';
import { bytesToHex, quantityToHex } from '../shared/hexadecimal.js';
import { checksumAddress, readAddress } from '../shared/keccak-address.js';
import { checkCode, needsCode } from './calls/code.js';
import { accessListToJson } from './completed.js';
import type { EvmTransaction } from './format.js';
import { authorizationsToJson } from './forms/authorizations.js';
import { blobHashes } from './forms/blobs.js';
import { checkGas, type GasRules, gasRulesFor } from './gas.js';
import { nodePrice, type PriceSource } from './price.js';
import { checkChainId, type EvmRequest, type RequestRules, readRequest } from './request.js';
import { askCloudCount, askQuantity, ethMethods, isDirect, type MethodNames } from './rpc.js';

/** A member of the call whose gas is estimated. `filledPrice` is the gas price after filling in, the others are as given. */
type CallField = 'from' | 'to' | 'value' | 'data' | 'nonce' | 'gas' | 'gasPrice' | 'chainId' | 'filledPrice';

/** How a chain's missing values are found. On a direct node all chains use Ethereum's methods, a whole call, and both the latest and the pending count. */
export interface CompletionRules {
  readonly methods: MethodNames;
  readonly price: PriceSource;
  /** Whether a gas price of 0 counts as missing, as the cloud's form of "the usual price". */
  readonly zeroPrice: 'missing' | 'given';
  /** `missing`: asked when no gas is given. `always`: asked, but a given gas is kept. `override`: a given `gas` is replaced. */
  readonly estimate: 'missing' | 'always' | 'override';
  /** The same for a ledger withdrawal. */
  readonly withdrawalEstimate: 'missing' | 'always' | 'override';
  readonly call: readonly CallField[];
  /** Added to the node's estimate. */
  readonly gasMargin: bigint;
  /** `cloud`: the cloud's own operation. `latest` and `pending`: JSON-RPC with this block. */
  readonly count: 'cloud' | 'latest' | 'pending';
  readonly countAddress: 'checksum' | 'lower-case';
}

/** The rules of a chain that differs in nothing. */
export const plainCompletion: CompletionRules = {
  methods: ethMethods,
  price: nodePrice,
  zeroPrice: 'missing',
  estimate: 'missing',
  withdrawalEstimate: 'missing',
  call: ['from', 'to', 'value', 'data'],
  gasMargin: 0n,
  count: 'latest',
  countAddress: 'checksum',
};

/** All that completing takes from its chain. */
export interface CompletingChain extends RequestRules {
  readonly completion: CompletionRules;
  readonly checksGas: boolean;
  readonly gasRules: GasRules;
}

interface Completing {
  readonly chain: CompletingChain;
  readonly rules: CompletionRules;
  readonly node: NodeClient;
  readonly request: EvmRequest;
  /** 20 bytes of the sender. */
  readonly from: Uint8Array;
  readonly estimate: 'missing' | 'always' | 'override';
}

/**
 * Fills in chain id, fee, gas and nonce. All that can be refused without the node is refused before it is asked,
 * and the nonce comes last, because it is given only once.
 * @throws CustosError as `readRequest`, and GAS_TOO_LOW, RECEIVER_UNFIT, NODE_REFUSED, NODE_UNREACHABLE, NODE_ANSWER_INVALID
 */
export async function completeTransaction(
  chain: CompletingChain,
  pending: Pick<PendingTransaction, 'serialized' | 'withdrawal'>,
  context: CompleteContext,
): Promise<EvmTransaction> {
  const { node } = context;
  const request = readRequest(pending.serialized, chain, context);
  const work: Completing = {
    chain,
    rules: isDirect(node) ? directRules(chain.completion) : chain.completion,
    node,
    request,
    from: readAddress(context.from, chain.addressStyle),
    estimate: estimateRule(chain.completion, request, pending.withdrawal !== undefined),
  };
  if (chain.checksGas && keepsGas(work)) {
    checkGas(request.gas ?? 0n, { data: noBytes, ...request }, gasRulesFor(chain, request.chainId, context));
  }
  if (isDirect(node) && request.to !== undefined && needsCode(request)) await checkCode(request.to, node);
  const chainId = request.chainId ?? (await askChainId(work, context));
  const fees = await fillFees(work);
  const gas = await fillGas(work, fees.feePerGas);
  if (chain.checksGas) checkGas(gas, { data: noBytes, ...request }, gasRulesFor(chain, chainId, context));
  const nonce = request.nonce ?? (await freeNonce(work, context));
  return { value: 0n, data: noBytes, ...request, chainId, ...fees, gas, nonce };
}

const noBytes = new Uint8Array(0);

function directRules(rules: CompletionRules): CompletionRules {
  const { call, countAddress } = plainCompletion;
  return { ...rules, methods: ethMethods, call, count: 'latest', countAddress };
}

function estimateRule(rules: CompletionRules, request: EvmRequest, isWithdrawal: boolean): Completing['estimate'] {
  // Only the form that the cloud builds by itself is estimated although gas is given.
  if (request.format.type !== 0) return 'missing';
  return isWithdrawal ? rules.withdrawalEstimate : rules.estimate;
}

function keepsGas({ request, estimate }: Completing): boolean {
  if (!request.gas) return false;
  return estimate !== 'override' || request.gasNamedLimit;
}

async function askChainId({ node, rules, chain }: Completing, context: CompleteContext): Promise<bigint> {
  const chainId = await askQuantity(node, rules.methods.chainId, []);
  checkChainId(chainId, chain, context);
  return chainId;
}

async function fillFees(work: Completing): Promise<Pick<EvmTransaction, 'feePerGas' | 'priorityFeePerGas'>> {
  const { request, rules } = work;
  if (request.format.price === 'fee-caps') return fillFeeCaps(work);
  const isMissing = request.gasPrice === undefined || (request.gasPrice === 0n && rules.zeroPrice === 'missing');
  const price = isMissing ? await rules.price(priceQuestion(work)) : (request.gasPrice ?? 0n);
  return { feePerGas: price, priorityFeePerGas: price };
}

async function fillFeeCaps(work: Completing): Promise<Pick<EvmTransaction, 'feePerGas' | 'priorityFeePerGas'>> {
  const { node, rules, request } = work;
  const { maxFeePerGas, maxPriorityFeePerGas } = request;
  if (maxFeePerGas !== undefined && maxPriorityFeePerGas !== undefined) {
    return { feePerGas: maxFeePerGas, priorityFeePerGas: maxPriorityFeePerGas };
  }
  // Twice the present price outlives five full blocks in a row (EIP-1559 raises the base fee by an eighth a block).
  const cap = maxFeePerGas ?? larger(2n * (await nodePrice(priceQuestion(work))), maxPriorityFeePerGas ?? 0n);
  const params = request.feeCurrency === undefined ? [] : [bytesToHex(request.feeCurrency)];
  const tip = maxPriorityFeePerGas ?? (await askQuantity(node, rules.methods.priorityFee, params));
  return { feePerGas: cap, priorityFeePerGas: smaller(tip, cap) };
}

async function fillGas(work: Completing, price: bigint): Promise<bigint> {
  const { node, rules, request, estimate } = work;
  if (estimate === 'missing' && keepsGas(work)) return request.gas ?? 0n;
  const estimated = await askQuantity(node, rules.methods.estimateGas, [estimatedCall(work, price)]);
  return keepsGas(work) ? (request.gas ?? 0n) : estimated + rules.gasMargin;
}

function estimatedCall(work: Completing, price: bigint): Record<string, unknown> {
  const { rules, request, from } = work;
  const members = new Map<string, unknown>();
  for (const field of rules.call) {
    for (const [name, value] of callMembers(field, { request, from, price })) members.set(name, value);
  }
  if (request.accessList.length > 0) members.set('accessList', accessListToJson(request.accessList));
  const { blobs, authorizations } = request;
  if (blobs !== undefined) members.set('blobVersionedHashes', blobHashes(blobs));
  if (authorizations !== undefined) members.set('authorizationList', authorizationsToJson(authorizations));
  if (request.feeCurrency !== undefined && request.format.price === 'fee-caps') {
    members.set('feeCurrency', bytesToHex(request.feeCurrency));
  }
  return Object.fromEntries(members);
}

function callMembers(
  field: CallField,
  { request, from, price }: { request: EvmRequest; from: Uint8Array; price: bigint },
): [string, unknown][] {
  switch (field) {
    case 'from':
      return [['from', bytesToHex(from)]];
    case 'filledPrice':
      return request.format.price === 'fee-caps' ? [] : [['gasPrice', quantityToHex(price)]];
    case 'to':
    case 'data':
      return request[field] === undefined ? [] : [[field, bytesToHex(request[field])]];
    case 'chainId':
      // The cloud takes the chain id as it stands in the transaction: a JSON number.
      return request.chainId === undefined ? [] : [['chainId', Number(request.chainId)]];
    case 'gas':
      if (request.gas === undefined) return [];
      return (request.gasNamedLimit && request.gas > 0n ? ['gasLimit', 'gas'] : ['gas']).map((name) => [
        name,
        quantityToHex(request.gas ?? 0n),
      ]);
    default:
      return request[field] === undefined ? [] : [[field, quantityToHex(request[field])]];
  }
}

/** A direct node is also asked for the pending count, because another program may use the same key. */
async function freeNonce(work: Completing, { nextNonce }: CompleteContext): Promise<bigint> {
  const latest = await askCount(work);
  if (!isDirect(work.node)) return nextNonce(latest);
  const waiting = await askCount({ ...work, rules: { ...work.rules, count: 'pending' } });
  return nextNonce(latest, larger(latest, waiting));
}

async function askCount({ node, rules, from }: Completing): Promise<bigint> {
  const checksummed = checksumAddress(from);
  if (rules.count === 'cloud') {
    const count = await askCloudCount(node, checksummed);
    if (count !== undefined) return count;
  }
  const address = rules.countAddress === 'checksum' ? checksummed : bytesToHex(from);
  return askQuantity(node, rules.methods.transactionCount, [address, rules.count === 'cloud' ? 'latest' : rules.count]);
}

function priceQuestion({ node, rules, request }: Completing) {
  return { node, methods: rules.methods, ...(request.feeCurrency && { feeCurrency: request.feeCurrency }) };
}

function larger(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function smaller(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
