import { applicationScopes } from '../../core/access/scopes.js';
import { systemClock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { defaultTenant } from '../../core/ids.js';
import { silentLog } from '../../core/log.js';
import type { Secret } from '../../core/secret.js';
import { storeExists } from '../../storage/open-store.js';
import { createToken, tokenParts } from '../access/tokens.js';
import { signLog } from '../audit/unlock.js';
import type { DaemonSettings } from '../config/check.js';
import { refuseProblems } from '../config/problem.js';
import { storeLocation } from '../store/location.js';
import { makeStore } from '../store/make.js';
import { type PasswordMeans, readNewPassword, refuseWeak } from '../store/password.js';

/** What a first start shows, once. The caller wipes it. */
export interface FirstStart {
  readonly password: Secret;
  readonly recoveryKey: Secret;
  /** Of the default tenant, for an application that pays. */
  readonly token: Secret;
}

/**
 * Makes a store and its first token where there is none, once the settings are known to be right.
 * @returns undefined if there is a store
 * @throws CustosError PASSWORD_MISSING, PASSWORD_WEAK, CANCELLED_BY_USER, STORE_*, and what wrong settings are
 */
export async function firstStart(config: DaemonSettings, passwords: PasswordMeans): Promise<FirstStart | undefined> {
  const location = storeLocation(config);
  if (await storeExists(location)) return undefined;
  // Loaded only here: the process that supervises stays small.
  const [{ createRegistry }, { daemonProblems }] = await Promise.all([
    import('../../chains/registry.js'),
    import('../config/check.js'),
  ]);
  refuseProblems(daemonProblems(config, createRegistry()));
  const password = await readNewPassword(passwords);
  try {
    await refuseWeak(password, passwords);
    return { password, ...(await makeAll(location, password)) };
  } catch (error) {
    password.wipe();
    throw error;
  }
}

async function makeAll(location: string, password: Secret): Promise<Omit<FirstStart, 'password'>> {
  const { store, rootKey, recoveryKey } = await makeStore(location, password, { recovery: true });
  try {
    if (recoveryKey === undefined) throw new CustosError('INTERNAL', 'the new store has no recovery key');
    const parts = tokenParts({ store, rootKey, clock: systemClock });
    const wanted = { tenant: defaultTenant, name: 'first', scopes: applicationScopes };
    const { text: token } = await createToken(parts, wanted);
    await signLog({ clock: systemClock, log: silentLog }, store, rootKey);
    return { recoveryKey, token };
  } finally {
    rootKey.fill(0);
    await store.close();
  }
}
