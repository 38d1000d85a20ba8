import { scopeText } from '../../core/policy/freeze.js';
import type { Store } from '../../core/store/store.js';
import { shownFreezes } from '../freezes/shown.js';
import type { Finding } from './finding.js';

/** The freezes that hold; nothing if there are none. */
export async function freezeFindings({
  storeId,
  freezes,
}: Pick<Store, 'storeId' | 'freezes'>): Promise<readonly Finding[]> {
  const holding = shownFreezes(await freezes.all(), storeId).filter(({ state }) => state !== 'ended');
  return holding.map(({ freeze: { id, scope, reason, at }, state }) => ({
    check: 'freeze',
    state: 'warning',
    text: `${scopeText(scope)} since ${new Date(at).toISOString()}: ${reason}${state === 'unverified' ? ' (no daemon obeys it yet)' : ''}`,
    remedy: `find out why; \`custos unfreeze ${id}\` ends it`,
  }));
}
