import { base64, hex } from '@scure/base';
import type { NodeClient } from '../../core/chain/node.js';
import type { PaymentPlan, PaymentRequest, Payments } from '../../core/chain/payment.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { isCount, isObject } from '../../core/json.js';
import { checkDecimals, declaredUnits, fixedUnits, plannedFee, refuseMembers, unsupported } from '../shared/payment.js';
import { unfit } from '../shared/receiver.js';
import { isRefusal } from '../shared/refusal.js';
import { normalizeAddress } from './address.js';
import { COIN } from './effects.js';
import { askParameters, type Parameters } from './parameters.js';

export const DECIMALS = 6;
const MAX_AMOUNT = 2n ** 64n - 1n;
const MAX_NOTE = 1024;
/** Bytes of a payment or a transfer of an asset with its signature, apart from its note, at the most. */
const SIZE = 350n;

/** Payments of ALGO and of assets (by their number); `memo` is the note. */
export const algorandPayments: Payments = {
  plan,
  async build(request, { node }) {
    const { note, ...move } = await paymentMove(request, node);
    const fee = networkFee(await askParameters(node), note.length);
    // Rounds and genesis are left to the way of the transaction: the fifty minutes of their life begin when it is signed.
    const fields = {
      ...move,
      amount: move.amount.toString(),
      fee: fee.toString(),
      flatFee: true,
      ...(note.length > 0 && { note: base64.encode(note) }),
    };
    return { unsigned: JSON.stringify(fields) };
  },
};

/** The members of a payment, apart from its fee and its rounds. */
export type PaymentMove = {
  readonly type: 'pay' | 'axfer';
  readonly from: string;
  readonly to: string;
  readonly amount: bigint;
  readonly assetIndex?: number;
  readonly note: Uint8Array;
};

/**
 * Reads a payment, and compares it with what the node says about its asset and its receiver.
 * @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, DECIMALS_UNKNOWN, PAYMENT_UNSUPPORTED, RECEIVER_UNFIT, NODE_*
 */
export async function paymentMove(request: PaymentRequest, node: NodeClient): Promise<PaymentMove> {
  const { from, to, asset, units, note } = read(request);
  const ends = { from, to, amount: units, note };
  if (asset === undefined) return { type: 'pay', ...ends };
  checkDecimals(request, await decimalsOf(asset, node));
  await checkHolder(to, asset, node);
  return { type: 'axfer', ...ends, assetIndex: assetNumber(asset) };
}

interface AlgorandPayment {
  readonly from: string;
  readonly to: string;
  readonly asset?: string;
  readonly units: bigint;
  readonly note: Uint8Array;
}

function plan(request: PaymentRequest): PaymentPlan {
  const { from, to, asset, units, note } = read(request);
  const move =
    asset === undefined
      ? ({ op: 'transfer', asset: COIN, method: 'pay' } as const)
      : ({ op: 'token-transfer', asset, method: 'axfer' } as const);
  return {
    moves: [{ ...move, from, to, amount: units, ...(note.length > 0 && { args: { note: hex.encode(note) } }) }],
    fee: plannedFee(request, COIN, DECIMALS),
  };
}

/** @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, DECIMALS_UNKNOWN, PAYMENT_UNSUPPORTED */
function read(request: PaymentRequest): AlgorandPayment {
  const { token, memo } = request;
  refuseMembers(request, COIN, ['tag']);
  const note = new TextEncoder().encode(memo ?? '');
  if (memo === '' || note.length > MAX_NOTE) throw unsupported(`a memo of ALGO has 1 to ${MAX_NOTE} bytes`);
  if (token !== undefined) assetNumber(token);
  const units = token === undefined ? fixedUnits(request, DECIMALS, MAX_AMOUNT) : declaredUnits(request, MAX_AMOUNT);
  return {
    from: normalizeAddress(request.from.address),
    to: normalizeAddress(request.to),
    units,
    note,
    ...(token !== undefined && { asset: token }),
  };
}

/** @throws CustosError PAYMENT_UNSUPPORTED */
export function assetNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw unsupported(`the token ${quote(text)} is not the number of an asset`);
}

/** @throws CustosError NODE_REFUSED: there is no such asset; NODE_* */
export async function decimalsOf(asset: string, node: NodeClient): Promise<number> {
  const answer = await node.http({ path: `/v2/assets/${asset}` });
  const params = isObject(answer) && isObject(answer['params']) ? answer['params'] : {};
  const { decimals } = params;
  if (isCount(decimals)) return decimals;
  throw new CustosError('NODE_ANSWER_INVALID', `the ALGO node has no decimals of asset ${asset}`);
}

/** Asks whether an account has opted in. @throws CustosError RECEIVER_UNFIT, NODE_* */
export async function checkHolder(to: string, asset: string, node: NodeClient): Promise<void> {
  try {
    await node.http({ path: `/v2/accounts/${to}/assets/${asset}` });
  } catch (error) {
    if (isRefusal(error)) unfit(to, `has not opted in to the asset ${asset}`);
    throw error;
  }
}

/** A flat fee: the least that the network takes, or more where it asks for the bytes. */
export function networkFee({ feeOfByte, leastFee }: Parameters, noteBytes: number): bigint {
  const ofBytes = feeOfByte * (SIZE + BigInt(noteBytes));
  return ofBytes > leastFee ? ofBytes : leastFee;
}
