import type { Clock } from '../../core/clock.js';
import type { Constitution } from '../../core/policy/constitution.js';
import type { Judgement } from '../../core/policy/judgement.js';
import type { Policy } from '../../core/policy/policy.js';
import { attemptOf } from '../../core/store/attempt.js';
import type { Journal, JournalEntry } from '../../core/store/journal.js';
import type { Store } from '../../core/store/store.js';
import type { Ignored } from '../../policy/approvals.js';
import { compilePolicy } from '../../policy/judging/compile.js';
import { type PreparedFacts, prepareFacts } from '../../policy/judging/facts.js';
import { judgeWithBudgets } from '../../policy/judging/judge-with-budgets.js';
import { type DecodingParts, decodeEntry } from './decoded.js';

/** What a transaction of the journal is judged with, as of now. */
export interface EntryJudgingParts extends DecodingParts {
  readonly store: Pick<Store, 'storeId' | 'wallets' | 'approvals'>;
  readonly journal: Pick<Journal, 'events' | 'budgetsUsed'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly policy: Policy;
  readonly constitution: Constitution | undefined;
}

/** What of a transaction is judged; one that is only tried has no row. */
export type JudgeableEntry = Pick<JournalEntry, 'id' | 'chain' | 'network' | 'completed' | 'pending'>;

/** How a policy judges a transaction of the journal now. */
export interface JudgedEntry {
  readonly judgement: Judgement;
  /** The same as if nobody had approved anything: its demands are those that approvers are asked for. */
  readonly unapproved: Judgement;
  /** By which it was judged. */
  readonly facts: PreparedFacts['facts'];
  /** Approvals that do not count, and why. */
  readonly ignored: readonly Ignored[];
}

/**
 * Judges a transaction by a policy, with its approvals and budgets as they are now. A four-eye service is not asked.
 * @throws CustosError as `decodeEntry`; STORE_*
 */
export async function judgeEntry(entry: JudgeableEntry, parts: EntryJudgingParts): Promise<JudgedEntry> {
  const { store, journal, clock, policy, constitution } = parts;
  const { id } = entry;
  const attempt = attemptOf(await journal.events(id));
  const decoded = await decodeEntry(entry, parts);
  const about = { ...decoded, chain: entry.chain, store: store.storeId, pending: id, attempt };
  const kept = await store.approvals.of(id);
  const { facts, ignored } = prepareFacts({ ...about, now: clock.now() }, { policy, constitution, kept });
  const compiled = compilePolicy(policy);
  const used: Parameters<typeof judgeWithBudgets>[2] = (wanted) => journal.budgetsUsed(wanted, { id, attempt });
  return {
    judgement: await judgeWithBudgets(compiled, facts, used),
    unapproved: await judgeWithBudgets(compiled, { ...facts, approvals: [] }, used),
    facts,
    ignored,
  };
}
