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

const DECIMALS = 6;
const MAX_AMOUNT = 2n ** 64n - 1n;
const MAX_NOTE = 1024;
/** Bytes of a payment or a transfer of an asset with its signature, apart from its note, at the most. */
const SIZE = 350n;

/** Payments of ALGO and of assets (by their number); `memo` is the note. */
export const algorandPayments: Payments = {
  plan,
  async build(request, { node }) {
    const { from, to, asset, units, note } = read(request);
    if (asset !== undefined) await checkAsset(request, { to, asset }, node);
    const move = asset === undefined ? { type: 'pay' } : { type: 'axfer', assetIndex: Number(asset) };
    // Rounds and genesis are left to the way of the transaction: the fifty minutes of their life begin when it is signed.
    const fields = {
      ...move,
      from,
      to,
      amount: units.toString(),
      fee: (await networkFee(node, note.length)).toString(),
      flatFee: true,
      ...(note.length > 0 && { note: base64.encode(note) }),
    };
    return { unsigned: JSON.stringify(fields) };
  },
};

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
  if (token !== undefined && !/^[1-9]\d{0,15}$/.test(token)) {
    throw unsupported(`the token ${quote(token)} is not the number of an asset`);
  }
  const units = token === undefined ? fixedUnits(request, DECIMALS, MAX_AMOUNT) : declaredUnits(request, MAX_AMOUNT);
  return {
    from: normalizeAddress(request.from.address),
    to: normalizeAddress(request.to),
    units,
    note,
    ...(token !== undefined && { asset: token }),
  };
}

/** Compares the decimals, and asks whether the receiver has opted in. @throws CustosError AMOUNT_INVALID, RECEIVER_UNFIT, NODE_* */
async function checkAsset(
  request: PaymentRequest,
  { to, asset }: { readonly to: string; readonly asset: string },
  node: NodeClient,
): Promise<void> {
  const answer = await node.http({ path: `/v2/assets/${asset}` });
  const params = isObject(answer) && isObject(answer['params']) ? answer['params'] : {};
  const { decimals } = params;
  if (!isCount(decimals))
    throw new CustosError('NODE_ANSWER_INVALID', `the ALGO node has no decimals of asset ${asset}`);
  checkDecimals(request, decimals);
  try {
    await node.http({ path: `/v2/accounts/${to}/assets/${asset}` });
  } catch (error) {
    if (isRefusal(error)) unfit(to, `has not opted in to the asset ${asset}`);
    throw error;
  }
}

/** A flat fee: the least that the network takes, or more where it asks for the bytes. @throws CustosError NODE_* */
async function networkFee(node: NodeClient, noteBytes: number): Promise<bigint> {
  const answer = await node.http({ path: '/v2/transactions/params' });
  const { fee: ofByte, 'min-fee': least } = isObject(answer) ? answer : {};
  if (!isCount(ofByte) || !isCount(least)) {
    throw new CustosError('NODE_ANSWER_INVALID', 'the ALGO node answered with no fee');
  }
  const ofBytes = BigInt(ofByte) * (SIZE + BigInt(noteBytes));
  return ofBytes > BigInt(least) ? ofBytes : BigInt(least);
}
