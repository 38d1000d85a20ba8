import type { Effect, EffectArgument } from '../../core/chain/effect.js';
import type { AssetAmount } from '../../core/chain/summary.js';
import { CustosError } from '../../core/errors.js';

/** @returns the value of one signed field of an effect, under the chain's own name; undefined where the effect has none */
export function fieldOf({ args = [] }: Effect, name: string): string | undefined {
  return args.find((argument) => argument.name === name)?.value;
}

/** The effect with the highest possible fee, which is always the last. @throws CustosError INTERNAL: a chain left it out */
export function feeOf(effects: readonly Effect[]): Effect & AssetAmount {
  const fee = effects.at(-1);
  if (fee?.op !== 'fee' || fee.asset === undefined || fee.amount === undefined) {
    throw new CustosError('INTERNAL', 'the effects of a transaction do not end with its fee');
  }
  return { ...fee, asset: fee.asset, amount: fee.amount };
}

/** Signed fields by their names; those that are undefined are absent. */
export type SignedFields = Readonly<Record<string, string | number | bigint | boolean | undefined>>;

/** The fields as an effect holds them, in the same order. */
export function argumentsOf(fields: SignedFields): readonly EffectArgument[] {
  return Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: `${value}` }]));
}
