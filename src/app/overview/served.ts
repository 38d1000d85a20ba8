import type { OverviewService } from '../../api/control-parts.js';
import { defaultTenant, type Network } from '../../core/ids.js';
import { remembered } from '../../http/readiness.js';
import { examineServer, type ServedDoctorParts } from '../doctor/served.js';
import { activityOf } from './activity.js';
import { type BudgetsParts, budgetsOf } from './budgets.js';
import { chainsOf, type LaneStates } from './lanes.js';

/** Nodes and cloud are asked no more often than this, in milliseconds, however many look. */
const EXAMINED = 15_000;
/** Everything else is read again after this, in milliseconds. */
const READ = 2_000;

export interface OverviewParts extends ServedDoctorParts, Pick<BudgetsParts, 'policy'> {
  readonly network: Network;
  /** Absent in a process that does not sign. */
  readonly lanes: LaneStates | undefined;
}

/** How the server is, for all who look at the same time. */
export function servedOverview(parts: OverviewParts): OverviewService {
  const { store, clock, network, lanes, policy } = parts;
  const now = () => clock.now();
  const { events, journal, audit } = store;
  return {
    activity: remembered(READ, now, activityOf({ events, clock, feed: { tenant: defaultTenant, network } })),
    chains: remembered(READ, now, () => chainsOf({ network, store, lanes })),
    budgets: remembered(READ, now, () => budgetsOf({ network, clock, journal, audit, policy })),
    findings: remembered(EXAMINED, now, async () => {
      const data = await examineServer(parts);
      return {
        at: new Date(now()).toISOString(),
        data: data.map(({ check, state, text, remedy = null }) => ({ check, state, text, remedy })),
      };
    }),
  };
}
