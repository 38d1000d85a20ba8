import type { Effect } from '../../core/chain/effect.js';
import { formatUnits } from '../../core/chain/units.js';
import { demandText } from '../../core/policy/demand.js';
import type { EffectFinding, Judgement } from '../../core/policy/judgement.js';
import type { Policy } from '../../core/policy/policy.js';
import { counted } from '../../core/text/counted.js';
import { shown } from '../../core/text/foreign-text.js';
import { amountOf } from './effects.js';

type Parts = Pick<Judgement, 'effects' | 'forbidden' | 'charges' | 'unbounded' | 'missing' | 'rejectedBy'>;

/** Sentences for what stands in the way of a transaction. Texts of the transaction are made safe to show. */
export function reasonsOf(parts: Parts, policy: Policy): readonly string[] {
  const { effects, forbidden, charges, unbounded, missing, rejectedBy } = parts;
  return [
    ...rejectedBy.map((person) => `${person} rejected it`),
    ...forbidden.map((rule) => `${rule} forbids it`),
    ...effects.filter(({ covered }) => covered === 'no').map((finding) => uncovered(finding)),
    ...charges.filter(({ fits }) => fits === 'no').map((charge) => exceeded(charge, policy)),
    ...unbounded.filter(({ fits }) => fits === 'no').map(({ limit }) => `${limit} has no room for what has no bound`),
    ...missing.map(({ rule, demands }) => `${rule} still needs ${demands.map(demandText).join(' and ')}`),
  ];
}

/** One effect in few words. Amounts are in smallest units: an effect knows no decimals. */
export function effectText(effect: Effect): string {
  const { op, code, asset, to, contract, method } = effect;
  const amount = amountOf(effect);
  const parts = [
    op,
    ...(code === undefined ? [] : [`(${code})`]),
    ...(amount === undefined ? [] : [`of ${amount} smallest units`]),
    ...(asset === undefined ? [] : [`of ${asset}`]),
    ...(method === undefined ? [] : [`by ${method}`]),
    ...(contract === undefined || contract === asset ? [] : [`at ${contract}`]),
    ...(to === undefined ? [] : [`to ${to}`]),
  ];
  return shown(parts.join(' '));
}

function uncovered(finding: EffectFinding): string {
  const { effect } = finding;
  if (effect.op !== 'fee') return `no permit covers ${effectText(effect)}`;
  const isUndeclared = finding.misses.length > 0;
  return isUndeclared
    ? 'the fee is in an asset that the policy does not declare'
    : 'the fee goes with nothing that is covered';
}

function exceeded({ limit, amount, used, max }: Judgement['charges'][number], { limits, assets }: Policy): string {
  const ceiling = limits.find(({ id }) => id === limit)?.ceiling;
  const asset = ceiling?.kind === 'amount' ? assets.get(ceiling.asset) : undefined;
  const text = (units: bigint) => formatUnits(units, asset?.decimals ?? 0);
  const most = asset === undefined ? counted(max, 'transaction') : `${text(max)} ${asset.name}`;
  return `${limit} allows ${most}, of which ${text(used)} ${used === 1n && asset === undefined ? 'is' : 'are'} used, and this takes ${text(amount)}`;
}
