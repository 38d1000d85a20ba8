import { CustosError } from '../../core/errors.js';
import type { Constitution } from '../../core/policy/constitution.js';
import type { Demand } from '../../core/policy/demand.js';
import { attemptOf } from '../../core/store/attempt.js';
import {
  type CountedApprovals,
  countApprovals,
  type KeptApproval,
  type Standing,
  standingOf,
  type VerifiedApproval,
} from '../../policy/approvals.js';
import { type Intent, intentOf } from '../../policy/intent.js';
import { decodeEntry } from '../policy/decoded.js';
import { type JudgeableEntry, type JudgedEntry, judgeEntry } from '../policy/judge-entry.js';
import type { ApprovalParts } from './asked.js';
import { type ApprovalStanding, approvalStanding } from './standing.js';

/** As for approvals; also where nobody could give one. */
export interface AboutParts extends Omit<ApprovalParts, 'constitution'> {
  readonly constitution: Constitution | undefined;
}

/** What policy and persons say of something that is not signed. */
export interface AboutEntry {
  /** Undefined without a policy. */
  readonly judged: JudgedEntry | undefined;
  readonly standing: ApprovalStanding;
  /** The approvals and rejections that count now. */
  readonly votes: readonly VerifiedApproval[];
}

/**
 * Judges what is complete and not signed, as of now, with the approvals that are there. It stores nothing.
 * @throws CustosError as `judgeEntry`
 */
export async function aboutEntry(parts: AboutParts, entry: JudgeableEntry): Promise<AboutEntry> {
  const { policy, constitution, store, journal, demands } = parts;
  const judged = policy && (await judgeEntry(entry, { ...parts, policy }));
  const decoded = judged?.facts ?? (await decodeEntry(entry, parts));
  const intent = intentIn(decoded.effects);
  const kept = await store.approvals.of(entry.id);
  const attempt = attemptOf(await journal.events(entry.id));
  const asked = intent && {
    ...{ store: store.storeId, pending: entry.id, chain: entry.chain, network: entry.network },
    ...{ intent: intent.intent, fee: intent.fee, now: parts.clock.now(), attempt },
    policy: policy && { version: policy.version, hash: policy.hash },
  };
  const counted = asked && constitution ? countApprovals(asked, constitution, kept) : none;
  const needs = demands.length === 0 ? undefined : needsOf({ asked, demands, constitution, kept });
  return {
    judged,
    standing: approvalStanding(needs, policy && judged && { ...judged, policy, constitution }),
    votes: [...counted.yes, ...counted.no],
  };
}

const none: CountedApprovals = { yes: [], no: [], ignored: [] };

/** What has no intent can be approved by nobody. */
function intentIn(effects: Parameters<typeof intentOf>[0]): Intent | undefined {
  try {
    return intentOf(effects);
  } catch (error) {
    if (error instanceof CustosError && error.code === 'APPROVAL_EFFECTS') return undefined;
    throw error;
  }
}

interface Needing {
  readonly asked: Omit<Parameters<typeof standingOf>[0], 'demands'> | undefined;
  readonly demands: readonly Demand[];
  readonly constitution: Constitution | undefined;
  readonly kept: readonly KeptApproval[];
}

function needsOf({ asked, demands, constitution, kept }: Needing): Standing {
  if (asked !== undefined && constitution !== undefined) return standingOf({ ...asked, demands }, constitution, kept);
  return { kind: 'missing', demands: demands.map((demand) => ({ demand, approved: [], open: [] })), ignored: [] };
}
