import type { Clock } from '../core/clock.js';
import type { Network } from '../core/ids.js';
import type { Log } from '../core/log.js';
import type { WalletsService } from '../core/signing/wallets-service.js';

/** What the operations work with. Each names the few that it uses. */
export interface ApiParts {
  readonly network: Network;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly wallets: Pick<WalletsService, 'list' | 'get'>;
}
