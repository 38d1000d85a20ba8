import type { Network } from '../core/ids.js';
import type { Source } from '../core/network/source.js';
import type { WalletTable } from '../core/store/store.js';
import type { LifecycleParts } from '../lifecycle/parts.js';
import type { Way } from '../lifecycle/way.js';

/** What polling and pacing need, put together by the app. */
export interface DaemonParts
  extends Pick<LifecycleParts, 'journal' | 'clock' | 'log' | 'meter' | 'leases' | 'trace' | 'onlyWallets'> {
  readonly network: Network;
  /** What is polled. */
  readonly source: Source;
  readonly way: Way;
  readonly wallets: WalletTable;
  /** True if other daemons may use the same journal. */
  readonly shared: boolean;
  /** When present, only these pending transactions are taken. */
  readonly onlyTransactions?: ReadonlySet<string>;
}
