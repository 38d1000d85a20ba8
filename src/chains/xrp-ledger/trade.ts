import type { Hazard } from '../../core/chain/hazards.js';
import { type Fields, smallOf, textOf } from '../shared/fields.js';
import { type Amount, assetOf, movesOf } from './amount.js';
import {
  accountAt,
  accountIfAt,
  amountAt,
  amountsAt,
  type Content,
  hasFlag,
  leaving,
  named,
  promise,
  type Reader,
  still,
  toldAmounts,
} from './content.js';

/** tfPartialPayment of a Payment. */
const PARTIAL_PAYMENT = 0x0002_0000;
/** tfSellNFToken of an NFTokenCreateOffer. */
const SELL_TOKEN = 1;
/** tfLPToken of an AMMDeposit: the named amounts are the least, and there is no most. */
const BY_SHARES = 0x0001_0000;
/** tfClose of a PaymentChannelClaim. */
const CLOSE_CHANNEL = 0x0002_0000;

/** Transactions that move coins and tokens, now or later. */
export const tradeReaders: Readonly<Record<string, Reader>> = {
  Payment: payment,
  OfferCreate(fields, account) {
    const [gets, pays] = [amountAt(fields, 'TakerGets'), amountAt(fields, 'TakerPays')];
    return {
      ...still(`offers ${gets.text} for ${pays.text}`, [order('OfferCreate', gets)]),
      ...leaving([gets], { account }),
    };
  },
  OfferCancel: (fields) => still(`takes the offer ${smallOf(fields['OfferSequence'], 'OfferSequence')} back`),
  CheckCreate: (fields, account) =>
    laterPayment(fields, { account, type: 'CheckCreate', name: 'SendMax', words: 'writes a check over' }),
  CheckCash: named('CheckCash', undefined, 'cashes a check'),
  CheckCancel: named('CheckCancel', undefined, 'cancels a check'),
  EscrowCreate: (fields, account) =>
    laterPayment(fields, { account, type: 'EscrowCreate', name: 'Amount', words: 'sets aside' }),
  EscrowFinish: named('EscrowFinish', undefined, 'finishes an escrow'),
  EscrowCancel: named('EscrowCancel', undefined, 'cancels an escrow'),
  PaymentChannelCreate: (fields, account) =>
    laterPayment(fields, {
      account,
      type: 'PaymentChannelCreate',
      name: 'Amount',
      words: 'opens a payment channel with',
    }),
  PaymentChannelFund: (fields, account) =>
    laterPayment(fields, { account, type: 'PaymentChannelFund', name: 'Amount', words: 'adds to a payment channel' }),
  PaymentChannelClaim(fields) {
    const paid = amountsAt(fields, 'Balance').map((amount) => promise('PaymentChannelClaim', amount, undefined));
    return still(`${hasFlag(fields, CLOSE_CHANNEL) ? 'closes' : 'claims from'} a payment channel`, paid);
  },
  NFTokenMint(fields) {
    const offered = amountsAt(fields, 'Amount').map((amount) => ({
      ...order('NFTokenMint', amount),
      ...party(accountIfAt(fields, 'Destination')),
    }));
    return still('mints a token', [{ kind: 'issuer-settings', text: 'NFTokenMint' }, ...offered]);
  },
  NFTokenModify: named('NFTokenModify', 'issuer-settings', 'changes a token'),
  NFTokenBurn(fields, account) {
    return {
      ...still(`burns the token ${tokenId(fields)}`),
      tokens: [token(fields, { from: account, action: 'burn' })],
    };
  },
  NFTokenCreateOffer: tokenOffer,
  NFTokenCancelOffer: named('NFTokenCancelOffer', undefined, 'cancels offers of tokens'),
  // The price is in the offer; only the offer's number is signed.
  NFTokenAcceptOffer: () => ({
    ...still('accepts an offer of a token at the price that stands there', [
      { kind: 'market-order', text: 'NFTokenAcceptOffer' },
      { kind: 'opaque-data', text: 'NFTokenAcceptOffer' },
    ]),
    opaque: true,
  }),
  AMMCreate: pool('AMMCreate', 'makes a pool of', 'Amount', 'Amount2'),
  AMMDeposit: pool('AMMDeposit', 'puts into a pool', 'Amount', 'Amount2'),
  AMMWithdraw: pool('AMMWithdraw', 'gives back shares of a pool', 'LPTokenIn'),
  AMMBid: pool('AMMBid', 'bids for a pool', 'BidMax'),
  AMMVote: named('AMMVote', 'market-order', 'votes for the fee of a pool'),
  AMMDelete: named('AMMDelete', 'market-order', 'deletes an empty pool'),
  AMMClawback: (fields) => clawback(fields, 'AMMClawback', accountIfAt(fields, 'Holder')),
  Clawback(fields) {
    const amount = amountAt(fields, 'Amount');
    const holder = accountIfAt(fields, 'Holder') ?? ('drops' in amount ? undefined : issuerOf(amount.contract));
    return clawback(fields, 'Clawback', holder);
  },
  MPTokenIssuanceCreate: named('MPTokenIssuanceCreate', 'issuer-settings', 'issues a token'),
  MPTokenIssuanceSet: named('MPTokenIssuanceSet', 'issuer-settings', 'locks or changes a token that it issues'),
  MPTokenIssuanceDestroy: named('MPTokenIssuanceDestroy', 'issuer-settings', 'ends a token that it issues'),
};

