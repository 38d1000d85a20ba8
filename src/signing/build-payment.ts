import type { Chain } from '../core/chain/chain.js';
import type { UnsignedTransaction } from '../core/chain/codec.js';
import { type BuiltPayment, comparePayment, type PaymentContext, type PaymentRequest } from '../core/chain/payment.js';
import { CustosError } from '../core/errors.js';
import type { FeeLimit, PendingTransaction } from '../core/signing/pending.js';
import type { ChainRules } from '../core/signing/signing-rules.js';
import type { KeyRef } from '../core/signing/wallet.js';
import { checkLimits } from './limits.js';

/** Where a payment is built. */
export interface PaymentPlace extends PaymentContext {
  readonly chain: Chain;
  readonly rules: ChainRules;
  /** The keys that will sign, where they are known. */
  readonly keys?: readonly KeyRef[];
}

/** A payment that is what was asked for. */
export interface CheckedPayment extends BuiltPayment, Pick<UnsignedTransaction, 'effects' | 'summary'> {
  /** As it would be completed now. The way of the transaction completes `unsigned` again, with a number of its own. */
  readonly completed: string;
  /** What `maxFee` comes to. It goes with the pending transaction, so that it still holds when that is completed and signed. */
  readonly feeLimit?: FeeLimit;
}

/** Id of the trial, which is in no journal. */
const TRIAL = '0'.repeat(24);

/**
 * Builds a payment through the node, completes it as a trial, decodes that, and compares it with the request. What a node says
 * can make it fail, but cannot make it pay anybody else, another amount, or a fee above the ceiling.
 * @throws CustosError PAYMENT_*, DECIMALS_UNKNOWN, ADDRESS_INVALID, AMOUNT_INVALID, NETWORK_CLOSED, FEE_INVALID, HAZARD_REFUSED,
 *   MEMO_REQUIRED, RECEIVER_UNFIT, NODE_*, and whatever the codec of the chain finds wrong
 */
export async function buildPayment(request: PaymentRequest, place: PaymentPlace): Promise<CheckedPayment> {
  const { chain, network, rules } = place;
  if (chain.closedNetwork !== undefined) throw new CustosError('NETWORK_CLOSED', chain.closedNetwork);
  if (chain.payments === undefined)
    throw new CustosError('PAYMENT_UNSUPPORTED', `no payments of ${chain.id} are built`);
  const plan = chain.payments.plan(request, network);
  const built = await chain.payments.build(request, place);
  const { completed, effects, summary } = await decodeTrial(request, built, place);
  comparePayment(effects, plan);
  checkLimits(summary, { chain, network, rules });
  const { asset, most } = plan.fee;
  return { ...built, completed, effects, summary, ...(most !== undefined && { feeLimit: { asset, most: `${most}` } }) };
}

async function decodeTrial(
  { from }: PaymentRequest,
  { unsigned }: BuiltPayment,
  { chain, network, node, developmentChainId, keys = [] }: PaymentPlace,
): Promise<Pick<CheckedPayment, 'completed' | 'effects' | 'summary'>> {
  const address = chain.keys.normalizeAddress(from.address, network);
  const signer = { address, ...(from.publicKey !== undefined && { publicKey: from.publicKey }) };
  const context = {
    network,
    from: address,
    signers: [signer],
    ...(developmentChainId !== undefined && { developmentChainId }),
  };
  const pending: PendingTransaction = {
    id: TRIAL,
    chain: chain.id,
    network,
    keys,
    serialized: unsigned,
    received: {},
  };
  // A trial takes no number from anybody.
  const nextNonce = async (latest: bigint, waiting = latest) => waiting;
  const completed = await chain.node.complete(pending, { ...context, node, nextNonce });
  const { effects, summary } = chain.codec.parse(completed, context);
  return { completed, effects, summary };
}
