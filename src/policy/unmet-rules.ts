import { quote } from '../core/ids.js';
import type { Constitution } from '../core/policy/constitution.js';
import { type Demand, demandText } from '../core/policy/demand.js';
import type { Policy } from '../core/policy/policy.js';
import { FOUR_EYE, knownGroups } from './judging/facts.js';

/**
 * What of a policy no persons can meet, one text each: names in its groups that the constitution does not have, as after a typing
 * error, and demands for more persons than may approve. Persons behind an initiator do not count, because Custos may not learn who
 * asked.
 */
export function unmetRules(policy: Policy, constitution: Constitution | undefined): readonly string[] {
  return [...strangers(policy, constitution), ...unmetDemands(policy, constitution)];
}

function strangers({ groups }: Policy, constitution: Constitution | undefined): readonly string[] {
  if (constitution === undefined) return [];
  const isKnown = (name: string) => name === FOUR_EYE || constitution.persons.has(name);
  return [...groups].flatMap(([group, members]) => {
    const unknown = [...members].filter((name) => !isKnown(name)).map(quote);
    return unknown.length === 0
      ? []
      : [`group ${group} names ${unknown.join(', ')}, and the constitution names no such person`];
  });
}

function unmetDemands({ permits, limits, groups }: Policy, constitution: Constitution | undefined): readonly string[] {
  const known = knownGroups(constitution);
  const isUnmet = ({ count, group }: Demand) => {
    const members = [...(groups.get(group) ?? known.get(group) ?? [])];
    const fit = members.filter((name) => {
      const person = constitution?.persons.get(name);
      return name === FOUR_EYE || (person?.roles.has('approver') === true && person.initiates.size === 0);
    });
    return fit.length < count;
  };
  const askings = [
    ...permits.map(({ id, needs }) => ({ id, needs })),
    ...limits.map(({ id, stepUp = [] }) => ({ id, needs: stepUp })),
  ];
  return askings.flatMap(({ id, needs }) =>
    needs
      .filter(isUnmet)
      .map((demand) => `${id} needs ${demandText(demand)}, and fewer persons of this group can approve`),
  );
}
