import type { Demand } from '../../core/policy/demand.js';
import type { PolicyFacts } from '../../core/policy/facts.js';
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
    const persons = [...new Set(counted.map(({ person }) => person))];
    const seats = demands.flatMap(({ group, count }) => Array.from({ length: count }, () => group));
    const empty = emptySeats(seats, (group) => persons.filter((person) => isMember(person, group)));
    return demands.flatMap(({ group }) => {
      const count = empty.filter((seat) => seat === group).length;
      return count === 0 ? [] : [{ count, group }];
    });
  };
}

/** A person may be named as such (`person:NAME`), or the door names them without more. */
function isInitiator(person: string, { initiator }: PolicyFacts): boolean {
  return initiator === person || initiator === `person:${person}`;
}
