import type { Pulse } from '../core/health.js';
import type { ChainId } from '../core/ids.js';

interface Polls {
  readonly ok?: number;
  readonly failed: number;
}

/** Remembers how the polls of each chain went. */
export interface PulseKeeper extends Pulse {
  polled(chain: ChainId, result: 'ok' | 'failed'): void;
  /** The last success of every chain that had one, in milliseconds since 1970. */
  readonly last: ReadonlyMap<ChainId, number>;
}

export function createPulse(now: () => number): PulseKeeper {
  const polls = new Map<ChainId, Polls>();
  const last = new Map<ChainId, number>();
  return {
    last,
    polled(chain, result) {
      const before = polls.get(chain) ?? { failed: 0 };
      if (result === 'failed') polls.set(chain, { ...before, failed: before.failed + 1 });
      else {
        polls.set(chain, { ok: now(), failed: 0 });
        last.set(chain, now());
      }
    },
    lastPoll: (chain) => polls.get(chain)?.ok,
    failedPolls: (chain) => polls.get(chain)?.failed ?? 0,
  };
}
