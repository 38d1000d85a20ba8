import { hex } from '@scure/base';
import { encode } from 'cborg';
import { readAddress } from '../../../src/chains/cardano/address.js';
import { sealEnvelope } from '../../../src/chains/cardano/body.js';
import { cardano } from '../../../src/chains/cardano/index.js';
import { testKey } from '../../support/test-key.js';

const keyOf = (fill: number) => testKey(cardano, cardano.keys.newPrivateKey!(new Uint8Array(32).fill(fill)));
export const [key, second, other] = [keyOf(1), keyOf(2), keyOf(3)];
export interface Shape {
  readonly inputs?: readonly { readonly address: string; readonly amount: number }[];
  readonly outputs?: readonly { readonly address: string; readonly amount: number }[];
  /** Changes of the body that a node made, beside what was asked for. */
  readonly made?: Readonly<Record<number, unknown>>;
  /** Transaction whose outputs are spent. */
  readonly txId?: string;
}

/** A completed transaction: operations, and a body as a node writes it. */
export function completed({
  inputs = [{ address: key.address, amount: 10_000_000 }],
  outputs = [{ address: other.address, amount: 9_800_000 }],
  made = {},
  txId = '86a7c17aac9538cade396b2c25409ab70d78e203383ce69fc4c816953a9f1e27',
}: Shape = {}) {
  const operation = (type: string, address: string, value: string) => ({
    type,
    account: { address },
    amount: { value, currency: { symbol: 'ADA', decimals: 6 } },
  });
  const operations = [
    ...inputs.map(({ address, amount }, at) => ({
      ...operation('input', address, `-${amount}`),
      coin_change: { coin_identifier: { identifier: `${txId}:${at}` }, coin_action: 'coin_spent' },
    })),
    ...outputs.map(({ address, amount }) => operation('output', address, String(amount))),
  ];
  const sum = (list: readonly { amount: number }[]) => list.reduce((total, { amount }) => total + amount, 0);
  const body = new Map<number, unknown>([
    [0, inputs.map((_input, at) => [hex.decode(txId), at])],
    [1, outputs.map(({ address, amount }) => [readAddress(address, 'testnet'), amount])],
    [2, sum(inputs) - sum(outputs)],
    [3, 41_000_000],
  ]);
  for (const [member, value] of Object.entries(made)) body.set(Number(member), value);
  const unsignedTransaction = sealEnvelope(encode(body), encode({ operations: [] }));
  return JSON.stringify({ operations, unsignedTransaction });
}

/** The signed transaction inside the envelope, in hexadecimal digits. */
export function transactionOf(raw: string): string {
  const bytes = hex.decode(raw);
  const long = bytes[1] === 0x79;
  const length = long ? (bytes[2]! << 8) | bytes[3]! : bytes[2]!;
  const start = long ? 4 : 3;
  return new TextDecoder().decode(bytes.subarray(start, start + length));
}
