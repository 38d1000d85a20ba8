import { CustosError } from '../errors.js';
import type { Network } from '../ids.js';
import type { Effect, EffectOp } from './effect.js';
import type { HazardKind } from './hazards.js';
import type { CompleteContext, NodeClient } from './node.js';
import { formatUnits } from './units.js';

/** A payment of coins or tokens from one account to another, in one form for all chains. Amounts are decimal texts. */
export interface PaymentRequest {
  readonly from: PayingAccount;
  /** In any form that the chain reads, also one with a tag inside. */
  readonly to: string;
  /** Whole coins or tokens, e.g. `12.5`. */
  readonly amount: string;
  /** The token in the chain's own words: a contract, a mint, an asset id, `CODE:ISSUER`; absent for coins. */
  readonly token?: string;
  /** Decimals of the token. Required where neither the chain nor the signed bytes fix them: a node is never believed about them. */
  readonly decimals?: number;
  /** Text that goes along for the receiver. */
  readonly memo?: string;
  /** Number that says which customer of the receiver is meant: decimal digits. */
  readonly tag?: string;
  /** The highest allowed fee, in whole units of the asset that pays fees; absent: the ceiling of the chain. */
  readonly maxFee?: string;
}

/** The account that pays, and signs. */
interface PayingAccount {
  /** Of the wallet's key. */
  readonly address: string;
  /** The account on a chain where accounts have addresses of their own (Flow). */
  readonly account?: string;
  /** Where it is known; some chains put it into the transaction. */
  readonly publicKey?: Uint8Array;
}

/** What a chain may use while it builds a payment. It holds no key. */
export interface PaymentContext extends Pick<CompleteContext, 'nextNonce' | 'developmentChainId'> {
  readonly network: Network;
  readonly node: NodeClient;
  /** Milliseconds. */
  now(): number;
  /** When the payment itself ends, in milliseconds; a chain whose bytes must have an end uses one of its own where it is absent. */
  readonly expiresAt?: number;
  /** Those of the outputs (`txId:index`) that other pending transactions spend. */
  spent(outputs: readonly string[]): Promise<ReadonlySet<string>>;
}

/** A payment before it is completed and signed. */
export interface BuiltPayment {
  /** In the form that the codec of the chain parses, as a pending transaction has it. */
  readonly unsigned: string;
  /** Outputs (`txId:index`) that it spends, on a chain of unspent outputs. */
  readonly spends?: readonly string[];
}

/** The part of a chain that builds payments. */
export interface Payments {
  /** They spend outputs, and no two of them may spend the same one. */
  readonly fromOutputs?: true;
  /** An account of each network, where accounts have addresses of their own. */
  knownAccount?(network: Network): string;
  /**
   * Says what the request comes to. It is pure, so nothing that a node says has a part in it.
   * @throws CustosError ADDRESS_INVALID, NETWORK_MISMATCH, AMOUNT_INVALID, FEE_INVALID, DECIMALS_UNKNOWN, PAYMENT_UNSUPPORTED
   */
  plan(request: PaymentRequest, network: Network): PaymentPlan;
  /**
   * Builds the payment with what the node says. The result counts only after `comparePayment` of its decoded effects.
   * @throws CustosError as `plan`, and MEMO_REQUIRED, RECEIVER_UNFIT, STATE_CONFLICT, CHAIN_ID_MISMATCH, NODE_*
   */
  build(request: PaymentRequest, context: PaymentContext): Promise<BuiltPayment>;
}

/** All effects that a payment may have. */
export interface PaymentPlan {
  /** Each of them exactly once. */
  readonly moves: readonly [PlannedEffect, ...PlannedEffect[]];
  /** What the chain may need for it, each at most once, e.g. a new account of the receiver. */
  readonly needs?: readonly PlannedEffect[];
  /** Rest that goes back to the paying account: transfers of these kinds may be there, any number of them. */
  readonly change?: readonly EffectOp[];
  /** The asset that pays the fee, and the highest fee that the request allows, in its smallest unit. */
  readonly fee: { readonly asset: string; readonly decimals: number; readonly most?: bigint };
}

/** One effect that a payment may have. What is absent has to be absent in the effect. */
export interface PlannedEffect {
  readonly op: EffectOp;
  readonly code?: HazardKind;
  readonly from: string;
  /** Several: any one of them; likewise in `contract` and `method`. */
  readonly to?: string | readonly string[];
  readonly asset?: string;
  readonly amount?: bigint | SignedDecimals;
  readonly contract?: string | readonly string[];
  readonly method?: string | readonly string[];
  /** Arguments that it may have: with this value, which then has to be there, or with `any` value that only places it. */
  readonly args?: Readonly<Record<string, string | typeof ANY>>;
}

