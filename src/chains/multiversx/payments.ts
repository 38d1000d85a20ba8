import { hex } from '@scure/base';
import type { NodeClient } from '../../core/chain/node.js';
import type { PaymentPlan, PaymentRequest, Payments, PlannedEffect } from '../../core/chain/payment.js';
import { formatUnits } from '../../core/chain/units.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { isObject } from '../../core/json.js';
import { checkDecimals, declaredUnits, fixedUnits, plannedFee, refuseMembers, unsupported } from '../shared/payment.js';
import { unfit } from '../shared/receiver.js';
import { normalizeAddress } from './address.js';
import { textOf } from './data.js';
import { COIN } from './effects.js';
import { isContract, isFunction } from './hazards.js';

const DECIMALS = 18;
const MAX_COINS = 10n ** 30n - 1n;
const MAX_UNITS = 2n ** 256n - 1n;
const MAX_MEMO = 200;
/** The contract of the network that issues tokens, and the name of its view. */
const ISSUER = 'erd1qqqqqqqqqqqqqqqpqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqzllls8a5w6u';

/** Payments of EGLD, with a message, and of fungible ESDT tokens (by their identifier). Gas and nonce come with completion. */
export const multiversxPayments: Payments = {
  plan,
  async build(request, { node }) {
    const { from, to, token, units, memo } = read(request);
    // A contract would be called, and could do anything with what it gets.
    if (isContract(to)) unfit(to, 'is a contract, which a payment would call');
    if (token !== undefined) await checkToken(request, token, node);
    const fields =
      token === undefined
        ? { value: formatUnits(units, DECIMALS), ...(memo !== undefined && { data: memo }) }
        : { value: '0', data: transferOf(token, units) };
    return { unsigned: JSON.stringify({ from, to, ...fields }) };
  },
};

interface MultiversxPayment {
  readonly from: string;
  readonly to: string;
  readonly token?: string;
  readonly units: bigint;
  readonly memo?: string;
}

function plan(request: PaymentRequest): PaymentPlan {
  const { from, to, token, units, memo } = read(request);
  const move: PlannedEffect =
    token === undefined
      ? { op: 'transfer', from, to, asset: COIN, amount: units, ...(memo !== undefined && { args: { message: memo } }) }
      : {
          ...{ op: 'token-transfer', from, to, asset: token, amount: units, method: 'ESDTTransfer' },
          args: { receiver: to, data: hex.encode(new TextEncoder().encode(transferOf(token, units))) },
        };
  return { moves: [move], fee: plannedFee(request, COIN, DECIMALS) };
}

/** @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, DECIMALS_UNKNOWN, PAYMENT_UNSUPPORTED */
function read(request: PaymentRequest): MultiversxPayment {
  const { token, memo } = request;
  refuseMembers(request, COIN, ['tag', ...(token === undefined ? [] : (['memo'] as const))]);
  if (token !== undefined && !/^[A-Z0-9]{3,10}-[0-9a-f]{6}$/.test(token)) {
    throw unsupported(`the token ${quote(token)} is not an identifier such as USDC-c76f1f`);
  }
  // Data that reads as a function of the network, or has arguments, is a call.
  if (memo !== undefined && (!isMessage(memo) || memo.length > MAX_MEMO)) {
    throw unsupported(`${quote(memo)} is no message: it would be empty, unreadable, too long, or a call`);
  }
  return {
    from: normalizeAddress(request.from.address),
    to: normalizeAddress(request.to),
    units: token === undefined ? fixedUnits(request, DECIMALS, MAX_COINS) : declaredUnits(request, MAX_UNITS),
    ...(token !== undefined && { token }),
    ...(memo !== undefined && { memo }),
  };
}

function isMessage(memo: string): boolean {
  return textOf(new TextEncoder().encode(memo)) === memo && !memo.includes('@') && !isFunction(memo);
}

/** `ESDTTransfer@token@amount`, in hexadecimal digits of whole bytes. */
function transferOf(token: string, units: bigint): string {
  const digits = units.toString(16);
  const amount = digits.length % 2 === 0 ? digits : `0${digits}`;
  return `ESDTTransfer@${hex.encode(new TextEncoder().encode(token))}@${amount}`;
}

/** Asks the contract that issues tokens. @throws CustosError AMOUNT_INVALID: the token has other decimals; NODE_* */
async function checkToken(request: PaymentRequest, token: string, node: NodeClient): Promise<void> {
  const args = [hex.encode(new TextEncoder().encode(token))];
  const body = { scAddress: ISSUER, funcName: 'getTokenProperties', args };
  const answer = await node.http({ path: '/vm-values/query', body });
  const outer = isObject(answer) && isObject(answer['data']) ? answer['data']['data'] : undefined;
  const found = isObject(outer) ? outer['returnData'] : undefined;
  const properties = Array.isArray(found) ? found.map((one: unknown) => propertyOf(one)) : [];
  const decimals = properties.map((one) => /^NumDecimals-(\d{1,2})$/.exec(one)?.[1]).find((one) => one !== undefined);
  if (properties[1] !== 'FungibleESDT' || decimals === undefined) {
    throw new CustosError('NODE_ANSWER_INVALID', `the EGLD node has no decimals of the fungible token ${token}`);
  }
  checkDecimals(request, Number(decimals));
}

function propertyOf(value: unknown): string {
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('latin1') : '';
}
