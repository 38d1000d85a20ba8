import { asCustosError } from '../../core/errors.js';
import type { Store } from '../../core/store/store.js';
import { storeExists } from '../../storage/open-store.js';
import { shownValue } from '../config/shown-value.js';
import { storeLocation } from '../store/location.js';
import { isPasswordAtHand } from '../store/password.js';
import { costFinding, healthFinding } from './daemon.js';
import { type Finding, problem } from './finding.js';
import { freezeFindings } from './freezes.js';
import { gatewayFindings } from './gateway.js';
import { keyFindings } from './keys.js';
import { machineFindings } from './machine.js';
import { needsFindings, viewOf } from './needs.js';
import { networkFindings } from './network.js';
import type { DoctorParts } from './parts.js';
import { policyFindings } from './policy.js';
import { settingFindings } from './settings.js';
import { askSigner, reachSigner } from './signer.js';
import { journalFindings, pagesFinding, storeFacts } from './store.js';

/**
 * Examines settings, store, journal, a running daemon, and all services that a daemon would use, without changing anything. It
 * tries the password if one is set, and never asks for it.
 */
export async function examine(parts: DoctorParts): Promise<readonly Finding[]> {
  const { config } = parts;
  const { offline } = config.options;
  const settings = await settingFindings(parts);
  const store = await storeFindings(parts);
  const node: Finding = { check: 'Node.js', state: 'ok', text: process.version };
  const machine = await machineFindings(config.nodeVariables);
  const network = offline ? [] : await networkFindings(parts);
  const gateway = offline ? [] : await gatewayFindings(config);
  return [...settings, ...machine, ...store, ...network, ...(await healthFinding(config)), ...gateway, node];
}

/** Tries the password or key slot that is set, so that a wrong one is found before the daemon needs it. */
async function tryPassword({ config, unlock }: DoctorParts): Promise<{ findings: Finding[]; rootKey?: Uint8Array }> {
  if (!isTried(config)) return { findings: [] };
  const check = config.password.source === 'slot' ? 'key slot' : 'password';
  try {
    const { rootKey } = await unlock();
    return { findings: [{ check, state: 'ok', text: 'opens the store' }], rootKey };
  } catch (thrown) {
    const error = asCustosError(thrown);
    return { findings: [problem(check, error.code, error.message)] };
  }
}

/** Services are asked unless nothing is to be; a program may ask a person, and is not run. */
function isTried(config: DoctorParts['config']): boolean {
  const { password, options } = config;
  if (isPasswordAtHand(config)) return true;
  return password.source === 'slot' && password.reference.kind !== 'command' && !options.offline;
}

/** What the keys of the store let one see: who signs, and who approves. */
async function openedFindings(parts: DoctorParts, store: Store): Promise<readonly Finding[]> {
  const { findings, rootKey } = await tryPassword(parts);
  const { findings: signer, viewKey } = await askSigner(parts, store);
  const key = rootKey ? { rootKey } : viewKey && { viewKey };
  const needs = await needsFindings(parts.config, store, key);
  const seal = key && viewOf(key, store.storeId);
  const policy = await policyFindings({ config: parts.config, store, seal, clock: parts.clock });
  seal?.wipe();
  viewKey?.fill(0);
  const keys = await keyFindings({ config: parts.config, chains: parts.chains, store, rootKey });
  return [...findings, ...signer, ...needs, ...policy, ...keys];
}

async function storeFindings(parts: DoctorParts): Promise<readonly Finding[]> {
  const { config, clock } = parts;
  try {
    const location = storeLocation(config);
    if (!(await storeExists(location))) {
      const missing = problem('wallet store', 'STORE_MISSING', `none at ${shownValue(location)}`);
      return [missing, ...(await reachSigner(parts))];
    }
    const store = await parts.store();
    return [
      ...(await storeFacts(store, location)),
      ...(await pagesFinding(store, location)),
      ...(await journalFindings(store.journal, config.network, clock.now())),
      ...(await freezeFindings(store)),
      await costFinding(config, store),
      ...(await openedFindings(parts, store)),
    ];
  } catch (thrown) {
    const error = asCustosError(thrown);
    return [problem('wallet store', error.code, error.message), ...(await reachSigner(parts))];
  }
}
