import type { Summary } from '../chain/summary.js';
import type { PendingTransaction } from './pending.js';

/** `allow`: go on. `hold`: not now, ask again later. `deny`: no, until somebody retries it. */
export type Verdict =
  | { readonly kind: 'allow' }
  | {
      readonly kind: 'hold';
      readonly rule: string;
      readonly reason: string;
      readonly because: HoldCause;
      /** Set where the answer itself proved wrong. */
      readonly distrust?: Distrust;
    }
  | { readonly kind: 'deny'; readonly rule: string; readonly reason: string };

/** `silent`: no answer came. `undecided`: the judge has not made up its mind. `invalid`: the answer is none that counts. */
export type HoldCause = 'silent' | 'undecided' | 'invalid';

/** What of an answer was wrong: it is about something else, or not from whoever was asked, or old. */
export type Distrust = 'digest' | 'nonce' | 'signature' | 'time' | 'unsigned';

/** Decides about one decoded transaction. A throw is a no. */
export interface Judge {
  readonly name: string;
  /** @param completed - the form that will be signed, which the summary was decoded from; what was received when absent */
  decide(pending: PendingTransaction, summary: Summary, completed?: string): Promise<Verdict>;
}
