import type { ChainRegistry } from '../core/chain.js';
import type { Clock } from '../core/clock.js';
import type { Cloud, Nodes } from '../core/cloud.js';
import type { ChainId, Network, SignatureId } from '../core/ids.js';
import type { Journal } from '../core/journal.js';
import type { Judge } from '../core/judge.js';
import type { Log } from '../core/log.js';
import type { Signer } from '../core/signer.js';
import type { WalletTable } from '../core/store.js';
import type { PublicVault } from '../core/vault.js';

/** The steps of the way, as measurements and crash tests see them. */
export type Step = 'poll' | 'claim' | 'complete' | 'judge' | 'sign' | 'open' | 'record' | 'broadcast' | 'close';

/** Told before (`begin`) and after (`end`, with microseconds) each step. */
export type Trace = (step: Step, moment: 'begin' | 'end', microseconds: number, pendingId?: string) => void;

/** Everything that the main job needs, put together by app/house.ts. */
export interface DaemonParts {
  readonly network: Network;
  readonly chains: ChainRegistry;
  readonly wallets: WalletTable;
  readonly publicVault: PublicVault;
  readonly journal: Journal;
  readonly cloud: Cloud;
  readonly nodes: Nodes;
  readonly signer: Signer;
  /** Asked in order; the first that does not allow ends the way. */
  readonly judges: readonly Judge[];
  readonly clock: Clock;
  readonly log: Log;
  /** Chain ids of development chains, by chain. */
  readonly developmentChainIds: ReadonlyMap<ChainId, bigint>;
  /** The most that a fee may be, in smallest units, where the operator set it, by chain. */
  readonly feeCeilings: ReadonlyMap<ChainId, bigint>;
  /** Chains whose keys may sign for an account that only the network ties to them (e.g. XRP regular keys). */
  readonly allowForeignKeys: ReadonlySet<ChainId>;
  /** When present, only these wallets sign. */
  readonly onlyWallets?: ReadonlySet<SignatureId>;
  /** When present, only these pending transactions are taken. */
  readonly onlyTransactions?: ReadonlySet<string>;
  readonly trace?: Trace;
}

/** Runs `work` as one step of the way. */
export async function step<T>(
  parts: DaemonParts,
  name: Step,
  pendingId: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const { trace } = parts;
  if (trace === undefined) return work();
  trace(name, 'begin', 0, pendingId);
  const start = process.hrtime.bigint();
  const result = await work();
  trace(name, 'end', Number((process.hrtime.bigint() - start) / 1000n), pendingId);
  return result;
}
