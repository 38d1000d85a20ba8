import type { Effect, EffectArgument, EffectOp } from '../../core/chain/effect.js';
import type { Hazard, HazardKind } from '../../core/chain/hazards.js';
import type { Summary, TokenMove } from '../../core/chain/summary.js';
import { tryJson } from '../../core/json.js';
import { type Fields, smallOf, textOf } from '../shared/fields.js';
import { readDestination } from './address.js';
import { type Amount, assetOf, isExact, readAmount } from './amount.js';

/** An effect without what all effects of a transaction have: the account and the type. */
export type Deed = Omit<Effect, 'from' | 'method'>;

/** How transactions of one type are read. What is absent is as usual. */
export interface Reader {
  /** What the transaction does. All fields become arguments of the first one. @throws CustosError AMOUNT_INVALID, … */
  readonly deeds: (fields: Fields) => readonly [Deed, ...Deed[]];
  /** How the sentence goes on after the account. */
  readonly text: (fields: Fields) => string;
  /** @param first - the first effect, with all fields */
  readonly kind?: (first: Effect) => Summary['kind'];
  /** True where `Destination` is the receiver of the whole transaction. */
  readonly isPaying?: true;
  /** Fields that other members of the summary hold completely; the notes list all others. */
  readonly told?: (fields: Fields) => readonly string[];
  /** The effect with the amount that the fields state, where it is no bound and so not in the effect. */
  readonly stated?: (effect: Effect) => Effect;
  readonly tokens?: (effect: Effect) => readonly TokenMove[];
  /** @returns undefined where it is as usual */
  readonly hazard?: (effect: Effect, kind: HazardKind) => Hazard | undefined;
  readonly isOpaque?: (fields: Fields) => boolean;
}

/** The reader of a transaction that needs only its type, one hazard and its fields. */
export function named(op: EffectOp, code: HazardKind | undefined, words: string): Reader {
  return { deeds: () => [{ op, ...(code !== undefined && { code }) }], text: () => words };
}

/** An amount as it goes from the account: coins or tokens. */
export function moved(amount: Amount): Pick<Effect, 'op' | 'asset' | 'amount'> {
  return { op: 'drops' in amount ? 'transfer' : 'token-transfer', ...assetOf(amount) };
}

/** What an effect says of its receiver. */
export function toIf(account: string | undefined): Pick<Effect, 'to'> {
  return account === undefined ? {} : { to: account };
}

/** Fields as arguments: texts as they are, everything else as JSON. */
export function argumentsOf(fields: Fields): readonly EffectArgument[] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ({ name, value: typeof value === 'string' ? value : JSON.stringify(value) }));
}

/** The reverse. Numbers stay texts, which all readers of numbers take. */
export function fieldsOf(args: readonly EffectArgument[] = []): Fields {
  return Object.fromEntries(
    args.map(({ name, value }) => [name, /^[[{]/.test(value) ? (tryJson(value) ?? value) : value]),
  );
}

/** @throws CustosError AMOUNT_INVALID */
export function amountAt(fields: Fields, name: string): Amount {
  return readAmount(fields[name], name);
}

/** Those of the named fields that exist. */
export function present(fields: Fields, ...names: readonly string[]): readonly string[] {
  return names.filter((name) => fields[name] !== undefined);
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
  return present(fields, ...names).filter((name) => isExact(amountAt(fields, name)));
}
