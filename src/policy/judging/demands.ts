import { type Demand, demandText } from '../../core/policy/demand.js';
import type { GivenApproval, PolicyFacts } from '../../core/policy/facts.js';
import { type ApprovalClass, approvalClasses, type Policy } from '../../core/policy/policy.js';
import { emptySeats } from '../seats.js';

/** Finds what is missing of demands of one rule. */
export type Approvers = (demands: readonly Demand[], lowest: ApprovalClass) => readonly Demand[];

/**
 * The approvals of one transaction. A person counts once among all demands of a rule, however many keys, answers or groups the
 * person has.
 */
export function approversOf({ groups }: Policy, facts: PolicyFacts): Approvers {
  const given = facts.approvals.filter(
    ({ person, decision }) =>
      decision === 'approve' && !isInitiator(person, facts) && !facts.excluded?.includes(person),
  );
  const isMember = (person: string, group: string) =>
    (groups.get(group) ?? facts.groups?.get(group))?.has(person) === true;
  return (demands, lowest) => {
    if (demands.length === 0) return [];
    const counted = given.filter((one) => approvalClasses.indexOf(one.class) <= approvalClasses.indexOf(lowest));
    const seats = demands.flatMap((demand) => Array.from({ length: demand.count }, () => demand));
    const empty = emptySeats(seats, (demand) =>
      counted.filter((one) => isMember(one.person, demand.group) && isSeenBy(one, demand)).map(({ person }) => person),
    );
    return demands.flatMap((demand) => {
      const count = empty.filter((seat) => seat === demand).length;
      return count === 0 ? [] : [{ count, group: demand.group }];
    });
  };
}

/** Whether an approval counts for a demand: whoever was shown other demands did not agree to this use of the signature. */
export function isSeenBy({ demands }: GivenApproval, demand: Demand): boolean {
  return demands === 'any' || demands.some((one) => demandText(one) === demandText(demand));
}

/** A person may be named as such (`person:NAME`), or the door names them without more. */
function isInitiator(person: string, { initiator }: PolicyFacts): boolean {
  return initiator === person || initiator === `person:${person}`;
}
