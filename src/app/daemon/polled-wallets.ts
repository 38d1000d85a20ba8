import { type ChainId, defaultTenant } from '../../core/ids.js';
import type { WalletTable } from '../../core/store/store.js';
import type { Config } from '../config/config.js';

/**
 * How many wallets each chain has, and how many of them a daemon with these settings would ask for.
 * @returns `count` of all wallets on the network that belong to the default tenant; `asked` for each chain that is polled
 */
export async function countWallets(
  { network, daemon }: Pick<Config, 'network' | 'daemon'>,
  wallets: Pick<WalletTable, 'chains' | 'count'>,
): Promise<{ readonly count: number; readonly asked: readonly number[] }> {
  const counts = new Map<ChainId, number>();
  // A cloud knows nothing of other tenants.
  const tenant = defaultTenant;
  for (const chain of await wallets.chains(network, tenant)) {
    counts.set(chain, await wallets.count({ tenant, chain, network }));
  }
  const polled = [...counts].filter(([chain]) => daemon.chains?.includes(chain) ?? true);
  return {
    count: [...counts.values()].reduce((sum, of) => sum + of, 0),
    asked: polled.map(([, count]) => Math.min(count, daemon.wallets?.size ?? count)),
  };
}
