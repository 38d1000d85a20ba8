import type { Chain } from '../core/chain/chain.js';
import { type Hazard, stoppedHazards } from '../core/chain/hazards.js';
import type { AssetAmount, Summary } from '../core/chain/summary.js';
import { formatUnits } from '../core/chain/units.js';
import { CustosError } from '../core/errors.js';
import type { Network } from '../core/ids.js';
import type { FeeLimit } from '../core/signing/pending.js';
import type { ChainRules } from '../core/signing/signing-rules.js';

/** Where a limit applies. */
export interface Place {
  readonly chain: Chain;
  readonly network: Network;
  readonly rules: ChainRules;
}

/**
 * Checks a decoded transaction against the fee ceiling and the stopped hazards. It runs in the front, to refuse early, and in
 * the signer, to decide.
 * @throws CustosError FEE_INVALID: above the ceiling, or in an asset without one; HAZARD_REFUSED
 */
export function checkLimits(summary: Summary, place: Place): void {
  checkFee(summary.fee, place);
  checkHazards(summary.hazards, place);
}

/**
 * Compares the fee with what the request allows. Much may have happened since it was built: a chain that sets gas when it is
 * completed asks the node again.
 * @throws CustosError FEE_INVALID
 */
export function checkFeeLimit({ fee }: Pick<Summary, 'fee'>, limit: FeeLimit | undefined, place: Place): void {
  if (limit === undefined) return;
  const most = BigInt(limit.most);
  const words = amountWords(fee.asset, place);
  if (fee.asset !== limit.asset) {
    throw new CustosError('FEE_INVALID', `the fee is paid in ${fee.asset}, and maxFee is an amount of ${limit.asset}`);
  }
  if (fee.amount <= most) return;
  throw new CustosError('FEE_INVALID', `the fee may reach ${words(fee.amount)}, more than maxFee, ${words(most)}`);
}

/** @throws CustosError FEE_INVALID */
export function checkFee(fee: AssetAmount, { chain, network, rules }: Place): void {
  const builtIn = ceilingsOf(chain, network).find(({ asset }) => asset === fee.asset);
  const ceiling = rules.feeCeilings.get(fee.asset) ?? builtIn?.most;
  const flag = fee.asset === feeAssetOf(chain).symbol ? chain.id : `${chain.id}:${builtIn?.symbol ?? fee.asset}`;
  if (ceiling === undefined) {
    const text = `the fee is paid in ${fee.asset}, for which no ceiling is set; --fee-ceiling ${flag}=UNITS sets one`;
    throw new CustosError('FEE_INVALID', text);
  }
  if (fee.amount >= 0n && fee.amount <= ceiling) return;
  const words = amountWords(fee.asset, { chain, network });
  const text = `the fee may reach ${words(fee.amount)}, more than the ceiling of ${words(ceiling)}`;
  throw new CustosError('FEE_INVALID', `${text}; --fee-ceiling ${flag}=... sets another one`);
}

function amountWords(asset: string, { chain, network }: Pick<Place, 'chain' | 'network'>) {
  const builtIn = ceilingsOf(chain, network).find((one) => one.asset === asset);
  return (amount: bigint) =>
    builtIn === undefined ? `${amount} units` : `${formatUnits(amount, builtIn.decimals)} ${builtIn.symbol}`;
}

/** @throws CustosError HAZARD_REFUSED: names the first kind that is not allowed, and the flag that allows it */
function checkHazards(hazards: readonly Hazard[], { chain, rules }: Omit<Place, 'network'>): void {
  const refused = hazards.find(({ kind }) => stoppedHazards.includes(kind) && !rules.allowedHazards.has(kind));
  if (refused === undefined) return;
  const { kind, party, text } = refused;
  const what = [kind, ...(text === undefined ? [] : [`(${text})`]), ...(party === undefined ? [] : [`for ${party}`])];
  const flag = `--allow-hazard ${chain.id}:${kind}`;
  throw new CustosError('HAZARD_REFUSED', `the transaction has the hazard ${what.join(' ')}; ${flag} allows it`, {
    details: { kind, flag },
  });
}

/** Largest fee in one asset, unless the operator sets another limit. */
export interface BuiltInCeiling {
  /** As in `Summary.fee.asset`. */
  readonly asset: string;
  readonly symbol: string;
  readonly decimals: number;
  /** Smallest units. */
  readonly most: bigint;
}

/** Ceilings by chain, which are the same for every transaction. */
const ceilings = { mainnet: new WeakMap<Chain, readonly BuiltInCeiling[]>(), testnet: new WeakMap() } as const;

/** Every built-in ceiling of a chain; the first is that of the usual fee asset. */
export function ceilingsOf(chain: Chain, network: Network): readonly BuiltInCeiling[] {
  const known: readonly BuiltInCeiling[] | undefined = ceilings[network].get(chain);
  if (known !== undefined) return known;
  const found = builtIn(chain, network);
  ceilings[network].set(chain, found);
  return found;
}

function builtIn(chain: Chain, network: Network): readonly BuiltInCeiling[] {
  const { symbol, decimals } = feeAssetOf(chain);
  const coin = { asset: symbol, symbol, decimals, most: unitsOf(chain.feeCeiling, decimals) };
  const tokens = [...(chain.feeTokens?.(network) ?? [])].map(([asset, token]) => ({
    ...token,
    asset,
    most: unitsOf(token.ceiling, token.decimals),
  }));
  return [coin, ...tokens];
}

/** The asset that pays the fees of a chain. */
function feeAssetOf({ coin, decimals, feeAsset }: Chain): {
  readonly symbol: string;
  readonly decimals: number;
} {
  return feeAsset ?? { symbol: coin, decimals };
}

function unitsOf(coins: string, decimals: number): bigint {
  const [whole = '', fraction = ''] = coins.split('.');
  return BigInt(whole + fraction.padEnd(decimals, '0'));
}
