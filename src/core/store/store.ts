import type { StoredTenantSettings } from '../access/tenant-settings.js';
import type { AuditEvent } from '../audit/events.js';
import type { EventTable } from '../events/feed.js';
import type { SubscriptionTable } from '../events/subscriptions.js';
import type { WebhookTable } from '../events/webhooks.js';
import type { ChainId, Network, SignatureId, TenantId } from '../ids.js';
import type { SealedWallet } from '../signing/wallet.js';
import type { AccessTable } from './access.js';
import type { ApprovalTable } from './approvals.js';
import type { AuditLog, AuditRows } from './audit.js';
import type { FreezeTable, StoredFreeze } from './freezes.js';
import type { Journal } from './journal.js';
import type { JournalKey, JournalMac } from './journal-mac.js';
import type { JournalRecords } from './journal-records.js';
import type { AddressTable, OwnerTable, StoredAddress, StoredOwner } from './owners.js';
import type { PolicyTable } from './policies.js';
import type { DocumentKind, SealedDocument } from './sealed-document.js';
import type { TicketTable } from './tickets.js';

/** What every key slot has: the root key in a box (docs/wallet-store.md). */
interface SlotFacts {
  readonly id: string;
  /** 12-byte nonce ‖ 32-byte ciphertext ‖ 16-byte tag. */
  readonly box: Uint8Array;
  readonly createdAt: number;
  /** Which root key of the store it opens. Absent in slots made before format 3, which open the first one. */
  readonly generation?: number;
}

/** Opened by a password, or by the recovery key that `init` shows once: scrypt makes the key of the box from it. */
export interface StretchedSlot extends SlotFacts {
  readonly kind: 'password' | 'recovery';
  /** log2 of scrypt's N, and r and p (RFC 7914). */
  readonly kdf: { readonly logN: number; readonly r: number; readonly p: number };
  /** 32 bytes. */
  readonly salt: Uint8Array;
}

/** Opened by a slot key of 32 random bytes, which only a key outside of the store unwraps. */
export interface ExternalSlot extends SlotFacts {
  readonly kind: 'external';
  /** Names the outside key, such as `awskms:arn:…`. Only what the operator's settings name is ever asked. */
  readonly reference: string;
  /** The slot key as the outside key wrapped it. */
  readonly wrapped: Uint8Array;
}

/** A way to open the root key. */
export type KeySlot = StretchedSlot | ExternalSlot;

type KeySlotKind = KeySlot['kind'];

/** Which slot it is. */
export interface SlotName {
  readonly id: string;
  readonly kind: KeySlotKind;
}

/** The number of the root key that a slot opens. */
export function slotGeneration({ generation = 1 }: KeySlot): number {
  return generation;
}

/** A store's new state when it gets another root key. */
export interface NewRoot {
  /** All slots that open it from then on. */
  readonly slots: readonly KeySlot[];
  /** Seals records again. @throws CustosError RECORD_DAMAGED: one does not open */
  reseal(wallets: readonly SealedWallet[]): readonly SealedWallet[];
  /** Seals a document again. @throws CustosError RECORD_DAMAGED: it does not open */
  resealDocument(kind: DocumentKind, sealed: SealedDocument): SealedDocument;
  /** Seals an owner again, with another digest. @throws CustosError RECORD_DAMAGED: it does not open */
  resealOwner(owner: StoredOwner): StoredOwner;
  /** Seals allotted addresses again, with other digests. @throws CustosError RECORD_DAMAGED: one does not open */
  resealAddresses(addresses: readonly StoredAddress[]): readonly StoredAddress[];
  /** Authenticates settings of a tenant again, and seals the secret in them. What did not verify before does not afterwards. */
  resealSettings(stored: StoredTenantSettings): StoredTenantSettings;
  /** Authenticates a freeze again. What did not verify under the key of before does not verify afterwards. */
  remacFreeze(freeze: StoredFreeze): StoredFreeze;
  /** What authenticates the journal before and after. */
  readonly journal: { readonly from: JournalMac; readonly to: JournalMac };
  /** What the audit log records of it, under the new key. */
  readonly events?: readonly AuditEvent[];
  /** Called after each page of wallets. */
  progress?(done: number): void;
}

export interface WalletFilter {
  /** Absent: of all tenants, for those who have the password. */
  readonly tenant?: TenantId;
  /** Blind indexes of an owner, and of a label. */
  readonly owner?: Uint8Array;
  readonly label?: Uint8Array;
  readonly chain?: ChainId;
  readonly network?: Network;
  /** Only wallets about which something was decided. */
  readonly controlled?: true;
}

/** A change of the sealed records of some wallets. */
export interface WalletChange {
  readonly ids: readonly SignatureId[];
  /** The wallets sign less than before: it is done even if the audit log is broken. */
  readonly narrows?: boolean;
  /** @returns the new record; the same one if nothing changes */
  alter(sealed: SealedWallet): SealedWallet;
  /** What the audit log records of the wallets that changed. */
  events(changed: readonly SignatureId[]): readonly AuditEvent[];
  /** Called after each page with the number of wallets so far. */
  progress?(done: number): void;
}

