import type { AssetAmount } from '../core/chain/summary.js';
import { CustosError } from '../core/errors.js';
import type { Approval, PolicyVersion, SignedApproval } from '../core/policy/approval.js';
import type { Constitution, Person, PersonSigner } from '../core/policy/constitution.js';
import { type Demand, demandText } from '../core/policy/demand.js';
import { maySign } from '../core/policy/powers.js';
import { readApprovalText } from './approval-text.js';
import { isSignedBy } from './persons/key.js';
import { emptySeats } from './seats.js';

/** What is to be signed, and what it needs, as of now. */
export interface Asked extends Pick<Approval, 'store' | 'pending' | 'chain' | 'network' | 'intent' | 'initiator'> {
  readonly fee: AssetAmount;
  /** In force now; undefined without a policy. */
  readonly policy: PolicyVersion | undefined;
  readonly demands: readonly Demand[];
  readonly now: number;
  /** Which making of the transaction's bytes this is: an approval that was spent for another one is used up. */
  readonly attempt: string;
}

/** An approval as it is kept. */
export interface KeptApproval extends SignedApproval {
  /** The attempt that it was spent for; absent while it is unspent. */
  readonly spentFor?: string;
}

export interface VerifiedApproval {
  readonly approval: Approval;
  readonly person: Person;
}

/** How far a demand is met. */
export interface DemandStanding {
  readonly demand: Demand;
  readonly approved: readonly string[];
  /** Who can still approve. */
  readonly open: readonly string[];
}

/** An approval that does not count, and why. */
export interface Ignored {
  /** Absent where the signature is of no known person. */
  readonly person?: string;
  readonly error: CustosError;
}

export type Standing =
  /** `nonces` are those of the approvals that count: signing spends them. */
  | { readonly kind: 'met'; readonly nonces: readonly string[] }
  | { readonly kind: 'rejected'; readonly by: string }
  | { readonly kind: 'missing'; readonly demands: readonly DemandStanding[]; readonly ignored: readonly Ignored[] };

/**
 * Reads an approval and finds the person who signed it. Says nothing about what it is for.
 * @throws CustosError APPROVAL_INVALID: another form; APPROVAL_SIGNATURE: no person has the key, or it does not fit the lines
 */
export function verifyApproval(constitution: Constitution, { text, signature }: SignedApproval): VerifiedApproval {
  const approval = readApprovalText(text);
  const found = signerOf(constitution, approval.key);
  if (!isSignedBy(found.key, text, signature)) {
    throw new CustosError('APPROVAL_SIGNATURE', `the signature of ${found.person.name} does not fit the approval`);
  }
  return { approval, person: found.person };
}

/** Checks, before a person decides, that the key may. @param key - text form. @throws CustosError APPROVAL_SIGNATURE, APPROVAL_REFUSED */
export function requireApprover(constitution: Constitution, key: string): void {
  requireRole(signerOf(constitution, key).person);
}

function signerOf(constitution: Constitution, key: string): PersonSigner {
  const found = constitution.signers.get(key);
  if (found !== undefined) return found;
  throw new CustosError('APPROVAL_SIGNATURE', `the key ${key} belongs to no person of the constitution`);
}

function requireRole(person: Person): void {
  if (!maySign(person, 'approve')) throw refused(`${person.name} does not have the role of approver`);
}

/**
 * Checks a verified approval against what is asked now. A rejection needs only its store, transaction and person: what changed
 * since does not turn a no into a yes.
 * @throws CustosError APPROVAL_CHANGED, APPROVAL_REFUSED, APPROVAL_EXPIRED
 */
export function checkApproval({ approval, person }: VerifiedApproval, asked: Omit<Asked, 'demands'>): void {
  if (approval.store !== asked.store) throw changed('it is for another store');
  if (approval.pending !== asked.pending) throw changed('it is for another transaction');
  requireRole(person);
  if (approval.decision === 'reject') return;
  if (approval.chain !== asked.chain || approval.network !== asked.network) throw changed('it is for another chain');
  if (approval.intent !== asked.intent) throw changed('the transaction does something else now');
  if (approval.feeAtMost.asset !== asked.fee.asset || approval.feeAtMost.amount < asked.fee.amount) {
    throw changed('the fee is higher than what was approved');
  }
  if (policyText(approval.policy) !== policyText(asked.policy)) throw changed('another policy is in force');
  if (approval.initiator !== asked.initiator) throw changed('it names another initiator');
  if (mayHaveAsked(person, asked.initiator)) throw refused(`${person.name} asked for the transaction, or may have`);
  if (asked.now < approval.notBefore) throw new CustosError('APPROVAL_EXPIRED', 'the approval holds only later');
  if (asked.now >= approval.expires) throw new CustosError('APPROVAL_EXPIRED', 'the approval has expired');
}

