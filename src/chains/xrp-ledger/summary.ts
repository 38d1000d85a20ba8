import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, SummaryNote } from '../../core/chain/summary.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { isObject } from '../../core/json.js';
import { type Fields, smallOf, textOf } from '../shared/fields.js';
import { accountReaders } from './account.js';
import { drops, readAmount } from './amount.js';
import { accountIfAt, type Content, flagsOf, leaving, type Reader } from './content.js';
import { tradeReaders } from './trade.js';

/** Fields that every summary holds in its own members. */
const common = ['Account', 'TransactionType', 'Fee', 'Sequence', 'DestinationTag', 'SigningPubKey'];
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

const readers: ReadonlyMap<string, Reader> = new Map(Object.entries({ ...accountReaders, ...tradeReaders }));

/**
 * Says what a transaction does, from the fields that are signed. The notes hold what no other member holds.
 * @throws CustosError AMOUNT_INVALID, ADDRESS_INVALID, TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED
 */
export function summarize(
  fields: Fields,
  { account, signer, fee }: { readonly account: string; readonly signer: string; readonly fee: bigint },
): Summary {
  const type = textOf(fields['TransactionType'], 'TransactionType');
  if (refused.includes(type)) {
    throw new CustosError('TRANSACTION_UNSUPPORTED', `transactions of the type ${quote(type)} are not signed`);
  }
  const content = (readers.get(type) ?? other)(fields, account);
  const flags = flagsOf(fields);
  const tag = fields['DestinationTag'] === undefined ? undefined : smallOf(fields['DestinationTag'], 'DestinationTag');
  const sequence = smallOf(fields['Sequence'], 'Sequence');
  const notes = notesOf(fields, content.told);
  const note = tag === undefined ? '' : ` with the destination tag ${tag}`;
  return {
    kind: content.kind,
    from: account,
    ...(content.to !== undefined && { to: content.to }),
    value: { asset: 'XRP', amount: content.value },
    tokens: content.tokens,
    hazards: [...content.hazards, ...commonHazards(fields, { account, signer })],
    fee: { asset: 'XRP', amount: fee },
    ...(sequence > 0 && { nonce: BigInt(sequence) }),
    method: type,
    ...(tag !== undefined && { memo: `${tag}` }),
    opaque: content.opaque === true,
    ...(notes.length > 0 && { notes }),
    text: `${account} ${content.text}${note}${flags === 0 ? '' : `, with the flags ${flags}`}; the fee is ${drops(fee)}`,
  };
}

/** A type without a reader is named with its receiver and its amount. */
function other(fields: Fields, account: string): Content {
  const type = textOf(fields['TransactionType'], 'TransactionType');
  const to = accountIfAt(fields, 'Destination');
  const amount = fields['Amount'] === undefined ? undefined : readAmount(fields['Amount'], 'Amount');
  return {
    kind: 'other',
    ...(to !== undefined && { to }),
    ...leaving(amount === undefined ? [] : [amount], { account, ...(to !== undefined && { to }) }),
    hazards: [{ kind: 'opaque-data', ...(to !== undefined && { party: to }), text: type }],
    opaque: true,
    told: [],
    text: `makes a transaction of the type ${quote(type)}${amount === undefined ? '' : ` with ${amount.text}`}${to === undefined ? '' : ` to ${to}`}`,
  };
}

function commonHazards(
  fields: Fields,
  { account, signer }: { readonly account: string; readonly signer: string },
): Hazard[] {
  const last = fields['LastLedgerSequence'];
  const isLong = last === undefined || smallOf(last, 'LastLedgerSequence') > FAR_LEDGER;
  const { Destination: to, TransactionType: type } = fields;
  return [
    ...(typeof to === 'string' && nobodys.has(to)
      ? [{ kind: 'unspendable-destination', party: to, text: `${String(type)}: nobody has a key of it` } as const]
      : []),
    ...(account === signer ? [] : [{ kind: 'foreign-key', party: account } as const]),
    ...(isLong
      ? [{ kind: 'long-lived', text: `LastLedgerSequence ${last === undefined ? 'absent' : 'far ahead'}` } as const]
      : []),
  ];
}

function notesOf(fields: Fields, told: readonly string[]): readonly SummaryNote[] {
  const names = Object.keys(fields).filter((name) => fields[name] !== undefined);
  return [
    ...names
      .filter((name) => !common.includes(name) && !told.includes(name))
      .map((name) => ({ name, value: noteOf(fields[name]) })),
    ...memoTexts(fields['Memos']),
  ];
}

function noteOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The memos as text for people; another note has the bytes as they are. */
function memoTexts(memos: unknown): readonly SummaryNote[] {
  const list: readonly unknown[] = Array.isArray(memos) ? memos : [];
  return list.flatMap((entry) => {
    const memo = isObject(entry) && isObject(entry['Memo']) ? entry['Memo'] : {};
    const data = memo['MemoData'];
    return typeof data === 'string' ? [{ name: 'Memo', value: Buffer.from(data, 'hex').toString('utf8') }] : [];
  });
}
