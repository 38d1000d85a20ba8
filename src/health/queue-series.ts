import { Gauge, type Registry } from 'prom-client';
import type { QueueDepth } from '../core/store/journal.js';
import { inTime, remembered } from '../http/readiness.js';

/** How long the journal may take, in milliseconds. */
const DEADLINE = 2000;
/** How long its answer is reused, in milliseconds. */
const ANSWER_TIME = 1000;

export interface QueueOptions {
  readonly now: () => number;
  /** Open transactions by chain and state: one query over an index of the states. */
  readonly depths: () => Promise<readonly QueueDepth[]>;
}

/**
 * Adds the series of what waits in the journal. A watcher's request makes it ask the journal, at most once a second and within
 * a deadline. Without an answer its series are left out and `custos_queue_up` is 0.
 * @returns asks the journal and sets the series; never rejects
 */
export function addQueueSeries(registry: Registry, { now, depths }: QueueOptions): () => Promise<void> {
  const gauge = <T extends string>(name: string, help: string, labelNames: readonly T[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const labels = ['chain', 'state'] as const;
  const count = gauge('custos_queue_transactions', 'Transactions in the journal that are not ended.', labels);
  const age = gauge('custos_queue_oldest_age_seconds', 'Time since the oldest of them was claimed.', labels);
  const up = gauge('custos_queue_up', '1 when the journal answered this time.', []);
  const ask = remembered(ANSWER_TIME, now, () => inTime(DEADLINE, depths()));
  return async () => {
    const found = await ask().catch(() => undefined);
    // Set all at once after waiting: two simultaneous requests both see a complete answer.
    count.reset();
    age.reset();
    up.set(found === undefined ? 0 : 1);
    for (const { chain, state, count: depth, oldest } of found ?? []) {
      count.set({ chain, state }, depth);
      age.set({ chain, state }, Math.max(0, now() - oldest) / 1000);
    }
  };
}
