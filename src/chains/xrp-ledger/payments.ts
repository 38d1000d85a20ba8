import type { PaymentPlan, PaymentRequest, Payments } from '../../core/chain/payment.js';
import { formatUnits } from '../../core/chain/units.js';
import { CustosError } from '../../core/errors.js';
import { type Network, quote } from '../../core/ids.js';
import { smallOf } from '../shared/fields.js';
import { declaredUnits, fixedUnits, paidUnits, plannedFee, unsupported } from '../shared/payment.js';
import { readAddress } from './address.js';
import { readAmount } from './amount.js';
import { argumentsOf } from './content.js';
import { openFee } from './node.js';

export const DROP_DECIMALS = 6;
/** All XRP there is, in drops. */
const MAX_DROPS = 10n ** 17n;
/** Issued amounts keep 15 significant digits (rippled's STAmount), and their effects count units of 10^-15. */
const ISSUED_DIGITS = 15;
const MAX_ISSUED = 10n ** 40n;
/** A multi-purpose token counts units up to 2^63-1 (XLS-33). The signed bytes do not hold its scale. */
const MAX_TOKEN = 2n ** 63n - 1n;
/** Bytes of a memo; the ledger takes one KiB for all of it. */
const MAX_MEMO = 700;
/** Bytes of UTF-8 in hexadecimal digits: what the type of a plain text memo says. */
const PLAIN_TEXT = 'text/plain';

/** Payments of XRP, of issued currencies (`CURRENCY.ISSUER`) and of multi-purpose tokens (48 hexadecimal digits). */
export const xrpPayments: Payments = {
  plan,
  async build(request, { network, node }) {
    const fields = paymentFields(request, network);
    // The number and the last ledger are left to the way of the transaction, which knows what else the account sends.
    return { unsigned: JSON.stringify({ ...fields, Fee: await openFee(node) }) };
  },
};

function plan(request: PaymentRequest, network: Network): PaymentPlan {
  const { TransactionType: method, Account: from, ...fields } = paymentFields(request, network);
  const read = readAmount(fields.Amount, 'amount');
  const move =
    'drops' in read
      ? ({ op: 'transfer', asset: 'XRP', amount: read.drops } as const)
      : ({ op: 'token-transfer', asset: read.contract, amount: read.units ?? 0n } as const);
  const args = Object.fromEntries(argumentsOf({ ...fields }).map(({ name, value }) => [name, value]));
  return {
    moves: [{ ...move, from, to: fields.Destination, method, args }],
    fee: plannedFee(request, 'XRP', DROP_DECIMALS),
  };
}

interface PaymentFields {
  readonly TransactionType: 'Payment';
  readonly Account: string;
  readonly Destination: string;
  readonly Amount: string | Readonly<Record<string, string>>;
  readonly DestinationTag?: number;
  readonly Memos?: readonly { readonly Memo: Readonly<Record<string, string>> }[];
  readonly Flags: number;
}

/** The fields that a payment has before it is completed. @throws CustosError ADDRESS_INVALID, NETWORK_MISMATCH, AMOUNT_INVALID, PAYMENT_UNSUPPORTED */
export function paymentFields(request: PaymentRequest, network: Network): PaymentFields {
  const { address: account } = readAddress(request.from.address, network);
  const { address: destination, tag: inside } = readAddress(request.to, network);
  const tag = request.tag === undefined ? inside : smallOf(request.tag, 'tag');
  if (inside !== undefined && tag !== inside) throw unsupported('tag is not the tag inside the address');
  return {
    TransactionType: 'Payment',
    Account: account,
    Destination: destination,
    Amount: amountOf(request),
    ...(tag !== undefined && { DestinationTag: tag }),
    ...(request.memo !== undefined && { Memos: [{ Memo: memoOf(request.memo) }] }),
    Flags: 0,
  };
}

function memoOf(memo: string) {
  const bytes = Buffer.from(memo, 'utf8');
  if (bytes.length === 0 || bytes.length > MAX_MEMO) throw unsupported(`a memo has 1 to ${MAX_MEMO} bytes`);
  const digits = (data: Buffer) => data.toString('hex').toUpperCase();
  return {
    MemoType: digits(Buffer.from('Description')),
    MemoFormat: digits(Buffer.from(PLAIN_TEXT)),
    MemoData: digits(bytes),
  };
}

function amountOf(request: PaymentRequest): PaymentFields['Amount'] {
  const { token } = request;
  if (token === undefined) {
    return fixedUnits(request, DROP_DECIMALS, MAX_DROPS).toString();
  }
  if (/^[0-9a-fA-F]{48}$/.test(token)) {
    const units = declaredUnits(request, MAX_TOKEN);
    return { mpt_issuance_id: token.toUpperCase(), value: units.toString() };
  }
  return { ...currencyOf(token), value: issuedValue(request) };
}

/** Three letters, or forty digits for a name that the issuer chose, and the issuer; XRP is no currency of anybody. */
function currencyOf(token: string): { readonly currency: string; readonly issuer: string } {
  const [, currency, issuer] =
    /^([A-Za-z0-9?!@#$%^&*<>(){}[\]|]{3}|[0-9A-Fa-f]{40})\.(r[1-9A-Za-z]{24,34})$/.exec(token) ?? [];
  if (currency === undefined || issuer === undefined || currency === 'XRP') {
    throw unsupported(`the token ${quote(token)} is neither CURRENCY.ISSUER nor a multi-purpose token`);
  }
  return { currency: currency.length === 3 ? currency : currency.toUpperCase(), issuer };
}

function issuedValue(request: PaymentRequest): string {
  return shownValue(request.amount, fixedUnits(request, ISSUED_DIGITS, MAX_ISSUED));
}

/** A limit of an issued currency; it may be 0. @param token - `CURRENCY.ISSUER`   @throws CustosError AMOUNT_INVALID, PAYMENT_UNSUPPORTED */
export function issuedAmount(token: string, amount: string): Readonly<Record<string, string>> {
  const isNone = /^0+(\.0+)?$/.test(amount);
  const value = isNone ? '0' : shownValue(amount, paidUnits(amount, ISSUED_DIGITS, MAX_ISSUED));
  return { ...currencyOf(token), value };
}

/** @param units - of 10^-15, which a summary counts */
function shownValue(amount: string, units: bigint): string {
  const value = formatUnits(units, ISSUED_DIGITS);
  if (value.replace('.', '').replace(/^0+|0+$/g, '').length <= ISSUED_DIGITS) return value;
  throw new CustosError('AMOUNT_INVALID', `${quote(amount)} has more than ${ISSUED_DIGITS} significant digits`);
}
