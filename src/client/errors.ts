import type { Signature, Transaction } from './operations.js';

/** Everything that this client throws, apart from what an `AbortSignal` of the application says. */
export class CustosClientError extends Error {
  override readonly name: string = 'CustosClientError';
  /**
   * A code of the server (docs/errors.md), or of this client: `CLIENT_OPTIONS`, `UNREACHABLE`, `UNREADABLE`, `WAIT_TIMEOUT`,
   * `WEBHOOK_INVALID`.
   */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** One fault of a request. */
export interface Fault {
  /** `body`, `query` or `path`. */
  readonly in: string;
  /** Where (RFC 6901); empty: the whole part. */
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly retryable: boolean;
  readonly faults: readonly Fault[];
  readonly requestId: string | undefined;
  readonly retryAfter: number | undefined;
  readonly mayHaveHappened: boolean;
  readonly key: string | undefined;
}

/** The server refused a request. */
export class CustosApiError extends CustosClientError {
  override readonly name = 'CustosApiError';
  readonly status: number;
  /** The same request, with the same idempotency key, may succeed later. */
  readonly retryable: boolean;
  readonly faults: readonly Fault[];
  /** The server's log has it too. */
  readonly requestId: string | undefined;
  /** Seconds after which the server wants to be asked again. */
  readonly retryAfter: number | undefined;
  /** Whether the server may have done it nevertheless: it failed within, or an attempt before this answer got none. */
  readonly mayHaveHappened: boolean;
  /** With this key the same request can be made again: it is the same transaction. */
  readonly idempotencyKey: string | undefined;

  constructor({ code, message, status, retryable, faults, requestId, retryAfter, mayHaveHappened, key }: Refusal) {
    super(code, message);
    this.mayHaveHappened = mayHaveHappened;
    this.idempotencyKey = key;
    this.status = status;
    this.retryable = retryable;
    this.faults = faults;
    this.requestId = requestId;
    this.retryAfter = retryAfter;
  }
}

/** No answer came, or none that can be read. */
export class CustosConnectionError extends CustosClientError {
  override readonly name = 'CustosConnectionError';
  /** Whether the server may have done what it was asked for. */
  readonly mayHaveHappened: boolean;
  /** With this key the same request can be made again: it is the same transaction. */
  readonly idempotencyKey: string | undefined;

  constructor(
    code: 'UNREACHABLE' | 'UNREADABLE',
    message: string,
    { mayHaveHappened, key }: { readonly mayHaveHappened: boolean; readonly key: string | undefined },
  ) {
    super(code, message);
    this.mayHaveHappened = mayHaveHappened;
    this.idempotencyKey = key;
  }
}

/**
 * A transaction ended without being sent, or without effect in the chain (`TRANSACTION_REVERTED`), or a signature without being made.
 * Its code is that of the transaction's error, or its state in capitals.
 */
export class CustosTransactionError extends CustosClientError {
  override readonly name = 'CustosTransactionError';
  readonly transaction: Transaction | Signature;

  constructor(transaction: Transaction | Signature) {
    const { id, state, error } = transaction;
    super(
      error?.code ?? state.toUpperCase(),
      `transaction ${id} is ${state}${error?.detail ? `: ${error.detail}` : ''}`,
    );
    this.transaction = transaction;
  }
}

/** The time of a `wait` is over. **The transaction goes on and may still happen**: look at it by its id, and do not ask for another. */
export class CustosWaitTimeout extends CustosClientError {
  override readonly name = 'CustosWaitTimeout';
  /** As it was seen last. */
  readonly transaction: Transaction | Signature;

  constructor(transaction: Transaction | Signature, milliseconds: number) {
    const { id, state } = transaction;
    const seen = `request ${id} is still ${state} after ${milliseconds} ms`;
    super('WAIT_TIMEOUT', `${seen}; it goes on and may still happen: wait for it again, and do not ask for another`);
    this.transaction = transaction;
  }
}
