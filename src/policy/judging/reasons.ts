import type { Effect } from '../../core/chain/effect.js';
import { formatUnits } from '../../core/chain/units.js';
import { demandText } from '../../core/policy/demand.js';
import type { Charge, EffectFinding, Judgement } from '../../core/policy/judgement.js';
import type { Policy, PolicyAsset } from '../../core/policy/policy.js';
import { counted } from '../../core/text/counted.js';
import { shown } from '../../core/text/foreign-text.js';
import { amountOf } from './effects.js';

type Parts = Pick<Judgement, 'effects' | 'forbidden' | 'charges' | 'unbounded' | 'missing' | 'rejectedBy'>;

/** Finds the declared asset that an effect names. */
export type AssetOf = (effect: Effect) => PolicyAsset | undefined;

/** Sentences for what stands in the way of a transaction. Texts of the transaction are made safe to show. */
export function reasonsOf(parts: Parts, policy: Policy, assetOf: AssetOf): readonly string[] {
  const { effects, forbidden, charges, unbounded, missing, rejectedBy } = parts;
  return [
    ...rejectedBy.map((person) => `${person} rejected it`),
    ...forbidden.map((rule) => `${rule} forbids it`),
    ...effects.filter(({ covered }) => covered === 'no').map((finding) => uncovered(finding, assetOf)),
    ...charges.filter(({ fits }) => fits === 'no').map((charge) => exceeded(charge, policy)),
    ...unbounded.filter(({ fits }) => fits === 'no').map(({ limit }) => `${limit} has no room for what has no bound`),
    ...missing.map(({ rule, demands }) => `${rule} still needs ${demands.map(demandText).join(' and ')}`),
  ];
}

/** One effect in few words. Only the policy knows the decimals of an asset: amounts of others are in smallest units. */
export function effectText(effect: Effect, assetOf: AssetOf): string {
  const { op, code, to, asset, contract, method } = effect;
  const parts = [
    op,
    ...(code === undefined ? [] : [`(${code})`]),
    ...whatOf(effect, assetOf(effect)),
    ...(method === undefined ? [] : [`by ${method}`]),
    ...(contract === undefined || contract === asset ? [] : [`at ${contract}`]),
    ...(to === undefined ? [] : [`to ${to}`]),
  ];
  return shown(parts.join(' '));
}

function uncovered(finding: EffectFinding, assetOf: AssetOf): string {
  const { effect } = finding;
  if (effect.op !== 'fee') return `no permit covers ${effectText(effect, assetOf)}`;
  const isUndeclared = finding.misses.length > 0;
  return isUndeclared
    ? 'the fee is in an asset that the policy does not declare'
    : 'the fee goes with nothing that is covered';
}

function whatOf(effect: Effect, asset: PolicyAsset | undefined): readonly string[] {
  const amount = amountOf(effect);
  if (asset !== undefined) {
    return [`of ${amount === undefined ? '' : `${formatUnits(amount, asset.decimals)} `}${asset.name}`];
  }
  return [
    ...(amount === undefined ? [] : [`of ${amount} smallest units`]),
    ...(effect.asset === undefined ? [] : [`of ${effect.asset}`]),
  ];
}

function exceeded(charge: Charge, policy: Policy): string {
  const { amount, used, max, isCount } = chargeTexts(charge, policy);
  const are = charge.used === 1n && isCount ? 'is' : 'are';
  return `${charge.limit} allows ${max}, of which ${used} ${are} used, and this takes ${amount}`;
}

/** What a charge says, in the unit of its limit. */
export function chargeTexts({ limit, amount, used, max }: Charge, { limits, assets }: Policy) {
  const ceiling = limits.find(({ id }) => id === limit)?.ceiling;
  const asset = ceiling?.kind === 'amount' ? assets.get(ceiling.asset) : undefined;
  const text = (units: bigint) => formatUnits(units, asset?.decimals ?? 0);
  return {
    amount: text(amount),
    used: text(used),
    max: asset === undefined ? counted(max, 'transaction') : `${text(max)} ${asset.name}`,
    isCount: asset === undefined,
  };
}
