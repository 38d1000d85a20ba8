import type { PaymentContext, PaymentPlan, PaymentRequest, Payments } from '../../../core/chain/payment.js';
import { quote } from '../../../core/ids.js';
import { fixedUnits, plannedFee, unsupported } from '../../shared/payment.js';
import { muxedId, normalizeAddress, plainAccount } from '../address.js';
import { COIN } from '../form.js';
import { name } from '../parts.js';
import { decodeKey } from '../strkey.js';
import { checkReceiver, networkFee, nextSequence, type Paid } from './asking.js';
import { createAccount, type Issued, payment, type WrittenMemo, writeEnvelope } from './written.js';

export const DECIMALS = 7;
export const MAX_AMOUNT = 2n ** 63n - 1n;
/** Seconds that a payment may take, where the request does not say when it ends. */
const LIFE = 3600n;
export const MAX_MEMO = 28;

/** Payments of lumens and of assets (`CODE:ISSUER`); `tag` is a memo id. An account that does not exist is created with its lumens. */
export const stellarPayments: Payments = {
  plan,
  async build(request, context) {
    const paid = read(request);
    const { from, to, issued, units } = paid;
    const { node } = context;
    const [sequence, isNew, fee] = [
      await nextSequence(from, node),
      await checkReceiver(paid, node),
      await networkFee(node),
    ];
    const memo = memoOf(request);
    const unsigned = writeEnvelope({
      ...{ source: from, fee, maxTime: endOf(context) },
      sequence: await context.nextNonce(sequence),
      ...(memo !== undefined && { memo }),
      operation: isNew ? createAccount(to, units) : payment(to, issued, units),
    });
    return { unsigned };
  },
};

interface StellarPayment extends Paid {
  readonly from: string;
}

function plan(request: PaymentRequest): PaymentPlan {
  const { from, to, units, issued } = read(request);
  const { memo, tag } = request;
  const number = muxedId(to);
  const isCreating = issued === undefined && number === undefined;
  return {
    moves: [
      {
        op: issued === undefined ? 'transfer' : 'token-transfer',
        from,
        to: plainAccount(to),
        asset: issued === undefined ? COIN : name(issued),
        amount: units,
        method: isCreating ? ['Payment', 'CreateAccount'] : 'Payment',
        args: {
          operation: '1',
          ...(memo !== undefined && { memoType: 'text', memo }),
          ...(tag !== undefined && { memoType: 'id', memo: BigInt(tag).toString() }),
          ...(number !== undefined && { muxedTo: to }),
        },
      },
    ],
    fee: plannedFee(request, COIN, DECIMALS),
  };
}

/** @throws CustosError ADDRESS_INVALID, AMOUNT_INVALID, PAYMENT_UNSUPPORTED */
function read(request: PaymentRequest): StellarPayment {
  const { token, memo, tag } = request;
  if (memo !== undefined && tag !== undefined) throw unsupported('a payment of XLM has a memo or a tag, not both');
  if (memo !== undefined && (memo === '' || new TextEncoder().encode(memo).length > MAX_MEMO)) {
    throw unsupported(`a memo of XLM has 1 to ${MAX_MEMO} bytes`);
  }
  if (tag !== undefined && !(/^\d{1,20}$/.test(tag) && BigInt(tag) < 2n ** 64n)) {
    throw unsupported('a tag of XLM is a memo id: a whole number of 64 bits');
  }
  return {
    from: plainAccount(normalizeAddress(request.from.address)),
    to: normalizeAddress(request.to),
    units: fixedUnits(request, DECIMALS, MAX_AMOUNT),
    ...(token !== undefined && { issued: readIssued(token) }),
  };
}

/** @param token - `CODE:ISSUER`   @throws CustosError PAYMENT_UNSUPPORTED */
export function readIssued(token: string): Issued {
  const [, code, issuer] = /^([a-zA-Z0-9]{1,12})[:](G[A-Z2-7]{55})$/.exec(token) ?? [];
  if (code !== undefined && issuer !== undefined && decodeKey('account', issuer, 32)) return { code, issuer };
  throw unsupported(`the token ${quote(token)} is not CODE:ISSUER`);
}

function endOf({ now, expiresAt }: PaymentContext): bigint {
  return expiresAt === undefined ? BigInt(Math.floor(now() / 1000)) + LIFE : BigInt(Math.floor(expiresAt / 1000));
}

function memoOf({ memo, tag }: PaymentRequest): WrittenMemo | undefined {
  if (tag !== undefined) return { kind: 'id', id: BigInt(tag) };
  return memo === undefined ? undefined : { kind: 'text', text: memo };
}
