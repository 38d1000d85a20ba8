import { CustosError } from '../../core/errors.js';
import type { Coin } from './coins.js';
import { type LedgerRules, leastCoins, leastFee, transactionSize } from './ledger.js';
import type { CardanoOutput, Tokens } from './operations.js';

/** What a payment needs outputs for. */
export interface Wanted {
  readonly paid: readonly CardanoOutput[];
  /** Address that gets the rest. */
  readonly change: string;
  readonly rules: LedgerRules;
  /** Lovelace; absent: the least that the network takes. */
  readonly fee?: bigint;
  bytesOf(address: string): Uint8Array;
}

interface Choice {
  readonly inputs: readonly Coin[];
  /** What is paid first; behind it change, if there is any. */
  readonly outputs: readonly CardanoOutput[];
}

/** Tokens of one output, so that its value stays below the 5,000 bytes that the ledger takes: each has at most 75. */
const TOKENS_OF_OUTPUT = 60;

/**
 * Takes outputs until they hold what is paid, the fee, and a rest that is nothing or enough for outputs of change. Outputs with
 * the token come first, then those without tokens, the largest first: what strangers send along stays where it is.
 * @param token - that is paid
 * @throws CustosError AMOUNT_INVALID: the outputs hold too little, or too many are needed
 */
export function choose(coins: readonly Coin[], wanted: Wanted, token?: string): Choice {
  const inputs: Coin[] = [];
  for (const coin of inOrder(coins, token)) {
    inputs.push(coin);
    if (sizeOf(inputs, wanted.paid, wanted) > wanted.rules.mostBytes) break;
    const outputs = settle(inputs, wanted);
    if (outputs !== undefined) return { inputs, outputs };
  }
  throw uneven(inputs, wanted, token);
}

/**
 * Spends all of these outputs.
 * @throws CustosError AMOUNT_INVALID: they hold too little, or a rest that no output can hold; FEE_INVALID
 */
export function spendAll(inputs: readonly Coin[], wanted: Wanted): Choice {
  const outputs = settle(inputs, wanted);
  if (outputs === undefined || sizeOf(inputs, outputs, wanted) > wanted.rules.mostBytes) throw uneven(inputs, wanted);
  return { inputs, outputs };
}

function uneven(inputs: readonly Coin[], wanted: Wanted, token?: string): CustosError {
  const need = total(wanted.paid).amount + feeOf(inputs, wanted.paid, wanted);
  const least = leastCoins({ address: wanted.bytesOf(wanted.change), tokens: new Map() }, wanted.rules);
  const tokens = token === undefined ? '' : ` and ${total(inputs).tokens.get(token) ?? 0n} of the token`;
  const held = `the outputs that can be spent hold ${total(inputs).amount} lovelace${tokens}`;
  const text = `${held}; payment and fee are ${need} lovelace, and what is left has to be nothing or at least ${least}`;
  return new CustosError('AMOUNT_INVALID', text, { details: { lacks: 'coins' } });
}

function inOrder(coins: readonly Coin[], token: string | undefined): readonly Coin[] {
  const units = ({ tokens }: Coin) => (token === undefined ? 0n : (tokens.get(token) ?? 0n));
  const bySize = (one: bigint, other: bigint) => (one === other ? 0 : one > other ? -1 : 1);
  return [...coins].sort(
    (one, other) =>
      bySize(units(one), units(other)) ||
      Number(one.tokens.size > 0) - Number(other.tokens.size > 0) ||
      bySize(one.amount, other.amount),
  );
}

/** The outputs of a transaction that spends these inputs. @returns undefined where they do not come out even */
function settle(inputs: readonly Coin[], wanted: Wanted): readonly CardanoOutput[] | undefined {
  const { paid, rules, bytesOf, change } = wanted;
  const { amount, tokens } = total(inputs);
  const sent = total(paid);
  for (const [token, units] of sent.tokens) {
    const rest = (tokens.get(token) ?? 0n) - units;
    if (rest < 0n) return undefined;
    tokens.set(token, rest);
  }
  const bundles = bundlesOf(tokens);
  if (bundles.length === 0 && amount === sent.amount + feeOf(inputs, paid, wanted)) return paid;
  const least = (bundles.length === 0 ? [new Map()] : bundles).map((bundle: Tokens) => {
    return { address: change, amount: leastCoins({ address: bytesOf(change), tokens: bundle }, rules), tokens: bundle };
  });
  const [first, ...others] = least;
  // The first of them has more coins, and so may have four bytes more.
  const sized = first === undefined ? [] : [{ ...first, amount }, ...others];
  const more = amount - sent.amount - feeOf(inputs, [...paid, ...sized], wanted) - total(least).amount;
  if (first === undefined || more < 0n) return undefined;
  return [...paid, { ...first, amount: first.amount + more }, ...others];
}

/** Tokens in parts that outputs can hold. */
function bundlesOf(tokens: Tokens): readonly Tokens[] {
  const left = [...tokens].filter(([, units]) => units > 0n).sort(([one], [other]) => (one < other ? -1 : 1));
  const bundles: Tokens[] = [];
  for (let at = 0; at < left.length; at += TOKENS_OF_OUTPUT) {
    bundles.push(new Map(left.slice(at, at + TOKENS_OF_OUTPUT)));
  }
  return bundles;
}

/** @throws CustosError FEE_INVALID: the network takes no such fee */
function feeOf(inputs: readonly Coin[], outputs: readonly CardanoOutput[], wanted: Wanted): bigint {
  const least = leastFee(sizeOf(inputs, outputs, wanted), wanted.rules);
  const { fee = least } = wanted;
  if (fee >= least) return fee;
  throw new CustosError('FEE_INVALID', `the fee is ${fee} lovelace, and this transaction needs at least ${least}`);
}

function sizeOf(inputs: readonly Coin[], outputs: readonly CardanoOutput[], { bytesOf }: Wanted): number {
  const shapes = outputs.map((output) => ({ ...output, address: bytesOf(output.address) }));
  return transactionSize(inputs, shapes);
}

function total(list: readonly Pick<CardanoOutput, 'amount' | 'tokens'>[]) {
  const tokens = new Map<string, bigint>();
  for (const [token, units] of list.flatMap((one) => [...one.tokens])) {
    tokens.set(token, (tokens.get(token) ?? 0n) + units);
  }
  return { amount: list.reduce((sum, { amount }) => sum + amount, 0n), tokens };
}
