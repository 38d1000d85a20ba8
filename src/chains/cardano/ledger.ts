import type { CardanoOutput, Tokens } from './operations.js';

/** What the network asks of a transaction. */
export interface LedgerRules {
  /** Lovelace for each byte of a transaction, and for each transaction. */
  readonly feeForByte: bigint;
  readonly feeForTransaction: bigint;
  /** Lovelace that an output has to hold for each byte of it. */
  readonly coinsForByte: bigint;
  /** Bytes. */
  readonly mostBytes: number;
}

/** The rules since the Babbage era. They change by votes of the network only, years apart. */
export const usualRules: LedgerRules = {
  feeForByte: 44n,
  feeForTransaction: 155_381n,
  coinsForByte: 4_310n,
  mostBytes: 16_384,
};

/** Bytes that the ledger adds to each output for its place in the table of outputs (CIP-55). */
const OUTPUT_OVERHEAD = 160;
/** Any amount below 4,294 ADA has as many bytes as this. */
const USUAL_COINS = 0xffff_ffffn;
/** Around a body with one witness: [body, {0: [[key, signature]]}, true, null]. */
const ENVELOPE = 107;
/** A further witness: [key, signature]. */
const WITNESS = 101;
/** A body of four members: keys, the tag of a set, and room for fee and end at their longest. */
const BODY = 30;

/** The least lovelace that an output with these tokens may hold (CIP-55). */
export function leastCoins(output: Pick<OutputShape, 'address' | 'tokens'>, { coinsForByte }: LedgerRules): bigint {
  return BigInt(OUTPUT_OVERHEAD + outputSize({ ...output, amount: USUAL_COINS })) * coinsForByte;
}

/** An output by the bytes of its address. */
export interface OutputShape extends Omit<CardanoOutput, 'address'> {
  readonly address: Uint8Array;
}

/** The size of a transaction with a witness for each address, in bytes: in its longest form, as nodes differ in how they write it. */
export function transactionSize(
  inputs: readonly { readonly index: number; readonly address: string }[],
  outputs: readonly OutputShape[],
): number {
  const witnesses = new Set(inputs.map(({ address }) => address)).size;
  const spent = inputs.map(({ index }) => 35 + headSize(BigInt(index)));
  const made = outputs.map(outputSize);
  const heads = headSize(BigInt(inputs.length)) + headSize(BigInt(outputs.length));
  const witnessed = ENVELOPE + (witnesses - 1) * WITNESS + headSize(BigInt(witnesses)) - 1;
  return witnessed + BODY + heads + sum(spent) + sum(made);
}

/** Lovelace for a transaction of this size. */
export function leastFee(size: number, { feeForByte, feeForTransaction }: LedgerRules): bigint {
  return BigInt(size) * feeForByte + feeForTransaction;
}

/** An output as a map, which is the longer of its two forms. */
function outputSize({ address, amount, tokens }: OutputShape): number {
  const value = headSize(amount) + (tokens.size === 0 ? 0 : 1 + tokensSize(tokens));
  return 3 + headSize(BigInt(address.length)) + address.length + value;
}

function tokensSize(tokens: Tokens): number {
  const names = new Map<string, number[]>();
  for (const [token, amount] of tokens) {
    const [policy = '', name = ''] = token.split('.');
    const length = name.length / 2;
    const size = headSize(BigInt(length)) + length + headSize(amount);
    names.set(policy, [...(names.get(policy) ?? []), size]);
  }
  const policies = [...names.values()].map((sizes) => 30 + headSize(BigInt(sizes.length)) + sum(sizes));
  return headSize(BigInt(policies.length)) + sum(policies);
}

/** Bytes of the head of a CBOR item: a number, or the length of what follows. */
function headSize(value: bigint): number {
  if (value < 24n) return 1;
  if (value < 0x100n) return 2;
  if (value < 0x1_0000n) return 3;
  return value < 0x1_0000_0000n ? 5 : 9;
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
