import type { ChainRegistry } from '../../core/chain/chain.js';
import type { Clock } from '../../core/clock.js';
import type { Log } from '../../core/log.js';
import type { Store } from '../../core/store/store.js';
import type { Config } from '../config/config.js';

/** What is examined, and the means. */
export interface DoctorParts {
  readonly config: Config;
  readonly chains: ChainRegistry;
  readonly clock: Clock;
  readonly log: Log;
  store(): Promise<Store>;
  /** Opens the store with the configured password. */
  unlock(): Promise<{ readonly rootKey: Uint8Array }>;
}
