import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ChainRegistry } from '../../core/chain/chain.js';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import type { Probe } from '../../core/health.js';
import { defaultTenant } from '../../core/ids.js';
import { tell } from '../../core/log.js';
import { type Meter, noMeter } from '../../core/meter.js';
import { isLoopback } from '../../core/network/loopback.js';
import type { Signer } from '../../core/signing/signer.js';
import type { Store } from '../../core/store/store.js';
import { createMetrics, type Metrics } from '../../health/metrics.js';
import { createReadiness } from '../../health/readiness.js';
import { type RunningHealth, startHealth } from '../../health/server.js';
import { isPostgresUrl } from '../../storage/location.js';
import type { Config } from '../config/config.js';
import type { CountingLog } from '../process/log.js';
import { packageVersion } from '../process/package.js';
import { tellSlowPolls } from './slow-polls.js';

/** Least free space on the disk of the store, in bytes: with less, the next records may not fit. */
const LEAST_SPACE = 16 * 1024 * 1024;

/** Watches one daemon. */
export interface Watch {
  /** Counts what the daemon does; does nothing without a health server. */
  readonly meter: Meter;
  /** Listens if a health port is configured. @throws CustosError PORT_IN_USE */
  open(signer: Signer): Promise<void>;
  close(): Promise<void>;
}

/** The parts that a watch checks. */
export interface WatchParts {
  readonly config: Pick<Config, 'network' | 'store' | 'daemon'>;
  readonly chains: ChainRegistry;
  readonly clock: Clock;
  readonly log: CountingLog;
  readonly store: Store;
  /** Aborted when the daemon must end. */
  readonly signal: AbortSignal;
}

export function createWatch(parts: WatchParts): Watch {
  const { config, chains, clock, log, store } = parts;
  const { health } = config.daemon;
  if (health === undefined) {
    return { meter: tellSlowPolls(noMeter, log), open: async () => undefined, close: async () => undefined };
  }
  const metrics = createMetrics({
    chains: chains.ids,
    secp256k1: chains.ids.filter((id) => chains.get(id).builder?.kind === 'evm'),
    now: clock.now,
    build: {
      version: packageVersion(),
      node: process.version,
      network: config.network,
      store: isPostgresUrl(config.store) ? 'postgresql' : 'sqlite',
    },
    lostLines: log.lost,
    depths: () => store.journal.depths(config.network),
  });
  let running: RunningHealth | undefined;
  return {
    meter: tellSlowPolls(metrics.meter, log),
    async open(signer) {
      const reasons = readinessOf({ ...parts, signer, metrics });
      const { text } = metrics;
      running = await startHealth({ ...health, version: packageVersion(), log, reasons, metrics: text });
      tell(log, 'health-listening', { url: running.url, port: running.port });
      if (!isLoopback(health.host)) tell(log, 'health-exposed', { host: health.host });
    },
    close: async () => running?.close(),
  };
}

interface Watched extends WatchParts {
  readonly signer: Signer;
  readonly metrics: Metrics;
}

function readinessOf({ config, clock, store, signal, signer, metrics }: Watched) {
  const { chains: named, period, idlePeriod } = config.daemon;
  return createReadiness({
    now: clock.now,
    pulse: metrics.pulse,
    probes: [storeProbe(store, config.store), signerProbe(signer)],
    async served() {
      const withWallets = await store.wallets.chains(config.network, defaultTenant);
      return withWallets.filter((chain) => named?.includes(chain) ?? true);
    },
    period: Math.max(period, idlePeriod),
    stopping: () => signal.aborted,
  });
}

/** Takes and releases the write lock. It writes nothing, so nothing is synchronized to the disk. */
function storeProbe(store: Store, location: string): Probe {
  return {
    check: 'store',
    async run() {
      await store.slots.replace([], []);
      if (isPostgresUrl(location)) return;
      const { bavail, bsize } = await statfs(dirname(location));
      if (bavail * bsize < LEAST_SPACE) throw new CustosError('STORE_FULL', 'the disk of the store is almost full');
    },
  };
}

/** Sends an empty request on the path of a signature, which also replaces a dead signer. */
function signerProbe(signer: Signer): Probe {
  return {
    check: 'signer',
    async run() {
      await signer.identify({ sealed: [], keys: [] });
    },
  };
}
