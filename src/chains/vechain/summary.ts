import type { Effect } from '../../core/chain/effect.js';
import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, SummaryNote, SummaryOutput } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { type Content, contentOf } from '../evm/calls/call.js';
import { hazardsOf } from '../evm/calls/hazards.js';
import { clausesOf, rules } from './effects.js';

/** Says what the effects of a transaction are, clause by clause. @param effects - as `effectsOfBody` made them */
export function summarize(effects: readonly Effect[]): Summary {
  const clauses = clausesOf(effects);
  const contents = clauses.map((clause) => contentOf(clause, rules));
  const { from = '', amount: fee = 0n, args = [] } = effects.find(({ op }) => op === 'fee') ?? {};
  const [first] = contents;
  const single = contents.length === 1 ? first : undefined;
  const sentences = contents.map(({ text }) => text);
  return {
    kind: kindOf(contents),
    from,
    ...(single?.to !== undefined && { to: single.to }),
    value: { asset: 'VET', amount: contents.reduce((sum, { value }) => sum + value, 0n) },
    tokens: contents.flatMap(({ tokens }) => tokens),
    hazards: [...clauses.flatMap(hazardsOf), ...lifetimeOf(effects)],
    ...(contents.length > 1 && { outputs: outputsOf(contents) }),
    fee: { asset: 'VTHO', amount: fee },
    chainId: BigInt(args.find(({ name }) => name === 'chainTag')?.value ?? 0),
    ...(single?.method !== undefined && { method: single.method }),
    opaque: effects.some(({ code }) => code === 'opaque-data'),
    notes: [...clauseNotes(contents), ...args.filter(({ name }) => name !== 'chainTag')],
    text: `${from} ${sentences.join(', then ')}; the fee is at most ${formatUnits(fee, 18)} VTHO`,
  };
}

/** Where the coins of several clauses go, which their sum does not show. */
function outputsOf(contents: readonly Content[]): readonly SummaryOutput[] {
  return contents.flatMap(({ to, value: amount }) =>
    amount === 0n ? [] : [{ ...(to !== undefined && { address: to }), amount, change: false }],
  );
}

function lifetimeOf(effects: readonly Effect[]): Hazard[] {
  return effects.flatMap(({ op, code: kind, args: [{ value: text = '' } = {}] = [] }) =>
    op === 'note' && kind !== undefined ? [{ kind, text }] : [],
  );
}

/** Each of several clauses by itself, because the summary's own fields only say what they do together. */
function clauseNotes(contents: readonly Content[]): SummaryNote[] {
  return contents.flatMap(({ to = 'a new contract', value, method, notes }, at) => {
    if (contents.length === 1) return notes;
    const clause = `clause ${at + 1}`;
    const call = method === undefined ? '' : `, ${method}`;
    const own = notes.map((note) => ({ ...note, name: `${clause}, ${note.name}` }));
    return [{ name: clause, value: `${value} smallest units to ${to}${call}` }, ...own];
  });
}

function kindOf(contents: readonly Content[]): Summary['kind'] {
  const kinds = new Set(contents.map(({ kind }) => kind));
  const [only = 'other'] = kinds;
  return kinds.size === 1 ? only : 'other';
}
