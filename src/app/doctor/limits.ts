import type { ChainRegistry } from '../../core/chain/chain.js';
import { ceilingsOf } from '../../signing/limits.js';
import type { Config } from '../config/config.js';
import { readSigningRules, unguardedChains } from '../config/signing-rules.js';
import type { Finding } from './finding.js';

/** A ceiling this many times higher than the built-in one stops almost nothing. */
const OFF = 10n;

/** Limits that the settings have practically switched off. The settings have been checked before. */
export function limitFindings(
  { daemon, network }: Pick<Config, 'daemon' | 'network'>,
  chains: ChainRegistry,
): Finding[] {
  const found: Finding[] = [];
  for (const [id, { feeCeilings }] of readSigningRules(daemon, chains, network)) {
    for (const { asset, symbol, most } of ceilingsOf(chains.get(id), network)) {
      const given = feeCeilings.get(asset);
      if (given === undefined || given < most * OFF) continue;
      const text = `${id}: ${given / most} times the built-in one of ${symbol}, so it stops almost nothing`;
      found.push({
        check: 'fee ceiling',
        state: 'warning',
        text,
        remedy: `lower --fee-ceiling ${id}, or remove it`,
      });
    }
  }
  for (const id of unguardedChains(daemon)) {
    const remedy = `allow only the kinds that you need: --allow-hazard ${id}:kind`;
    found.push({ check: 'hazards', state: 'warning', text: `${id}: no hazard is stopped`, remedy });
  }
  return found;
}