/** An amount whose decimals are an argument of the effect: the signed bytes hold them, and the network checks them. */
export interface SignedDecimals {
  /** Whole tokens as a decimal text. */
  readonly whole: string;
  /** Name of the argument. */
  readonly decimals: string;
  /** The smallest unit. @returns undefined where the text has more decimals */
  units(decimals: number): bigint | undefined;
}

/** An argument may have any value. */
export const ANY: unique symbol = Symbol('any');

/**
 * Compares what a decoded transaction does with what was asked for. Everything else than the planned moves, what the chain
 * needs for them, change, and a fee within its limit is refused. Pure, and the same for all chains.
 * @param effects - of the completed transaction, as its codec decoded it
 * @throws CustosError PAYMENT_MISMATCH, FEE_INVALID; RECEIVER_UNFIT: it is the payment, but no one can spend what arrives
 */
export function comparePayment(effects: readonly Effect[], plan: PaymentPlan): void {
  const moves = [...plan.moves];
  const needs = [...(plan.needs ?? [])];
  const fees = effects.filter(({ op }) => op === 'fee');
  for (const effect of effects) {
    if (effect.op === 'fee' || takeFrom(moves, effect) || takeFrom(needs, effect)) continue;
    if (effect.own === true && effect.code === undefined && plan.change?.includes(effect.op) === true) continue;
    refuseLost(effect, moves);
    throw mismatch(`it has the effect ${worded(effect)}, which the request does not ask for`);
  }
  const [missing] = moves;
  if (missing !== undefined) throw mismatch(`it does not ${worded(missing)}`);
  checkFee(fees, plan.fee);
}

function checkFee(fees: readonly Effect[], { asset, decimals, most }: PaymentPlan['fee']): void {
  const [fee] = fees;
  if (fees.length !== 1 || fee?.asset !== asset || fee.amount === undefined || fee.amount < 0n || fee.code) {
    throw mismatch(`its fee is not one amount of ${asset}`);
  }
  if (most === undefined || fee.amount <= most) return;
  const words = (amount: bigint) => `${formatUnits(amount, decimals)} ${asset}`;
  throw new CustosError('FEE_INVALID', `the fee may reach ${words(fee.amount)}, more than maxFee, ${words(most)}`);
}

/** The node is not to blame for a receiver that the request names. @throws CustosError RECEIVER_UNFIT */
function refuseLost({ code, ...effect }: Effect, moves: readonly PlannedEffect[]): void {
  if (code !== 'unspendable-destination' || !moves.some((one) => fulfils(effect, one))) return;
  throw new CustosError('RECEIVER_UNFIT', `no one can spend what arrives at ${effect.to ?? 'the receiver'}`);
}

/** Takes the first planned effect that this one fulfils. */
function takeFrom(planned: PlannedEffect[], effect: Effect): boolean {
  const at = planned.findIndex((one) => fulfils(effect, one));
  if (at >= 0) planned.splice(at, 1);
  return at >= 0;
}

const compared = ['op', 'code', 'from', 'to', 'asset', 'contract', 'method'] as const;

function fulfils(effect: Effect, plan: PlannedEffect): boolean {
  return (
    compared.every((name) => isOneOf(effect[name], plan[name])) &&
    effect.tokenId === undefined &&
    effect.amount === amountOf(effect, plan.amount) &&
    hasArguments(effect, plan.args ?? {})
  );
}

function isOneOf(value: string | undefined, planned: string | readonly string[] | undefined): boolean {
  return typeof planned === 'object' ? value !== undefined && planned.includes(value) : value === planned;
}

function amountOf({ args = [] }: Effect, amount: PlannedEffect['amount']): bigint | undefined {
  if (typeof amount !== 'object') return amount;
  const text = args.find(({ name }) => name === amount.decimals)?.value ?? '';
  return /^\d{1,3}$/.test(text) ? amount.units(Number(text)) : -1n;
}

function hasArguments({ args = [] }: Effect, planned: NonNullable<PlannedEffect['args']>): boolean {
  const names = new Set(args.map(({ name }) => name));
  const fits = ({ name, value }: { readonly name: string; readonly value: string }) =>
    Object.hasOwn(planned, name) && (planned[name] === ANY || planned[name] === value);
  const isThere = ([name, value]: readonly [string, unknown]) => value === ANY || names.has(name);
  return names.size === args.length && args.every(fits) && Object.entries(planned).every(isThere);
}

function mismatch(text: string): CustosError {
  return new CustosError('PAYMENT_MISMATCH', `the built transaction is not the payment that was asked for: ${text}`);
}

function worded({ op, code, to, asset, amount, method }: Effect | PlannedEffect): string {
  const whole = typeof amount === 'object' ? `${amount.whole} whole` : amount;
  const parts = [op, code && `(${code})`, whole, asset && `of ${asset}`, to && `to ${to}`, method && `by ${method}`];
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}
