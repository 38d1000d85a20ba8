import type { Chain, ChainRegistry } from '../../core/chain/chain.js';
import { type HazardKind, hazardKinds, isHazardKind, stoppedHazards } from '../../core/chain/hazards.js';
import { CustosError } from '../../core/errors.js';
import { type ChainId, type Network, parseChainId } from '../../core/ids.js';
import type { ChainRules, SigningRules } from '../../core/signing/signing-rules.js';
import { ceilingsOf } from '../../signing/limits.js';
import type { DaemonConfig } from './daemon-config.js';
import { type Problem, refuseProblems } from './problem.js';
import { SettingsReader } from './reader.js';

/** The settings that limit signing. */
type LimitSettings = Pick<DaemonConfig, 'feeCeilings' | 'allowedHazards' | 'allowForeignKeys' | 'developmentChainIds'>;

type Rules = Map<ChainId, ChainRules & { feeCeilings: Map<string, bigint>; allowedHazards: Set<HazardKind> }>;

/**
 * Reads `--fee-ceiling`, `--allow-hazard`, `--allow-foreign-key` and `--chain-id` for the chains that there are.
 * @throws CustosError CONFIG_INVALID: an amount or asset that no ceiling can be set in, a hazard that is not stopped anyway, or
 *   two ceilings of one fee; CHAIN_UNKNOWN
 */
export function readSigningRules(settings: LimitSettings, chains: ChainRegistry, network: Network): SigningRules {
  const { rules, problems } = examineSigningRules(settings, chains, network);
  refuseProblems(problems);
  return rules;
}

/** Like `readSigningRules`, with every mistake in `problems`. */
export function examineSigningRules(
  settings: LimitSettings,
  chains: ChainRegistry,
  network: Network,
): { readonly rules: SigningRules; readonly problems: readonly Problem[] } {
  const read = new SettingsReader({}, {});
  const rules: Rules = new Map();
  const rulesFor = (id: ChainId) => {
    const found = rules.get(id) ?? { feeCeilings: new Map<string, bigint>(), allowedHazards: new Set<HazardKind>() };
    rules.set(id, found);
    return found;
  };
  const attempt = (flag: string, work: () => void) => read.misused<void>(flag, undefined, work);
  const given = new Map<string, string>();
  for (const text of settings.feeCeilings) {
    attempt('--fee-ceiling', () => {
      const { chain, asset, most } = readCeiling(text, chains, network);
      const before = given.get(`${chain.id} ${asset}`);
      if (before !== undefined) throw invalid(`--fee-ceiling ${before} and ${text} limit the same fee`);
      given.set(`${chain.id} ${asset}`, text);
      rulesFor(chain.id).feeCeilings.set(asset, most);
    });
  }
  for (const text of settings.allowedHazards) {
    attempt('--allow-hazard', () => {
      const { chain, kinds } = readHazards(text, chains);
      for (const kind of kinds) rulesFor(chain.id).allowedHazards.add(kind);
    });
  }
  for (const id of settings.allowForeignKeys) {
    attempt('--allow-foreign-key', () => void rulesFor(chains.get(id).id).allowedHazards.add('foreign-key'));
  }
  for (const [id, developmentChainId] of settings.developmentChainIds) {
    attempt('--chain-id', () => void rules.set(chains.get(id).id, { ...rulesFor(id), developmentChainId }));
  }
  return { rules, problems: read.problems };
}

/** Chains on which no hazard is stopped. */
export function unguardedChains({ allowedHazards }: Pick<LimitSettings, 'allowedHazards'>): readonly string[] {
  return allowedHazards
    .filter((text) => text.endsWith(':all'))
    .map((text) => text.slice(0, -':all'.length).toUpperCase());
}

/** `CHAIN=AMOUNT` in whole coins, `CHAIN:SYMBOL=AMOUNT` in whole tokens, or `CHAIN:CONTRACT=UNITS` in smallest units. */
function readCeiling(text: string, chains: ChainRegistry, network: Network) {
  const [, id = '', name, amount = ''] = /^([^:=]+)(?::([^=]+))?=(.+)$/.exec(text) ?? [];
  if (id === '') throw invalid(`--fee-ceiling ${text} is not CHAIN=COINS`);
  const chain = chains.get(parseChainId(id));
  const builtIn = ceilingsOf(chain, network);
  const found = name === undefined ? builtIn[0] : builtIn.find(({ symbol }) => symbol === name.toUpperCase());
  if (found !== undefined) return { chain, asset: found.asset, most: amountOf(amount, { text, ...found }) };
  if (chain.feeTokens?.(network).size === 0 || chain.feeTokens === undefined || name === undefined) {
    throw invalid(
      `--fee-ceiling ${text}: fees of ${chain.id} are paid in ${builtIn.map(({ symbol }) => symbol).join(', ')}`,
    );
  }
  const asset = chain.keys.normalizeAddress(name, network);
  const known = builtIn.find((one) => one.asset === asset);
  return { chain, asset, most: amountOf(amount, { text, symbol: asset, decimals: 0, ...known }) };
}

function amountOf(
  amount: string,
  { text, symbol, decimals }: { text: string; symbol: string; decimals: number },
): bigint {
  const [whole = '', fraction = ''] = amount.split('.');
  if (!/^\d{1,30}(\.\d{1,18})?$/.test(amount) || fraction.length > decimals) {
    throw invalid(`--fee-ceiling ${text}: ${amount} is not an amount of ${symbol}`);
  }
  return BigInt(whole + fraction.padEnd(decimals, '0'));
}

/** `CHAIN:kind`, or `CHAIN:all`. */
function readHazards(text: string, chains: ChainRegistry): { chain: Chain; kinds: readonly HazardKind[] } {
  const [, id = '', kind = ''] = /^([^:=]+):([a-z-]+)$/.exec(text) ?? [];
  if (id === '') throw invalid(`--allow-hazard ${text} is not CHAIN:kind`);
  const chain = chains.get(parseChainId(id));
  if (kind === 'all') return { chain, kinds: hazardKinds };
  if (isHazardKind(kind) && stoppedHazards.includes(kind)) return { chain, kinds: [kind] };
  const reason = isHazardKind(kind) ? 'is never stopped' : 'is not a hazard';
  throw invalid(`--allow-hazard ${text}: ${kind} ${reason}; stopped are ${stoppedHazards.join(', ')}`);
}

function invalid(text: string): CustosError {
  return new CustosError('CONFIG_INVALID', text);
}
