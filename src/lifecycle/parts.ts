import type { Chain, ChainRegistry } from '../core/chain/chain.js';
import type { SignerFacts } from '../core/chain/codec.js';
import type { RecordedTransaction } from '../core/chain/node.js';
import type { Clock } from '../core/clock.js';
import type { ChainId, SignatureId } from '../core/ids.js';
import type { Log } from '../core/log.js';
import type { Meter } from '../core/meter.js';
import type { Nodes } from '../core/network/cloud.js';
import type { Source } from '../core/network/source.js';
import type { SignControl } from '../core/signing/control.js';
import type { FreezeView } from '../core/signing/freezes.js';
import type { Judge } from '../core/signing/judge.js';
import type { Signer } from '../core/signing/signer.js';
import type { SigningRules } from '../core/signing/signing-rules.js';
import type { PublicVault } from '../core/signing/vault.js';
import type { SealedWallet } from '../core/signing/wallet.js';
import type { Journal, JournalEntry, Lease } from '../core/store/journal.js';
import type { WalletTable } from '../core/store/store.js';
import type { LeaseKeeper } from './lease-keeper.js';
import type { Trace } from './step.js';

/** What carries transactions on their way, put together by the app. Each step names the few parts that it uses. */
export interface LifecycleParts {
  readonly chains: ChainRegistry;
  readonly wallets: Pick<WalletTable, 'get'>;
  readonly publicVault: PublicVault;
  readonly journal: Journal;
  readonly nodes: Nodes;
  readonly signer: Signer;
  /**
   * What the signer's rules need for one pending transaction, after the signer has got the newest of them. Undefined in a store
   * without rules; absent where the signer gets none.
   */
  control?(pendingId: string): Promise<SignControl | undefined>;
  /** Asked in order; the first objection ends the way. */
  readonly judges: readonly Judge[];
  /** What may not be signed now. */
  readonly freezes: FreezeView;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
  readonly leases: LeaseKeeper;
  /** Tries of an unsigned transaction before it is given up. */
  readonly maxAttempts: number;
  /** The operator's limits; the signer has them from its start and decides by its own. */
  readonly rules: SigningRules;
  /** When present, only these wallets sign. */
  readonly onlyWallets?: ReadonlySet<SignatureId>;
  readonly trace?: Trace;
  /** Blocks that a completed transaction needs: its own and those on top of it. */
  confirmations(chain: ChainId): number;
}

/** A claimed row of the journal with the right to change it, and the source to report its end to. */
export interface Claimed {
  readonly entry: JournalEntry;
  readonly lease: Lease;
  readonly source: Source;
}

/** Who signs: the wallets that are needed and the public side of their keys. */
export interface Signers {
  readonly chain: Chain;
  readonly sealed: readonly SealedWallet[];
  /** All keys, in the order in which they will be lent; the first one's address is the sender. */
  readonly signers: readonly SignerFacts[];
  readonly from: string;
}

/** Signed bytes that are recorded and so may have been sent. */
export interface Sent {
  readonly chain: Chain;
  readonly recorded: RecordedTransaction;
}

/** How far a transaction got this time. `waiting` is tried again later; `unconfirmed` is not deep enough in the chain yet. */
export type OutcomeKind = 'completed' | 'unconfirmed' | 'held' | 'denied' | 'failed' | 'waiting';

export interface Outcome {
  readonly id: string;
  readonly kind: OutcomeKind;
  /** Set if it must be reported to the source, once. */
  readonly report?: string;
  /** True if the source or the node failed, independently of the transaction. */
  readonly isFault?: true;
}
