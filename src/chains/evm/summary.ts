import type { Effect } from '../../core/chain/effect.js';
import type { AssetAmount, Summary } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { type CallRules, contentOf } from './calls/call.js';
import { hazardsOf } from './calls/hazards.js';
import { DATA_FEE } from './effects.js';
import { DELEGATION } from './forms/authorizations.js';

/** What a summary takes from its chain. */
export interface SummaryRules extends CallRules {
  /** Symbols of tokens that pay fees, by contract address in lower case. */
  readonly feeSymbols: ReadonlyMap<string, string>;
}

/** Parts of the fee that a summary has members for. */
const said: readonly string[] = ['chainId', 'nonce', 'feeCurrency'];

/** Says what the effects of a transaction are. @param effects - as `effectsOfTransaction` made them */
export function summarize(effects: readonly Effect[], rules: SummaryRules): Summary {
  const { kind, to, value, tokens, method, notes, text } = contentOf(effects, rules);
  const { from, fee, args } = feeOf(effects, rules);
  const words = feeWords(fee, rules);
  const hasDataFee = args.some(({ name }) => name === DATA_FEE);
  return {
    kind,
    from,
    ...(to !== undefined && { to }),
    value: { asset: rules.coin, amount: value },
    tokens,
    hazards: hazardsOf(effects),
    fee,
    ...numbersOf(args),
    ...(method !== undefined && { method }),
    opaque: effects.some(({ code }) => code === 'opaque-data'),
    notes: [...notes, ...args.filter(({ name }) => !said.includes(name))],
    text: `${from} ${text}${delegationText(effects)}; the fee is at most ${words}${hasDataFee ? ', and what its data cost on Ethereum' : ''}`,
  };
}

function delegationText(effects: readonly Effect[]): string {
  const given = effects.filter(({ method }) => method === DELEGATION);
  return given.map(({ from, to }) => `; ${from} lets the code of ${to} act for it`).join('');
}

function numbersOf(args: NonNullable<Effect['args']>): Pick<Summary, 'nonce' | 'chainId'> {
  const number = (name: string) => BigInt(args.find((one) => one.name === name)?.value ?? 0);
  return { nonce: number('nonce'), chainId: number('chainId') };
}

function feeOf(effects: readonly Effect[], { coin }: SummaryRules) {
  const { from = '', asset = coin, amount = 0n, args = [] } = effects.find(({ op }) => op === 'fee') ?? {};
  return { from, fee: { asset, amount }, args };
}

function feeWords({ asset, amount }: AssetAmount, { coin, decimals, feeSymbols }: SummaryRules): string {
  if (asset === coin) return `${formatUnits(amount, decimals)} ${coin}`;
  const symbol = feeSymbols.get(asset);
  return symbol === undefined ? `${amount} smallest units of token ${asset}` : `${formatUnits(amount, 18)} ${symbol}`;
}
