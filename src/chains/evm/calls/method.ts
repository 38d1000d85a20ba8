import type { Effect, EffectOp } from '../../../core/chain/effect.js';
import type { HazardKind } from '../../../core/chain/hazards.js';
import type { Summary, TokenMove } from '../../../core/chain/summary.js';
import { type AbiType, type AbiValue, typeNames, typesOf } from './abi.js';

/** One message to an account or contract. */
export interface Message {
  /** 20 bytes. */
  readonly to: Uint8Array;
  readonly data: Uint8Array;
  readonly value: bigint;
  /** Who is the sender in the eyes of the receiver, as shown. */
  readonly sender: string;
}

/** A token standard of Ethereum by its number (ERC). */
export type TokenStandard = 20 | 721 | 777 | 1155 | 6909;

/** The arguments of a call with the words to show them. A path leads through lists and tuples by positions. */
export interface MethodCall {
  /** Contract that is called, as shown. */
  readonly contract: string;
  /** The same, 20 bytes. */
  readonly target: Uint8Array;
  /** Sender of the call, as shown. */
  readonly sender: string;
  address(...path: number[]): string;
  number(...path: number[]): bigint;
  numbers(...path: number[]): readonly bigint[];
  bytes(...path: number[]): Uint8Array;
  length(...path: number[]): number;
  /** The chain's name of a token standard, or of several that the selector does not tell apart. */
  standard(...numbers: TokenStandard[]): string;
  /** What a call inside of this one does. */
  inner(message: Message): InnerEffect;
}

/** What a call does, and the words for it. */
export interface MethodEffect {
  readonly kind: Summary['kind'];
  readonly moves: readonly TokenMove[];
  /** A part of a sentence without subject, e.g. `transfers 5 units of …`. */
  readonly text: string;
  /** True if the arguments carry further calls, or bytes with an unknown effect. */
  readonly opaque?: true;
  /** What messages do that the contract sends, beside the moves. */
  readonly inner?: readonly InnerEffect[];
  /** In place of those that follow from the moves. The first one is the call itself, to which its reader adds what it is. */
  readonly effects?: readonly [CallEffect, ...Effect[]];
}

/** The same of a call inside of another one, with all of its effects. */
export interface InnerEffect extends Omit<MethodEffect, 'effects' | 'inner'> {
  readonly effects: readonly Effect[];
}

/** The effect of a call itself, before contract, method, arguments and data are added. Without `from` it is that of the sender. */
export type CallEffect = Omit<Effect, 'from' | 'contract' | 'method' | 'args' | 'data'> & { readonly from?: string };

/** A method of a contract that is understood. */
export interface KnownMethod {
  /** As hashed for the selector, e.g. transfer(address,uint256). */
  readonly signature: string;
  readonly types: readonly AbiType[];
  /** What the arguments go by. */
  readonly names: readonly string[];
  effect(call: MethodCall): MethodEffect;
}

export function method(
  selector: string,
  signature: string,
  effect: KnownMethod['effect'],
): readonly [string, KnownMethod] {
  return [selector, { signature, types: typesOf(signature), names: typeNames(signature), effect }];
}

export function nameOf(signature: string): string {
  const end = signature.indexOf('(');
  return end < 0 ? signature : signature.slice(0, end);
}

/** Value at a path, undefined where there is none. */
export function valueAt(values: readonly AbiValue[], path: readonly number[]): AbiValue | undefined {
  let found: AbiValue | undefined = values;
  for (const position of path) found = isList(found) ? found[position] : undefined;
  return found;
}

export function isList(value: AbiValue | undefined): value is readonly AbiValue[] {
  return Array.isArray(value);
}

/** The largest numbers of smaller types, which stand for "all" where a token or a bridge counts in them. */
const boundless: ReadonlySet<bigint> = new Set([63n, 64n, 72n, 80n, 88n, 96n, 104n].map((bits) => 2n ** bits - 1n));

/**
 * True for an amount that stands for "all there will ever be": from 2^112-1 upwards, which no supply reaches (Uniswap's pairs
 * cannot hold more; the largest supplies that are traded, 10^15 tokens of 18 decimals, are below), and the largest number of a
 * smaller type. An item's number in a collection looks like an amount, so a number as large counts too.
 */
export function isUnlimited(amount: bigint): boolean {
  return amount >= 2n ** 112n - 1n || boundless.has(amount);
}

export function units(amount: bigint): string {
  return isUnlimited(amount) ? 'an unlimited amount' : `${amount} smallest units`;
}

/** Standard of a token that the contract Permit2 moves or releases. */
export function byPermit2(call: MethodCall): string {
  return `${call.standard(20)} by Permit2`;
}

/** Of a selector that ERC-20 and ERC-721 share. */
export function eitherUnits(number: bigint): string {
  return isUnlimited(number)
    ? units(number)
    : `${units(number)} (or, if it is a collection, the item number ${number})`;
}

/** What becomes of coins, tokens and rights at an address. */
export interface Destinations {
  /** No one can send on what arrives there; for a token this includes its own contract. */
  isLost(address: string, contract: string): boolean;
  /** The zero address, to which rights are given when they are taken back. */
  isNobody(address: string): boolean;
}

const ops: Readonly<Record<TokenMove['action'], EffectOp>> = {
  transfer: 'token-transfer',
  approve: 'approve',
  'approve-all': 'approve',
  revoke: 'approve',
  mint: 'mint',
  burn: 'burn',
};

/**
 * The effects that follow from what is moved or released, so that they and the moves cannot differ.
 * @param called - contract and method that move it
 */
export function effectsOfMoves(
  moves: readonly TokenMove[],
  called: { readonly contract: string; readonly method: string },
  destinations: Destinations,
): Effect[] {
  return moves.map((move) => {
    const code = hazardOf(move, destinations);
    const { action, from, to, contract: asset, tokenId } = move;
    // A right that ends or shrinks is one over nothing, whatever is subtracted from it.
    const amount = action === 'revoke' ? 0n : move.amount;
    return {
      op: ops[action],
      ...(code !== undefined && { code }),
      // The contract makes what it mints, and keeps what nothing in the call gives an owner.
      from: from ?? called.contract,
      ...(to !== undefined && { to }),
      asset,
      ...(amount !== undefined && { amount }),
      ...(tokenId !== undefined && { tokenId }),
      ...called,
    };
  });
}

function hazardOf(move: TokenMove, { isLost, isNobody }: Destinations): HazardKind | undefined {
  const { action, amount, tokenId, to, contract } = move;
  switch (action) {
    case 'transfer':
    case 'mint':
      return to !== undefined && isLost(to, contract) ? 'unspendable-destination' : undefined;
    case 'approve-all':
      return 'approve-all';
    case 'approve':
      if (to !== undefined && isNobody(to)) return undefined;
      if (amount !== undefined && isUnlimited(amount)) return 'unlimited-allowance';
      // An amount of 0 takes an allowance back, but an item with the number 0 is an item.
      return amount === 0n && tokenId === undefined ? undefined : 'allowance';
    default:
      return undefined;
  }
}
