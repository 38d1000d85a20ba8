import type { Effect } from '../../core/chain/effect.js';
import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, SummaryNote, TokenMove } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { feeOf, fieldOf } from '../shared/signed-fields.js';

/** Says what a transaction does, from its effects alone. */
export function summarize(effects: readonly Effect[]): Summary {
  const last = feeOf(effects);
  const { from, amount: fee } = last;
  const ttl = fieldOf(last, 'ttl') ?? '';
  const coins = effects.filter(({ op }) => op === 'transfer');
  const tokens = effects.filter(({ op }) => op === 'token-transfer');
  const paid = coins.filter(({ own }) => own !== true);
  const moves = tokens.filter(({ own }) => own !== true).map(moveOf);
  const [only] = paid;
  return {
    kind: moves.length > 0 ? 'token-transfer' : 'transfer',
    from,
    ...(paid.length === 1 && only?.to !== undefined && { to: only.to }),
    value: { asset: 'ADA', amount: paid.reduce((sum, { amount = 0n }) => sum + amount, 0n) },
    tokens: moves,
    hazards: effects.flatMap((effect) => hazardOf(effect, ttl)),
    notes: [{ name: 'ttl', value: ttl }, ...tokens.map(tokenNote)],
    fee: { asset: 'ADA', amount: fee },
    inputs: inputsOf(last),
    outputs: coins.map(({ to: address = '', amount = 0n, own: change = false }) => ({ address, amount, change })),
    opaque: false,
    text: `${from} ${wordsOf(paid, tokens)}; the fee is ${formatUnits(fee, 6)} ADA; it ends with slot ${ttl}`,
  };
}

function moveOf({ from, to = '', asset: contract = '', amount = 0n }: Effect): TokenMove {
  return { standard: 'native token', contract, from, to, amount, action: 'transfer' };
}

/** The tokens of all outputs are notes, those of change included. */
function tokenNote(effect: Effect): SummaryNote {
  return { name: `output ${fieldOf(effect, 'output')} token ${effect.asset}`, value: `${effect.amount}` };
}

function hazardOf({ code: kind, to, amount = 0n }: Effect, ttl: string): readonly Hazard[] {
  if (kind === undefined) return [];
  if (to === undefined) return [{ kind, text: `ttl ${ttl}` }];
  return [{ kind, party: to, asset: 'ADA', amount, text: 'nobody has a key of it' }];
}

/** The inputs, each of which begins with its outpoint. */
function inputsOf({ args = [] }: Effect): NonNullable<Summary['inputs']> {
  const starts = args.flatMap(({ name }, at) => (name === 'outpoint' ? [at] : []));
  return starts.map((start) => {
    const [outpoint = '', address = '', amount = '0'] = args.slice(start, start + 3).map(({ value }) => value);
    return { outpoint, address, amount: BigInt(amount) };
  });
}

function wordsOf(paid: readonly Effect[], tokens: readonly Effect[]): string {
  const counts = new Map<string | undefined, number>();
  for (const token of tokens) {
    const place = fieldOf(token, 'output');
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  const list = paid.map((effect) => {
    const count = counts.get(fieldOf(effect, 'output'));
    const more = count === undefined ? '' : ` with ${count} native tokens`;
    return `${formatUnits(effect.amount ?? 0n, 6)} ADA${more} to ${effect.to}`;
  });
  return list.length === 0 ? 'moves coins to itself' : `sends ${list.join(', ')}`;
}
