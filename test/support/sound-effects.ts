import { expect } from 'vitest';
import type { UnsignedTransaction } from '../../src/core/chain/codec.js';
import type { Effect } from '../../src/core/chain/effect.js';

/** Effects as text, to compare them. */
export function effectsText(effects: readonly Effect[]): string {
  return JSON.stringify(effects, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

/** Holds what is true of the effects of every transaction of every chain. @returns them */
export function expectSoundEffects({ summary, effects }: UnsignedTransaction): readonly Effect[] {
  const intent = effects.slice(0, -1);
  const fee = effects.at(-1);
  expect(effects.map(({ op }) => op).filter((op) => op === 'fee')).toHaveLength(1);
  expect(fee).toMatchObject({ op: 'fee', asset: summary.fee.asset, amount: summary.fee.amount });
  expect(fee?.code).toBeUndefined();
  expect(intent).not.toEqual([]);
  expect(effects.flatMap(({ code }) => code ?? [])).toEqual(summary.hazards.map(({ kind }) => kind));
  expect(effects.every(({ from }) => from !== '')).toBe(true);
  if (summary.opaque) {
    const opaque = intent.filter(({ code }) => code === 'opaque-data' || code === 'unknown-script');
    expect(opaque).not.toEqual([]);
    expect(opaque.every(({ data, args = [] }) => data !== undefined || args.length > 0)).toBe(true);
  }
  return effects;
}