/** The approvals and rejections of a transaction that count, and those that do not. */
export interface CountedApprovals {
  readonly yes: readonly VerifiedApproval[];
  readonly no: readonly VerifiedApproval[];
  readonly ignored: readonly Ignored[];
}

/** Sorts kept approvals by what is asked now, whatever their demands are. */
export function countApprovals(
  asked: Omit<Asked, 'demands'>,
  constitution: Constitution,
  kept: readonly KeptApproval[],
): CountedApprovals {
  const ignored: Ignored[] = [];
  const found = kept.flatMap((one) => {
    const verified = verifiedOr(ignored, constitution, one);
    return verified !== undefined && counts(ignored, verified, { asked, one }) ? [verified] : [];
  });
  const decided = (decision: Approval['decision']) => found.filter(({ approval }) => approval.decision === decision);
  return { yes: decided('approve'), no: decided('reject'), ignored };
}

/**
 * Judges approvals: persons are counted, not keys, and a person counts once among all demands; any rejection ends the transaction;
 * each demand must be met by approvers of its group who saw that demand. What does not count is named, and never stops what does.
 */
export function standingOf(asked: Asked, constitution: Constitution, kept: readonly KeptApproval[]): Standing {
  const { yes, no, ignored } = countApprovals(asked, constitution, kept);
  const [rejected] = no;
  if (rejected !== undefined) return { kind: 'rejected', by: rejected.person.name };
  const demands = asked.demands.map((demand) => standingOfDemand(demand, { asked, constitution, yes }));
  const seats = demands.flatMap((one) => Array.from({ length: one.demand.count }, () => one));
  // No demands are no approval: whoever asks nothing does not come here.
  const isMet = seats.length > 0 && emptySeats(seats, ({ approved }) => approved).length === 0;
  if (!isMet) return { kind: 'missing', demands, ignored };
  const used = yes.filter(({ approval }) => asked.demands.some((demand) => saw(approval, demand)));
  return { kind: 'met', nonces: used.map(({ approval }) => approval.nonce) };
}

function verifiedOr(ignored: Ignored[], constitution: Constitution, one: KeptApproval): VerifiedApproval | undefined {
  try {
    return verifyApproval(constitution, one);
  } catch (error) {
    ignored.push({ error: coded(error) });
    return undefined;
  }
}

function counts(
  ignored: Ignored[],
  verified: VerifiedApproval,
  { asked, one }: { readonly asked: Omit<Asked, 'demands'>; readonly one: KeptApproval },
): boolean {
  try {
    checkApproval(verified, asked);
    if (verified.approval.decision === 'reject' || one.spentFor === undefined || one.spentFor === asked.attempt) {
      return true;
    }
    throw new CustosError('APPROVAL_SPENT', 'the approval was spent for bytes that were signed before');
  } catch (error) {
    ignored.push({ person: verified.person.name, error: coded(error) });
    return false;
  }
}

interface Counting {
  readonly asked: Asked;
  readonly constitution: Constitution;
  readonly yes: readonly VerifiedApproval[];
}

function standingOfDemand(demand: Demand, { asked, constitution, yes }: Counting): DemandStanding {
  // A group that is not there has no person who could meet the demand.
  const group = [...(constitution.groups.get(demand.group) ?? [])];
  const approved = new Set(
    yes
      .filter(({ approval, person }) => group.includes(person.name) && saw(approval, demand))
      .map(({ person }) => person.name),
  );
  const open = group.filter((name) => {
    const person = constitution.persons.get(name);
    return (
      person !== undefined &&
      maySign(person, 'approve') &&
      !mayHaveAsked(person, asked.initiator) &&
      !approved.has(name)
    );
  });
  return { demand, approved: [...approved], open };
}

/** An approver who was shown other demands did not agree to this use of the signature. */
function saw({ demands }: Approval, demand: Demand): boolean {
  return demands.some((one) => demandText(one) === demandText(demand));
}

/** While it is not known who asked, whoever stands behind an initiator may have asked. */
export function mayHaveAsked({ name, initiates }: Person, initiator: string | undefined): boolean {
  if (initiator === undefined) return initiates.size > 0;
  return initiator === `person:${name}` || initiates.has(initiator);
}

function policyText(policy: PolicyVersion | undefined): string {
  return policy === undefined ? '' : `${policy.version} ${policy.hash}`;
}

/** Only what is foreseen is a reason; anything else is a defect, and ends the judging. */
function coded(error: unknown): CustosError {
  if (error instanceof CustosError) return error;
  throw error;
}

function changed(why: string): CustosError {
  return new CustosError('APPROVAL_CHANGED', `the approval does not fit: ${why}`);
}

function refused(why: string): CustosError {
  return new CustosError('APPROVAL_REFUSED', `the approval does not count: ${why}`);
}
