import type { OwnKeeper } from '../../dist/app/daemon/own-keeper.js';
import type { House } from '../../dist/app/house.js';

/** What `runDaemon` takes as its keeper, started from this process. */
export function keeperOfProcess(house: Pick<House, 'config' | 'chains' | 'log' | 'password'>): {
  readonly keeper: OwnKeeper;
  close(): Promise<void>;
};
