import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CustosError } from '../../core/errors.js';
import type { Probe } from '../../core/health.js';
import { type Meter, noMeter } from '../../core/meter.js';
import type { Signer } from '../../core/signing/signer.js';
import type { Store } from '../../core/store/store.js';
import { createMetrics, type Metrics } from '../../health/metrics.js';
import { createReadiness } from '../../health/readiness.js';
import { isLoopback, type RunningHealth, startHealth } from '../../health/server.js';
import { isPostgresUrl } from '../../storage/postgres/url.js';
import type { House } from '../house.js';
import { packageVersion } from '../process/package.js';
import { tellSlowPolls } from './slow-polls.js';

/** Less than this on the disk of the store, and the next records may not fit, in bytes. */
const LEAST_SPACE = 16 * 1024 * 1024;

/** What watches one daemon. */
export interface Watch {
  /** Counts what the daemon does; nothing where nobody can ask. */
  readonly meter: Meter;
  /** Listens, where a health port is configured. @throws CustosError PORT_IN_USE */
  open(signer: Signer): Promise<void>;
  close(): Promise<void>;
}

/** @param signal - aborted when the daemon is told to end */
export function createWatch(house: House, store: Store, signal: AbortSignal): Watch {
  const { health } = house.config.daemon;
  if (health === undefined) {
    return { meter: tellSlowPolls(noMeter, house.log), open: async () => undefined, close: async () => undefined };
  }
  const metrics = createMetrics({
    chains: house.chains.ids,
    now: house.clock.now,
    build: {
      version: packageVersion(),
      node: process.version,
      network: house.config.network,
      store: isPostgresUrl(house.config.store) ? 'postgresql' : 'sqlite',
    },
    lostLines: house.log.lost,
    depths: () => store.journal.depths(house.config.network),
  });
  let running: RunningHealth | undefined;
  return {
    meter: tellSlowPolls(metrics.meter, house.log),
    async open(signer) {
      const reasons = readinessOf({ house, store, signal, signer, metrics });
      running = await startHealth({ ...health, version: packageVersion(), reasons, metrics: metrics.text });
      house.log.info({ url: running.url, port: running.port }, 'health server listening');
      if (!isLoopback(health.host))
        house.log.warn({ host: health.host }, 'health server reachable from other machines');
    },
    close: async () => running?.close(),
  };
}

interface Watched {
  readonly house: House;
  readonly store: Store;
  readonly signal: AbortSignal;
  readonly signer: Signer;
  readonly metrics: Metrics;
}

function readinessOf({ house, store, signal, signer, metrics }: Watched) {
  const { config, clock } = house;
  const { chains: named, period, idlePeriod } = config.daemon;
  return createReadiness({
    now: clock.now,
    pulse: metrics.pulse,
    probes: [storeProbe(store, config.store), signerProbe(signer)],
    async served() {
      const withWallets = await store.wallets.chains(config.network);
      return withWallets.filter((chain) => named?.includes(chain) ?? true);
    },
    period: Math.max(period, idlePeriod),
    stopping: () => signal.aborted,
  });
}

/** Takes the place of the only writer and gives it back; nothing is written, so nothing is synchronized either. */
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

/** Asks for nothing over the way that a signature takes; a signer that died is replaced by that. */
function signerProbe(signer: Signer): Probe {
  return {
    check: 'signer',
    async run() {
      await signer.identify({ sealed: [], keys: [] });
    },
  };
}
