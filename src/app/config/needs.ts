import { type Demand, parseDemand } from '../../core/policy/demand.js';
import type { SettingsReader } from './reader.js';

/** The approvals that every transaction needs: `2 of treasury, 1 of risk`. */
export function readNeeds(read: SettingsReader): readonly Demand[] {
  const given = read.setting('needs');
  if (given === undefined) return [];
  return given.value.split(',').flatMap((text) => {
    const demand = parseDemand(text.trim());
    if (demand === undefined)
      read.refuse(given.from, `${given.from} takes demands like "2 of treasury", separated by commas`);
    return demand ?? [];
  });
}
