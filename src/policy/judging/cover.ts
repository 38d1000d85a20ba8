import type { Effect } from '../../core/chain/effect.js';
import type { Permit } from '../../core/policy/policy.js';
import { effectMiss, type Scene, transactionMiss } from './conditions.js';
import { amountOf, isUnbounded } from './effects.js';

/** A permit that matches something in one transaction. */
export interface PermitReading {
  readonly permit: Permit;
  /** Whether it covers the effect at each place. */
  readonly covers: readonly boolean[];
}

/**
 * Reads one permit against a transaction. Whatever it matches counts together against its ceiling.
 * @returns undefined if it matches nothing, as most permits do
 */
export function readPermit(permit: Permit, scene: Scene): PermitReading | undefined {
  if (wholeMiss(permit, scene) !== undefined) return undefined;
  for (const effect of scene.facts.effects) {
    if (matchMiss(permit, effect, scene) === undefined) return { permit, covers: coversOf(permit, scene) };
  }
  return undefined;
}

function coversOf(permit: Permit, scene: Scene): readonly boolean[] {
  const { effects } = scene.facts;
  const matched = effects.map((effect) => matchMiss(permit, effect, scene) === undefined);
  if (typeof permit.max !== 'object') return matched;
  const over = overCeiling(permit.max, scene, matched);
  return effects.map((effect, place) => matched[place] === true && !over.has(scene.nameOf(effect) ?? ''));
}

/** Why a permit does not cover an effect, which it does not: the member that is not met. */
export function missOf(permit: Permit, effect: Effect, scene: Scene): string {
  return wholeMiss(permit, scene) ?? matchMiss(permit, effect, scene) ?? 'max';
}

function wholeMiss(permit: Permit, scene: Scene): string | undefined {
  return sweepMiss(permit, scene) ?? transactionMiss(permit, scene) ?? totalMiss(permit, scene);
}

/** What empties a wallet that others can empty, too, is permitted for nothing else, and nothing else is permitted for that wallet. */
function sweepMiss({ sweep }: Permit, { facts }: Scene): string | undefined {
  const isCompromised = facts.wallets.some(({ compromised }) => compromised === true);
  return (sweep === true) === isCompromised ? undefined : 'sweep';
}

/** Conditions about all effects together. */
function totalMiss(permit: Permit, scene: Scene): string | undefined {
  const { value, feeMax, feeRateMax, outputs, instructions } = permit;
  if ((value ?? feeMax ?? feeRateMax ?? outputs ?? instructions) === undefined) return undefined;
  const { effects, coin, feeRate } = scene.facts;
  const rest = effects.filter(({ op }) => op !== 'fee');
  if (outputs !== undefined && rest.filter(isOutput).length > outputs) return 'outputs';
  if (instructions !== undefined && rest.length > instructions) return 'instructions';
  if (feeRateMax !== undefined && (feeRate === undefined || hundredths(feeRate) > feeRateMax)) return 'feeRateMax';
  if (value !== undefined) {
    const coins = rest.filter(({ asset, own }) => asset === coin && own === undefined);
    if (coins.some((effect) => sum([effect]) > 0n) && !isBelow(value, coins, scene)) return 'value';
  }
  const fees = effects.filter(({ op }) => op === 'fee');
  return feeMax !== undefined && !isBelow(feeMax, fees, scene) ? 'feeMax' : undefined;
}

function isOutput({ op }: Effect): boolean {
  return op === 'transfer' || op === 'token-transfer';
}

/** All of them have the same asset. */
function isBelow(ceilings: ReadonlyMap<string, bigint>, effects: readonly Effect[], { nameOf }: Scene): boolean {
  const [first] = effects;
  const max = first === undefined ? undefined : ceilings.get(nameOf(first) ?? '');
  return max !== undefined && sum(effects) <= max;
}

function sum(effects: readonly Effect[]): bigint {
  return effects.reduce((total, effect) => total + (amountOf(effect) ?? 0n), 0n);
}

/** A rate that is no number is above every ceiling. */
function hundredths(rate: number): bigint {
  const whole = Math.ceil(rate * 100 - 1e-6);
  return Number.isSafeInteger(whole) && whole >= 0 ? BigInt(whole) : 1n << 64n;
}

/** Why a permit does not match an effect, whatever the sum of what it matches. */
function matchMiss(permit: Permit, effect: Effect, scene: Scene): string | undefined {
  if (effect.code !== undefined && permit.code?.has(effect.code) !== true) return 'code';
  return effectMiss(permit, effect, scene) ?? assetMiss(permit, effect, scene);
}

function assetMiss({ asset, max, value }: Permit, effect: Effect, { facts, nameOf }: Scene): string | undefined {
  const name = nameOf(effect);
  if (effect.asset !== undefined && (name === undefined || !asset.has(name))) return 'asset';
  if (isUnbounded(effect)) return max === 'unlimited' && effect.code !== undefined ? undefined : 'amount';
  const amount = amountOf(effect);
  if (amount === undefined) return undefined;
  if (effect.asset === undefined) return 'asset';
  // Without a ceiling nothing leaves, but what `value` bounds.
  const isFree = amount === 0n || (value !== undefined && effect.asset === facts.coin);
  return max === undefined && !isFree ? 'max' : undefined;
}

/** The assets of which a transaction moves more than the permit's ceilings, counted over all that the permit matches. */
function overCeiling(
  max: ReadonlyMap<string, bigint>,
  { facts, nameOf }: Scene,
  matched: readonly boolean[],
): ReadonlySet<string> {
  const over = new Set<string>();
  const totals = new Map<string, bigint>();
  for (const [place, effect] of facts.effects.entries()) {
    const name = nameOf(effect);
    if (name === undefined || effect.own !== undefined || effect.op === 'fee' || matched[place] !== true) continue;
    const total = (totals.get(name) ?? 0n) + (amountOf(effect) ?? 0n);
    totals.set(name, total);
    // A ceiling that says nothing about the asset allows none of it.
    if (total > (max.get(name) ?? 0n)) over.add(name);
  }
  return over;
}
