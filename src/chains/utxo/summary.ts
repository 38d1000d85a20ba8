import { hex } from '@scure/base';
import type { ParseContext } from '../../core/chain/codec.js';
import type { Summary, SummaryNote, SummaryOutput } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { DECIMALS } from './definition.js';
import { effectsOf, shownScript } from './effects.js';
import type { ProvenTransaction } from './previous.js';
import { virtualSize } from './rules.js';
import { addressOf, readScript, type UtxoNetwork } from './script.js';
import { isData } from './unspendable.js';

export interface SummaryParts {
  readonly context: ParseContext;
  readonly network: UtxoNetwork;
  /** Symbol of the coin. */
  readonly asset: string;
  readonly usualVersion: number;
  readonly scripts: readonly Uint8Array[];
  /** Scripts of the signing keys, in hexadecimal digits. */
  readonly mine: ReadonlySet<string>;
  readonly fee: bigint;
}

/** Notes that the sentence repeats; the others are in the list alone. */
const MOST_NOTES = 5;

/** Says what a transaction does: where coins come from and go to, and everything else that is signed. */
export function summarize(transaction: ProvenTransaction, parts: SummaryParts): Summary {
  const { asset, context, network, scripts, fee } = parts;
  const outputs = outputsOf(transaction, parts);
  const unproved = new Set(transaction.unproved);
  const inputs = transaction.inputs.map(({ txId, index, amount }, at) => {
    const address = addressOf(readScript(scripts[at] ?? new Uint8Array(0)), network);
    const outpoint = `${txId}:${index}`;
    return { outpoint, ...(address !== undefined && { address }), amount, ...(unproved.has(at) && { claimed: true }) };
  });
  const paid = outputs.filter(({ change, isRemark }) => !change && !isRemark).map(({ output }) => output);
  const { hazards, notes } = effectsOf(transaction, parts);
  const [only] = paid;
  return {
    kind: 'transfer',
    from: context.from,
    ...(paid.length === 1 && only?.address !== undefined && { to: only.address }),
    value: { asset, amount: paid.reduce((sum, { amount }) => sum + amount, 0n) },
    tokens: [],
    fee: { asset, amount: fee },
    feeRate: Math.floor((Number(fee) / virtualSize(transaction, scripts)) * 100) / 100,
    inputs,
    outputs: outputs.map(({ output }) => output),
    opaque: hazards.some(({ kind }) => kind === 'opaque-data' || kind === 'unknown-script'),
    hazards,
    ...(notes.length > 0 && { notes }),
    text: textOf(paid, { ...parts, notes, unproved: unproved.size }),
  };
}

interface Shown {
  readonly output: SummaryOutput;
  readonly change: boolean;
  /** Data that no coins go with. */
  readonly isRemark: boolean;
}

function outputsOf({ outputs }: ProvenTransaction, { network, mine }: SummaryParts): readonly Shown[] {
  return outputs.map(({ amount, script }) => {
    const address = addressOf(readScript(script), network);
    const change = mine.has(hex.encode(script));
    const where = address === undefined ? { script: shownScript(script) } : { address };
    return { output: { ...where, amount, change }, change, isRemark: isData(script) && amount === 0n };
  });
}

type TextParts = SummaryParts & { readonly notes: readonly SummaryNote[]; readonly unproved: number };

function textOf(paid: readonly SummaryOutput[], { context, asset, fee, notes, unproved }: TextParts): string {
  const coins = (amount: bigint) => `${formatUnits(amount, DECIMALS)} ${asset}`;
  const list = paid.map(({ address, script, amount }) => `${coins(amount)} to ${address ?? `the script ${script}`}`);
  const words = list.length === 0 ? 'moves coins to itself' : `sends ${list.join(', ')}`;
  const told = notes.slice(0, MOST_NOTES).map(({ name, value }) => `; ${name}: ${value}`);
  const more = notes.length <= MOST_NOTES ? '' : `; and ${notes.length - MOST_NOTES} notes more`;
  const doubt = unproved === 0 ? '' : `; the amounts of ${unproved} of the inputs, and so the fee, are only claimed`;
  return `${context.from} ${words}; the fee is ${coins(fee)}${told.join('')}${more}${doubt}`;
}
