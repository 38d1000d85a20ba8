import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock.js';
import type { Trace } from '../../lifecycle/step.js';
import { traceIdOf } from '../process/trace-id.js';

/** A span as OTLP has it in JSON (opentelemetry-proto 1.3, trace.proto). */
export interface Span {
  /** 16 bytes and 8 bytes in hexadecimal digits: JSON of OTLP has no base64 for them. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: typeof INTERNAL;
  /** 64-bit numbers are texts in this JSON. */
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue: string } }[];
  readonly status?: { readonly code: typeof ERROR };
}

const INTERNAL = 1;
const ERROR = 2;
const failed = { status: { code: ERROR } } as const;

/**
 * Makes spans of the steps of transactions: one for each time that a process takes one up, and below it one for each step.
 * @param take - gets each span when it has ended
 */
export function spansOf(clock: Clock, take: (span: Span) => void): Trace {
  /** Spans of transactions that are on their way in this process. */
  const open = new Map<string, string>();
  return (step, moment, microseconds, id) => {
    // A poll is about many transactions or none.
    if (id === undefined) return;
    if (moment === 'begin') {
      if (step === 'way') open.set(id, newSpanId());
      return;
    }
    const parent = open.get(id);
    const end = BigInt(clock.now()) * 1_000_000n;
    const common = {
      traceId: traceIdOf(id),
      kind: INTERNAL,
      startTimeUnixNano: String(end - BigInt(microseconds) * 1000n),
      endTimeUnixNano: String(end),
      attributes: [{ key: 'custos.transaction.id', value: { stringValue: id } }],
      ...(moment === 'failed' && failed),
    } as const;
    if (step === 'way') {
      open.delete(id);
      take({ ...common, name: 'transaction', spanId: parent ?? newSpanId() });
      return;
    }
    take({ ...common, name: step, spanId: newSpanId(), ...(parent !== undefined && { parentSpanId: parent }) });
  };
}

function newSpanId(): string {
  return randomBytes(8).toString('hex');
}
