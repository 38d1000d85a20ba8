import type { Clock } from '../../core/clock.js';
import { type Log, tell } from '../../core/log.js';
import type { Trace } from '../../lifecycle/step.js';
import { packageVersion } from '../process/package.js';
import { type Span, spansOf } from './spans.js';

/** Traces of a daemon on their way to a collector. */
export interface Traces {
  readonly trace: Trace;
  /** Sends what is left, once. Never rejects. */
  close(): Promise<void>;
}

interface ExporterParts {
  /** Checked base of the collector; the signal's path is appended, as OpenTelemetry's own exporters do. */
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
}

/** More spans than these wait for nothing: a collector that is gone must not fill the memory. */
const MOST = 4096;
const BATCH = 512;
/** Milliseconds between two batches, and for one. */
const PERIOD = 2000;
const TIMEOUT = 10_000;

/**
 * Sends spans by OTLP over HTTP in JSON. Signing never waits for it: what cannot be delivered is dropped and counted in a warning.
 */
export function openTraces({ url, fetch, clock, log }: ExporterParts): Traces {
  const waiting: Span[] = [];
  let dropped = 0;
  let sending: Promise<void> = Promise.resolve();
  const take = (span: Span) => {
    if (waiting.length < MOST) waiting.push(span);
    else dropped += 1;
  };
  const send = async () => {
    const spans = waiting.splice(0, BATCH);
    if (spans.length === 0) return;
    if (!(await delivered({ url, fetch }, spans))) dropped += spans.length;
    if (dropped > 0) tell(log, 'spans-lost', { spans: dropped });
    dropped = 0;
  };
  const next = () => {
    sending = sending.then(send);
    return sending;
  };
  const timer = setInterval(next, PERIOD);
  timer.unref();
  return {
    trace: spansOf(clock, take),
    async close() {
      clearInterval(timer);
      // One try for what is left: a collector that hangs must not hold the process for long.
      await next();
    },
  };
}

async function delivered(
  { url, fetch }: Pick<ExporterParts, 'url' | 'fetch'>,
  spans: readonly Span[],
): Promise<boolean> {
  const scope = { name: 'custos', version: packageVersion() };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'custos' } }] };
  const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope, spans }] }] });
  const headers = { 'content-type': 'application/json' };
  try {
    const answer = await fetch(`${url}/v1/traces`, {
      method: 'POST',
      headers,
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT),
    });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    // The caller counts and says it.
    return false;
  }
}
