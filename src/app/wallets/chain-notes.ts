import { createRegistry } from '../../chains/registry.js';
import type { ChainRegistry } from '../../core/chain/chain.js';

/** Lines that name all chains, for the help of commands that make wallets. */
export function chainNotes(registry: ChainRegistry = createRegistry()): readonly string[] {
  const ids = [...registry.ids].sort();
  const ofKeys = ids.filter((id) => registry.get(id).keys.newWallet === 'key');
  return [`Chains: ${ids.join(' ')}`, `Chains where a new wallet is a private key: ${ofKeys.join(' ')}`];
}
