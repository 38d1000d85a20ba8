import type { Effect } from '../../core/chain/effect.js';
import type { Summary, SummaryNote, SummaryOutput } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { feeOf, fieldOf } from '../shared/signed-fields.js';
import { DECIMALS } from './definition.js';
import { type Locks, lockNotes } from './effects/locks.js';
import { dataNote, hazardOf, shownScript } from './effects/words.js';

/** Notes that the sentence repeats; the others are in the list alone. */
const MOST_NOTES = 5;

/**
 * Says what a transaction does, from its effects alone: where coins come from and go to, and everything else that is signed.
 * @param usualVersion - version that needs no word
 */
export function summarize(effects: readonly Effect[], usualVersion: number): Summary {
  const last = feeOf(effects);
  const { from, asset, amount: fee } = last;
  const locks = locksOf(last);
  const outputs = outputsOf(effects);
  const paid = outputs.filter(({ output, isRemark }) => !output.change && !isRemark).map(({ output }) => output);
  const hazards = effects.flatMap((effect) => hazardOf(effect, { version: locks.version, asset }));
  const notes = notesOf(effects, { locks, usualVersion });
  const [only] = paid;
  return {
    kind: 'transfer',
    from,
    ...(paid.length === 1 && only?.address !== undefined && { to: only.address }),
    value: { asset, amount: paid.reduce((sum, { amount }) => sum + amount, 0n) },
    tokens: [],
    fee: { asset, amount: fee },
    feeRate: Number(fieldOf(last, 'feeRate')),
    inputs: inputsOf(last),
    outputs: outputs.map(({ output }) => output),
    opaque: hazards.some(({ kind }) => kind === 'opaque-data' || kind === 'unknown-script'),
    hazards,
    ...(notes.length > 0 && { notes }),
    text: `${from} ${textOf(effects, { paid, notes, fee: { asset, amount: fee } })}`,
  };
}

function locksOf(fee: Effect): Locks {
  const sequences = (fee.args ?? []).filter(({ name }) => name === 'sequence').map(({ value }) => Number(value));
  return {
    version: Number(fieldOf(fee, 'version')),
    lockTime: Number(fieldOf(fee, 'locktime')),
    sequences,
  };
}

/** The inputs, each of which begins with its outpoint. */
function inputsOf({ args = [] }: Effect): NonNullable<Summary['inputs']> {
  const starts = args.flatMap(({ name }, at) => (name === 'outpoint' ? [at] : []));
  return starts.map((start, at) => {
    const input = new Map(args.slice(start, starts[at + 1]).map(({ name, value }) => [name, value]));
    const [address, claimed] = [input.get('address'), input.get('claimed')];
    return {
      outpoint: input.get('outpoint') ?? '',
      ...(address !== undefined && { address }),
      amount: BigInt(claimed ?? input.get('amount') ?? 0),
      ...(claimed !== undefined && { claimed: true }),
    };
  });
}

interface Shown {
  readonly output: SummaryOutput;
  /** Data that no coins go with. */
  readonly isRemark: boolean;
}

/** One for each output, though data with coins is two effects. */
function outputsOf(effects: readonly Effect[]): readonly Shown[] {
  const found = new Map<string, Shown>();
  for (const effect of effects) {
    const { op, to, amount = 0n, data = '', own = false } = effect;
    const place = fieldOf(effect, 'vout');
    if (place === undefined || found.has(place)) continue;
    const where = to === undefined ? { script: shownScript(data) } : { address: to };
    found.set(place, { output: { ...where, amount, change: own }, isRemark: op === 'note' });
  }
  return [...found.values()];
}

function notesOf(
  effects: readonly Effect[],
  { locks, usualVersion }: { readonly locks: Locks; readonly usualVersion: number },
): readonly SummaryNote[] {
  const { version } = locks;
  return [
    ...(version === usualVersion ? [] : [{ name: 'version', value: String(version) }]),
    ...effects.flatMap(dataNote),
    ...lockNotes(locks),
  ];
}

interface TextParts {
  readonly paid: readonly SummaryOutput[];
  readonly notes: readonly SummaryNote[];
  readonly fee: Summary['fee'];
}

function textOf(effects: readonly Effect[], { paid, notes, fee }: TextParts): string {
  const coins = (amount: bigint) => `${formatUnits(amount, DECIMALS)} ${fee.asset}`;
  const list = paid.map(({ address, script, amount }) => `${coins(amount)} to ${address ?? `the script ${script}`}`);
  const words = list.length === 0 ? 'moves coins to itself' : `sends ${list.join(', ')}`;
  const told = notes.slice(0, MOST_NOTES).map(({ name, value }) => `; ${name}: ${value}`);
  const more = notes.length <= MOST_NOTES ? '' : `; and ${notes.length - MOST_NOTES} notes more`;
  const unproved = effects.filter(({ code }) => code === 'unproved-amount').length;
  const doubt = unproved === 0 ? '' : `; the amounts of ${unproved} of the inputs, and so the fee, are only claimed`;
  return `${words}; the fee is ${coins(fee.amount)}${told.join('')}${more}${doubt}`;
}
