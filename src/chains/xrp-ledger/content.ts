import type { Hazard, HazardKind } from '../../core/chain/hazards.js';
import type { Summary, TokenMove } from '../../core/chain/summary.js';
import { type Fields, smallOf, textOf } from '../shared/fields.js';
import { readDestination } from './address.js';
import { type Amount, assetOf, dropsOf, isExact, movesOf, readAmount } from './amount.js';

/** What one transaction does, apart from what all types have. */
export interface Content {
  readonly kind: Summary['kind'];
  readonly to?: string;
  readonly value: bigint;
  readonly tokens: readonly TokenMove[];
  readonly hazards: readonly Hazard[];
  readonly opaque?: true;
  /** Fields that the parts above hold completely; the notes list all others. */
  readonly told: readonly string[];
  readonly text: string;
}

export type Reader = (fields: Fields, account: string) => Content;

/** A transaction that moves nothing by itself. */
export function still(text: string, hazards: readonly Hazard[] = []): Content {
  return { kind: 'other', value: 0n, tokens: [], hazards, told: [], text };
}

/** The reader of a transaction that needs only its type, one hazard and the notes. */
export function named(type: string, kind: HazardKind | undefined, words: string): Reader {
  return () => still(words, kind === undefined ? [] : [{ kind, text: type }]);
}

/** Coins and tokens that leave the account for good, or are set aside for a receiver. */
export function leaving(
  amounts: readonly Amount[],
  { account, to }: { readonly account: string; readonly to?: string },
): Pick<Content, 'value' | 'tokens'> {
  const place = { from: account, ...(to !== undefined && { to }), action: 'transfer' } as const;
  return {
    value: amounts.reduce((sum, amount) => sum + dropsOf(amount), 0n),
    tokens: amounts.flatMap((amount) => movesOf(amount, place)),
  };
}

/** A right to take an amount from the account later. */
export function promise(type: string, amount: Amount, party: string | undefined): Hazard {
  return { kind: 'allowance', ...(party !== undefined && { party }), ...assetOf(amount), text: type };
}

/** @throws CustosError AMOUNT_INVALID */
export function amountAt(fields: Fields, name: string): Amount {
  return readAmount(fields[name], name);
}

/** The amounts of those named fields that exist. @throws CustosError AMOUNT_INVALID */
export function amountsAt(fields: Fields, ...names: readonly string[]): readonly Amount[] {
  return names.filter((name) => fields[name] !== undefined).map((name) => amountAt(fields, name));
}

/** @throws CustosError TRANSACTION_INVALID, ADDRESS_INVALID */
export function accountAt(fields: Fields, name: string): string {
  return readDestination(textOf(fields[name], name)).address;
}

export function accountIfAt(fields: Fields, name: string): string | undefined {
  return fields[name] === undefined ? undefined : accountAt(fields, name);
}

/** @throws CustosError TRANSACTION_INVALID */
export function flagsOf(fields: Fields): number {
  return fields['Flags'] === undefined ? 0 : smallOf(fields['Flags'], 'Flags');
}

export function hasFlag(fields: Fields, flag: number): boolean {
  return (flagsOf(fields) & flag) !== 0;
}

/** The named fields with exact amounts, which need no note. */
export function toldAmounts(fields: Fields, ...names: readonly string[]): readonly string[] {
  return names.filter((name) => fields[name] !== undefined && isExact(amountAt(fields, name)));
}
