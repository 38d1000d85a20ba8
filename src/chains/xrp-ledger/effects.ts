import type { Effect, EffectArgument } from '../../core/chain/effect.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { type Fields, smallOf, textOf } from '../shared/fields.js';
import { accountReaders } from './account.js';
import { accountIfAt, amountAt, argumentsOf, type Deed, flagsOf, moved, type Reader, toIf } from './content.js';
import { nftReaders } from './nft.js';
import { tradeReaders } from './trade.js';

/** A batch acts for its inner transactions; the other three belong to the validators. */
const refused = ['Batch', 'EnableAmendment', 'SetFee', 'UNLModify'];
/** At a ledger in four seconds that is beyond the year 2060: a number that means forever. */
const FAR_LEDGER = 400_000_000;

/** Accounts without a key: those of the numbers 0 and 1, and two with names written into them by hand. */
const nobodys: ReadonlySet<unknown> = new Set([
  'rrrrrrrrrrrrrrrrrrrrrhoLvTp',
  'rrrrrrrrrrrrrrrrrrrrBZbvji',
  'rrrrrrrrrrrrrrrrrNAMEtxvNvQ',
  'rrrrrrrrrrrrrrrrrrrn5RM1rHd',
]);

/** Fields that only order and time a transaction: those that are completed are among them. */
const timing = ['Sequence', 'TicketSequence', 'AccountTxnID', 'LastLedgerSequence'];
/** Fields that members of every effect hold, and the key, which only the signer knows in each case. */
const held = ['Account', 'TransactionType', 'Fee', 'SigningPubKey'];

/** Argument of the fee with the order of the request. The ledger has no field with this name. */
export const ORDER = 'order';

const readers: ReadonlyMap<string, Reader> = new Map(
  Object.entries({ ...accountReaders, ...tradeReaders, ...nftReaders }),
);

/** A type without a reader is not understood; its receiver and its amount are. */
const unread: Reader = {
  deeds(fields) {
    const to = toIf(accountIfAt(fields, 'Destination'));
    const call: Deed = { op: 'call', code: 'opaque-data', ...to };
    return fields['Amount'] === undefined ? [call] : [call, { ...moved(amountAt(fields, 'Amount')), ...to }];
  },
  text(fields) {
    const to = accountIfAt(fields, 'Destination');
    const amount = fields['Amount'] === undefined ? '' : ` with ${amountAt(fields, 'Amount').text}`;
    const type = quote(fields['TransactionType']);
    return `makes a transaction of the type ${type}${amount}${to === undefined ? '' : ` to ${to}`}`;
  },
  isPaying: true,
  isOpaque: () => true,
};

/** How a type is read. */
export function readerOf(type: string): Reader {
  return readers.get(type) ?? unread;
}

/**
 * Says what a transaction does, from the fields that are signed. The first effect has all of them as arguments, also those that
 * its members hold in the terms of all chains, except for those that only order and time it.
 * @throws CustosError AMOUNT_INVALID, ADDRESS_INVALID, TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED
 */
export function effectsOf(
  fields: Fields,
  { account, signer, fee }: { readonly account: string; readonly signer: string; readonly fee: bigint },
): readonly Effect[] {
  const type = textOf(fields['TransactionType'], 'TransactionType');
  if (refused.includes(type)) {
    throw new CustosError('TRANSACTION_UNSUPPORTED', `transactions of the type ${quote(type)} are not signed`);
  }
  const [first, ...others] = readerOf(type).deeds(fields);
  checkNumbers(fields);
  const effect = (deed: Deed): Effect => ({ ...deed, from: account, method: type });
  const signed = argumentsOf(fields).filter(({ name }) => !held.includes(name));
  const args = signed.filter(({ name }) => !timing.includes(name));
  const timed = signed.filter(({ name }) => timing.includes(name));
  return [
    effect({ ...first, args }),
    ...others.map(effect),
    ...commonEffects(fields, { account, signer }),
    { op: 'fee', from: account, asset: 'XRP', amount: fee, args: [...timed, ...orderOf(signed, [...args, ...timed])] },
  ];
}

/** What the summary reads from arguments, which are texts: a wrong number is quoted as it was given. */
function checkNumbers(fields: Fields): void {
  flagsOf(fields);
  if (fields['DestinationTag'] !== undefined) smallOf(fields['DestinationTag'], 'DestinationTag');
}

/** The names of the fields as the request has them, where the effects have them in another order: the notes keep it. */
function orderOf(asked: readonly EffectArgument[], listed: readonly EffectArgument[]): readonly EffectArgument[] {
  const [names, others] = [asked, listed].map((list) => {
    // The sequence number is never a note.
    return list
      .map(({ name }) => name)
      .filter((name) => name !== 'Sequence')
      .join(' ');
  });
  return names === undefined || names === others ? [] : [{ name: ORDER, value: names }];
}

function commonEffects(
  fields: Fields,
  { account, signer }: { readonly account: string; readonly signer: string },
): readonly Effect[] {
  const { Destination: to, TransactionType: type, LastLedgerSequence: last } = fields;
  const isLong = last === undefined || smallOf(last, 'LastLedgerSequence') > FAR_LEDGER;
  const note = { op: 'note', from: account } as const;
  return [
    ...(typeof to === 'string' && nobodys.has(to)
      ? [{ ...note, code: 'unspendable-destination', to, method: String(type) } as const]
      : []),
    ...(account === signer ? [] : [{ op: 'note', code: 'foreign-key', from: signer, to: account } as const]),
    ...(isLong ? [{ ...note, code: 'long-lived', args: argumentsOf({ LastLedgerSequence: last }) } as const] : []),
  ];
}
