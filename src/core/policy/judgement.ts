import type { Effect } from '../chain/effect.js';
import type { Demand } from './demand.js';

/** A demand that the approvals so far do not meet. */
export interface MissingApprovals {
  /** The permit that needs them, or the limit that only they lift. */
  readonly rule: string;
  readonly demands: readonly Demand[];
}

/** Why a permit does not cover an effect. */
interface Miss {
  readonly rule: string;
  /** The member of the rule that is not met. */
  readonly because: string;
}

/** What covers one effect. */
export interface EffectFinding {
  readonly effect: Effect;
  /** `change` and `fee` are covered by what covers the rest. */
  readonly covered: 'permit' | 'change' | 'fee' | 'awaits' | 'no';
  /** Permits that cover it; with `awaits` those that would after approvals. */
  readonly by: readonly string[];
  /** Why the other permits that were looked at do not; why nothing can. */
  readonly misses: readonly Miss[];
}

/** What a transaction takes of a budget. The budget's name does not change when a policy is published again. */
export interface Charge {
  readonly limit: string;
  readonly budget: string;
  readonly amount: bigint;
  /** What was charged from this moment on counts. */
  readonly since: number;
  readonly used: bigint;
  readonly max: bigint;
  /** `raised`: beyond the limit, by approvals. */
  readonly fits: 'yes' | 'raised' | 'awaits' | 'no';
}

/** A limit that no amount can be compared with, because the transaction gives away something without a bound. */
export interface Unbounded {
  readonly limit: string;
  readonly fits: 'raised' | 'awaits' | 'no';
}

/** What a shadow rule would do. */
export interface ShadowFinding {
  readonly rule: string;
  readonly would: 'cover' | 'forbid' | 'exceed';
}

/** The whole evaluation; the verdict follows from the rest. */
export interface Judgement {
  readonly verdict: 'allow' | 'hold' | 'deny';
  /** One sentence each; empty if it is allowed. */
  readonly reasons: readonly string[];
  readonly effects: readonly EffectFinding[];
  /** Forbids that match. */
  readonly forbidden: readonly string[];
  readonly charges: readonly Charge[];
  readonly unbounded: readonly Unbounded[];
  readonly missing: readonly MissingApprovals[];
  /** Persons who rejected it. */
  readonly rejectedBy: readonly string[];
  readonly shadow: readonly ShadowFinding[];
  /** How many rules were looked at; the others are for other chains, wallets, tags or receivers. */
  readonly considered: number;
  /** Version and hash of the policy. */
  readonly policy: { readonly version: number; readonly hash: string };
}
