import { hex } from '@scure/base';
import type { JsonObject } from '../../core/json.js';
import { writeTransaction } from './format.js';

/** A contract and its members, as nodes write them: addresses and texts in hexadecimal digits. */
export interface Contract {
  readonly type: string;
  readonly value: JsonObject;
}

/** The JSON form of a transaction with one contract. @param rest - the other members of `raw_data` */
export function writeContract({ type, value }: Contract, rest: JsonObject): string {
  const contract = [{ parameter: { value, type_url: `type.googleapis.com/protocol.${type}` }, type }];
  return writeTransaction({ contract, ...rest });
}

/** Tokens of TRC-10 go by numbers since 2018. */
export function isAssetNumber(token: string): boolean {
  return /^[1-9]\d{5,18}$/.test(token);
}

export function nameOf(token: string): string {
  return hex.encode(new TextEncoder().encode(token));
}

/** Nodes write numbers; one that JSON cannot hold exactly stays a text. */
export function numberOf(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}
