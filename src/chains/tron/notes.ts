import { hex } from '@scure/base';
import type { EffectArgument } from '../../core/chain/effect.js';
import { isObject } from '../shared/fields.js';
import type { TronTransaction } from './format.js';

/** What the members of an effect say of every contract that has these members. */
const said: readonly string[] = [
  ...['owner_address', 'to_address', 'amount', 'contract_address', 'call_value', 'data', 'new_contract'],
];
const saidOfDeployment: readonly string[] = ['bytecode', 'call_value', 'name'];

/** The members of a contract that an effect has no member for, under the network's own names. */
export function membersOf({ value }: TronTransaction): EffectArgument[] {
  const members = Object.entries(value).filter(([name]) => !said.includes(name));
  const deployment = isObject(value['new_contract']) ? Object.entries(value['new_contract']) : [];
  return [
    ...members.map(([name, member]) => argument(name, member)),
    ...deployment.filter(([name]) => !saidOfDeployment.includes(name)).map(([name, member]) => argument(name, member)),
  ];
}

/** What only prices and times a transaction. */
export function feeArguments({ reference, feeLimit, expiration, timestamp }: TronTransaction): EffectArgument[] {
  return [
    ...(feeLimit === 0n ? [] : [argument('fee_limit', feeLimit.toString())]),
    argument('expiration', timeOf(expiration)),
    argument('timestamp', timeOf(timestamp)),
    ...Object.entries(reference).map(([name, text]) => argument(name, text)),
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

/** Milliseconds since 1970, and the same as a date where there is one. */
export function timeOf(milliseconds: bigint): string {
  const date = new Date(Number(milliseconds));
  return `${milliseconds}${Number.isNaN(date.getTime()) ? '' : ` (${date.toISOString()})`}`;
}

function argument(name: string, value: unknown): EffectArgument {
  return { name, value: typeof value === 'string' ? value : JSON.stringify(value) };
}
