import { hex } from '@scure/base';
import { sha256 } from '../../../crypto/hash.js';
import type { SignedFields } from '../../shared/signed-fields.js';
import { type Call, COIN, type Form, type Program } from '../call.js';
import type { Cursor } from '../cursor.js';

/** Bytes in front of the data of an instruction or an account of the Anchor framework. */
const MARK_BYTES = 8;

/** How a field is written: unsigned numbers by their bytes; `?` may be left out, which a byte in front says. */
type FieldForm = 1 | 2 | 8 | '?1' | '?2';

interface Shape {
  readonly fields?: Readonly<Record<string, FieldForm>>;
  readonly say: NonNullable<Form['say']>;
}

/**
 * Instructions of Metaplex Auction House, by their names in it. Its owners can replace the program, so all of them stay opaque: a
 * permit for the program has to allow them. The fields are read so that an approver sees what is asked of it.
 */
const shapes: Readonly<Record<string, Shape>> = {
  CreateAuctionHouse: {
    fields: {
      ...{ bump: 1, feePayerBump: 1, treasuryBump: 1 },
      ...{ sellerFeeBasisPoints: 2, requiresSignOff: 1, canChangeSalePrice: 1 },
    },
    say: ({ account, arg }) =>
      `opens the marketplace ${account(6)} of ${account(2)}, which takes ${arg('sellerFeeBasisPoints')} hundredths of a percent, ` +
      `pays its treasury to ${account(4)} and its fees to ${account(3)}`,
  },
  UpdateAuctionHouse: {
    fields: { sellerFeeBasisPoints: '?2', requiresSignOff: '?1', canChangeSalePrice: '?1' },
    say: ({ account }) =>
      `changes the marketplace ${account(7)}, which then belongs to ${account(3)}, ` +
      `pays its treasury to ${account(5)} and its fees to ${account(4)}`,
  },
  WithdrawFromFee: {
    fields: { amount: 8 },
    say: ({ account, arg }) =>
      `withdraws ${arg('amount')} lamports of the fees of the marketplace ${account(3)} to ${account(1)}`,
  },
  WithdrawFromTreasury: {
    fields: { amount: 8 },
    say: ({ account, arg }) =>
      `withdraws ${arg('amount')} units of ${account(0)} of the treasury of the marketplace ${account(4)} to ${account(2)}`,
  },
  Sell: {
    fields: { tradeStateBump: 1, freeTradeStateBump: 1, programAsSignerBump: 1, buyerPrice: 8, tokenSize: 8 },
    say: ({ account, arg }) =>
      `offers ${arg('tokenSize')} of the token account ${account(1)} for ${arg('buyerPrice')} units at the marketplace ${account(4)}`,
  },
  Buy: {
    fields: { tradeStateBump: 1, escrowPaymentBump: 1, buyerPrice: 8, tokenSize: 8 },
    say: ({ account, arg }) =>
      `bids ${arg('buyerPrice')} units of ${account(3)} from ${account(1)} for ${arg('tokenSize')} of the token account ${account(4)} ` +
      `at the marketplace ${account(8)}`,
  },
  ExecuteSale: {
    fields: { escrowPaymentBump: 1, freeTradeStateBump: 1, programAsSignerBump: 1, buyerPrice: 8, tokenSize: 8 },
    say: ({ account, arg }) =>
      `sells ${arg('tokenSize')} of ${account(3)} from ${account(1)} to ${account(0)} for ${arg('buyerPrice')} units`,
  },
  Cancel: {
    fields: { buyerPrice: 8, tokenSize: 8 },
    say: ({ account, arg }) =>
      `ends the offer of ${arg('tokenSize')} of ${account(2)} for ${arg('buyerPrice')} units at the marketplace ${account(4)}`,
  },
  PrintListingReceipt: receipt('of the offer'),
  PrintBidReceipt: receipt('of the bid'),
  PrintPurchaseReceipt: { ...receipt('of the sale'), fields: { purchaseReceiptBump: 1 } },
  CancelListingReceipt: { say: ({ account }) => `marks the receipt ${account(0)} as cancelled` },
};

const forms: ReadonlyMap<string, Form> = new Map(
  Object.entries(shapes).map(([method, shape]) => [hex.encode(instructionMark(method)), formOf(method, shape)]),
);

export const auctionHouse: Program = {
  title: 'an instruction of the Auction House program',
  forms: [...forms.values()],
  formOf: ({ cursor }) => (cursor.left < MARK_BYTES ? undefined : forms.get(hex.encode(cursor.take(MARK_BYTES)))),
};

/** What the Anchor framework puts in front of an instruction. @param method - its name, such as `CreateAuctionHouse` */
export function instructionMark(method: string): Uint8Array {
  return mark(`global:${method.replaceAll(/(?<!^)[A-Z]/g, '_$&').toLowerCase()}`);
}

/** What the Anchor framework puts in front of the data of an account. */
export function accountMark(kind: string): Uint8Array {
  return mark(`account:${kind}`);
}

function mark(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text)).slice(0, MARK_BYTES);
}

function receipt(what: string): Shape {
  return {
    fields: { receiptBump: 1 },
    say: ({ account }) => `keeps a receipt ${what} in ${account(0)}`,
  };
}

function formOf(method: string, { fields = {}, say }: Shape): Form {
  return {
    method,
    kind: 'contract-call',
    // It may take coins from those who sign.
    read: (call) => [{ op: 'call', code: 'opaque-data', asset: COIN, args: readFields(call, fields) }],
    say,
  };
}

function readFields({ cursor }: Call, fields: NonNullable<Shape['fields']>): SignedFields {
  return Object.fromEntries(Object.entries(fields).map(([name, form]) => [name, readField(cursor, form)]));
}

function readField(cursor: Cursor, form: FieldForm): bigint | undefined {
  if (typeof form === 'number') return cursor.number(form);
  return cursor.small(1) === 0 ? undefined : cursor.number(Number(form.slice(1)));
}
