import type { JsonObject } from '../core/json.js';
import type { Approval } from '../core/policy/approval.js';
import type { FreezeScope } from '../core/policy/freeze.js';
import type { JournalEntry } from '../core/store/journal.js';
import type { PolicyAct } from '../policy/statics/publication.js';
import type { About, DecisionForm, DecisionShown, Readable } from './forms/approvals.js';
import type {
  Backtested,
  DraftChecked,
  DraftDiff,
  FreezeShown,
  PolicyForm,
  PolicySignature,
  PolicyVersionForm,
  UnfreezeSignature,
} from './forms/control.js';
import type { ActivitySlice, BudgetShown, ChainShown, FindingsShown } from './forms/overview.js';

/** How persons agreed to a policy. */
interface PolicySigned {
  readonly signatures: readonly PolicySignature[];
  /** Hours that it waits, if it widens. */
  readonly delay?: number | undefined;
}

/** A freeze, and what it stops. */
export interface FreezeFound {
  readonly scope: FreezeScope;
  readonly shown: FreezeShown;
}

/** Stops signing, and shows what is stopped. */
export interface FreezesService {
  /** The oldest first. */
  all(): Promise<readonly FreezeFound[]>;
  /**
   * @param wish.person - who asks, logged in to the console
   * @returns `isNew: false`: the one that stops just this already
   * @throws CustosError REQUEST_INVALID, STORE_*
   */
  create(wish: {
    readonly scope: FreezeScope;
    readonly reason: string;
    readonly person?: string | undefined;
  }): Promise<{ readonly isNew: boolean; readonly shown: FreezeShown }>;
  /** What a key of a person signs to end one. @throws CustosError FREEZE_UNKNOWN, FREEZE_INVALID */
  endLines(id: string, key: string): Promise<string>;
  /** @throws CustosError FREEZE_UNKNOWN, FREEZE_ENDED, CONSTITUTION_*, NOT_OFFERED, SIGNER_*, STORE_* */
  end(id: string, signatures: readonly UnfreezeSignature[]): Promise<FreezeShown>;
}

/** Shows policies, checks and tries those that somebody wrote, and publishes those that persons signed. */
export interface PoliciesService {
  /** The newest first. */
  history(): Promise<readonly PolicyVersionForm[]>;
  /** @param version - undefined: the one in force. @throws CustosError POLICY_MISSING */
  version(version: number | undefined): Promise<PolicyForm>;
  /** @param text - JSON. @throws CustosError REQUEST_INVALID */
  check(text: string): DraftChecked;
  /** @throws CustosError REQUEST_INVALID, POLICY_MISSING */
  diff(text: string, from: number | undefined): Promise<DraftDiff>;
  /** What a key of a person signs to publish it, and as what. @throws CustosError REQUEST_INVALID */
  lines(text: string, key: string): Promise<{ readonly act: PolicyAct; readonly hash: string; readonly text: string }>;
  /**
   * What it would have said about the last transactions of the store.
   * @param isShown - others are judged as well, because they take of the same limits
   * @throws CustosError REQUEST_INVALID, STORE_*
   */
  backtest(text: string, limit: number, isShown: (entry: JournalEntry) => boolean): Promise<Backtested>;
  /**
   * Publishes it, or finds it published.
   * @throws CustosError REQUEST_INVALID, CONSTITUTION_*, POLICY_CONFLICT, CONTROL_OLD, NOT_OFFERED, SIGNER_*, STORE_*
   */
  publish(
    text: string,
    signed: PolicySigned,
  ): Promise<{ readonly isNew: boolean; readonly version: PolicyVersionForm }>;
}

/** What policy and persons say of what is not signed, and what persons say to it. */
export interface ApprovalsService {
  /** Stores nothing; `entry` need not be in the journal. @throws CustosError STORE_*, SIGNER_* */
  about(entry: Pick<JournalEntry, 'id' | 'chain' | 'network' | 'completed' | 'pending'>): Promise<About>;
  /** @throws CustosError CONSTITUTION_MISSING, STATE_CONFLICT, APPROVAL_EFFECTS, … */
  readable(entry: JournalEntry): Promise<Readable>;
  /**
   * What a key of a person signs to decide.
   * @throws CustosError APPROVAL_SIGNATURE, APPROVAL_REFUSED, CONSTITUTION_MISSING, STATE_CONFLICT, APPROVAL_EFFECTS
   */
  lines(entry: JournalEntry, wish: { readonly key: string; readonly decision: Approval['decision'] }): Promise<string>;
  /** All that persons decided about it, whatever became of it, the oldest first. @throws CustosError STORE_* */
  decisions(entry: Pick<JournalEntry, 'id'>): Promise<readonly DecisionShown[]>;
  /** @throws CustosError APPROVAL_*, CONSTITUTION_MISSING, STATE_CONFLICT */
  decide(entry: JournalEntry, signed: DecisionForm): Promise<void>;
}

/** Proves what the audit log says to whoever has its key. */
export interface AuditProofsService {
  /**
   * The lines of an export, each without its line feed. It is recorded.
   * @param key - a key line; undefined: the export names none
   * @throws CustosError AUDIT_KEY_INVALID, AUDIT_BROKEN, STORE_*
   */
  export(key: string | undefined): AsyncIterable<string>;
  /** @param id - `WRITER/PLACE`. @throws CustosError AUDIT_EVENT_UNKNOWN */
  event(id: string): Promise<JsonObject>;
  /** That a log only grew since it had so many events. @throws CustosError AUDIT_BROKEN: it has fewer */
  growth(head: { readonly writer: string; readonly size: number }): Promise<JsonObject>;
}

/** How the server is. */
export interface OverviewService {
  activity(): Promise<readonly ActivitySlice[]>;
  chains(): Promise<readonly ChainShown[]>;
  budgets(): Promise<readonly BudgetShown[]>;
  findings(): Promise<FindingsShown>;
}
