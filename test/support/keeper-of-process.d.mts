import type { OwnKeeper } from '../../dist/app/daemon/own-keeper.js';
import type { House } from '../../dist/app/house.js';

/**
 * What `runDaemon` takes as its keeper, started from this process.
 * @param onSigner - gets the process id of each signer that has opened the store
 */
export function keeperOfProcess(
  house: Pick<House, 'config' | 'chains' | 'log' | 'password'>,
  onSigner?: (pid: number) => void,
): {
  readonly keeper: OwnKeeper;
  close(): Promise<void>;
};
