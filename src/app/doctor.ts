import { asCustosError } from '../core/errors.js';
import { storeExists } from '../storage/open-store.js';
import { costFinding, healthFinding } from './doctor-daemon.js';
import { machineFindings } from './doctor-machine.js';
import { settingFindings } from './doctor-settings.js';
import { journalFindings, storeFacts } from './doctor-store.js';
import { type Finding, problem } from './finding.js';
import type { House } from './house.js';
import { shownValue } from './shown-value.js';
import { storeLocation } from './store-location.js';

/** Examines settings, store, journal and a running daemon, without changing anything and without the password. */
export async function examine(house: House): Promise<readonly Finding[]> {
  const settings = await settingFindings(house);
  const store = await storeFindings(house);
  const node: Finding = { check: 'Node.js', state: 'ok', text: process.version };
  const machine = await machineFindings(house.config.environment);
  return [...settings, ...machine, ...store, ...(await healthFinding(house)), node];
}

async function storeFindings(house: House): Promise<readonly Finding[]> {
  const { config } = house;
  try {
    const location = storeLocation(config);
    if (!(await storeExists(location))) {
      return [problem('wallet store', 'STORE_MISSING', `none at ${shownValue(location)}`)];
    }
    const store = await house.store();
    return [
      ...(await storeFacts(store, location)),
      ...(await journalFindings(store.journal, config.network, house.clock.now())),
      await costFinding(house, store),
    ];
  } catch (thrown) {
    const error = asCustosError(thrown);
    return [problem('wallet store', error.code, error.message)];
  }
}
