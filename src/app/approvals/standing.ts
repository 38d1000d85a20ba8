import type { Constitution } from '../../core/policy/constitution.js';
import { demandText } from '../../core/policy/demand.js';
import type { Policy } from '../../core/policy/policy.js';
import type { Ignored, Standing } from '../../policy/approvals.js';
import { standingText } from '../../policy/approvals-judge.js';
import { missingOf, missingText } from '../../policy/judging/missing.js';
import type { JudgedEntry } from '../policy/judge-entry.js';

/** A demand that is not met yet. */
interface MissingShown {
  /** The rule of the policy; absent where every transaction needs it. */
  readonly rule?: string;
  readonly demand: string;
  readonly approved: readonly string[];
  /** Who can still approve. */
  readonly open: readonly string[];
}

/** How far the approvals of a transaction are, by what every one needs and by the policy together. */
export interface ApprovalStanding {
  /** `denied`: the policy does not allow it, whoever approves. */
  readonly kind: 'met' | 'missing' | 'rejected' | 'denied';
  readonly rejectedBy?: string;
  readonly missing: readonly MissingShown[];
  /** In one line. */
  readonly text: string;
}

interface ByPolicy extends JudgedEntry {
  readonly policy: Policy;
  readonly constitution: Constitution | undefined;
}

/** @param needs - by what every transaction needs; undefined if that is nothing   @param byPolicy - undefined without a policy */
export function approvalStanding(needs: Standing | undefined, byPolicy: ByPolicy | undefined): ApprovalStanding {
  const parts = [...(needs ? [ofNeeds(needs)] : []), ...(byPolicy ? [ofPolicy(byPolicy)] : [])];
  const worst = (['rejected', 'denied', 'missing'] as const).find((kind) => parts.some((one) => one.kind === kind));
  const rejectedBy = parts.find((one) => one.rejectedBy !== undefined)?.rejectedBy;
  const texts = parts.filter(({ kind }) => kind === (worst ?? kind)).map(({ text }) => text);
  return {
    kind: worst ?? 'met',
    ...(rejectedBy !== undefined && { rejectedBy }),
    missing: parts.flatMap(({ missing }) => missing),
    text: [...new Set(texts)].join('; '),
  };
}

function ofNeeds(standing: Standing): ApprovalStanding {
  const text = standingText(standing);
  if (standing.kind === 'met') return { kind: 'met', missing: [], text };
  if (standing.kind === 'rejected') return { kind: 'rejected', rejectedBy: standing.by, missing: [], text };
  const missing = standing.demands
    .filter(({ demand, approved }) => approved.length < demand.count)
    .map(({ demand, approved, open }) => ({ demand: demandText(demand), approved, open }));
  return { kind: 'missing', missing, text };
}

function ofPolicy({ judgement, facts, ignored, policy, constitution }: ByPolicy): ApprovalStanding {
  const { verdict, reasons, rejectedBy } = judgement;
  const [rejected] = rejectedBy;
  if (rejected !== undefined) {
    return { kind: 'rejected', rejectedBy: rejected, missing: [], text: `rejected by ${rejected}` };
  }
  if (verdict === 'deny') return { kind: 'denied', missing: [], text: `the policy denies it: ${reasons.join('; ')}` };
  if (verdict === 'allow') return { kind: 'met', missing: [], text: 'the policy allows it' };
  const missing = missingOf(judgement, { policy, facts, constitution });
  const shown = missing
    .filter(({ demand, approved }) => approved.length < demand.count)
    .map(({ rule, demand, approved, open }) => ({ rule, demand: demandText(demand), approved, open }));
  return { kind: 'missing', missing: shown, text: [missingText(missing), ...ignored.map(ignoredText)].join('; ') };
}

function ignoredText({ person = 'somebody', error }: Ignored): string {
  return `${person} does not count (${error.code})`;
}
