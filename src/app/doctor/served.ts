import { asCustosError } from '../../core/errors.js';
import type { Store } from '../../core/store/store.js';
import { controlView } from '../../vault/control-seal.js';
import { storeLocation } from '../store/location.js';
import { costFinding } from './daemon.js';
import { type Finding, problem } from './finding.js';
import { freezeFindings } from './freezes.js';
import { gatewayFindings } from './gateway.js';
import { machineFindings } from './machine.js';
import { needsFindings } from './needs.js';
import { networkFindings } from './network.js';
import type { DoctorParts } from './parts.js';
import { policyFindings } from './policy.js';
import { settingFindings } from './settings.js';
import { journalFindings, storeFacts } from './store.js';

/** What a running server examines of itself. */
export interface ServedDoctorParts extends Pick<DoctorParts, 'config' | 'chains' | 'clock' | 'log'> {
  readonly store: Store;
  /** Of the public halves, 32 bytes. */
  readonly viewKey: Uint8Array;
}

/** As `examine`, in a process that has the store open and no password. It changes nothing. */
export async function examineServer(parts: ServedDoctorParts): Promise<readonly Finding[]> {
  const found = await Promise.all([
    settingsOf(parts),
    attempt('machine', () => machineFindings(parts.config.nodeVariables)),
    attempt('wallet store', () => ofStore(parts)),
    attempt('network', () => networkFindings(parts)),
    attempt('gateway', () => gatewayFindings(parts.config)),
  ]);
  return [...found.flat(), { check: 'Node.js', state: 'ok', text: process.version }];
}

/** What this process was not given tells nothing about what its operator has set. */
async function settingsOf({ config, chains }: ServedDoctorParts): Promise<readonly Finding[]> {
  const found = await settingFindings({ config, chains });
  return found.filter(({ check, state }) => check !== 'settings' || state !== 'ok');
}

async function ofStore({ config, clock, store, viewKey }: ServedDoctorParts): Promise<readonly Finding[]> {
  const seal = controlView(viewKey, store.storeId);
  return [
    ...(await storeFacts(store, storeLocation(config))),
    ...(await journalFindings(store.journal, config.network, clock.now())),
    ...(await freezeFindings(store)),
    await costFinding(config, store),
    ...(await needsFindings(config, store, { viewKey })),
    ...(await policyFindings({ config, store, seal, clock })),
  ];
}

/** One part that cannot be examined hides no other. */
async function attempt(check: string, work: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await work();
  } catch (thrown) {
    const { code, message } = asCustosError(thrown);
    return [problem(check, code, message)];
  }
}
