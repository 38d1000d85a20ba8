import type { ChainRegistry } from '../core/chain/chain.js';
import type { Clock } from '../core/clock.js';
import { within } from '../core/deadline.js';
import { CustosError } from '../core/errors.js';
import type { ChainId, Network, SignatureId } from '../core/ids.js';
import type { Log } from '../core/log.js';
import type { Meter } from '../core/meter.js';
import type { Cloud, Nodes } from '../core/network/cloud.js';
import type { Judge } from '../core/signing/judge.js';
import type { Signer } from '../core/signing/signer.js';
import type { SigningRules } from '../core/signing/signing-rules.js';
import type { PublicVault } from '../core/signing/vault.js';
import type { Journal } from '../core/store/journal.js';
import type { WalletTable } from '../core/store/store.js';
import type { LeaseKeeper } from './lease-keeper.js';

/** The steps of the way, as measurements and crash tests see them. */
export type Step =
  | 'poll'
  | 'claim'
  | 'complete'
  | 'judge'
  | 'sign'
  | 'open'
  | 'record'
  | 'broadcast'
  | 'confirm'
  | 'close';

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
  readonly meter: Meter;
  readonly leases: LeaseKeeper;
  /** True where other daemons may use the same journal. */
  readonly shared: boolean;
  /** Tries of an unsigned transaction before it is given up. */
  readonly maxAttempts: number;
  /** Blocks in which an own node must have a transaction, its own and those behind it, before it is completed. */
  confirmations(chain: ChainId): number;
  /** The operator's limits; the signer has them from its start and decides by its own. */
  readonly rules: SigningRules;
  /** When present, only these wallets sign. */
  readonly onlyWallets?: ReadonlySet<SignatureId>;
  /** When present, only these pending transactions are taken. */
  readonly onlyTransactions?: ReadonlySet<string>;
  readonly trace?: Trace;
}

/**
 * The longest that a step may take, in milliseconds, all of its tries together. What is not here has limits of its own: the
 * journal's steps the database's, and signing the signer's.
 */
export const deadlines: Readonly<Partial<Record<Step, number>>> = {
  poll: 150_000,
  complete: 120_000,
  judge: 60_000,
  broadcast: 120_000,
  confirm: 60_000,
  close: 60_000,
};

/** Runs `work` as one step of the way. @throws CustosError STEP_TIMEOUT, and whatever `work` throws */
export async function step<T>(
  parts: DaemonParts,
  name: Step,
  pendingId: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const { trace } = parts;
  trace?.(name, 'begin', 0, pendingId);
  const start = performance.now();
  const limit = deadlines[name];
  // What comes later than the deadline is dropped. Steps with a deadline write little: `complete` reserves a nonce, `judge`
  // what was said no to. Both write under the lease, which a step that is given up lets go of.
  const late = () =>
    new CustosError('STEP_TIMEOUT', `the step "${name}" did not end within ${(limit ?? 0) / 1000} seconds`);
  const result = await (limit === undefined ? work() : within(limit, work(), late));
  trace?.(name, 'end', Math.round((performance.now() - start) * 1000), pendingId);
  return result;
}