/** Most wallets that an owner may have, by its blind index. */
export interface OwnerBound {
  readonly digest: Uint8Array;
  readonly most: number;
}

/** The wallet table. Adding is durable when the promise resolves. */
export interface WalletTable {
  /**
   * Adds all or none.
   * @param events - what the audit log records of it
   * @param bound - of the owner of these wallets
   * @throws CustosError SIGNATURE_ID_EXISTS, WALLET_PLACE_TAKEN, OWNER_LIMIT, STORE_FULL, STORE_READ_ONLY, STORE_BUSY
   */
  add(wallets: readonly SealedWallet[], events?: readonly AuditEvent[], bound?: OwnerBound): Promise<void>;
  /**
   * Adds a wallet with a slot, unless the slot has one.
   * @returns the wallet of the slot, durable
   * @throws CustosError WALLET_PLACE_TAKEN (another process was first), and as `add`
   */
  addToSlot(wallet: SealedWallet, events?: readonly AuditEvent[], bound?: OwnerBound): Promise<SealedWallet>;
  get(ids: readonly SignatureId[]): Promise<readonly SealedWallet[]>;
  /** Pages by signature ID; `after` is the last ID of the previous page. */
  page(filter: WalletFilter, after: SignatureId | undefined, limit: number): Promise<readonly SealedWallet[]>;
  /** All ids in pages of at most `size`, in their order; each page is read on demand. */
  idPages(
    filter: Required<Pick<WalletFilter, 'tenant' | 'chain' | 'network'>>,
    size: number,
  ): AsyncIterable<readonly SignatureId[]>;
  /** Chains that have wallets on this network. @param tenant - absent: of all tenants */
  chains(network: Network, tenant?: TenantId): Promise<readonly ChainId[]>;
  /** Tenants that have wallets. */
  tenants(): Promise<readonly TenantId[]>;
  /** Wallets that show this address, or have it as index 0, by its blind index. */
  byAddress(digest: Uint8Array): Promise<readonly SealedWallet[]>;
  /** The wallet of a place, by its blind index. */
  bySlot(digest: Uint8Array): Promise<SealedWallet | undefined>;
  /** Wallets that are not found by anything yet, because an older version wrote them. */
  withoutLookup(after: SignatureId | undefined, limit: number): Promise<readonly SealedWallet[]>;
  count(filter: WalletFilter): Promise<number>;
  /**
   * Changes records in one transaction, so that all are changed or none, and no other change of them is lost.
   * @throws CustosError WALLET_UNKNOWN, WALLET_PLACE_TAKEN, STORE_REKEYED, and what `alter` throws
   */
  change(change: WalletChange): Promise<void>;
  /** @param events - recorded if there was such a wallet */
  remove(id: SignatureId, events?: readonly AuditEvent[]): Promise<boolean>;
}

/** The key-slot table. */
export interface KeySlotTable {
  all(): Promise<readonly KeySlot[]>;
  /**
   * In one transaction: adds the given slots, then removes the named ones, and records it.
   * @param needed - id of a slot that has to be there afterwards: whoever removes a slot has opened the store by this one
   * @throws CustosError STATE_CONFLICT: no slot that opens the store without the recovery key would be left, or not the needed one
   */
  replace(add: readonly KeySlot[], removeIds: readonly string[], needed?: string): Promise<void>;
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
  readonly owners: OwnerTable;
  readonly addresses: AddressTable;
  readonly slots: KeySlotTable;
  readonly journal: Journal;
  readonly approvals: ApprovalTable;
  readonly freezes: FreezeTable;
  readonly policies: PolicyTable;
  readonly access: AccessTable;
  readonly events: EventTable;
  readonly tickets: TicketTable;
  readonly webhooks: WebhookTable;
  readonly subscriptions: SubscriptionTable;
  /**
   * Lets the journal verify its rows and authenticate what it writes. Without the key, rows are shown unverified, and a process
   * with the key does not act on what was written.
   * @returns how many transactions of an earlier format were accepted unverified
   */
  unlockJournal(key: JournalKey): Promise<number>;
  readonly journalRecords: JournalRecords;
  readonly audit: AuditLog;
  /** Lets the audit log authenticate its heads. Without the key, a process writes to a log that is authentic only once it is signed. */
  unlockAudit(key: Uint8Array): void;
  readonly auditRows: AuditRows;
  /** Keeps other daemons away until `close` or the end of the process. It does nothing on a shared store. @throws CustosError DAEMON_RUNNING */
  lockForDaemon(): Promise<void>;
  /**
   * Keeps daemons on all machines away until `close`.
   * @throws CustosError DAEMON_RUNNING
   */
  lockForRekey(): Promise<void>;
  /**
   * Replaces the root key and everything that depends on it, all or nothing. Afterwards this store object accepts no more
   * writes.
   * @throws CustosError STORE_REKEYED, RECORD_DAMAGED, STORE_*
   */
  rekey(root: NewRoot): Promise<void>;
  /** Structural check of the database itself. @throws CustosError STORE_DAMAGED */
  check(): Promise<void>;
  close(): Promise<void>;
}
