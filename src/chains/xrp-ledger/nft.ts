import type { Effect } from '../../core/chain/effect.js';
import type { TokenMove } from '../../core/chain/summary.js';
import { type Fields, textOf } from '../shared/fields.js';
import { assetOf, tokenMoves } from './amount.js';
import {
  accountIfAt,
  amountAt,
  argumentsOf,
  type Deed,
  fieldsOf,
  hasFlag,
  named,
  type Reader,
  toIf,
} from './content.js';

/** tfSellNFToken of an NFTokenCreateOffer. */
const SELL_TOKEN = 1;

/** Tokens that are not fungible (XLS-20). */
export const nftReaders: Readonly<Record<string, Reader>> = {
  NFTokenMint: {
    deeds(fields) {
      const mint: Deed = { op: 'mint', code: 'issuer-settings' };
      if (fields['Amount'] === undefined) return [mint];
      amountAt(fields, 'Amount');
      // The price arrives, so that it is an argument.
      const args = argumentsOf({ Amount: fields['Amount'] });
      return [mint, { op: 'trade', code: 'market-order', ...toIf(accountIfAt(fields, 'Destination')), args }];
    },
    text: () => 'mints a token',
    tokens: () => [],
    hazard({ to, args }, kind) {
      if (kind !== 'market-order') return undefined;
      const price = assetOf(amountAt(fieldsOf(args), 'Amount'));
      return { kind, ...price, text: 'NFTokenMint', ...(to !== undefined && { party: to }) };
    },
  },
  NFTokenModify: named('issuer', 'issuer-settings', 'changes a token'),
  NFTokenBurn: {
    deeds: (fields) => [{ op: 'burn', asset: tokenId(fields), amount: 1n }],
    text: (fields) => `burns the token ${tokenId(fields)}`,
    tokens: (effect) => [token(effect, 'burn')],
  },
  NFTokenCreateOffer: {
    deeds: (fields) => [offerDeed(fields)],
    text(fields) {
      const [price, id] = [amountAt(fields, 'Amount').text, tokenId(fields)];
      return isSale(fields) ? `offers the token ${id} for ${price}` : `offers ${price} for the token ${id}`;
    },
    tokens(effect) {
      if (isSale(fieldsOf(effect.args))) return [token(effect, 'approve')];
      return tokenMoves(effect, { from: effect.from, action: 'transfer' });
    },
    hazard({ to, asset = '', args }, kind) {
      if (!isSale(fieldsOf(args))) return undefined;
      return { kind, ...(to !== undefined && { party: to }), asset, text: 'NFTokenCreateOffer' };
    },
  },
  NFTokenCancelOffer: named('call', undefined, 'cancels offers of tokens'),
  NFTokenAcceptOffer: {
    // The price is in the offer; only the offer's number is signed.
    deeds: () => [
      { op: 'trade', code: 'market-order' },
      { op: 'note', code: 'opaque-data' },
    ],
    text: () => 'accepts an offer of a token at the price that stands there',
    isOpaque: () => true,
  },
};

/** A sale gives the token to whoever pays, or to the named buyer; a purchase gives the price to the owner. */
function offerDeed(fields: Fields): Deed {
  const price = amountAt(fields, 'Amount');
  const id = tokenId(fields);
  const order = { op: 'trade', code: 'market-order' } as const;
  if (isSale(fields)) return { ...order, ...toIf(accountIfAt(fields, 'Destination')), asset: id, amount: 1n };
  return { ...order, ...toIf(accountIfAt(fields, 'Owner')), ...assetOf(price) };
}

function isSale(fields: Fields): boolean {
  return hasFlag(fields, SELL_TOKEN);
}

function token({ from, to, asset = '' }: Effect, action: 'burn' | 'approve'): TokenMove {
  return { standard: 'XLS-20', contract: asset, amount: 1n, from, ...toIf(to), action };
}

/** In upper case, as the ledger writes it, so that rules know one token by one name. */
function tokenId(fields: Fields): string {
  return textOf(fields['NFTokenID'], 'NFTokenID').slice(0, 64).toUpperCase();
}
