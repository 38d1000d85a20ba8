import { type Demand, parseDemand } from '../../core/policy/demand.js';
import type { SettingsReader } from './reader.js';

/** The approvals that every transaction needs: `2 of treasury, 1 of risk`. */
export function readNeeds(read: SettingsReader): readonly Demand[] {
  // An empty one is a variable that a script did not fill: it must not switch approvals off.
  const empty = read.emptyVariable('needs');
  if (empty !== undefined) read.refuse(empty, `${empty} is empty; leave it out if nothing needs an approval`);
  const given = read.setting('needs');
  if (given === undefined) return [];
  const demands = given.value.split(',').flatMap((text) => {
    const demand = parseDemand(text.trim());
    if (demand === undefined)
      read.refuse(given.from, `${given.from} takes demands like "2 of treasury", separated by commas`);
    return demand ?? [];
  });
  const groups = demands.map(({ group }) => group);
  for (const group of new Set(groups.filter((one, at) => groups.indexOf(one) !== at))) {
    read.refuse(given.from, `${given.from} names the group ${group} twice`);
  }
  return demands;
}
