import type { ChainShown } from '../../api/forms/overview.js';
import type { ChainId, Network } from '../../core/ids.js';
import { defaultTenant } from '../../core/ids.js';
import type { Meter } from '../../core/meter.js';
import { openStates } from '../../core/store/journal.js';
import type { Store } from '../../core/store/store.js';

/** How this process gets on with one chain. */
interface LaneState {
  /** When the chain was last polled with success, in milliseconds since 1970. */
  readonly polledAt?: number;
  readonly failedPolls: number;
  /** Since when the way to the chain is shut after faults. */
  readonly shutAt?: number | undefined;
}

export type LaneStates = ReadonlyMap<ChainId, LaneState>;

/** The same meter, but it also remembers how each chain goes. */
export function watchLanes(meter: Meter, now: () => number): { readonly meter: Meter; readonly states: LaneStates } {
  const states = new Map<ChainId, LaneState>();
  const change = (chain: ChainId, to: (before: LaneState) => LaneState) =>
    states.set(chain, to(states.get(chain) ?? { failedPolls: 0 }));
  return {
    states,
    meter: {
      ...meter,
      polled(chain, result, milliseconds) {
        meter.polled(chain, result, milliseconds);
        change(chain, (before) =>
          result === 'ok'
            ? { ...before, failedPolls: 0, polledAt: now() }
            : { ...before, failedPolls: before.failedPolls + 1 },
        );
      },
      breaker(chain, state) {
        meter.breaker(chain, state);
        change(chain, (before) => ({ ...before, shutAt: state === 'open' ? (before.shutAt ?? now()) : undefined }));
      },
    },
  };
}

export interface ChainsParts {
  readonly network: Network;
  readonly store: {
    readonly wallets: Pick<Store['wallets'], 'chains'>;
    readonly journal: Pick<Store['journal'], 'depths'>;
  };
  /** Absent in a process that does not sign. */
  readonly lanes: LaneStates | undefined;
}

/** Every chain that has wallets or open transactions: what waits there, and how this process reaches it. */
export async function chainsOf({ network, store, lanes }: ChainsParts): Promise<readonly ChainShown[]> {
  const [depths, withWallets] = await Promise.all([
    store.journal.depths(network),
    store.wallets.chains(network, defaultTenant),
  ]);
  const all = new Set([...withWallets, ...depths.map(({ chain }) => chain), ...(lanes?.keys() ?? [])]);
  return [...all].sort().map((chain) => {
    const own = depths.filter((one) => one.chain === chain);
    const oldest = Math.min(...own.map((one) => one.oldest));
    const lane = lanes?.get(chain);
    return {
      chain,
      open: openStates.map((state) => ({ state, count: own.find((one) => one.state === state)?.count ?? 0 })),
      oldestAt: own.length === 0 ? null : momentOf(oldest),
      way: lane === undefined ? null : wayJson(lane),
    };
  });
}

function wayJson({ polledAt, failedPolls, shutAt }: LaneState): ChainShown['way'] {
  return { polledAt: momentOf(polledAt), failedPolls, shutAt: momentOf(shutAt) };
}

function momentOf(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
