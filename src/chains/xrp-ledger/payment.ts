import type { Effect } from '../../core/chain/effect.js';
import type { TokenMove } from '../../core/chain/summary.js';
import type { Fields } from '../shared/fields.js';
import { type Amount, assetOf, tokenMoves } from './amount.js';
import {
  accountAt,
  accountIfAt,
  amountAt,
  fieldsOf,
  hasFlag,
  moved,
  present,
  type Reader,
  toIf,
  toldAmounts,
} from './content.js';

/** tfPartialPayment of a Payment. */
const PARTIAL_PAYMENT = 0x0002_0000;

/** A payment at once: of one asset, or with an exchange on the way. */
export const payment: Reader = {
  deeds(fields) {
    const to = accountAt(fields, 'Destination');
    const amount = amountAt(fields, 'Amount');
    const most = fields['SendMax'] === undefined ? amount : amountAt(fields, 'SendMax');
    const isExchange = hasFlag(fields, PARTIAL_PAYMENT) || present(fields, 'SendMax', 'Paths', 'DeliverMin').length > 0;
    // The amount is the most that leaves the account; what arrives is among the arguments.
    if (isExchange) return [{ op: 'trade', code: 'market-order', to, ...spentOf(fields, most) }];
    return [{ ...moved(amount), to }];
  },
  text(fields) {
    const most = fields['SendMax'] === undefined ? '' : `, for at most ${amountAt(fields, 'SendMax').text}`;
    const sends = hasFlag(fields, PARTIAL_PAYMENT) ? 'sends AT MOST' : 'sends';
    return `${sends} ${amountAt(fields, 'Amount').text} to ${accountAt(fields, 'Destination')}${most}`;
  },
  kind: (first) => (isCoin(first) ? 'transfer' : 'token-transfer'),
  isPaying: true,
  told(fields) {
    const isArriving = fields['SendMax'] === undefined || !('drops' in amountAt(fields, 'Amount'));
    return ['Destination', ...toldAmounts(fields, ...(isArriving ? ['Amount'] : []))];
  },
  tokens: paidTokens,
  hazard({ to, args }, kind) {
    const price = assetOf(amountAt(fieldsOf(args), 'Amount'));
    return { kind, ...price, text: 'Payment', ...(to !== undefined && { party: to }) };
  },
};

/** With the account as issuer of what it sends, or with paths alone, the ledger takes the currency of any issuer: it has no name. */
function spentOf(fields: Fields, most: Amount): Pick<Effect, 'asset' | 'amount'> {
  const { asset, ...units } = assetOf(most);
  const isAny = fields['SendMax'] === undefined ? fields['Paths'] !== undefined : isIssuedBy(most, fields['Account']);
  return 'drops' in most || !isAny ? { asset, ...units } : units;
}

function isIssuedBy(amount: Amount, account: unknown): boolean {
  return 'issuer' in amount && amount.issuer === account;
}

function isCoin({ asset, args }: Effect): boolean {
  return asset === 'XRP' && 'drops' in amountAt(fieldsOf(args), 'Amount');
}

/** With an exchange on the way there are two: what leaves the account, and what arrives. */
function paidTokens(effect: Effect): readonly TokenMove[] {
  const { from, to, args } = effect;
  const fields = fieldsOf(args);
  const action = 'transfer' as const;
  const arriving = assetOf(amountAt(fields, 'Amount'));
  if (fields['SendMax'] === undefined) return tokenMoves(arriving, { from, ...toIf(to), action });
  const leaving = assetOf(amountAt(fields, 'SendMax'));
  return [...tokenMoves(leaving, { from, action }), ...tokenMoves(arriving, { ...toIf(to), action })];
}

/**
 * What is set aside has left the account, unless it comes back.
 * @param name - field with the amount
 * @param op - where nothing leaves the account yet
 */
export function laterPayment(name: string, words: string, op?: Effect['op']): Reader {
  return {
    deeds(fields) {
      const to = accountIfAt(fields, 'Destination');
      const amount = moved(amountAt(fields, name));
      return [{ ...amount, op: op ?? amount.op, code: 'allowance', ...toIf(to) }];
    },
    text(fields) {
      const to = accountIfAt(fields, 'Destination');
      return `${words} ${amountAt(fields, name).text}${to === undefined ? '' : ` for ${to}`}`;
    },
    isPaying: true,
    told: (fields) => present(fields, 'Destination'),
  };
}
