import { asCustosError } from '../../core/errors.js';
import { storeExists } from '../../storage/open-store.js';
import { settingValue } from '../config/config.js';
import { shownValue } from '../config/shown-value.js';
import type { House } from '../house.js';
import { storeLocation } from '../store/location.js';
import { costFinding, healthFinding } from './daemon.js';
import { type Finding, problem } from './finding.js';
import { gatewayFindings } from './gateway.js';
import { machineFindings } from './machine.js';
import { networkFindings } from './network.js';
import { settingFindings } from './settings.js';
import { journalFindings, storeFacts } from './store.js';

/**
 * Examines settings, store, journal, a running daemon, and whatever a daemon would talk to, without changing anything. The
 * password is tried where one is set, and never asked for.
 */
export async function examine(house: House): Promise<readonly Finding[]> {
  const settings = await settingFindings(house);
  const store = await storeFindings(house);
  const node: Finding = { check: 'Node.js', state: 'ok', text: process.version };
  const machine = await machineFindings(house.config.environment);
  const network = house.config.flags['offline'] === true ? [] : await networkFindings(house);
  const gateway = house.config.flags['offline'] === true ? [] : await gatewayFindings(house);
  return [...settings, ...machine, ...store, ...network, ...(await healthFinding(house)), ...gateway, node];
}

/** Tried, where it is set: a daemon that finds out at night is too late. */
async function passwordFindings(house: House): Promise<readonly Finding[]> {
  const { config } = house;
  const isSet = settingValue('password', {}, config.environment) ?? config.passwordFile;
  if (isSet === undefined || config.passwordSource !== 'local') return [];
  try {
    await house.rootKey();
    return [{ check: 'password', state: 'ok', text: 'opens the store' }];
  } catch (thrown) {
    const error = asCustosError(thrown);
    return [problem('password', error.code, error.message)];
  }
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
      ...(await passwordFindings(house)),
    ];
  } catch (thrown) {
    const error = asCustosError(thrown);
    return [problem('wallet store', error.code, error.message)];
  }
}
