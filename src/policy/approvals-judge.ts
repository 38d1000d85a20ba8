import type { Clock } from '../core/clock.js';
import { CustosError } from '../core/errors.js';
import type { PolicyVersion } from '../core/policy/approval.js';
import type { Constitution } from '../core/policy/constitution.js';
import { type Demand, demandText } from '../core/policy/demand.js';
import type { Judge, Question, Verdict } from '../core/signing/judge.js';
import type { ApprovalTable } from '../core/store/approvals.js';
import { type Asked, type DemandStanding, type Standing, standingOf } from './approvals.js';
import { intentOf } from './intent.js';

const NAME = 'approvals';

/** What the judge of approvals asks. */
export interface ApprovalsJudgeParts {
  readonly storeId: string;
  readonly clock: Clock;
  readonly approvals: Pick<ApprovalTable, 'of' | 'spend'>;
  /** What a transaction needs. */
  demandsOf(question: Question): readonly Demand[];
  /** The policy in force now, which approvals name; absent where there is never one. */
  policy?(): Promise<PolicyVersion | undefined>;
  /** In force now; undefined where there is none. */
  constitution(): Promise<Constitution | undefined>;
  /** Called when approvals are missing: services may be asked for them. It neither waits nor throws. */
  askMissing?(question: Question, asked: Asked, open: ReadonlySet<string>): void;
}

/**
 * Holds a transaction until persons have met its demands, and spends their approvals as it lets the transaction pass: it is asked
 * last. A rejection ends the transaction.
 */
export function approvalsJudge(parts: ApprovalsJudgeParts): Judge {
  return {
    name: NAME,
    async decide(question) {
      const demands = parts.demandsOf(question);
      if (demands.length === 0) return { kind: 'allow' };
      const constitution = await parts.constitution();
      if (constitution === undefined) return hold('the store has no constitution that says who may approve');
      const asked = await askedOf(parts, question, demands);
      const standing = standingOf(asked, constitution, await parts.approvals.of(asked.pending));
      if (standing.kind === 'rejected') return { kind: 'deny', rule: NAME, reason: standingText(standing) };
      if (standing.kind === 'missing') {
        parts.askMissing?.(question, asked, openIn(standing.demands));
        return hold(standingText(standing));
      }
      return spend(parts, standing.nonces, asked.attempt);
    },
  };
}

/** Who can still approve any of the demands that are not met. */
function openIn(demands: readonly DemandStanding[]): ReadonlySet<string> {
  return new Set(demands.filter(({ demand, approved }) => approved.length < demand.count).flatMap(({ open }) => open));
}

async function askedOf(
  { storeId, clock, policy }: ApprovalsJudgeParts,
  { pending, chain, network, effects, attempt }: Question,
  demands: readonly Demand[],
): Promise<Asked> {
  const { intent, fee } = intentOf(effects);
  return {
    store: storeId,
    pending: pending.id,
    chain,
    network,
    intent,
    fee,
    policy: await policy?.(),
    demands,
    now: clock.now(),
    attempt,
  };
}

async function spend(
  { approvals }: Pick<ApprovalsJudgeParts, 'approvals'>,
  nonces: readonly string[],
  attempt: string,
): Promise<Verdict> {
  try {
    await approvals.spend({ nonces, attempt });
    return { kind: 'allow' };
  } catch (error) {
    if (error instanceof CustosError && error.code === 'APPROVAL_SPENT') return hold(error.message);
    throw error;
  }
}

function hold(reason: string): Verdict {
  return { kind: 'hold', rule: NAME, reason, because: 'undecided' };
}

/** How far approvals are, in one line. */
export function standingText(standing: Standing): string {
  if (standing.kind === 'met') return 'all approvals are there';
  if (standing.kind === 'rejected') return `rejected by ${standing.by}`;
  if (standing.demands.length === 0) return 'no approval is asked for';
  const demands = standing.demands.map(({ demand, approved, open }) => {
    const yes = approved.length === 0 ? 'no approval yet' : `${approved.join(', ')} approved`;
    const more = open.length === 0 ? 'no other person can' : `${open.join(', ')} can`;
    return `${demandText(demand)}: ${yes}${approved.length < demand.count ? `, ${more}` : ''}`;
  });
  const ignored = standing.ignored.map(({ person = 'somebody', error }) => `${person} does not count (${error.code})`);
  return [...demands, ...ignored].join('; ');
}
