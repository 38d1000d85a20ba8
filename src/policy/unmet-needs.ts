import type { Constitution } from '../core/policy/constitution.js';
import { type Demand, demandText } from '../core/policy/demand.js';
import { maySign } from '../core/policy/powers.js';
import { emptySeats } from './seats.js';

/**
 * Why no transaction can ever get the approvals that every one needs; undefined if the persons suffice. Persons behind an
 * initiator do not count, because Custos may not learn who asked.
 */
export function unmetNeeds(needs: readonly Demand[], constitution: Constitution | undefined): string | undefined {
  if (needs.length === 0) return undefined;
  if (constitution === undefined) return 'the store has no constitution that says who may approve';
  const reasons = needs.flatMap((demand) => faultOf(demand, constitution) ?? []);
  if (reasons.length > 0) return reasons.join('; ');
  const seats = needs.flatMap(({ group, count }) => Array.from({ length: count }, () => group));
  const empty = emptySeats(seats, (group) => approversOf(group, constitution));
  if (empty.length === 0) return undefined;
  return `${needs.map(demandText).join(', ')} need ${seats.length} different persons, and only ${seats.length - empty.length} of them can approve`;
}

function faultOf(demand: Demand, constitution: Constitution): string | undefined {
  if (!constitution.groups.has(demand.group)) {
    return `${demandText(demand)}: version ${constitution.version} of the constitution has no group ${demand.group}`;
  }
  const { length } = approversOf(demand.group, constitution);
  if (length >= demand.count) return undefined;
  return `${demandText(demand)}: ${length === 0 ? 'no person' : `only ${length}`} of the group can approve`;
}

function approversOf(group: string, { groups, persons }: Constitution): readonly string[] {
  return [...(groups.get(group) ?? [])].filter((name) => {
    const person = persons.get(name);
    return person !== undefined && maySign(person, 'approve') && person.initiates.size === 0;
  });
}
