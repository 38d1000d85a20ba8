import type { Effect } from '../../core/chain/effect.js';
import type { Charge, MissingApprovals, Unbounded } from '../../core/policy/judgement.js';
import type { Limit, Window } from '../../core/policy/policy.js';
import { windowStart } from './calendar.js';
import { isNarrowed, type Scene, transactionMiss } from './conditions.js';
import type { Approvers } from './demands.js';
import { amountOf, isUnbounded } from './effects.js';

/** What one limit says about a transaction. */
export interface LimitFinding {
  readonly limit: Limit;
  readonly charges: readonly Charge[];
  readonly unbounded: readonly Unbounded[];
  readonly missing: readonly MissingApprovals[];
}

const none: readonly never[] = [];

/** What a transaction takes, put together once for all limits. */
export interface Taking {
  readonly scene: Scene;
  readonly approvers: Approvers;
  /** Without change and fee. */
  readonly paid: readonly Effect[];
  readonly fees: readonly Effect[];
  /** Whether it does more than move change and leave notes. */
  readonly acts: boolean;
  /** From when on a window counts. */
  since(window: Window): number;
}

/** @param scene - as limits read it */
export function takingOf(scene: Scene, approvers: Approvers): Taking {
  const { effects, now } = scene.facts;
  const paid = effects.filter(({ op, own }) => op !== 'fee' && own === undefined);
  const fees = effects.filter(({ op }) => op === 'fee');
  const acts = paid.some(({ op, code }) => op !== 'note' || code !== undefined);
  // A calendar is slow, and every limit of a unit has the same start.
  const starts = new Map<string, number>();
  const since = (window: Window) => {
    if (window.kind !== 'calendar') return windowStart(window, now, scene.compiled.clock);
    const start = starts.get(window.unit) ?? windowStart(window, now, scene.compiled.clock);
    starts.set(window.unit, start);
    return start;
  };
  return { scene, approvers, paid, fees, acts, since };
}

/**
 * Charges a transaction to the budgets of one limit: amounts and the highest fee in full, change not at all.
 * @returns undefined if the limit is not about it
 */
export function readLimit(limit: Limit, taking: Taking): LimitFinding | undefined {
  const { scene, acts } = taking;
  if (transactionMiss(limit, scene) !== undefined) return undefined;
  const matched = matchedBy(limit, taking);
  // A transaction that only moves change or leaves a note costs its fee all the same.
  if (matched.length === 0 && (acts || isAboutEffects(limit))) return undefined;
  const { id, ceiling } = limit;
  const taken = chargesOf(limit, matched, taking);
  const isOpen = ceiling.kind === 'amount' && matched.some((effect) => isOpenTo(ceiling.asset, effect, taking));
  if (!isOpen && taken.every(isWithin)) return { limit, charges: taken, unbounded: none, missing: none };
  const { fits, missing } = beyond(limit, taking);
  const charges = taken.map((charge) => (isWithin(charge) ? charge : { ...charge, fits }));
  return { limit, charges, unbounded: isOpen ? [{ limit: id, fits }] : [], missing };
}

/** Most limits are about everything that is paid or about nothing, and need no list of their own. */
function matchedBy(limit: Limit, { paid, scene }: Taking): readonly Effect[] {
  let count = 0;
  for (const effect of paid) if (isNarrowed(limit, effect, scene)) count += 1;
  return count === paid.length ? paid : paid.filter((effect) => isNarrowed(limit, effect, scene));
}

function isWithin({ fits }: Charge): boolean {
  return fits === 'yes';
}

/** What becomes of a transaction that goes beyond a limit. */
function beyond({ id, stepUp, class: lowest }: Limit, { approvers }: Taking) {
  const demands = stepUp && approvers(stepUp, lowest);
  if (demands === undefined) return { fits: 'no', missing: [] } as const;
  return demands.length > 0
    ? ({ fits: 'awaits', missing: [{ rule: id, demands }] } as const)
    : ({ fits: 'raised', missing: [] } as const);
}

/** Any other limit counts the fee of what only moves change or leaves a note. */
export function isAboutEffects({
  op,
  code,
  asset,
  from,
  to,
  contract,
  method,
  args,
  dataPrefix,
  accounts,
}: Limit): boolean {
  return [op, code, asset, from, to, contract, method, args, dataPrefix, accounts].some((one) => one !== undefined);
}

/** It may take any amount of the asset. */
function isOpenTo(asset: string, effect: Effect, { scene, paid }: Taking): boolean {
  const { contract } = effect;
  // What the asset's own contract is told in words that are not understood may be told to move it.
  if (contract !== undefined && isUnread(effect, paid)) {
    if (scene.nameOf({ ...effect, asset: contract }) === asset) return true;
  }
  const isThis = effect.asset === undefined || scene.nameOf(effect) === asset;
  return isThis && isUnbounded(effect);
}

/** Bytes behind arguments that are understood do nothing, and what typed data let others do is beside them. */
function isUnread({ op, code, data }: Effect, paid: readonly Effect[]): boolean {
  if (code !== 'opaque-data') return false;
  return data !== undefined || (op === 'typed-data' && paid.length === 1);
}

/** What it takes of each budget. What does not fit has `no`. */
function chargesOf(limit: Limit, matched: readonly Effect[], taking: Taking): readonly Charge[] {
  if (limit.per === undefined) return chargeOf(limit, { part: '', effects: matched }, taking);
  return shares(limit.per, matched, taking.scene).flatMap((share) => chargeOf(limit, share, taking));
}

interface Share {
  /** The wallet or destination that has a budget of its own. */
  readonly part: string;
  readonly effects: readonly Effect[];
}

function chargeOf(limit: Limit, { part, effects }: Share, taking: Taking): Charge[] {
  const { id, ceiling } = limit;
  const { max } = ceiling;
  const amount = ceiling.kind === 'count' ? 1n : total(ceiling.asset, effects, taking);
  if (amount === 0n) return [];
  const budget = budgetName(limit, part, taking.scene);
  const since = taking.since(limit.window);
  const used = taking.scene.facts.used(budget, since);
  const fits = used >= 0n && used + amount <= max ? 'yes' : 'no';
  return [{ limit: id, budget, amount, since, used, max, fits }];
}

/** Which effects count for which budget, besides the fee, where wallets or destinations have budgets of their own. */
function shares(per: 'wallet' | 'destination', matched: readonly Effect[], { facts, form }: Scene): readonly Share[] {
  if (per === 'wallet') {
    const ids = facts.wallets.length === 0 ? [''] : [...new Set(facts.wallets.map(({ id }) => id))];
    return ids.map((id) => ({ part: `wallet ${id}`, effects: matched }));
  }
  const byDestination = new Map<string, Effect[]>(matched.length === 0 ? [['', []]] : []);
  for (const effect of matched) {
    const to = form(effect.to ?? '');
    byDestination.set(to, [...(byDestination.get(to) ?? []), effect]);
  }
  return [...byDestination].map(([to, effects]) => ({ part: `to ${to}`, effects }));
}

function total(asset: string, effects: readonly Effect[], { scene, fees }: Taking): bigint {
  return sum(asset, effects, scene) + sum(asset, fees, scene);
}

function sum(asset: string, effects: readonly Effect[], { nameOf }: Scene): bigint {
  let found = 0n;
  for (const effect of effects) if (nameOf(effect) === asset) found += amountOf(effect) ?? 0n;
  return found;
}

/** The name of a budget of one limit, of which each wallet or destination may have its own. */
function budgetName({ id }: Limit, part: string, { compiled }: Scene): string {
  return `${compiled.budgets.get(id) ?? id} ${part}`.trimEnd();
}
