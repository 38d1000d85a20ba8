import { expect } from 'vitest';
import type { Chain } from '../../src/core/chain/chain.js';
import type { ParseContext } from '../../src/core/chain/codec.js';
import { summaryToJson } from '../../src/core/chain/summary.js';
import { CustosError } from '../../src/core/errors.js';
import type { LentKey } from '../../src/core/signing/wallet.js';
import { effectsText } from './sound-effects.js';

/** A completed transaction with the keys that sign it. */
export interface SignedPlace {
  readonly chain: Chain;
  readonly completed: string;
  readonly context: ParseContext;
  readonly keys: readonly LentKey[];
}

/** One variant in so many is signed although what it tells is different already: signing takes most of the time. */
const SIGNED_OF = 8;

/**
 * Holds that nothing is signed that summary and effects do not tell: each variant of a completed transaction is refused with a
 * code, is the same transaction by its id, or has another summary (its sentence apart, so that machines see it as well) and
 * other effects. A variant with either of them unchanged is signed, and must have the same id.
 * @returns how many variants told something else, so that a test can hold that there were any
 */
export async function expectEveryChangeTold(place: SignedPlace, variants: Iterable<string>): Promise<number> {
  const first = await read(place, place.completed);
  const firstId = await first?.txId();
  if (first === undefined || firstId === undefined) throw new Error('the transaction itself is refused');
  let [told, at] = [0, 0];
  for (const variant of variants) {
    const changed = await read(place, variant);
    if (changed === undefined) continue;
    const differs = changed.summary !== first.summary && changed.effects !== first.effects;
    at += 1;
    if (!differs || at % SIGNED_OF === 0) {
      const txId = await changed.txId();
      if (txId === undefined || txId === firstId) continue;
    }
    expect(changed.summary, `${variant} is told as ${place.completed}`).not.toBe(first.summary);
    expect(changed.effects, `${variant} has the effects of ${place.completed}`).not.toBe(first.effects);
    told += 1;
  }
  return told;
}

/** What a completed transaction tells, and its id once it is signed: nothing for what is refused. */
async function read({ chain, context, keys }: SignedPlace, completed: string) {
  return coded(completed, async () => {
    const unsigned = chain.codec.parse(completed, context);
    const { text: _text, ...summary } = summaryToJson(unsigned.summary);
    const effects = effectsText(unsigned.effects);
    const txId = () => coded(completed, async () => (await unsigned.sign(keys)).txId);
    return { txId, summary: JSON.stringify(summary), effects };
  });
}

async function coded<Result>(completed: string, work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CustosError) {
      expect(error.code, completed).not.toBe('INTERNAL');
      return undefined;
    }
    throw new Error(`no coded error for ${completed}`, { cause: error });
  }
}

/** Every JSON text in which one member is changed, left out, or added (`others` are further values, such as addresses). */
export function* jsonVariants(text: string, others: readonly unknown[] = []): Generator<string> {
  const value: unknown = JSON.parse(text);
  for (const variant of variantsOf(value, others)) yield JSON.stringify(variant);
}

function* variantsOf(value: unknown, others: readonly unknown[]): Generator<unknown> {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    for (const [at, item] of items.entries()) {
      yield items.filter((_, index) => index !== at);
      yield [...items, item];
      for (const changed of variantsOf(item, others)) yield items.with(at, changed);
    }
    return;
  }
  if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      yield Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
      for (const changed of variantsOf(item, others)) yield { ...value, [name]: changed };
    }
    return;
  }
  yield* leafVariants(value);
  yield* others;
  for (const odd of [null, {}, [], [1], { toString: 1 }, '', '__proto__', -1, 1.5, 1e21, true]) yield odd;
}

function* leafVariants(value: unknown): Generator<unknown> {
  if (typeof value === 'number') yield* [value + 1, 0, String(value), value * 2 + 1];
  if (typeof value === 'boolean') yield !value;
  if (typeof value !== 'string') return;
  if (/^\d+$/.test(value)) yield* [`${BigInt(value) + 1n}`, '0', Number(value)];
  if (/^[0-9a-fA-F]+$/.test(value)) yield* [`${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}`, `${value}00`];
  yield* [`${value}x`, value.slice(1), value.toLowerCase()];
}

/** Every text in which one bit of one byte is another one. @param bits - of each byte that are tried */
export function* byteVariants(
  bytes: Uint8Array,
  encode: (bytes: Uint8Array) => string,
  bits: readonly number[] = [1, 2, 16, 128],
): Generator<string> {
  for (let at = 0; at < bytes.length; at++) {
    for (const bit of bits) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ bit;
      yield encode(changed);
    }
  }
}
