import { CustosError } from '../../core/errors.js';
import type { ChainId } from '../../core/ids.js';
import type { PolicyVersion } from '../../core/policy/approval.js';
import type { Constitution } from '../../core/policy/constitution.js';
import type { GivenApproval, PolicyFacts } from '../../core/policy/facts.js';
import { type CountedApprovals, countApprovals, type Ignored, type KeptApproval, mayHaveAsked } from '../approvals.js';
import { intentOf } from '../intent.js';
import { classOfKey } from '../persons/key-text.js';

/** Name of the four-eye service as a person, and of the group that it alone is in. */
export const FOUR_EYE = 'four-eye';

/** Its yes. Nothing proves it, so it is of the lowest class. */
export const fourEyeApproval: GivenApproval = {
  person: FOUR_EYE,
  decision: 'approve',
  class: 'legacy',
  demands: 'any',
};

/** The groups that policies may name without declaring them: those of the constitution, and that of the four-eye service. */
export function knownGroups(constitution: Constitution | undefined): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map([[FOUR_EYE, new Set([FOUR_EYE])], ...(constitution?.groups ?? [])]);
}

type Described = 'network' | 'coin' | 'wallets' | 'signers' | 'isOwn' | 'effects' | 'initiator' | 'feeRate' | 'now';

/** A transaction as whoever judges it has decoded it. */
export interface JudgedTransaction extends Pick<PolicyFacts, Described> {
  /** Id of the store. */
  readonly store: string;
  /** Id of the pending transaction. */
  readonly pending: string;
  readonly chain: ChainId;
  /** Which making of its bytes it is at. */
  readonly attempt: string;
}

/** Who may decide about a transaction, and who did. */
export interface Deciding {
  /** By which it is judged. */
  readonly policy: PolicyVersion;
  /** In force now; undefined where there is none: then nobody approves by signature. */
  readonly constitution: Constitution | undefined;
  /** Of this transaction, as they are kept; none of them is believed. */
  readonly kept: readonly KeptApproval[];
  /** Answers without a signature, such as those of a four-eye service. */
  readonly unsigned?: readonly GivenApproval[];
}

export interface PreparedFacts {
  /** Without what budgets have used. */
  readonly facts: Omit<PolicyFacts, 'used'>;
  /** Of the approvals that count: signing spends them. */
  readonly nonces: readonly string[];
  /** Approvals that do not count, and why. */
  readonly ignored: readonly Ignored[];
}

const nothing: CountedApprovals = { yes: [], no: [], ignored: [] };

/** Puts together what a policy judges by. Approvals are verified here, and checked against the transaction as it is now. */
export function prepareFacts(transaction: JudgedTransaction, deciding: Deciding): PreparedFacts {
  const { store: _, pending: __, attempt: ___, ...described } = transaction;
  const { constitution, unsigned = [] } = deciding;
  const { yes, no, ignored } = counted(transaction, deciding);
  const given = [...yes, ...no].map(({ approval, person }): GivenApproval => {
    const { decision, demands } = approval;
    return { person: person.name, decision, class: classOfKey(approval.key), demands };
  });
  const persons = [...(constitution?.persons.values() ?? [])];
  const excluded = persons.filter((person) => mayHaveAsked(person, transaction.initiator));
  return {
    facts: {
      ...described,
      approvals: [...given, ...unsigned],
      excluded: excluded.map(({ name }) => name),
      groups: knownGroups(constitution),
    },
    nonces: yes.map(({ approval }) => approval.nonce),
    ignored,
  };
}

function counted(
  { store, pending, chain, network, effects, initiator, now, attempt }: JudgedTransaction,
  { policy, constitution, kept }: Deciding,
): CountedApprovals {
  if (constitution === undefined || kept.length === 0) return nothing;
  try {
    const { intent, fee } = intentOf(effects);
    const about = { store, pending, chain, network, intent, fee, policy, now, attempt };
    return countApprovals({ ...about, ...(initiator !== undefined && { initiator }) }, constitution, kept);
  } catch (error) {
    // What has no intent cannot be approved; the policy says what is wrong with it.
    if (error instanceof CustosError && error.code === 'APPROVAL_EFFECTS') return nothing;
    throw error;
  }
}
