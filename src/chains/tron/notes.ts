import { hex } from '@scure/base';
import type { SummaryNote } from '../../core/chain/summary.js';
import { isObject } from '../shared/fields.js';
import type { TronTransaction } from './format.js';

/** What the summary's own fields say of every contract that has these members. */
const said: readonly string[] = [
  ...['owner_address', 'to_address', 'amount', 'contract_address', 'call_value', 'data', 'new_contract'],
];
const saidOfDeployment: readonly string[] = ['bytecode', 'call_value', 'name'];

/** Every signed part that a summary has no field for, under the network's own names. */
export function notesOf(transaction: TronTransaction): SummaryNote[] {
  const { value, reference, feeLimit, expiration, timestamp, permission, memo } = transaction;
  const members = Object.entries(value).filter(([name]) => !said.includes(name));
  const deployment = isObject(value['new_contract']) ? Object.entries(value['new_contract']) : [];
  const isText = memo === undefined || readable(memo) !== hex.encode(memo);
  return [
    ...members.map(([name, member]) => note(name, member)),
    ...deployment.filter(([name]) => !saidOfDeployment.includes(name)).map(([name, member]) => note(name, member)),
    ...(permission === 0n ? [] : [note('Permission_id', permission.toString())]),
    ...(isText ? [] : [note('data', `${hex.encode(memo)} (bytes)`)]),
    ...(feeLimit === 0n ? [] : [note('fee_limit', feeLimit.toString())]),
    note('expiration', timeOf(expiration)),
    note('timestamp', timeOf(timestamp)),
    ...Object.entries(reference).map(([name, text]) => note(name, text)),
  ];
}

/** Bytes as text where they are UTF-8, else as hexadecimal digits. */
export function readable(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return hex.encode(bytes);
  }
}

function note(name: string, value: unknown): SummaryNote {
  return { name, value: typeof value === 'string' ? value : JSON.stringify(value) };
}

/** Milliseconds since 1970, and the same as a date where there is one. */
function timeOf(milliseconds: bigint): string {
  const date = new Date(Number(milliseconds));
  return `${milliseconds}${Number.isNaN(date.getTime()) ? '' : ` (${date.toISOString()})`}`;
}
