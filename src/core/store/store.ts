import type { ChainId, Network, SignatureId } from '../ids.js';
import type { SealedWallet } from '../signing/wallet.js';
import type { Journal, JournalRecords } from './journal.js';
import type { JournalMac, JournalOpening } from './journal-mac.js';

/** How a key slot came to be: a password, or the recovery key that `init` shows once. */
export type KeySlotKind = 'password' | 'recovery';

/** The root key, wrapped by a key that scrypt makes from a password (docs/wallet-store.md). */
export interface KeySlot {
  readonly id: string;
  readonly kind: KeySlotKind;
  /** log2 of scrypt's N, and r and p (RFC 7914). */
  readonly kdf: { readonly logN: number; readonly r: number; readonly p: number };
  /** 32 bytes. */
  readonly salt: Uint8Array;
  /** 12-byte nonce ‖ 32-byte ciphertext ‖ 16-byte tag. */
  readonly box: Uint8Array;
  readonly createdAt: number;
  /** Which root key of the store it opens. Absent in slots that were made before format 3, which open the first one. */
  readonly generation?: number;
}

/** The number of the root key that a slot opens. */
export function slotGeneration({ generation = 1 }: KeySlot): number {
  return generation;
}

/** What a store becomes when it is given another root key. */
export interface NewRoot {
  /** All that open it from then on. */
  readonly slots: readonly KeySlot[];
  /** Seals records anew. @throws CustosError RECORD_DAMAGED: one does not open */
  reseal(wallets: readonly SealedWallet[]): readonly SealedWallet[];
  /** What authenticates the journal before and after. */
  readonly journal: { readonly from: JournalMac; readonly to: JournalMac };
  /** Told after each page of wallets. */
  progress?(done: number): void;
}

export interface WalletFilter {
  readonly chain?: ChainId;
  readonly network?: Network;
}

/** The wallet table. Adding is durable when the promise resolves. */
export interface WalletTable {
  /** All or nothing. @throws CustosError SIGNATURE_ID_EXISTS, STORE_FULL, STORE_READ_ONLY, STORE_BUSY */
  add(wallets: readonly SealedWallet[]): Promise<void>;
  get(ids: readonly SignatureId[]): Promise<readonly SealedWallet[]>;
  /** Pages by signature ID: give the last one of the page before as `after`. */
  page(filter: WalletFilter, after: SignatureId | undefined, limit: number): Promise<readonly SealedWallet[]>;
  /** All ids in pages of at most `size`, in their order; each page is read when it is asked for. */
  idPages(filter: Required<WalletFilter>, size: number): AsyncIterable<readonly SignatureId[]>;
  /** Chains that have wallets on this network. */
  chains(network: Network): Promise<readonly ChainId[]>;
  count(filter: WalletFilter): Promise<number>;
  remove(id: SignatureId): Promise<boolean>;
}

/** The key-slot table. */
export interface KeySlotTable {
  all(): Promise<readonly KeySlot[]>;
  /** One transaction: adds the given ones, then removes those named. */
  replace(add: readonly KeySlot[], removeIds: readonly string[]): Promise<void>;
}

/** An open wallet store. */
export interface Store {
  /** 16 bytes in hexadecimal digits: random, made by `init`, bound into every sealed record. */
  readonly storeId: string;
  readonly location: string;
  /** Number of the root key that everything is sealed under: 1 for the first one. */
  readonly rootGeneration: number;
  /** True where several machines may use the store at the same time. */
  readonly shared: boolean;
  readonly wallets: WalletTable;
  readonly slots: KeySlotTable;
  readonly journal: Journal;
  /**
   * Lets the journal prove its rows and authenticate what it writes. Without it rows are shown as they are, and what is written is
   * not gone on with by anybody who has the key.
   * @returns how many transactions of a former format were taken as they are
   */
  unlockJournal(opening: JournalOpening): Promise<number>;
  readonly journalRecords: JournalRecords;
  /** Keeps other daemons away until `close` or the end of the process; on a shared store it does nothing. @throws CustosError DAEMON_RUNNING */
  lockForDaemon(): Promise<void>;
  /**
   * Keeps daemons away until `close`, on whatever machine they would run.
   * @throws CustosError DAEMON_RUNNING
   */
  lockForRekey(): Promise<void>;
  /**
   * Replaces the root key with everything that hangs on it: afterwards all is of the new one, or nothing. This store object
   * takes no more writes then.
   * @throws CustosError STORE_REKEYED, RECORD_DAMAGED, STORE_*
   */
  rekey(root: NewRoot): Promise<void>;
  /** Structural check of the database itself. @throws CustosError STORE_DAMAGED */
  check(): Promise<void>;
  close(): Promise<void>;
}
