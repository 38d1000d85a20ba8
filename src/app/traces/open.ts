import { baseOf } from '../../cloud/urls.js';
import type { Clock } from '../../core/clock.js';
import type { Log } from '../../core/log.js';
import type { Trace } from '../../lifecycle/step.js';
import type { Config } from '../config/config.js';
import { fetchOf } from '../network/way-out.js';
import { openTraces } from './exporter.js';

interface TracedMeans {
  readonly config: Pick<Config, 'otlp' | 'proxies'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What watches the steps of a daemon's transactions. */
interface Watching {
  readonly trace?: Trace;
  /** Never rejects. */
  close(): Promise<void>;
}

/** Traces to the collector of the settings, if there is one, beside a watcher that the caller has. */
export function tracesTo({ config, clock, log }: TracedMeans, other?: Trace): Watching {
  const { otlp, proxies } = config;
  if (otlp === undefined) return { ...(other && { trace: other }), close: async () => undefined };
  const { trace, close } = openTraces({ url: baseOf(otlp), fetch: fetchOf(proxies), clock, log });
  return {
    trace: (...moment) => {
      trace(...moment);
      other?.(...moment);
    },
    close,
  };
}
