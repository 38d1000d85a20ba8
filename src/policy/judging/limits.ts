import type { Effect } from '../../core/chain/effect.js';
import type { Charge, MissingApprovals, Unbounded } from '../../core/policy/judgement.js';
import type { Limit } from '../../core/policy/policy.js';
import { folded } from '../address.js';
import { windowStart } from './calendar.js';
import { isNarrowed, type Scene, stances, transactionMiss } from './conditions.js';
import type { Approvers } from './demands.js';
import { amountOf, isUnbounded } from './effects.js';

/** What one limit says about a transaction. */
export interface LimitFinding {
  readonly charges: readonly Charge[];
  readonly unbounded: readonly Unbounded[];
  readonly missing: readonly MissingApprovals[];
}

const nothing: LimitFinding = { charges: [], unbounded: [], missing: [] };

/** Charges a transaction to the budgets of one limit: amounts and the highest fee in full, change not at all. */
export function readLimit(limit: Limit, scene: Scene, approvers: Approvers): LimitFinding {
  if (transactionMiss(limit, scene, stances.narrows) !== undefined) return nothing;
  const { effects } = scene.facts;
  const paid = effects.filter(({ op, own }) => op !== 'fee' && own === undefined);
  const matched = paid.filter((effect) => isNarrowed(limit, effect, scene));
  // A transaction that only moves change or leaves a note costs its fee all the same.
  const acting = paid.filter(({ op, code }) => op !== 'note' || code !== undefined);
  if (matched.length === 0 && (acting.length > 0 || isAboutEffects(limit))) return nothing;
  const { stepUp } = limit;
  const missing = stepUp === undefined ? undefined : approvers(stepUp, limit.class);
  const beyond = missing === undefined ? 'no' : missing.length > 0 ? 'awaits' : 'raised';
  const charges = chargesOf(limit, matched, scene).map((charge): Charge => {
    const fits = charge.used >= 0n && charge.used + charge.amount <= charge.max;
    return { ...charge, fits: fits ? 'yes' : beyond };
  });
  const isOpen = limit.ceiling.kind === 'amount' && matched.some((effect) => isOpenTo(limit, effect, scene));
  const unbounded = isOpen ? [{ limit: limit.id, fits: beyond } as const] : [];
  const isWaiting = [...charges, ...unbounded].some(({ fits }) => fits === 'awaits');
  return { charges, unbounded, missing: isWaiting && missing ? [{ rule: limit.id, demands: missing }] : [] };
}

function isAboutEffects({ op, code, asset, from, to, contract, method, args, dataPrefix, accounts }: Limit): boolean {
  return [op, code, asset, from, to, contract, method, args, dataPrefix, accounts].some((one) => one !== undefined);
}

/** It may take any amount of the limit's asset. */
function isOpenTo({ ceiling }: Limit, effect: Effect, { nameOf }: Scene): boolean {
  const isThis = effect.asset === undefined || (ceiling.kind === 'amount' && nameOf(effect) === ceiling.asset);
  return isThis && isUnbounded(effect);
}

function chargesOf(limit: Limit, matched: readonly Effect[], scene: Scene): readonly Omit<Charge, 'fits'>[] {
  const { ceiling, window } = limit;
  const { facts, compiled } = scene;
  const since = windowStart(window, facts.now, compiled.clock);
  return shares(limit, matched, scene).flatMap(({ part, effects }) => {
    const amount = ceiling.kind === 'count' ? 1n : total(ceiling.asset, effects, scene);
    if (amount === 0n) return [];
    const budget = budgetName(limit, part, scene);
    return [{ limit: limit.id, budget, amount, since, used: facts.used(budget, since), max: ceiling.max }];
  });
}

/** Which effects count for which budget. Wallets and destinations have budgets of their own where the limit says so. */
function shares({ per }: Limit, matched: readonly Effect[], { facts }: Scene) {
  const fees = facts.effects.filter(({ op }) => op === 'fee');
  if (per === undefined) return [{ part: '', effects: [...matched, ...fees] }];
  if (per === 'wallet') {
    const ids = facts.wallets.length === 0 ? [''] : [...new Set(facts.wallets.map(({ id }) => id))];
    return ids.map((id) => ({ part: `wallet ${id}`, effects: [...matched, ...fees] }));
  }
  const byDestination = new Map<string, Effect[]>(matched.length === 0 ? [['', []]] : []);
  for (const effect of matched) {
    const to = folded(effect.to ?? '');
    byDestination.set(to, [...(byDestination.get(to) ?? []), effect]);
  }
  return [...byDestination].map(([to, effects]) => ({ part: `to ${to}`, effects: [...effects, ...fees] }));
}

function total(asset: string, effects: readonly Effect[], { nameOf }: Scene): bigint {
  const counted = effects.filter((effect) => nameOf(effect) === asset);
  return counted.reduce((sum, effect) => sum + (amountOf(effect) ?? 0n), 0n);
}

/** Names what is counted, not how much of it is allowed, so that publishing a policy again gives nothing back. */
function budgetName({ id, ceiling }: Limit, part: string, { compiled }: Scene): string {
  if (ceiling.kind === 'count') return `${id} count ${part}`.trimEnd();
  const { network, chain, token = '' } = compiled.policy.assets.get(ceiling.asset) ?? {};
  return `${id} ${network} ${chain} ${token} ${part}`.replace(/ +/g, ' ').trimEnd();
}
