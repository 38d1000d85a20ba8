import { base64 } from '@scure/base';
import type { PaymentContext, PaymentPlan, PaymentRequest, Payments } from '../../core/chain/payment.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { isObject } from '../../core/json.js';
import type { Fields } from '../shared/fields.js';
import { fixedUnits, plannedFee, unsupported } from '../shared/payment.js';
import { unfit } from '../shared/receiver.js';
import { isRefusal } from '../shared/refusal.js';
import { muxedId, normalizeAddress, plainAccount } from './address.js';
import { TRANSACTION } from './envelope.js';
import { COIN } from './form.js';
import { name } from './parts.js';
import { decodeKey } from './strkey.js';

const DECIMALS = 7;
const MAX_AMOUNT = 2n ** 63n - 1n;
/** A new account needs two base reserves, which are half a lumen each. */
const LEAST_NEW = 10_000_000n;
/** Seconds that a payment may take, where the request does not say when it ends. */
const LIFE = 3600n;
const MAX_FEE = 2n ** 32n - 1n;
const MAX_MEMO = 28;

/** Payments of lumens and of assets (`CODE:ISSUER`); `tag` is a memo id. An account that does not exist is created with its lumens. */
export const stellarPayments: Payments = {
  plan,
  async build(request, context) {
    const payment = read(request);
    const { from, to, issued } = payment;
    const [account, isNew, fee] = [
      await accountOf(from, context),
      await checkReceiver(payment, context),
      await networkFee(context),
    ];
    if (account === undefined) throw new CustosError('NODE_ANSWER_INVALID', `the XLM node has no account ${from}`);
    const sequence = await context.nextNonce(wholeOf(account['sequence'], 'sequence') + 1n);
    const operation = isNew
      ? join(uint32(0), accountId(to), int64(payment.units))
      : join(uint32(1), muxed(to), assetBytes(issued), int64(payment.units));
    const envelope = join(
      uint32(TRANSACTION),
      muxed(from),
      uint32(Number(fee)),
      int64(sequence),
      join(uint32(1), int64(0n), int64(endOf(context))),
      memoBytes(request),
      join(uint32(1), uint32(0), operation),
      // No contract data, and no signature.
      join(uint32(0), uint32(0)),
    );
    return { unsigned: base64.encode(envelope) };
  },
};

interface StellarPayment {
  readonly from: string;
  /** As the request has it: G… or M… */
  readonly to: string;
  readonly units: bigint;
  readonly issued?: Issued;
}

interface Issued {
  readonly code: string;
  readonly issuer: string;
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

function readIssued(token: string): Issued {
  const [, code, issuer] = /^([a-zA-Z0-9]{1,12})[:](G[A-Z2-7]{55})$/.exec(token) ?? [];
  if (code !== undefined && issuer !== undefined && decodeKey('account', issuer, 32)) return { code, issuer };
  throw unsupported(`the token ${quote(token)} is not CODE:ISSUER`);
}

/** @returns whether the account has to be created   @throws CustosError RECEIVER_UNFIT, NODE_* */
async function checkReceiver({ to, units, issued }: StellarPayment, context: PaymentContext): Promise<boolean> {
  const account = await accountOf(plainAccount(to), context);
  if (account === undefined) {
    if (issued !== undefined || muxedId(to) !== undefined) unfit(to, 'is no account of the network yet');
    if (units < LEAST_NEW) unfit(to, 'does not exist yet, and a new account needs at least 1 XLM');
    return true;
  }
  if (issued === undefined || issued.issuer === plainAccount(to)) return false;
  const balances: readonly unknown[] = Array.isArray(account['balances']) ? account['balances'] : [];
  const trusts = ({ asset_code: code, asset_issuer: issuer }: Fields) =>
    code === issued.code && issuer === issued.issuer;
  if (!balances.some((line) => isObject(line) && trusts(line))) unfit(to, `has no trust line to ${name(issued)}`);
  return false;
}

async function accountOf(address: string, { node }: PaymentContext): Promise<Fields | undefined> {
  try {
    const account = await node.http({ path: `/accounts/${address}` });
    if (isObject(account)) return account;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
  throw new CustosError('NODE_ANSWER_INVALID', 'the XLM node answered with no account');
}

/** What nearly all transactions of the last ledgers paid for an operation; more is only a bid. */
async function networkFee({ node }: PaymentContext): Promise<bigint> {
  const stats = await node.http({ path: '/fee_stats' });
  const charged = isObject(stats) && isObject(stats['fee_charged']) ? stats['fee_charged'] : {};
  const fee = wholeOf(charged['p95'], 'fee');
  if (fee > 0n && fee <= MAX_FEE) return fee;
  throw new CustosError('NODE_ANSWER_INVALID', 'the XLM node answered with no fee');
}

function wholeOf(value: unknown, what: string): bigint {
  if (typeof value === 'string' && /^\d{1,18}$/.test(value)) return BigInt(value);
  throw new CustosError('NODE_ANSWER_INVALID', `the XLM node answered with no ${what}`);
}

function endOf({ now, expiresAt }: PaymentContext): bigint {
  return expiresAt === undefined ? BigInt(Math.floor(now() / 1000)) + LIFE : BigInt(Math.floor(expiresAt / 1000));
}

function memoBytes({ memo, tag }: PaymentRequest): Uint8Array {
  if (tag !== undefined) return join(uint32(2), int64(BigInt.asIntN(64, BigInt(tag))));
  return memo === undefined ? uint32(0) : join(uint32(1), variable(new TextEncoder().encode(memo)));
}

function assetBytes(issued: Issued | undefined): Uint8Array {
  if (issued === undefined) return uint32(0);
  const length = issued.code.length > 4 ? 12 : 4;
  const code = new Uint8Array(length);
  code.set(new TextEncoder().encode(issued.code));
  return join(uint32(length === 4 ? 1 : 2), code, accountId(issued.issuer));
}

function muxed(address: string): Uint8Array {
  const numbered = decodeKey('muxed', address, 40);
  if (numbered === undefined) return accountId(address);
  return join(uint32(0x100), numbered.subarray(32), numbered.subarray(0, 32));
}

function accountId(address: string): Uint8Array {
  return join(uint32(0), decodeKey('account', address, 32) ?? new Uint8Array(0));
}

function variable(bytes: Uint8Array): Uint8Array {
  return join(uint32(bytes.length), bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function int64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, value);
  return bytes;
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
