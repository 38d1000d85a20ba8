import { collectDefaultMetrics, Registry } from 'prom-client';

/** The interval at which the event loop's delay is measured, in milliseconds: long enough to cost nothing. */
const EVENT_LOOP_PRECISION = 50;

/** A registry with the metrics of the process: memory, processor, event loop. */
export function processSeries(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION });
  return registry;
}

/** Answers with metrics in Prometheus text format 0.0.4. */
export function seriesAnswer(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } });
}
