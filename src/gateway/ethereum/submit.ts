import type { EvmTransfer } from '../../core/chain/builders/evm.js';
import type { Chain } from '../../core/chain/chain.js';
import { checkField, requestInvalid } from '../../http/problems.js';
import { toSmallestUnit } from '../amounts.js';
import type { GatewayRequest } from '../caller.js';
import type { GatewayContext } from '../context.js';
import { enqueue, keyOf } from '../enqueue.js';
import type { SigningFields } from '../requests.js';
import { checkDestination, type Destination } from './destination.js';

/** Decimals of Gwei, in which the API states gas prices. */
const GWEI_DECIMALS = 9;

/** What a route wants to queue. */
export interface Submission {
  readonly chain: Chain;
  /** The parsed form's common fields. */
  readonly signing: SigningFields;
  /** What the transaction does: addresses already in the chain's form. */
  readonly effect: Pick<EvmTransfer, 'to' | 'value' | 'data'>;
  /** The whole body as received, for the idempotency key. */
  readonly body: unknown;
  /** The names of the effect's parts in the request, and what it says about a token. */
  readonly named: Omit<Destination, 'effect'>;
}

/**
 * Builds the unsigned transaction and puts it into the queue.
 * @returns the API's answer: `signatureId` is the id of the pending transaction
 * @throws CustosError NOT_OFFERED, REQUEST_INVALID, NODE_*, IDEMPOTENCY_CONFLICT
 */
export async function submit(
  gateway: GatewayContext,
  request: GatewayRequest,
  submission: Submission,
): Promise<Response> {
  const { chain, signing, body, effect, named } = submission;
  return enqueue(gateway, request, { chain, body }, async () => {
    await checkDestination(gateway, chain, { ...named, effect });
    const serialized = await gateway.node(chain).build({ ...effect, ...feesOf(chain, signing) });
    return { serialized, keys: [keyOf(signing.signatureId, signing.index)] };
  });
}

function feesOf(chain: Chain, signing: SigningFields): Omit<EvmTransfer, 'to' | 'value' | 'data'> {
  const gasPrice = gwei('fee.gasPrice', signing.fee?.gasPrice);
  const maxFeePerGas = gwei('maxFeePerGas', signing.maxFeePerGas);
  const maxPriorityFeePerGas = gwei('maxPriorityFeePerGas', signing.maxPriorityFeePerGas);
  refuseMixedFees(signing);
  return {
    ...(signing.nonce !== undefined && { nonce: BigInt(signing.nonce) }),
    ...(signing.fee && { gasLimit: checkField('fee.gasLimit', () => toSmallestUnit(signing.fee?.gasLimit ?? '', 0)) }),
    ...(gasPrice !== undefined && { gasPrice }),
    ...(maxFeePerGas !== undefined && { maxFeePerGas }),
    ...(maxPriorityFeePerGas !== undefined && { maxPriorityFeePerGas }),
    ...(signing.type !== undefined && { type: signing.type }),
    ...(signing.accessList !== undefined && { accessList: signing.accessList }),
    // The chain's own coin pays by default.
    ...(signing.feeCurrency !== undefined &&
      signing.feeCurrency !== chain.coin && { feeCurrency: signing.feeCurrency }),
  };
}

function gwei(property: string, text: string | undefined): bigint | undefined {
  return text === undefined ? undefined : checkField(property, () => toSmallestUnit(text, GWEI_DECIMALS));
}

/** A gas price and the caps of EIP-1559 exclude each other; the documented `fee` has both of its fields. */
function refuseMixedFees({ fee, type, maxFeePerGas, maxPriorityFeePerGas, accessList }: SigningFields): void {
  const capped = type === '0x2' || maxFeePerGas !== undefined || maxPriorityFeePerGas !== undefined;
  if (capped && (type === '0x1' || fee?.gasPrice !== undefined)) {
    throw requestInvalid([
      { property: 'fee', rule: 'exclusive', text: 'gasPrice and EIP-1559 caps exclude each other' },
    ]);
  }
  if (!capped && fee && fee.gasPrice === undefined) {
    throw requestInvalid([{ property: 'fee.gasPrice', rule: 'required', text: 'fee needs gasPrice beside gasLimit' }]);
  }
  if (accessList && type === undefined) {
    throw requestInvalid([{ property: 'type', rule: 'required', text: 'accessList needs type 0x1 or 0x2' }]);
  }
}
