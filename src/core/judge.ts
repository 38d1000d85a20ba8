import type { PendingTransaction } from './pending.js';
import type { Summary } from './summary.js';

/** `allow`: go on. `hold`: not now, ask again later. `deny`: no, until somebody retries it. */
export type Verdict =
  | { readonly kind: 'allow' }
  | { readonly kind: 'hold'; readonly rule: string; readonly reason: string }
  | { readonly kind: 'deny'; readonly rule: string; readonly reason: string };

/** Decides about one decoded transaction. A throw is a no. */
export interface Judge {
  readonly name: string;
  decide(pending: PendingTransaction, summary: Summary): Promise<Verdict>;
}
