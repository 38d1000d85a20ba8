import { hex } from '@scure/base';
import type { Effect, EffectArgument } from '../../../core/chain/effect.js';
import type { UtxoOutput } from '../format.js';
import type { ProvenTransaction } from '../previous.js';
import { virtualSize } from '../rules.js';
import { addressOf, readScript, type UtxoNetwork } from '../script.js';
import { isData, isUnspendable, protocolOf } from '../unspendable.js';
import { lockEffects } from './locks.js';

/** What a transaction is read by. */
export interface EffectsPlace {
  /** Address of the first key. */
  readonly from: string;
  readonly network: UtxoNetwork;
  /** Symbol of the coin. */
  readonly asset: string;
  /** Of the spent outputs, in order. */
  readonly scripts: readonly Uint8Array[];
  /** Scripts of the signing keys, in hexadecimal digits. */
  readonly mine: ReadonlySet<string>;
  readonly fee: bigint;
}

/** Everything that is signed: doubtful amounts, the outputs in their order, locks, and what is spent for which fee. */
export function effectsOf(transaction: ProvenTransaction, place: EffectsPlace): readonly Effect[] {
  const { version, lockTime, inputs, outputs } = transaction;
  const locks = { version, lockTime, sequences: inputs.map(({ sequence }) => sequence) };
  return [
    ...doubts(transaction, place),
    ...outputs.flatMap((output, at) => outputEffects(output, at, place)),
    ...lockEffects(locks, place.from),
    feeEffect(transaction, place),
  ];
}

function doubts({ inputs, unproved }: ProvenTransaction, { from }: EffectsPlace): readonly Effect[] {
  return unproved.flatMap((at): readonly Effect[] => {
    const input = inputs[at];
    if (input === undefined) return [];
    const { txId, index, amount } = input;
    const args = [argument('vin', at), argument('outpoint', `${txId}:${index}`), argument('claimed', amount)];
    return [{ op: 'note', code: 'unproved-amount', from, args }];
  });
}

function outputEffects({ amount, script }: UtxoOutput, at: number, place: EffectsPlace): readonly Effect[] {
  const { from, network, asset, mine } = place;
  const digits = hex.encode(script);
  const to = addressOf(readScript(script), network);
  const args = [argument('vout', at)];
  const unspendable = { code: 'unspendable-destination' } as const;
  if (isData(script)) {
    const note: Effect = { op: 'note', code: 'opaque-data', from, ...methodOf(script), args, data: digits };
    // Coins that go there are gone.
    const lost: Effect = { op: 'transfer', ...unspendable, from, asset, amount, args, data: digits };
    return amount > 0n ? [lost, note] : [note];
  }
  const isLost = isUnspendable(script, network);
  const moved = { from, ...(to !== undefined && { to }), asset, amount };
  if (isLost || to !== undefined) {
    const own = mine.has(digits) ? ({ own: true } as const) : {};
    const shape = to === undefined ? { data: digits } : {};
    return [{ op: 'transfer', ...(isLost && unspendable), ...moved, args, ...shape, ...own }];
  }
  // Protocols in outputs that can be spent are known of Bitcoin Cash only.
  const method = network.cashaddr === undefined ? {} : methodOf(script);
  return [{ op: 'transfer', code: 'unknown-script', ...moved, ...method, args, data: digits }];
}

function methodOf(script: Uint8Array): Pick<Effect, 'method'> {
  const method = protocolOf(script);
  return method === undefined ? {} : { method };
}

/** An outpoint begins each input; amounts without a proof are claimed. */
function feeEffect(transaction: ProvenTransaction, { from, network, asset, scripts, fee }: EffectsPlace): Effect {
  const { version, lockTime, inputs, unproved } = transaction;
  const claimed = new Set(unproved);
  const size = virtualSize(transaction, scripts);
  const spent = inputs.flatMap(({ txId, index, amount, sequence }, at) => {
    const address = addressOf(readScript(scripts[at] ?? new Uint8Array(0)), network);
    return [
      argument('outpoint', `${txId}:${index}`),
      ...(address === undefined ? [] : [argument('address', address)]),
      argument(claimed.has(at) ? 'claimed' : 'amount', amount),
      argument('sequence', sequence),
    ];
  });
  const rate = Math.floor((Number(fee) / size) * 100) / 100;
  const args = [argument('version', version), ...spent, argument('locktime', lockTime)];
  return {
    op: 'fee',
    from,
    asset,
    amount: fee,
    args: [...args, argument('vsize', size), argument('feeRate', rate)],
  };
}

function argument(name: string, value: string | number | bigint): EffectArgument {
  return { name, value: String(value) };
}
