import type { Effect } from '../../core/chain/effect.js';
import type { SummaryNote } from '../../core/chain/summary.js';
import { fieldOf } from '../shared/signed-fields.js';
import { byInstruction } from './effects.js';

/**
 * The whole message in plain text: who pays the fee, the blockhash, the accounts with their rights, and what each program
 * gets. Clauses say what it means; this is what is signed.
 */
export function notesOf(effects: readonly Effect[], fee: Effect): readonly SummaryNote[] {
  const note = (name: string, value: string) => ({ name, value });
  const budget = (fee.args ?? []).filter(({ name }) => name.startsWith('instruction '));
  const settings = new Set(budget.map(({ name }) => Number(name.slice('instruction '.length))));
  const others = [...byInstruction(effects)].filter(([place]) => !settings.has(place));
  const instructions = others.flatMap(([place, [first]]) =>
    first === undefined ? [] : [[place, wordsOf(first)] as const],
  );
  const all = [...instructions, ...budget.map(({ value }, at) => [[...settings][at] ?? 0, value] as const)];
  return [
    note('version', fieldOf(fee, 'version') ?? ''),
    note('feePayer', fee.from),
    note('blockhash', fieldOf(fee, 'blockhash') ?? ''),
    note('accounts', fieldOf(fee, 'accounts') ?? ''),
    ...tablesOf(fee),
    ...all.sort(([one], [other]) => one - other).map(([place, value]) => note(`instruction ${place}`, value)),
  ];
}

/** Which entries of lookup tables the message loads: those that may be written, then the others. */
export function tablesOf({ args = [] }: Effect): readonly SummaryNote[] {
  return args.filter(({ name }) => name.startsWith('table '));
}

function wordsOf({ contract, data, accounts = [] }: Effect): string {
  return `${contract} ${data} ${accounts.join(' ')}`;
}
