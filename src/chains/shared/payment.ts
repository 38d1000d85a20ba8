import type { PaymentPlan, PaymentRequest, SignedDecimals } from '../../core/chain/payment.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { smallestUnits } from './units.js';

/** Tokens declare their decimals in 8 bits (EIP-20); no chain has more. */
const MAX_DECIMALS = 255;

/**
 * The amount in its smallest unit, with decimals that the chain fixes. A request may name them, but no others.
 * @param most - that the chain can write
 * @throws CustosError AMOUNT_INVALID
 */
export function fixedUnits(request: PaymentRequest, fixed: number, most: bigint): bigint {
  const { amount, token, decimals = fixed } = request;
  if (decimals === fixed) return paidUnits(amount, fixed, most);
  const text = `the decimals are ${decimals}, but ${quote(token ?? 'the coin')} has ${fixed}`;
  throw new CustosError('AMOUNT_INVALID', text);
}

/** The amount in its smallest unit, with the decimals that the request declares. @throws CustosError DECIMALS_UNKNOWN, AMOUNT_INVALID */
export function declaredUnits(request: PaymentRequest, most: bigint): bigint {
  return paidUnits(request.amount, declaredDecimals(request), most);
}

/** An amount above zero in its smallest unit. @throws CustosError AMOUNT_INVALID */
export function paidUnits(amount: string, decimals: number, most: bigint): bigint {
  const units = decimalUnits(amount, decimals);
  if (units !== undefined && units > 0n && units <= most) return units;
  const text = `${quote(amount)} is not an amount above zero with at most ${decimals} decimals`;
  throw new CustosError('AMOUNT_INVALID', text);
}

/** An amount above zero, with decimals that the signed bytes hold under this name. @throws CustosError AMOUNT_INVALID */
export function unitsBySigned(amount: string, name: string, most: bigint): SignedDecimals {
  paidUnits(amount, MAX_DECIMALS, most * 10n ** BigInt(MAX_DECIMALS));
  return {
    whole: amount,
    decimals: name,
    units: (decimals) => {
      const units = decimalUnits(amount, decimals);
      return units !== undefined && units <= most ? units : undefined;
    },
  };
}

/** The decimals of the token, as the request declares them. @throws CustosError DECIMALS_UNKNOWN, AMOUNT_INVALID */
function declaredDecimals({ token, decimals }: PaymentRequest): number {
  if (decimals === undefined) {
    throw new CustosError('DECIMALS_UNKNOWN', `the decimals of the token ${quote(token)} are not in the request`);
  }
  return checkedDecimals(decimals);
}

/** Compares what a node says of a token with what the request declares. @throws CustosError DECIMALS_UNKNOWN, AMOUNT_INVALID */
export function checkDecimals(request: PaymentRequest, told: number | undefined): void {
  const declared = declaredDecimals(request);
  if (told === undefined || told === declared) return;
  throw new CustosError(
    'AMOUNT_INVALID',
    `the decimals are ${declared}, but the node says that ${quote(request.token)} has ${told}`,
  );
}

/** The fee that a request allows. @throws CustosError FEE_INVALID */
export function plannedFee({ maxFee }: PaymentRequest, asset: string, decimals: number): PaymentPlan['fee'] {
  if (maxFee === undefined) return { asset, decimals };
  const most = decimalUnits(maxFee, decimals);
  if (most !== undefined) return { asset, decimals, most };
  throw new CustosError('FEE_INVALID', `maxFee is ${quote(maxFee)}, not an amount with at most ${decimals} decimals`);
}

/** What a request allows for a fee, above zero, in the smallest unit. @param name - of the member   @throws CustosError FEE_INVALID */
export function allowedFee(fee: string, name: string, decimals: number): bigint {
  const units = decimalUnits(fee, decimals);
  if (units !== undefined && units > 0n) return units;
  const text = `${name} is ${quote(fee)}, not an amount above zero with at most ${decimals} decimals`;
  throw new CustosError('FEE_INVALID', text);
}

/** Refuses members that the chain has no place for. @throws CustosError PAYMENT_UNSUPPORTED */
export function refuseMembers(
  request: PaymentRequest,
  chain: string,
  names: readonly ('token' | 'memo' | 'tag')[],
): void {
  const found = names.find((name) => request[name] !== undefined);
  if (found !== undefined) throw unsupported(`a payment of ${chain} has no ${found}`);
}

export function unsupported(text: string): CustosError {
  return new CustosError('PAYMENT_UNSUPPORTED', text);
}

/** @throws CustosError AMOUNT_INVALID */
export function checkedDecimals(decimals: number): number {
  if (Number.isInteger(decimals) && decimals >= 0 && decimals <= MAX_DECIMALS) return decimals;
  throw new CustosError('AMOUNT_INVALID', `${quote(decimals)} is not a number of decimals`);
}

function decimalUnits(text: string, decimals: number): bigint | undefined {
  const [, whole, fraction = ''] = /^(\d{1,78})(?:\.(\d{1,255}))?$/.exec(text) ?? [];
  return whole === undefined ? undefined : smallestUnits(whole, fraction, decimals);
}
