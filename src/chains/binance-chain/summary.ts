import type { Effect } from '../../core/chain/effect.js';
import type { Summary } from '../../core/chain/summary.js';
import { quote } from '../../core/ids.js';
import { feeOf, fieldOf } from '../shared/signed-fields.js';
import { coinsText } from './effects.js';
import { COIN, type Coin } from './format.js';

/** Says what a transfer does. @param effects - as `effectsOf` makes them */
export function summarize(effects: readonly Effect[]): Summary {
  const fee = feeOf(effects);
  const moves = effects.slice(0, -1);
  const outputs = outputsOf(moves);
  const tokens = moves.filter(({ op }) => op === 'token-transfer');
  const paid = outputs.map(({ to, coins }) => `${coinsText(coins)} to ${to}`);
  const only = outputs.length === 1 ? outputs[0] : undefined;
  const memo = moves.flatMap((move) => fieldOf(move, 'memo') ?? []).join('');
  const { from } = fee;
  return {
    kind: tokens.length > 0 ? 'token-transfer' : 'transfer',
    from,
    ...(only && { to: only.to }),
    value: { asset: COIN, amount: bnbOf(outputs.flatMap(({ coins }) => coins)) },
    tokens: tokens.map(({ asset = '', to = '', amount = 0n }) => ({
      ...{ standard: 'BEP-2', contract: asset, from, to, amount },
      action: 'transfer',
    })),
    hazards: moves.flatMap(({ code, to = '' }) =>
      code === undefined ? [] : [{ kind: code, party: to, text: 'nobody has a key of it' }],
    ),
    notes: [
      ...(fee.args ?? []).filter(({ name }) => name !== 'sequence'),
      ...moves.flatMap(({ args = [] }) => args.filter(({ name }) => name.startsWith('input '))),
      ...paid.map((value, at) => ({ name: `output ${at}`, value })),
    ],
    fee: { asset: fee.asset, amount: fee.amount },
    nonce: BigInt(fieldOf(fee, 'sequence') ?? 0),
    opaque: false,
    outputs: outputs.map(({ to, coins, change }) => ({ address: to, amount: bnbOf(coins), change })),
    ...(memo !== '' && { memo }),
    text: `${from} sends ${paid.join(', ')}${memo === '' ? '' : ` with the memo ${quote(memo)}`}`,
  };
}

interface Output {
  readonly to: string;
  readonly coins: readonly Coin[];
  readonly change: boolean;
}

/** The coins of one output stand one after another and have its number. */
function outputsOf(moves: readonly Effect[]): readonly Output[] {
  const found = new Map<string, Output>();
  for (const move of moves) {
    const { to = '', asset = '', amount = 0n, own = false } = move;
    const at = fieldOf(move, 'output') ?? '';
    found.set(at, { to, coins: [...(found.get(at)?.coins ?? []), { denom: asset, amount }], change: own });
  }
  return [...found.values()];
}

function bnbOf(coins: readonly Coin[]): bigint {
  return coins.reduce((sum, { denom, amount }) => (denom === COIN ? sum + amount : sum), 0n);
}
