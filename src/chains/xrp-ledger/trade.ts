import { type Fields, smallOf } from '../shared/fields.js';
import { assetOf } from './amount.js';
import {
  accountIfAt,
  amountAt,
  argumentsOf,
  type Deed,
  fieldsOf,
  hasFlag,
  named,
  present,
  type Reader,
  toIf,
} from './content.js';
import { laterPayment, payment } from './payment.js';

/** tfLPToken of an AMMDeposit: the named amounts are the least, and there is no most. */
const BY_SHARES = 0x0001_0000;
/** tfClose of a PaymentChannelClaim. */
const CLOSE_CHANNEL = 0x0002_0000;

/** Transactions that move coins and tokens, now or later. */
export const tradeReaders: Readonly<Record<string, Reader>> = {
  Payment: payment,
  OfferCreate: {
    deeds(fields) {
      amountAt(fields, 'TakerPays');
      return [{ op: 'trade', code: 'market-order', ...assetOf(amountAt(fields, 'TakerGets')) }];
    },
    text: (fields) => `offers ${amountAt(fields, 'TakerGets').text} for ${amountAt(fields, 'TakerPays').text}`,
  },
  OfferCancel: {
    deeds: (fields) => {
      smallOf(fields['OfferSequence'], 'OfferSequence');
      return [{ op: 'call' }];
    },
    text: (fields) => `takes the offer ${smallOf(fields['OfferSequence'], 'OfferSequence')} back`,
  },
  CheckCreate: laterPayment('SendMax', 'writes a check over', 'approve'),
  CheckCash: named('call', undefined, 'cashes a check'),
  CheckCancel: named('call', undefined, 'cancels a check'),
  EscrowCreate: laterPayment('Amount', 'sets aside'),
  EscrowFinish: named('call', undefined, 'finishes an escrow'),
  EscrowCancel: named('call', undefined, 'cancels an escrow'),
  PaymentChannelCreate: laterPayment('Amount', 'opens a payment channel with'),
  PaymentChannelFund: laterPayment('Amount', 'adds to a payment channel'),
  PaymentChannelClaim: {
    // What the channel pays has left the account before, so that it is no transfer.
    deeds: (fields) =>
      fields['Balance'] === undefined
        ? [{ op: 'call' }]
        : [{ op: 'call', code: 'allowance', ...assetOf(amountAt(fields, 'Balance')) }],
    text: (fields) => `${hasFlag(fields, CLOSE_CHANNEL) ? 'closes' : 'claims from'} a payment channel`,
  },
  AMMCreate: pool('makes a pool of', 'Amount', 'Amount2'),
  AMMDeposit: pool('puts into a pool', 'Amount', 'Amount2'),
  AMMWithdraw: pool('gives back shares of a pool', 'LPTokenIn'),
  AMMBid: pool('bids for a pool', 'BidMax'),
  AMMVote: named('call', 'market-order', 'votes for the fee of a pool'),
  AMMDelete: named('call', 'market-order', 'deletes an empty pool'),
  AMMClawback: clawback((fields) => accountIfAt(fields, 'Holder')),
  Clawback: clawback((fields) => {
    const amount = amountAt(fields, 'Amount');
    // A clawback of a currency names the holder as its issuer.
    return accountIfAt(fields, 'Holder') ?? ('drops' in amount ? undefined : amount.issuer);
  }),
  MPTokenIssuanceCreate: named('issuer', 'issuer-settings', 'issues a token'),
  MPTokenIssuanceSet: named('issuer', 'issuer-settings', 'locks or changes a token that it issues'),
  MPTokenIssuanceDestroy: named('issuer', 'issuer-settings', 'ends a token that it issues'),
};

/** A deposit by shares, or by a price: the amounts that it names are no bound of what goes in. */
function isUnbounded(fields: Fields): boolean {
  return fields['TransactionType'] === 'AMMDeposit' && (hasFlag(fields, BY_SHARES) || fields['EPrice'] !== undefined);
}

/** With a price, an amount of 0 means as much as the price lets in. */
function isOpen(fields: Fields, name: string): boolean {
  return isUnbounded(fields) && fields['EPrice'] !== undefined && assetOf(amountAt(fields, name)).amount === 0n;
}

function pool(words: string, ...names: readonly string[]): Reader {
  return {
    deeds(fields) {
      const order = { op: 'trade', code: 'market-order' } as const;
      const [first = order, ...others] = present(fields, ...names).map((name): Deed => {
        const { asset, ...units } = assetOf(amountAt(fields, name));
        // What shares cost, or a price lets in, has no bound, so that the effect has no amount.
        return { ...order, asset, ...(!isUnbounded(fields) && units), args: argumentsOf({ [name]: fields[name] }) };
      });
      return [first, ...others];
    },
    stated(effect) {
      const fields = { TransactionType: effect.method, ...fieldsOf(effect.args) };
      const stated = present(fields, ...names).filter((name) => !isOpen(fields, name));
      const amounts = stated.map((name) => assetOf(amountAt(fields, name)));
      return { ...effect, ...amounts.find(({ asset }) => asset === effect.asset) };
    },
    text(fields) {
      const list = present(fields, ...names).map((name) => {
        const amount = amountAt(fields, name);
        return isOpen(fields, name) ? `ANY AMOUNT of ${assetOf(amount).asset}` : amount.text;
      });
      return `${words}${list.length === 0 ? '' : `: ${list.join(' and ')}`}`;
    },
    isOpaque(fields) {
      const found = present(fields, ...names);
      const isByShares = isUnbounded(fields) && hasFlag(fields, BY_SHARES);
      return found.length === 0 || isByShares || found.some((name) => isOpen(fields, name));
    },
  };
}

function clawback(holderOf: (fields: Fields) => string | undefined): Reader {
  return {
    deeds(fields) {
      const [name] = present(fields, 'Amount');
      const what = name === undefined ? {} : assetOf(amountAt(fields, name));
      return [{ op: 'issuer', code: 'issuer-settings', ...toIf(holderOf(fields)), ...what }];
    },
    text(fields) {
      const [name] = present(fields, 'Amount');
      const holder = holderOf(fields);
      const what = name === undefined ? 'all' : amountAt(fields, name).text;
      return `TAKES ${what} BACK${holder === undefined ? '' : ` from ${holder}`}`;
    },
  };
}
