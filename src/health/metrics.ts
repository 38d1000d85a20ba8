import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ChainId } from '../core/ids.js';
import type { Meter } from '../core/meter.js';
import type { QueueDepth } from '../core/store/journal.js';
import { processSeries } from '../http/meter.js';
import { createPulse, type PulseKeeper } from './pulse.js';
import { addQueueSeries } from './queue-series.js';

/** Upper bounds of the buckets in seconds. A signature takes milliseconds; one that waits for a new signer, a second. */
const SIGN_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const POLL_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Number of judges that get their own series. */
const JUDGES = 8;

export interface MetricsOptions {
  /** Chains that get their own series; all others count as `other`, so that a client cannot create series at will. */
  readonly chains: readonly ChainId[];
  /** Those whose keys Web3Signer counts, too. */
  readonly secp256k1?: readonly ChainId[];
  readonly now: () => number;
  /** Labels of `custos_build_info`. */
  readonly build: Readonly<Record<'version' | 'node' | 'network' | 'store', string>>;
  /** Log lines that could not be written. */
  readonly lostLines: () => number;
  /** Open transactions in the journal, by chain and state. */
  readonly depths: () => Promise<readonly QueueDepth[]>;
}

/** The metrics of one daemon: `meter` counts them, `text` shows them. */
export interface Metrics {
  readonly meter: Meter;
  readonly pulse: PulseKeeper;
  /** All series in Prometheus' text format 0.0.4. */
  text(): Promise<string>;
}

/** Makes the series of a daemon. Labels are chains, states and outcomes; never an address, an id or foreign text. */
export function createMetrics({ chains, now, build, lostLines, depths, secp256k1 = [] }: MetricsOptions): Metrics {
  const registry = processSeries();
  const pulse = createPulse(now);
  const series = makeSeries(registry, pulse);
  addLostLines(registry, lostLines);
  series.build.set({ version: build.version, node: build.node, network: build.network, store: build.store }, 1);
  const known: ReadonlySet<string> = new Set(chains);
  const label = (chain: ChainId) => (known.has(chain) ? chain : 'other');
  const askQueue = addQueueSeries(registry, { now, depths });
  return {
    pulse,
    meter: createMeter(series, { pulse, label, secp256k1 }),
    async text() {
      await askQueue();
      return registry.metrics();
    },
  };
}

function addLostLines(registry: Registry, lostLines: () => number): void {
  new Gauge({
    name: 'custos_log_lines_lost',
    help: 'Log lines that could not be written since the start.',
    registers: [registry],
    collect() {
      this.set(lostLines());
    },
  });
}

function makeSeries(registry: Registry, pulse: PulseKeeper) {
  const registers = [registry];
  const counter = <T extends string>(name: string, help: string, labelNames: readonly T[]) =>
    new Counter({ name, help, labelNames, registers });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name, help, buckets, labelNames: ['chain'], registers });
  new Gauge({
    name: 'custos_last_poll_timestamp_seconds',
    help: 'When the chain was last polled with success, in seconds since 1970.',
    labelNames: ['chain'],
    registers,
    collect() {
      for (const [chain, moment] of pulse.last) this.set({ chain }, moment / 1000);
    },
  });
  return {
    build: new Gauge({
      name: 'custos_build_info',
      help: 'Always 1; the labels say what runs.',
      labelNames: ['version', 'node', 'network', 'store'],
      registers,
    }),
    tries: counter('custos_transactions_total', 'Tries of transactions by how they ended.', ['chain', 'outcome']),
    polls: counter('custos_polls_total', 'Polls by result.', ['chain', 'result']),
    pollTime: histogram('custos_poll_duration_seconds', 'Time of a poll, repeats included.', POLL_BUCKETS),
    signTime: histogram('custos_sign_duration_seconds', 'From the request to signed bytes.', SIGN_BUCKETS),
    verdicts: counter('custos_verdicts_total', 'Answers of the four-eye service and of other judges.', [
      'judge',
      'verdict',
    ]),
    // Web3Signer's names, so that its dashboards and alerts go on.
    signerTime: new Histogram({
      name: 'signing_secp256k1_signing_duration',
      help: "Seconds from the request to signed bytes, by Web3Signer's name.",
      buckets: SIGN_BUCKETS,
      registers,
    }),
    missingKeys: counter(
      'signing_secp256k1_missing_identifier_count_total',
      "Requests for keys that are not here, by Web3Signer's name.",
      [],
    ),
    restarts: counter('custos_signer_restarts_total', 'Signer processes that took the place of a dead one.', []),
    gaps: counter('custos_nonce_gaps_total', 'Times that free nonces were found below a used one.', ['chain']),
    missing: counter('custos_nonces_missing_total', 'Nonces that were free then.', ['chain']),
    openings: counter('custos_breaker_openings_total', 'Times that the way to a chain was shut after faults.', [
      'chain',
    ]),
    freezes: new Gauge({ name: 'custos_freezes', help: 'Freezes that hold: they stop signing.', registers }),
    open: new Gauge({
      name: 'custos_breaker_open',
      help: '1 while the way to the chain is shut after faults.',
      labelNames: ['chain'],
      registers,
    }),
  };
}

interface Labels {
  readonly pulse: PulseKeeper;
  readonly label: (chain: ChainId) => string;
  readonly secp256k1: readonly ChainId[];
}

function createMeter(series: ReturnType<typeof makeSeries>, { pulse, label, secp256k1 }: Labels): Meter {
  const judges = new Set<string>();
  const judgeLabel = (name: string) => {
    if (judges.size < JUDGES) judges.add(name);
    return judges.has(name) ? name : 'other';
  };
  return {
    polled(chain, result, milliseconds) {
      if (label(chain) === chain) pulse.polled(chain, result);
      series.polls.inc({ chain: label(chain), result });
      series.pollTime.observe({ chain: label(chain) }, amount(milliseconds) / 1000);
    },
    ended: (chain, outcome) => series.tries.inc({ chain: label(chain), outcome }),
    judged: (judge, verdict) => series.verdicts.inc({ judge: judgeLabel(judge), verdict }),
    signed(chain, microseconds) {
      const seconds = amount(microseconds) / 1_000_000;
      series.signTime.observe({ chain: label(chain) }, seconds);
      if (secp256k1.includes(chain)) series.signerTime.observe(seconds);
    },
    keyMissing: () => series.missingKeys.inc(),
    signerRestarted: () => series.restarts.inc(),
    nonceGap(chain, missing) {
      series.gaps.inc({ chain: label(chain) });
      series.missing.inc({ chain: label(chain) }, amount(missing));
    },
    frozen: (freezes) => series.freezes.set(freezes),
    breaker(chain, state) {
      series.open.set({ chain: label(chain) }, state === 'open' ? 1 : 0);
      if (state === 'open') series.openings.inc({ chain: label(chain) });
    },
  };
}

/** The library throws on NaN, and a counter never decreases: a clock that was set back counts as zero. */
function amount(value: number): number {
  return Number.isFinite(value) && value > 0 ? value : 0;
}
