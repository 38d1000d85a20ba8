import { type ChainId, parseChainId } from '../ids.js';
import { isObject, type JsonObject } from '../json.js';

/** What an owner may spend of one asset. At least one of the two amounts is there, both in the smallest unit. */
export interface SpendingLimit {
  readonly chain: ChainId;
  /** Contract or identifier of a token, as effects name it; absent for the coin. */
  readonly token?: string;
  readonly decimals: number;
  /** In 24 hours, fees included. */
  readonly aDay?: bigint;
  /** In one transaction, its fee included. */
  readonly aTransaction?: bigint;
}

/** All that an owner may spend. */
export interface OwnerSpending {
  /** Random name of the owner's budgets: a digest of the owner would change with the root key, and what was spent be forgotten. */
  readonly budget: string;
  readonly limits: readonly SpendingLimit[];
}

const amount = /^(0|[1-9]\d{0,95})$/;
const name = /^[0-9a-f]{32}$/;
/** 10 ** 36 units in one coin are more than any chain has. */
export const MOST_DECIMALS = 36;

/** The form in which it is sealed. */
export function spendingJson({ budget, limits }: OwnerSpending): JsonObject {
  return {
    budget,
    limits: limits.map(({ chain, token, decimals, aDay, aTransaction }) => ({
      ...{ chain, decimals },
      ...(token !== undefined && { token }),
      ...(aDay !== undefined && { aDay: aDay.toString() }),
      ...(aTransaction !== undefined && { aTransaction: aTransaction.toString() }),
    })),
  };
}

/** @returns undefined if it is not what `spendingJson` writes */
export function readSpending(value: unknown): OwnerSpending | undefined {
  if (!isObject(value)) return undefined;
  const { budget, limits } = value;
  if (typeof budget !== 'string' || !name.test(budget) || !Array.isArray(limits)) return undefined;
  const read = limits.map(readLimit);
  return read.every((limit) => limit !== undefined) ? { budget, limits: read } : undefined;
}

function readLimit(value: unknown): SpendingLimit | undefined {
  if (!isObject(value)) return undefined;
  const { chain, token, decimals, aDay, aTransaction } = value;
  if (typeof chain !== 'string' || (token !== undefined && typeof token !== 'string')) return undefined;
  if (typeof decimals !== 'number' || !Number.isInteger(decimals) || decimals < 0 || decimals > MOST_DECIMALS) {
    return undefined;
  }
  const amounts = [aDay, aTransaction];
  if (amounts.every((one) => one === undefined) || !amounts.every(isAmount)) return undefined;
  return {
    ...{ chain: parseChainId(chain), decimals },
    ...(token !== undefined && { token }),
    ...(isText(aDay) && { aDay: BigInt(aDay) }),
    ...(isText(aTransaction) && { aTransaction: BigInt(aTransaction) }),
  };
}

function isAmount(value: unknown): boolean {
  return value === undefined || (isText(value) && amount.test(value));
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
