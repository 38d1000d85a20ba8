import type { Summary } from '../core/chain/summary.js';
import type { Clock } from '../core/clock.js';
import type { Network, TenantId } from '../core/ids.js';
import type { Log } from '../core/log.js';
import type { WalletsService } from '../core/signing/wallets-service.js';
import type { Accepted, Journal, JournalEntry } from '../core/store/journal.js';
import type { Idempotency } from '../core/store/queue.js';
import type { TransactionForm } from './transaction-forms.js';

/** A request with everything that is known of who asked. */
export interface Submission {
  readonly tenant: TenantId;
  /** Id of the token. */
  readonly initiator: string;
  readonly form: TransactionForm;
  readonly idempotency: Idempotency;
}

/** What a request comes to, without a row. */
export interface Trial {
  readonly summary: Summary;
  /** As it would be completed now. */
  readonly completed: string;
}

/** Takes requests over, and ends or repeats them. */
export interface TransactionsService {
  /** @throws CustosError of what is wrong with the request, NODE_*, NOT_OFFERED, REQUEST_EXPIRED, STORE_* */
  submit(submission: Submission): Promise<Accepted>;
  /** @throws CustosError as `submit` */
  preview(form: TransactionForm): Promise<Trial>;
  /** @throws CustosError STATE_CONFLICT, NODE_* */
  cancel(id: string): Promise<JournalEntry>;
  /** @throws CustosError STATE_CONFLICT, OUTPUT_SPENT, OUTPUT_RESERVED */
  retry(id: string): Promise<JournalEntry>;
}

/** What the operations work with. Each names the few that it uses. */
export interface ApiParts {
  readonly network: Network;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly wallets: Pick<WalletsService, 'list' | 'get'>;
  readonly journal: Pick<Journal, 'get' | 'find' | 'events'>;
  readonly transactions: TransactionsService;
}
