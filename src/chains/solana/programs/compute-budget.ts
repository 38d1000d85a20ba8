import { invalid } from '../../shared/fields.js';
import type { Form, Program } from '../call.js';
import { Cursor } from '../cursor.js';
import type { Instruction } from '../message.js';
import { programs } from './ids.js';

export const UNIT_LIMIT = 2;
export const UNIT_PRICE = 3;

export interface BudgetSetting {
  readonly name: string;
  readonly value: bigint;
}

const settings: ReadonlyMap<number, { readonly name: string; readonly method: string; readonly size: number }> =
  new Map([
    [1, { name: 'heapFrame', method: 'RequestHeapFrame', size: 4 }],
    [UNIT_LIMIT, { name: 'computeUnitLimit', method: 'SetComputeUnitLimit', size: 4 }],
    [UNIT_PRICE, { name: 'computeUnitPrice', method: 'SetComputeUnitPrice', size: 8 }],
    [4, { name: 'loadedAccountsDataSizeLimit', method: 'SetLoadedAccountsDataSizeLimit', size: 4 }],
  ]);

/** Its instructions only set the fee, so the fee effect holds them. */
export const computeBudget: Program = {
  title: 'a setting of the compute budget',
  forms: [...settings.values()].map(formOf),
  formOf({ cursor }) {
    const setting = settings.get(cursor.small(1));
    return setting && formOf(setting);
  },
};

function formOf({ method, size }: { readonly method: string; readonly size: number }): Form {
  return {
    method,
    read({ cursor }) {
      cursor.take(size);
      return [];
    },
  };
}

/**
 * All settings of the compute budget in a message, by their number.
 * @throws CustosError TRANSACTION_INVALID: a setting is unknown or stands twice
 */
export function readBudget(instructions: readonly Instruction[]): ReadonlyMap<number, BudgetSetting> {
  const found = new Map<number, BudgetSetting>();
  for (const { data } of instructions.filter(({ program }) => program === programs.computeBudget)) {
    const cursor = new Cursor(data, computeBudget.title);
    const tag = cursor.small(1);
    const setting = settings.get(tag);
    if (setting === undefined) throw invalid(`the compute budget has no setting number ${tag}`);
    if (found.has(tag)) throw invalid(`the setting number ${tag} of the compute budget stands twice`);
    found.set(tag, { name: setting.name, value: cursor.number(setting.size) });
    cursor.end();
  }
  return found;
}
