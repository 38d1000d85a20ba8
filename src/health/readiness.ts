import { asCustosError } from '../core/errors.js';
import type { Probe, Pulse, UnreadyReason } from '../core/health.js';
import type { ChainId } from '../core/ids.js';
import { inTime, probed, remembered } from '../http/readiness.js';

/** Polls without an answer, one after another, before a chain counts as not served. */
const FAILED_POLLS = 3;
/** Periods without a successful poll before a chain counts as not served. */
const SILENT_PERIODS = 3;
/** Extra time for one poll, in milliseconds: its requests are repeated before it counts as failed. */
const POLL_TIME = 60_000;
/** How long one probe may take, in milliseconds. */
const PROBE_TIME = 2000;
/** How long an answer is reused, in milliseconds. */
const ANSWER_TIME = 1000;
/** How long the list of chains is taken from memory, in milliseconds: the store may have many wallets. */
const CHAINS_TIME = 15_000;

export interface ReadinessOptions {
  readonly now: () => number;
  readonly pulse: Pulse;
  readonly probes: readonly Probe[];
  /** Chains that the daemon serves now. */
  readonly served: () => Promise<readonly ChainId[]>;
  /** The longest time between two polls of one chain, in milliseconds. */
  readonly period: number;
  /** True after the signal that ends the daemon. */
  readonly stopping: () => boolean;
}

/**
 * Whether the daemon can do its work: store and signer answer, and every served chain is polled with success.
 * @returns asks; an empty list means ready. Never rejects, and answers within a few seconds
 */
export function createReadiness(options: ReadinessOptions): () => Promise<readonly UnreadyReason[]> {
  const chains = chainsOf(options);
  return remembered(ANSWER_TIME, options.now, async () => {
    const { probes } = options;
    const failed = await Promise.all(probes.map(({ check, run }) => probed({ check }, PROBE_TIME, run)));
    const polled = await pollReasons(options, chains);
    return [...stoppingReason(options), ...failed.flat(), ...polled];
  });
}

function stoppingReason({ stopping }: ReadinessOptions): UnreadyReason[] {
  return stopping() ? [{ check: 'daemon', text: 'the daemon is stopping' }] : [];
}

type Served = ReadonlyMap<ChainId, number>;

/** Served chains, each with the time when it was first served, so that a chain with new wallets has time for its first poll. */
function chainsOf({ now, served }: ReadinessOptions): () => Promise<Served> {
  let since: Served | undefined;
  return remembered(CHAINS_TIME, now, async () => {
    const before = since;
    const list = await inTime(PROBE_TIME, served());
    // Chains that are served from the start must be polled before the daemon is ready.
    const first = before === undefined ? 0 : now();
    since = new Map(list.map((chain) => [chain, before?.get(chain) ?? first]));
    return since;
  });
}

async function pollReasons(options: ReadinessOptions, chains: () => Promise<Served>): Promise<UnreadyReason[]> {
  try {
    return [...(await chains())].flatMap(([chain, since]) => pollReason(options, chain, since));
  } catch (thrown) {
    const { code } = asCustosError(thrown);
    return [{ check: 'store', code, text: 'the list of chains with wallets could not be read' }];
  }
}

function pollReason({ now, pulse, period }: ReadinessOptions, chain: ChainId, since: number): UnreadyReason[] {
  const failed = pulse.failedPolls(chain);
  if (failed >= FAILED_POLLS) {
    return [
      { check: 'poll', chain, text: `the last ${failed} polls had no answer; the log line "poll failed" says why` },
    ];
  }
  const last = pulse.lastPoll(chain) ?? since;
  if (last === 0) return [{ check: 'poll', chain, text: 'not polled yet' }];
  const silent = now() - last;
  if (silent <= SILENT_PERIODS * period + POLL_TIME) return [];
  return [{ check: 'poll', chain, text: `the last successful poll was ${Math.round(silent / 1000)} seconds ago` }];
}
