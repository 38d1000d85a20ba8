import type { BudgetShown } from '../../api/forms/overview.js';
import { formatUnits } from '../../core/chain/units.js';
import type { Clock } from '../../core/clock.js';
import type { Network } from '../../core/ids.js';
import { isObject, tryJson } from '../../core/json.js';
import type { Limit, Policy } from '../../core/policy/policy.js';
import type { AuditLog } from '../../core/store/audit.js';
import type { Journal } from '../../core/store/journal.js';
import { windowStart } from '../../policy/judging/calendar.js';
import { type CompiledPolicy, compilePolicy } from '../../policy/judging/compile.js';

/** Reservations in which wallets and destinations with budgets of their own are looked for. */
const RECENT = 500;
/** Budgets that are shown. */
const MOST = 50;

export interface BudgetsParts {
  readonly network: Network;
  readonly clock: Pick<Clock, 'now'>;
  readonly journal: Pick<Journal, 'budgetsUsed'>;
  readonly audit: Pick<AuditLog, 'find'>;
  /** The one in force. */
  policy(): Promise<Policy | undefined>;
}

/**
 * How full the limits of the policy in force are, the fullest first. Limits for each wallet or destination have very many budgets:
 * those that the last reservations charged are looked at.
 */
export async function budgetsOf({
  network,
  clock,
  journal,
  audit,
  policy,
}: BudgetsParts): Promise<readonly BudgetShown[]> {
  const found = await policy();
  if (found === undefined) return [];
  const compiled = compilePolicy(found);
  const limits = found.limits.filter((limit) => isOf(limit, found, network));
  const charged = limits.some(({ per }) => per !== undefined) ? await chargedOf(audit) : new Set<string>();
  const now = clock.now();
  const all = limits.flatMap((limit) =>
    partsOf(limit, compiled, charged).map((part) => ({
      limit,
      part,
      budget: `${compiled.budgets.get(limit.id) ?? limit.id} ${part}`.trimEnd(),
      since: windowStart(limit.window, now, compiled.clock),
    })),
  );
  const used = await journal.budgetsUsed(all, { id: '', attempt: '' });
  const shown = all.map((one, place) => ({ ...one, used: used[place] ?? 0n }));
  const share = ({ limit, used: taken }: (typeof shown)[number]) => thousandths(taken, limit.ceiling.max);
  return shown
    .toSorted((one, other) => share(other) - share(one))
    .slice(0, MOST)
    .map(({ limit, part, since, used: taken }) => ({
      limit: limit.id,
      part: part === '' ? null : part,
      ...amounts(limit, taken, found),
      since: since <= 0 ? null : new Date(since).toISOString(),
      thousandths: thousandths(taken, limit.ceiling.max),
    }));
}

/** Amounts of the other network are in no budget of this one. */
function isOf({ ceiling, network }: Limit, { assets }: Policy, own: Network): boolean {
  if (network !== undefined && !network.has(own)) return false;
  return ceiling.kind === 'count' || assets.get(ceiling.asset)?.network === own;
}

/** Names of budgets in the last reservations. What the audit log says of one is its name and an amount. */
async function chargedOf(audit: BudgetsParts['audit']): Promise<ReadonlySet<string>> {
  const events = await audit.find({ event: 'transaction.reserved', limit: RECENT });
  const texts = events.flatMap(({ opening }) => {
    const detail = opening === undefined ? undefined : tryJson(opening.detail);
    const budgets = isObject(detail) ? detail['budgets'] : undefined;
    return Array.isArray(budgets) ? budgets.filter((one) => typeof one === 'string') : [];
  });
  return new Set(texts.map((text) => text.replace(/ \d+$/, '')));
}

function partsOf({ id, per }: Limit, { budgets }: CompiledPolicy, charged: ReadonlySet<string>): readonly string[] {
  if (per === undefined) return [''];
  const name = `${budgets.get(id) ?? id} `;
  const part = per === 'wallet' ? 'wallet ' : 'to ';
  return [...charged].filter((one) => one.startsWith(`${name}${part}`)).map((one) => one.slice(name.length));
}

function amounts({ ceiling }: Limit, used: bigint, { assets }: Policy): Pick<BudgetShown, 'asset' | 'used' | 'max'> {
  if (ceiling.kind === 'count') return { asset: null, used: used.toString(), max: ceiling.max.toString() };
  const decimals = assets.get(ceiling.asset)?.decimals ?? 0;
  return {
    asset: ceiling.asset,
    used: formatUnits(used, decimals),
    max: formatUnits(ceiling.max, decimals),
  };
}

/** More than 1000 where approvals raised it. */
function thousandths(used: bigint, max: bigint): number {
  if (max === 0n) return used > 0n ? 1000 : 0;
  const whole = (used * 1000n) / max;
  return whole > 9999n ? 9999 : Number(whole);
}
