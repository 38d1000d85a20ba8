import type { EffectOp } from '../chain/effect.js';
import type { HazardKind } from '../chain/hazards.js';
import type { Network } from '../ids.js';
import type { Demand } from './demand.js';

/** An asset that rules may name. Its decimals are pinned here, so that an amount means the same whatever a chain or node says. */
export interface PolicyAsset {
  readonly name: string;
  readonly network: Network;
  readonly chain: string;
  /** Contract or identifier of a token, as effects name it; absent for the coin. */
  readonly token?: string;
  readonly decimals: number;
}

/** An address that a book lists. */
export interface BookEntry {
  readonly address: string;
  /** Absent: on every chain. */
  readonly chains?: ReadonlySet<string>;
  /** Permits count it from this moment on; forbids and limits count it at once. Milliseconds since 1970. */
  readonly usableFrom: number;
}

/** Which addresses a rule means. */
export interface Target {
  readonly any: boolean;
  /** The keys that sign. */
  readonly self: boolean;
  /** Every wallet of the store. */
  readonly own: boolean;
  /** In the form in which they are compared. */
  readonly addresses: ReadonlySet<string>;
  readonly books: readonly string[];
}

/** What one argument of a method, or one account of an instruction, has to be. Arguments are found by place or by name. */
export interface PartRule {
  readonly at: number | string;
  readonly is?: Target;
  /** A whole number. */
  readonly max?: bigint;
}

/** The conditions that all rules have. An absent one is met; a set that is empty is never met. */
export interface Conditions {
  readonly network?: ReadonlySet<Network>;
  readonly chain?: ReadonlySet<string>;
  readonly wallets?: ReadonlySet<string>;
  /** One tag of the wallet suffices. */
  readonly tags?: ReadonlySet<string>;
  readonly owner?: ReadonlySet<string>;
  readonly initiator?: ReadonlySet<string>;
  readonly op?: ReadonlySet<EffectOp>;
  readonly code?: ReadonlySet<HazardKind>;
  /** Names of declared assets. */
  readonly asset?: ReadonlySet<string>;
  readonly from?: Target;
  readonly to?: Target;
  /** The called contract or program. */
  readonly contract?: Target;
  readonly method?: ReadonlySet<string>;
  readonly args?: readonly PartRule[];
  /** Lower-case hexadecimal digits with which the data begins. */
  readonly dataPrefix?: string;
  readonly accounts?: readonly PartRule[];
  /** 0 is Sunday. */
  readonly days?: ReadonlySet<number>;
  /** Minutes of the local day: from `start` until before `end`, over midnight where `end` is earlier. */
  readonly hours?: { readonly start: number; readonly end: number };
}

interface Rule extends Conditions {
  /** Unique in the policy. */
  readonly id: string;
  /** Only judged and recorded: it decides nothing. */
  readonly shadow: boolean;
}

/** `any`: however much, as long as it is stated. `unlimited`: also what has no bound. */
export type Ceiling = ReadonlyMap<string, bigint> | 'any' | 'unlimited';

/** From the strongest: the approver decoded the transaction, was present, or merely an answer came. */
export const approvalClasses = ['decoded', 'presence', 'legacy'] as const;
export type ApprovalClass = (typeof approvalClasses)[number];

/** An alternative: an effect needs one permit that covers it. */
export interface Permit extends Rule {
  readonly op: ReadonlySet<EffectOp>;
  readonly asset: ReadonlySet<string>;
  /** Of all effects of a transaction that the permit matches together, by asset, in the smallest unit. Absent: nothing. */
  readonly max?: Ceiling;
  /** Of all coins that leave in the transaction, without the fee, by the coin's name. */
  readonly value?: ReadonlyMap<string, bigint>;
  readonly feeMax?: ReadonlyMap<string, bigint>;
  /** Smallest units per virtual byte, in hundredths. */
  readonly feeRateMax?: bigint;
  /** Most effects that move something, change included. */
  readonly outputs?: number;
  /** Most effects besides the fee. */
  readonly instructions?: number;
  /** It is for wallets whose key is known to others, and only for those. */
  readonly sweep?: true;
  readonly needs: readonly Demand[];
  /** The lowest class of approvals that counts. */
  readonly class: ApprovalClass;
}

/** Denies every transaction with an effect that it matches. */
export interface Forbid extends Rule {}

export type Window =
  /** The last so many milliseconds. */
  | { readonly kind: 'rolling'; readonly length: number }
  /** The local day, week (from Monday) or month. */
  | { readonly kind: 'calendar'; readonly unit: 'day' | 'week' | 'month' }
  | { readonly kind: 'lifetime' };

/** A ceiling over time: an amount of one asset, or a number of transactions. */
export interface Limit extends Rule {
  /** Whether every wallet or every destination has a budget of its own. */
  readonly per?: 'wallet' | 'destination';
  readonly window: Window;
  readonly ceiling:
    | { readonly kind: 'amount'; readonly asset: string; readonly max: bigint }
    | { readonly kind: 'count'; readonly max: bigint };
  /** Approvals by which a transaction may go beyond it. Absent: it never may. */
  readonly stepUp?: readonly Demand[];
  readonly class: ApprovalClass;
}

/** What may be signed: see docs/policy.md. */
export interface Policy {
  /** 1, 2, 3 … */
  readonly version: number;
  /** Hash of the version before; absent in the first. */
  readonly previous?: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly assets: ReadonlyMap<string, PolicyAsset>;
  readonly books: ReadonlyMap<string, readonly BookEntry[]>;
  /** Persons by group. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
  readonly permits: readonly Permit[];
  readonly forbids: readonly Forbid[];
  readonly limits: readonly Limit[];
  /** Canonical JSON (RFC 8785). */
  readonly text: string;
  /** `sha256:` and 64 hexadecimal digits, of `text`. */
  readonly hash: string;
}
