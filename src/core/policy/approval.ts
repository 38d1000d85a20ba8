import type { AssetAmount } from '../chain/summary.js';
import type { ChainId, Network } from '../ids.js';
import type { Demand } from './demand.js';

/** Which policy an approval was given under. */
export interface PolicyVersion {
  readonly version: number;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly hash: string;
}

/** The longest and the usual time for which an approval holds, in milliseconds. */
export const LONGEST_APPROVAL = 24 * 60 * 60 * 1000;
export const USUAL_APPROVAL = 60 * 60 * 1000;

/** What an approver signs, field by field. */
export interface Approval {
  readonly store: string;
  /** Id of the pending transaction. */
  readonly pending: string;
  readonly chain: ChainId;
  readonly network: Network;
  /** Hash of the effects without the fee: what binds. */
  readonly intent: string;
  /** Hash of all effects that the approver saw. The fee and its fields may change afterwards. */
  readonly effects: string;
  readonly feeAtMost: AssetAmount;
  readonly policy?: PolicyVersion;
  readonly demands: readonly Demand[];
  /** Who asked for the transaction, e.g. `token:game` or `person:ann`. */
  readonly initiator?: string;
  readonly decision: 'approve' | 'reject';
  /** Milliseconds since 1970: holds from `notBefore` until before `expires`. */
  readonly notBefore: number;
  readonly expires: number;
  /** 16 random bytes in hexadecimal digits. */
  readonly nonce: string;
  /** Text form of the key that signs. */
  readonly key: string;
}

/** An approval as it is sent and kept. */
export interface SignedApproval {
  /** The signed lines. */
  readonly text: string;
  /** Text form, as the key makes it. */
  readonly signature: string;
}
