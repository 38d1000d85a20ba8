import type { Effect } from '../../core/chain/effect.js';
import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import type { SignedFields } from '../shared/signed-fields.js';
import type { XdrReader } from './xdr.js';

/** The coin's symbol, which is also its name among the assets. */
export const COIN = 'XLM';
const DECIMALS = 7;

/** What an operation adds to its effects; the account for which it acts is added. */
export type Part = Pick<Effect, 'op' | 'code' | 'to' | 'asset' | 'amount'> & {
  /** Fields that no other member holds. */
  readonly args?: SignedFields;
};

/** The effects of one operation, for the words about it. */
export interface Told {
  /** The first of them. */
  readonly effect: Effect;
  readonly effects: readonly Effect[];
  /** A field of the first effect; empty if there is none. */
  field(name: string): string;
}

/** One type of operation: how it is read, and how its effects are said. */
export interface Form {
  /** The network's name of it; each type has a name of its own. */
  readonly method: string;
  readonly kind?: (effect: Effect) => Summary['kind'];
  /** The account of the first effect gets a payment, so it may demand a memo. */
  readonly isPayment?: true;
  /** What it moves is in no account until somebody claims it, so it is not change even for the account itself. */
  readonly isHeld?: true;
  /** The bytes do not say everything that it does. */
  readonly isOpaque?: true;
  /** The first part says what leaves; the others have each a danger of their own. */
  readonly read: (read: XdrReader) => readonly [Part, ...(readonly Part[])];
  /** A sentence without its subject. */
  readonly say: (told: Told) => string;
  /** What a hazard says beside kind and receiver. */
  readonly hazard?: (effect: Effect, told: Told) => Pick<Hazard, 'asset' | 'amount' | 'text'>;
}

/** An amount in smallest units, in words. @param asset - lumens by default */
export function shownAmount(amount: bigint | string | undefined, asset = COIN): string {
  return `${formatUnits(BigInt(amount ?? 0n), DECIMALS)} ${asset}`;
}

/** An amount of something that needs no name. */
export function shownUnits(amount: bigint | string): string {
  return formatUnits(BigInt(amount), DECIMALS);
}
