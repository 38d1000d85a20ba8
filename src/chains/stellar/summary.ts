import type { Effect } from '../../core/chain/effect.js';
import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, SummaryNote, TokenMove } from '../../core/chain/summary.js';
import { quote } from '../../core/ids.js';
import { feeOf, fieldOf } from '../shared/signed-fields.js';
import { muxedId } from './address.js';
import { byOperation, withNumbers } from './effects.js';
import { COIN, shownAmount, type Told } from './form.js';
import { formNamed } from './operations.js';

/** Says what the effects of an envelope are. @param found - as `effectsOf` made them */
export function summarize(found: readonly Effect[]): Summary {
  const effects = withNumbers(found);
  const operations = byOperation(effects);
  const fee = feeOf(effects);
  const { from, asset, amount } = fee;
  const kinds = new Set(operations.map(({ effect }) => formNamed(effect.method)?.kind?.(effect) ?? 'other'));
  const [kind = 'other'] = kinds;
  const [single] = operations.length === 1 ? operations : [];
  const to = single && receiverOf(single.effect);
  const memo = memoOf(effects, 'memo');
  return {
    kind: kinds.size === 1 ? kind : 'other',
    from,
    ...(to !== undefined && { to }),
    value: { asset: COIN, amount: operations.reduce((sum, { effect }) => sum + lumensOf(effect), 0n) },
    tokens: operations.flatMap(movesOf),
    hazards: [
      ...operations.flatMap((told) => told.effects.flatMap((effect) => operationHazard(effect, told))),
      ...effects.flatMap(wholeHazard),
    ],
    fee: { asset, amount },
    nonce: BigInt(fieldOf(fee, 'sequence') ?? 0),
    ...(memo !== undefined && { memo }),
    opaque: operations.some(({ effect }) => formNamed(effect.method)?.isOpaque === true),
    notes: notesOf(effects, operations),
    text: textOf(operations, { fee, memo }),
  };
}

function textOf(
  operations: readonly Told[],
  { fee, memo }: { readonly fee: Effect; readonly memo: string | undefined },
): string {
  const words = operations.map((told) => formNamed(told.effect.method)?.say(told));
  const note = memo === undefined ? '' : ` with the memo ${quote(memo)}`;
  return `${fee.from} ${words.join(', then ')}${note}; the fee is at most ${shownAmount(fee.amount)}`;
}

/** What leaves the account with an operation, if it is an asset; and what a receiver gets in another one. */
function movesOf({ effect, field }: Told): readonly TokenMove[] {
  const { op, asset, amount, from, to, method } = effect;
  const move = (contract: string, units: bigint) =>
    ({ standard: 'Stellar asset', contract, amount: units, action: 'transfer' }) as const;
  const isPool = method?.startsWith('LiquidityPool') === true;
  const leaves = (op === 'token-transfer' || op === 'trade') && !isPool && asset !== COIN;
  const isDirect = method === 'Payment' && to !== undefined;
  const left =
    leaves && asset !== undefined && amount !== undefined
      ? [{ ...move(asset, amount), ...(isDirect && { to }), from }]
      : [];
  const wanted = field('destAsset');
  if (wanted === '' || wanted === COIN) return left;
  return [...left, { ...move(wanted, BigInt(field('destAmount'))), ...(to !== undefined && { to }) }];
}

function lumensOf({ op, asset, amount = 0n }: Effect): bigint {
  return (op === 'transfer' || op === 'trade') && asset === COIN ? amount : 0n;
}

function operationHazard(effect: Effect, told: Told): readonly Hazard[] {
  const { code, to, method = '' } = effect;
  if (code === undefined) return [];
  const party = to === undefined ? {} : { party: to };
  if (code === 'unspendable-destination') return [{ kind: code, ...party, text: 'nobody has a key of it' }];
  return [{ kind: code, ...party, ...(formNamed(method)?.hazard?.(effect, told) ?? { text: method }) }];
}

/** Hazards of the envelope as a whole. */
function wholeHazard(effect: Effect): readonly Hazard[] {
  const { code, to } = effect;
  if (code === 'foreign-key') return [{ kind: code, ...(to !== undefined && { party: to }) }];
  return code === 'long-lived' ? [{ kind: code, text: `maxTime ${fieldOf(effect, 'maxTime')}` }] : [];
}

/** Conditions, the kind of the memo, numbers inside M… addresses, and each operation as it is signed. */
function notesOf(effects: readonly Effect[], operations: readonly Told[]): readonly SummaryNote[] {
  const { from, args = [] } = feeOf(effects);
  const memoType = memoOf(effects, 'memoType');
  const named = operations.flatMap(({ effect }) => [effect.from, receiverOf(effect) ?? []].flat());
  const numbered = [...new Set([from, ...named])].flatMap((account) => {
    const id = muxedId(account);
    return id === undefined ? [] : [{ name: `id of ${account}`, value: id.toString() }];
  });
  return [
    ...(memoType === undefined ? [] : [{ name: 'memoType', value: memoType }]),
    ...args.filter(({ name }) => name !== 'sequence'),
    ...numbered,
    ...operations.map(({ effect: { data = '' } }, at) => ({ name: `operation ${at + 1}`, value: data })),
  ];
}

function memoOf(effects: readonly Effect[], field: 'memo' | 'memoType'): string | undefined {
  return effects.map((effect) => fieldOf(effect, field)).find((value) => value !== undefined);
}

function receiverOf({ method, to }: Effect): string | undefined {
  return formNamed(method)?.isPayment === true ? to : undefined;
}
