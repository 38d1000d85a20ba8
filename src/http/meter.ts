import { collectDefaultMetrics, Registry } from 'prom-client';

/** How often the delay of the event loop is measured, in milliseconds: seldom enough to cost nothing. */
const EVENT_LOOP_PRECISION = 50;

/** A registry that has the series of the process: memory, processor, event loop. */
export function processSeries(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION });
  return registry;
}

/** Answers with series in Prometheus' text format 0.0.4. */
export function seriesAnswer(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } });
}