function payment(fields: Fields, account: string): Content {
  const to = accountAt(fields, 'Destination');
  const amount = amountAt(fields, 'Amount');
  const [most] = amountsAt(fields, 'SendMax');
  const isPartial = hasFlag(fields, PARTIAL_PAYMENT);
  const isExchange = isPartial || ['SendMax', 'Paths', 'DeliverMin'].some((name) => fields[name] !== undefined);
  const out = leaving([most ?? amount], { account, ...(most === undefined && { to }) });
  const arriving = most === undefined ? [] : movesOf(amount, { to, action: 'transfer' });
  const isCoin = 'drops' in amount && out.tokens.length === 0;
  return {
    kind: isCoin ? 'transfer' : 'token-transfer',
    to,
    value: out.value,
    tokens: [...out.tokens, ...arriving],
    hazards: isExchange ? [{ ...order('Payment', amount), party: to }] : [],
    told: ['Destination', ...toldAmounts(fields, ...(most === undefined || !('drops' in amount) ? ['Amount'] : []))],
    text: `${isPartial ? 'sends AT MOST' : 'sends'} ${amount.text} to ${to}${most === undefined ? '' : `, for at most ${most.text}`}`,
  };
}

/** What is set aside has left the account, unless it comes back. */
function laterPayment(
  fields: Fields,
  place: { readonly account: string; readonly type: string; readonly name: string; readonly words: string },
): Content {
  const to = accountIfAt(fields, 'Destination');
  const amount = amountAt(fields, place.name);
  return {
    ...still(`${place.words} ${amount.text}${to === undefined ? '' : ` for ${to}`}`, [promise(place.type, amount, to)]),
    ...leaving([amount], { account: place.account, ...(to !== undefined && { to }) }),
    ...(to !== undefined && { to, told: ['Destination'] }),
  };
}

function tokenOffer(fields: Fields, account: string): Content {
  const amount = amountAt(fields, 'Amount');
  const id = tokenId(fields);
  if (!hasFlag(fields, SELL_TOKEN)) {
    const owner = accountIfAt(fields, 'Owner');
    return {
      ...still(`offers ${amount.text} for the token ${id}`, [
        { ...order('NFTokenCreateOffer', amount), ...party(owner) },
      ]),
      ...leaving([amount], { account }),
    };
  }
  const buyer = accountIfAt(fields, 'Destination');
  return {
    ...still(`offers the token ${id} for ${amount.text}`, [
      { kind: 'market-order', ...party(buyer), asset: id, text: 'NFTokenCreateOffer' },
    ]),
    tokens: [token(fields, { from: account, ...(buyer !== undefined && { to: buyer }), action: 'approve' })],
  };
}

function pool(type: string, words: string, ...names: readonly string[]): Reader {
  return (fields, account) => {
    const amounts = amountsAt(fields, ...names);
    const hazards: readonly Hazard[] = amounts.map((amount) => order(type, amount));
    const list = amounts.map(({ text }) => text).join(' and ');
    return {
      ...still(
        `${words}${list === '' ? '' : `: ${list}`}`,
        hazards.length === 0 ? [{ kind: 'market-order', text: type }] : hazards,
      ),
      ...leaving(amounts, { account }),
      ...((amounts.length === 0 || (type === 'AMMDeposit' && hasFlag(fields, BY_SHARES))) && { opaque: true }),
    };
  };
}

function clawback(fields: Fields, type: string, holder: string | undefined): Content {
  const [amount] = amountsAt(fields, 'Amount');
  const what = amount === undefined ? 'all' : amount.text;
  return still(`TAKES ${what} BACK${holder === undefined ? '' : ` from ${holder}`}`, [
    { kind: 'issuer-settings', ...party(holder), ...(amount !== undefined && assetOf(amount)), text: type },
  ]);
}

function order(type: string, amount: Amount): Hazard {
  return { kind: 'market-order', ...assetOf(amount), text: type };
}

function party(account: string | undefined): { readonly party?: string } {
  return account === undefined ? {} : { party: account };
}

function token(
  fields: Fields,
  place: { readonly from: string; readonly to?: string; readonly action: 'burn' | 'approve' },
) {
  return { standard: 'XLS-20', contract: tokenId(fields), amount: 1n, ...place };
}

function tokenId(fields: Fields): string {
  return textOf(fields['NFTokenID'], 'NFTokenID').slice(0, 64);
}

function issuerOf(contract: string): string | undefined {
  return contract.split('.')[1];
}
