import { Counter, Gauge } from 'prom-client';
import type { Clock } from '../core/clock.js';
import type { ChainId, Network } from '../core/ids.js';
import type { Queue } from '../core/store/queue.js';
import { processSeries } from '../http/meter.js';

/** What became of a pending transaction at the gateway. */
type QueueOutcome = 'queued' | 'broadcast' | 'refused' | 'completed' | 'failed' | 'withdrawn';

/** Counts the events of the gateway, and shows the counts to watchers. */
export interface GatewayMeter {
  count(chain: ChainId, outcome: QueueOutcome): void;
  /** All series in Prometheus' text format, with the present content of the queue. @throws CustosError STORE_* */
  text(): Promise<string>;
}

export function createGatewayMeter(options: {
  readonly queue: Pick<Queue, 'waiting'>;
  readonly network: Network;
  readonly clock: Clock;
}): GatewayMeter {
  const registry = processSeries();
  const registers = [registry];
  const outcomes = new Counter({
    name: 'custos_gateway_transactions_total',
    help: 'Pending transactions by what became of them, since the gateway was started.',
    labelNames: ['chain', 'outcome'],
    registers,
  });
  const waiting = new Gauge({
    name: 'custos_gateway_queue_transactions',
    help: 'Transactions in the queue that are not closed: unclaimed, claimed, failed or broadcast.',
    labelNames: ['chain', 'progress'],
    registers,
  });
  const oldest = new Gauge({
    name: 'custos_gateway_oldest_age_seconds',
    help: 'Time since the oldest of them was handed in.',
    labelNames: ['chain', 'progress'],
    registers,
  });
  return {
    count: (chain, outcome) => outcomes.inc({ chain, outcome }),
    async text() {
      const counts = await options.queue.waiting(options.network);
      // Set all at once after waiting: two simultaneous requests both see a complete answer.
      waiting.reset();
      oldest.reset();
      for (const { chain, progress, count, oldest: since } of counts) {
        waiting.set({ chain, progress }, count);
        oldest.set({ chain, progress }, Math.max(0, options.clock.now() - since) / 1000);
      }
      return registry.metrics();
    },
  };
}
