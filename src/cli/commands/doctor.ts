import { examine } from '../../app/doctor.js';
import type { Run } from '../spec.js';

export const doctor: Run = async ({ flags, house, out }) => {
  const findings = await examine(house);
  if (flags['json'] === true) out.json(findings);
  else {
    out.table(findings.map(({ check, state, text }) => [state.toUpperCase(), check, text]));
    for (const { check, remedy } of findings) if (remedy !== undefined) out.line(`remedy for ${check}: ${remedy}`);
  }
  return findings.some(({ state }) => state === 'problem') ? 1 : 0;
};
