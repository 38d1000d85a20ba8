import { createHash } from 'node:crypto';

/**
 * The trace of a transaction. It follows from its id, so that spans and log lines of every process and machine that works on it,
 * also after a restart, have the same one, and none has to hand it over.
 * @returns 16 bytes in hexadecimal digits (W3C Trace Context, 3.2.2.3)
 */
export function traceIdOf(transactionId: string): string {
  return createHash('sha256').update(`custos/trace/v1/${transactionId}`).digest('hex').slice(0, 32);
}
