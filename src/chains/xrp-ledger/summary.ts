import type { Effect, EffectArgument } from '../../core/chain/effect.js';
import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, SummaryNote, TokenMove } from '../../core/chain/summary.js';
import { CustosError } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import { type Fields, smallOf } from '../shared/fields.js';
import { feeOf } from '../shared/signed-fields.js';
import { drops, tokenMoves } from './amount.js';
import { accountIfAt, fieldsOf, flagsOf, type Reader, toIf } from './content.js';
import { ORDER, readerOf } from './effects.js';

/** Fields that every summary holds in its own members. */
const common = ['Sequence', 'DestinationTag'];
/** What takes an amount from the account, now or later. */
const leaving: readonly Effect['op'][] = ['transfer', 'token-transfer', 'trade', 'approve'];

/** Says what a transaction does, from its effects alone. The notes hold what no other member holds. */
export function summarize(all: readonly Effect[]): Summary {
  const [first] = all;
  const { amount: fee, args: timing = [] } = feeOf(all);
  if (first?.method === undefined) throw new CustosError('INTERNAL', 'the effects do not begin with a type');
  const { from, method, args = [] } = first;
  const reader = readerOf(method);
  const effects = all.map((effect) => (effect.op === 'trade' ? (reader.stated?.(effect) ?? effect) : effect));
  const signed = inOrder([...args, ...timing]);
  const fields: Fields = { TransactionType: method, ...fieldsOf(signed) };
  const { Sequence: sequence, DestinationTag: tag } = numbersOf(fields);
  const to = reader.isPaying === true ? accountIfAt(fields, 'Destination') : undefined;
  const notes = notesOf(signed, [...common, ...(reader.told?.(fields) ?? [])]);
  return {
    kind: reader.kind?.(first) ?? 'other',
    from,
    ...toIf(to),
    value: { asset: 'XRP', amount: coinsOf(effects) },
    tokens: effects.filter(({ op }) => op !== 'note' && op !== 'fee').flatMap(reader.tokens ?? usualTokens),
    hazards: effects.flatMap((effect) => hazardOf(effect, reader)),
    fee: { asset: 'XRP', amount: fee },
    ...(sequence !== undefined && sequence > 0 && { nonce: BigInt(sequence) }),
    method,
    ...(tag !== undefined && { memo: `${tag}` }),
    opaque: reader.isOpaque?.(fields) === true,
    ...(notes.length > 0 && { notes }),
    text: `${from} ${reader.text(fields)}${endOf(fields)}; the fee is ${drops(fee)}`,
  };
}

/** The signed fields as the request has them. */
function inOrder(args: readonly EffectArgument[]): readonly EffectArgument[] {
  const fields = args.filter(({ name }) => name !== ORDER);
  const names = args.find(({ name }) => name === ORDER)?.value.split(' ');
  if (names === undefined) return fields;
  return fields.sort((one, other) => names.indexOf(one.name) - names.indexOf(other.name));
}

function numbersOf(fields: Fields) {
  const number = (name: string) => (fields[name] === undefined ? undefined : smallOf(fields[name], name));
  return { Sequence: number('Sequence'), DestinationTag: number('DestinationTag') };
}

function endOf(fields: Fields): string {
  const flags = flagsOf(fields);
  const { DestinationTag: tag } = numbersOf(fields);
  const note = tag === undefined ? '' : ` with the destination tag ${tag}`;
  return `${note}${flags === 0 ? '' : `, with the flags ${flags}`}`;
}

function coinsOf(effects: readonly Effect[]): bigint {
  const coins = effects.filter(({ op, asset }) => asset === 'XRP' && leaving.includes(op));
  return coins.reduce((sum, { amount = 0n }) => sum + amount, 0n);
}

function usualTokens(effect: Effect): readonly TokenMove[] {
  if (!leaving.includes(effect.op)) return [];
  return tokenMoves(effect, { from: effect.from, ...toIf(effect.to), action: 'transfer' });
}

function hazardOf(effect: Effect, reader: Reader): readonly Hazard[] {
  const { op, code: kind } = effect;
  if (kind === undefined) return [];
  if (kind === 'long-lived') {
    return [{ kind, text: `LastLedgerSequence ${effect.args?.length === 0 ? 'absent' : 'far ahead'}` }];
  }
  const own = op === 'note' ? undefined : reader.hazard?.(effect, kind);
  return [own ?? usualHazard(effect, kind)];
}

function usualHazard({ op, to, asset, amount, method }: Effect, kind: Hazard['kind']): Hazard {
  const party = to === undefined ? {} : { party: to };
  const what = { ...(asset !== undefined && { asset }), ...(amount !== undefined && { amount }) };
  if (kind === 'unspendable-destination') return { kind, ...party, text: `${method}: nobody has a key of it` };
  const text = method === undefined ? {} : { text: method };
  return op === 'trade' ? { kind, ...what, ...text, ...party } : { kind, ...party, ...what, ...text };
}

function notesOf(args: readonly EffectArgument[], told: readonly string[]): readonly SummaryNote[] {
  const memos = args.filter(({ name }) => name === 'Memos');
  return [...args.filter(({ name }) => !told.includes(name)), ...memoTexts(fieldsOf(memos)['Memos'])];
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
