import { join } from 'node:path';
import type { ChainRegistry } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import { tell } from '../../core/log.js';
import { peekStoreKeys } from '../../storage/peek.js';
import { type SignerSettings, signerProblems } from '../config/check.js';
import { refuseProblems } from '../config/problem.js';
import { readSigningRules, unguardedChains } from '../config/signing-rules.js';
import { keyHolders } from '../hsm/holders.js';
import type { CountingLog } from '../process/log.js';
import { storeLocation } from '../store/location.js';
import type { SlotsOfStore, StoreKey } from '../store/store-key.js';
import { listenPrivately } from './socket.js';
import { checkSocketPlace } from './socket-place.js';
import { startKeeper } from './start.js';
import { openStateFile } from './state-file.js';
import { keeperKey, slotsAt } from './store-key.js';

/** The parts of a signer service. */
export interface SignerMeans {
  readonly config: SignerSettings;
  readonly chains: ChainRegistry;
  readonly log: CountingLog;
  /** What opens the store; this module wipes it. */
  key(find: () => Promise<SlotsOfStore>): Promise<StoreKey>;
}

export interface SignerRun {
  /** Ends the service. */
  readonly signal: AbortSignal;
  /** Called once when it listens. */
  readonly onReady?: (keeper: { readonly pid: number | undefined }) => void;
}

/**
 * Runs the keeper as a service of its own, for daemons that have no password, until the signal. A keeper that ends is not
 * replaced here, because its password is wiped: the service fails, and whoever started it starts it again.
 * @throws CustosError CONFIG_INVALID, SOCKET_UNSAFE, SIGNER_RUNNING, SIGNER_DIED, KEEPER_STATE_DAMAGED, STORE_*, PASSWORD_*
 */
export async function runSigner(means: SignerMeans, { signal, onReady }: SignerRun): Promise<void> {
  const { config, chains, log } = means;
  refuseProblems(signerProblems(config, chains));
  const { socket: path = '', forGroup } = config.signer;
  const rules = readSigningRules(config.daemon, chains, config.network);
  for (const chain of unguardedChains(config.daemon)) tell(log, 'every-hazard-allowed', { chain });
  await checkSocketPlace(path);
  if (config.signer.control !== undefined) await checkSocketPlace(config.signer.control);
  const storeId = config.signer.storeId ?? (await peekStoreKeys(storeLocation(config))).storeId;
  const state = config.signer.state ?? defaultState(config.home, storeId);
  const file = state === undefined ? undefined : await openStateFile(state);
  if (file === undefined || file.bytes.length === 0) tell(log, 'signer-state-new', { file: state });
  const key = await means.key(() => slotsAt(storeLocation(config), storeId));
  const { mayCreate } = config.signer;
  const opening = { ...keeperKey(key), storeId, rules, count: config.daemon.signers, mayCreate };
  const holders = keyHolders({ config });
  const keeper = await startKeeper(async () => ({ ...opening, ...(file && { file }) }), log, {
    holder: holders,
  }).finally(() => key.secret.wipe());
  try {
    const { control } = config.signer;
    const servers = [await listenPrivately({ path, forGroup, onFront: keeper.attach })];
    try {
      if (control !== undefined) {
        servers.push(await listenPrivately({ path: control, forGroup, onFront: keeper.attachControl }));
      }
      tell(log, 'signer-service-started', {
        socket: path,
        ...(control && { control }),
        store: storeId,
        keeper: keeper.pid,
      });
      onReady?.({ pid: keeper.pid });
      const lost = servers.map((server) => server.lost.then(raise));
      const ended = await Promise.race([keeper.ended, aborted(signal), ...lost]);
      if (ended !== undefined) throw new CustosError('SIGNER_DIED', `the keeper ended with ${ended}`);
      tell(log, 'signer-service-stopped', {});
    } finally {
      for (const server of servers) server.close();
    }
  } finally {
    holders.close();
    await keeper.close();
  }
}

/** @returns undefined for a user without a home: then the state ends with the keeper */
function defaultState(home: string | undefined, storeId: string): string | undefined {
  return home === undefined ? undefined : join(home, '.custos', `signer-${storeId}.state`);
}

/** Without its socket it would stand still: whoever started it starts it again. */
function raise(error: CustosError): never {
  throw error;
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
