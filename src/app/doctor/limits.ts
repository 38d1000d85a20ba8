import type { ChainRegistry } from '../../core/chain/chain.js';
import { ceilingsOf } from '../../signing/limits.js';
import type { Config } from '../config/config.js';
import { readSigningRules, unguardedChains } from '../config/signing-rules.js';
import type { Finding } from './finding.js';

/** A ceiling so many times as high as the built-in one stops next to nothing. */
const OFF = 10n;

/** Limits that settings have as good as switched off. The settings are known to be readable. */
export function limitFindings(
  { daemon, network }: Pick<Config, 'daemon' | 'network'>,
  chains: ChainRegistry,
): Finding[] {
  const found: Finding[] = [];
  for (const [id, { feeCeilings }] of readSigningRules(daemon, chains, network)) {
    for (const { asset, symbol, most } of ceilingsOf(chains.get(id), network)) {
      const given = feeCeilings.get(asset);
      if (given === undefined || given < most * OFF) continue;
      const text = `${id}: ${given / most} times the built-in one of ${symbol}, so it stops next to nothing`;
      found.push({
        check: 'fee ceiling',
        state: 'warning',
        text,
        remedy: `lower --fee-ceiling ${id}, or take it away`,
      });
    }
  }
  for (const id of unguardedChains(daemon)) {
    const remedy = `name the kinds that are needed: --allow-hazard ${id}:kind`;
    found.push({ check: 'hazards', state: 'warning', text: `${id}: none is stopped any more`, remedy });
  }
  return found;
}
