import { hex } from '@scure/base';
import type { NodeClient } from '../../core/chain/node.js';
import type { PaymentContext, PaymentPlan, PaymentRequest, Payments, PlannedEffect } from '../../core/chain/payment.js';
import { isCount, isObject } from '../../core/json.js';
import { plannedTransfer, transferData } from '../evm/calls/payment.js';
import { checkDecimals, declaredUnits, fixedUnits, plannedFee, refuseMembers, unsupported } from '../shared/payment.js';
import { readAddress, showAddress } from './address.js';
import { ask, decimalsOfAsset, decimalsOfContract, MAX_LIFE, malformed, placeAt, resultOf } from './asking.js';
import { rules } from './effects.js';
import { type Contract, isAssetNumber, nameOf, numberOf, writeContract } from './written.js';

const DECIMALS = 6;
const MAX_LONG = 2n ** 63n - 1n;
const MAX_WORD = 2n ** 256n - 1n;
const MAX_MEMO = 512;
/** Milliseconds that a payment may take where the request does not say when it ends. */
const LIFE = 3_600_000;

interface TronPayment {
  readonly request: PaymentRequest;
  /** 21 bytes each. */
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly units: bigint;
  readonly memo: Uint8Array;
}

/** Payments of TRX, of TRC-10 tokens (by their number) and of TRC-20 tokens (by their contract). */
export const tronPayments: Payments = {
  plan,
  async build(request, context) {
    const payment = read(request);
    const contract = contractOf(payment);
    const feeLimit = await checkToken(payment, contract, context.node);
    const unsigned = writeContract(contract, {
      ...(await placeOf(context)),
      ...(payment.memo.length > 0 && { data: hex.encode(payment.memo) }),
      ...(feeLimit !== undefined && { fee_limit: numberOf(feeLimit) }),
    });
    return { unsigned };
  },
};

function plan(request: PaymentRequest): PaymentPlan {
  const { from, to, units, memo } = read(request);
  const { token } = request;
  const ends = { from: showAddress(from), to: showAddress(to), amount: units };
  const move = (): PlannedEffect => {
    if (token === undefined) return { op: 'transfer', ...ends, asset: 'TRX', method: 'TransferContract' };
    if (isAssetNumber(token)) {
      const args = { asset_name: nameOf(token) };
      return { op: 'token-transfer', ...ends, asset: token, method: 'TransferAssetContract', args };
    }
    const call = { from: ends.from, to: to.subarray(1), token: readAddress(token).subarray(1), units };
    return plannedTransfer(call, rules);
  };
  const note: PlannedEffect = { op: 'note', from: ends.from, args: { data: hex.encode(memo) } };
  return {
    moves: memo.length > 0 ? [move(), note] : [move()],
    fee: plannedFee(request, 'TRX', DECIMALS),
  };
}

/** @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, DECIMALS_UNKNOWN, PAYMENT_UNSUPPORTED */
function read(request: PaymentRequest): TronPayment {
  const { token, memo } = request;
  refuseMembers(request, 'TRON', ['tag']);
  const bytes = new TextEncoder().encode(memo ?? '');
  if (memo === '' || bytes.length > MAX_MEMO) throw unsupported(`a memo of TRON has 1 to ${MAX_MEMO} bytes`);
  const isContract = token !== undefined && !isAssetNumber(token);
  const most = isContract ? MAX_WORD : MAX_LONG;
  return {
    request,
    from: readAddress(request.from.address),
    to: readAddress(request.to),
    units: token === undefined ? fixedUnits(request, DECIMALS, most) : declaredUnits(request, most),
    memo: bytes,
  };
}

function contractOf({ request: { token }, from, to, units }: TronPayment): Contract {
  const [owner, receiver] = [hex.encode(from), hex.encode(to)];
  if (token === undefined) {
    const value = { amount: numberOf(units), owner_address: owner, to_address: receiver };
    return { type: 'TransferContract', value };
  }
  if (isAssetNumber(token)) {
    const move = { amount: numberOf(units), asset_name: nameOf(token), owner_address: owner, to_address: receiver };
    return { type: 'TransferAssetContract', value: move };
  }
  const data = hex.encode(transferData({ to: to.subarray(1), units }));
  const value = { data, owner_address: owner, contract_address: hex.encode(readAddress(token)) };
  return { type: 'TriggerSmartContract', value };
}

/**
 * Compares the decimals of a token with the node's.
 * @returns the fee limit of a call of its contract: a fifth above what it takes now
 * @throws CustosError AMOUNT_INVALID, NODE_*
 */
async function checkToken(
  { request, from }: TronPayment,
  { value }: Contract,
  node: NodeClient,
): Promise<bigint | undefined> {
  const { token } = request;
  if (token === undefined) return undefined;
  if (isAssetNumber(token)) {
    checkDecimals(request, await decimalsOfAsset(node, token));
    return undefined;
  }
  const call = { owner_address: hex.encode(from), contract_address: value['contract_address'] };
  checkDecimals(request, await decimalsOfContract(node, call));
  const trial = await ask(node, 'triggerconstantcontract', { ...call, data: value['data'] });
  resultOf(trial);
  const energy = trial['energy_used'];
  if (!isCount(energy)) throw malformed('no energy');
  return (BigInt(energy) * (await energyPrice(node)) * 6n) / 5n;
}

async function energyPrice(node: NodeClient): Promise<bigint> {
  const { chainParameter: list } = await ask(node, 'getchainparameters');
  const all: readonly unknown[] = Array.isArray(list) ? list : [];
  const price = all.find((one) => isObject(one) && one['key'] === 'getEnergyFee');
  const value = isObject(price) ? price['value'] : undefined;
  if (isCount(value)) return BigInt(value);
  throw malformed('no price of energy');
}

function placeOf({ node, now, expiresAt }: PaymentContext) {
  const at = now();
  return placeAt(node, { timestamp: at, expiration: Math.min(expiresAt ?? at + LIFE, at + MAX_LIFE) });
}
