import type { Constitution } from '../../core/policy/constitution.js';
import { type Demand, demandText } from '../../core/policy/demand.js';
import type { PolicyFacts } from '../../core/policy/facts.js';
import type { Judgement } from '../../core/policy/judgement.js';
import { type ApprovalClass, approvalClasses, type Policy } from '../../core/policy/policy.js';
import { isSeenBy } from './demands.js';

/** How far one demand of a rule is met. */
export interface MissingDemand {
  readonly rule: string;
  readonly demand: Demand;
  readonly approved: readonly string[];
  /** Who can still approve. */
  readonly open: readonly string[];
}

/** What a rule asks of persons. */
interface Asking {
  readonly needs: readonly Demand[];
  readonly class: ApprovalClass;
}

/** The demands of the rules that a transaction waits for, in full: what an approver is asked to meet. Each once. */
export function demandsOf({ missing }: Judgement, policy: Policy): readonly Demand[] {
  const all = missing.flatMap(({ rule }) => askingOf(policy, rule).needs);
  return [...new Map(all.map((demand) => [demandText(demand), demand])).values()];
}

interface Known {
  readonly policy: Policy;
  readonly facts: Pick<PolicyFacts, 'approvals' | 'excluded' | 'groups'>;
  readonly constitution: Constitution | undefined;
}

/** Who approved and who still can, for each demand of each rule that a transaction waits for. */
export function missingOf({ missing }: Judgement, known: Known): readonly MissingDemand[] {
  return missing.flatMap(({ rule }) => {
    const asking = askingOf(known.policy, rule);
    return asking.needs.map((demand) => ({ rule, demand, ...personsOf(demand, asking, known) }));
  });
}

function personsOf(demand: Demand, asking: Asking, { policy, facts, constitution }: Known) {
  const group = [...(policy.groups.get(demand.group) ?? facts.groups?.get(demand.group) ?? [])];
  const isExcluded = (name: string) => facts.excluded?.includes(name) === true;
  const approved = group.filter(
    (name) =>
      !isExcluded(name) &&
      facts.approvals.some(
        (one) =>
          one.person === name &&
          one.decision === 'approve' &&
          approvalClasses.indexOf(one.class) <= approvalClasses.indexOf(asking.class) &&
          isSeenBy(one, demand),
      ),
  );
  const open = group.filter(
    (name) =>
      !approved.includes(name) && !isExcluded(name) && constitution?.persons.get(name)?.roles.has('approver') === true,
  );
  return { approved, open };
}

function askingOf({ permits, limits }: Policy, rule: string): Asking {
  const permit = permits.find(({ id }) => id === rule);
  if (permit !== undefined) return permit;
  const limit = limits.find(({ id }) => id === rule);
  return { needs: limit?.stepUp ?? [], class: limit?.class ?? 'decoded' };
}

/** How far approvals are, in one line. */
export function missingText(missing: readonly MissingDemand[]): string {
  return missing
    .map(({ rule, demand, approved, open }) => {
      const yes = approved.length === 0 ? 'no approval yet' : `${approved.join(', ')} approved`;
      if (approved.length >= demand.count) return `${rule} needs ${demandText(demand)}: ${yes}`;
      return `${rule} needs ${demandText(demand)}: ${yes}, ${open.length === 0 ? 'no other person can' : `${open.join(', ')} can`}`;
    })
    .join('; ');
}
