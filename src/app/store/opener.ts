import type { ChainRegistry } from '../../core/chain/chain.js';
import type { Clock } from '../../core/clock.js';
import { type Log, tell } from '../../core/log.js';
import type { Secret } from '../../core/secret.js';
import type { Vault } from '../../core/signing/vault.js';
import type { Journal } from '../../core/store/journal.js';
import type { Store } from '../../core/store/store.js';
import { openStore, storeExists } from '../../storage/open-store.js';
import type { OpenedSlot } from '../../vault/key-slots.js';
import { openVault } from '../../vault/vault.js';
import { recordRefusal, recordUnlock, signLog } from '../audit/unlock.js';
import type { Config } from '../config/config.js';
import { shownValue } from '../config/shown-value.js';
import type { OpenStore } from '../wallets/open-wallets.js';
import type { EarlyUnlock } from './early-unlock.js';
import { journalKeyFrom, openJournal } from './journal.js';
import { storeLocation, warnOfPassword } from './location.js';
import { type MadeStore, makeStore } from './make.js';
import { type PasswordMeans, readNewPassword, readStorePassword, refuseWeakInPassing } from './password.js';
import { openWithKey, readStoreKey, type SlotsOfStore, type StoreKey } from './store-key.js';

export interface OpenerParts {
  readonly config: Pick<Config, 'store' | 'network' | 'onCommandLine'>;
  /** The command that runs, for the audit log. */
  readonly command: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly chains: ChainRegistry;
  readonly passwords: PasswordMeans;
  /** A key derivation that began while the program was loading. */
  readonly early: Promise<EarlyUnlock> | undefined;
}

/** Opens the store of one command, its root key and its vault, each once and at its first use; `close` undoes all of it. */
export class StoreOpener {
  readonly #parts: OpenerParts;
  #store: Promise<Store> | undefined;
  #root: Promise<OpenedSlot> | undefined;
  #vault: Promise<Vault> | undefined;

  constructor(parts: OpenerParts) {
    this.#parts = parts;
  }

  location(): string {
    const { config, log } = this.#parts;
    warnOfPassword(config, log);
    return storeLocation(config);
  }

  async exists(): Promise<boolean> {
    return storeExists(this.location());
  }

  async store(): Promise<Store> {
    this.#store ??= this.#openStore();
    return this.#store;
  }

  async opened(): Promise<OpenedSlot> {
    this.#root ??= this.#openRoot();
    return this.#root;
  }

  async vault(): Promise<Vault> {
    this.#vault ??= this.#openVault();
    return this.#vault;
  }

  async journal(): Promise<Journal> {
    const store = await this.store();
    await openJournal(this.#parts, store, journalKeyFrom(await this.opened(), store.storeId));
    return store.journal;
  }

  password(): Promise<Secret> {
    return readStorePassword(this.#parts.passwords);
  }

  /** @param find - the slots to open, if they are not those of the store */
  async key(find: () => Promise<SlotsOfStore> = () => this.#slots()): Promise<StoreKey> {
    return readStoreKey(this.#parts.passwords, find);
  }

  async open(): Promise<OpenStore> {
    const store = await this.store();
    return { store, vault: await this.vault(), rootKey: (await this.opened()).rootKey };
  }

  async openForAdding(): Promise<OpenStore> {
    if (this.#store === undefined && !(await this.exists())) {
      const made = await this.#makeInPassing();
      this.#store = Promise.resolve(made.store);
      this.#root = Promise.resolve(made);
    }
    return this.open();
  }

  /** Also after an error: skips what could not be opened, and wipes and closes the rest. */
  async close(): Promise<void> {
    const { early } = this.#parts;
    const [store, root, vault] = await Promise.allSettled([this.#store, this.#root, this.#vault]);
    if (early !== undefined && this.#root === undefined) wipeUnused(await early);
    if (vault.status === 'fulfilled') vault.value?.wipe();
    const open = store.status === 'fulfilled' ? store.value : undefined;
    const opened = root.status === 'fulfilled' ? root.value : undefined;
    if (open !== undefined && opened !== undefined) await signLog(this.#parts, open, opened.rootKey);
    opened?.rootKey.fill(0);
    await open?.close();
  }

  async #openStore(): Promise<Store> {
    const store = await openStore(this.location(), this.#parts.clock);
    store.audit.onUnrecorded((codes) => tell(this.#parts.log, 'audit-unrecorded', { codes }));
    return store;
  }

  async #openVault(): Promise<Vault> {
    const { rootKey } = await this.opened();
    return openVault({ rootKey, storeId: (await this.store()).storeId, chains: this.#parts.chains });
  }

  async #openRoot(): Promise<OpenedSlot> {
    // The store is opened first, so that a missing store is reported before a password prompt.
    const store = await this.store();
    const { command } = this.#parts;
    const opened = await recordRefusal({ store, command }, () => this.#openSlot(store));
    return recordUnlock({ store, command }, opened);
  }

  async #openSlot(store: Store): Promise<OpenedSlot> {
    const begun = await this.#parts.early;
    if (begun?.kind === 'unlocked') {
      if (begun.storeId === store.storeId && begun.generation === store.rootGeneration) return begun.opened;
      wipeUnused(begun);
    }
    if (begun?.kind === 'failed' && begun.error.code === 'PASSWORD_WRONG') throw begun.error;
    const key = await this.key();
    try {
      return await openWithKey(await this.#slots(), key);
    } finally {
      key.secret.wipe();
    }
  }

  async #slots(): Promise<SlotsOfStore> {
    const { storeId, slots } = await this.store();
    return { storeId, slots: await slots.all() };
  }

  /** Makes a store for a command that adds wallets and finds none. */
  async #makeInPassing(): Promise<MadeStore> {
    const { config, passwords } = this.#parts;
    const password = await readNewPassword(passwords);
    try {
      await refuseWeakInPassing(password, passwords);
      const made = await makeStore(this.location(), password, { recovery: false });
      passwords.terminal.note(
        `made the wallet store ${shownValue(config.store)}; it has no recovery key yet: run \`custos password recovery-key\``,
      );
      return made;
    } finally {
      password.wipe();
    }
  }
}

function wipeUnused(early: EarlyUnlock): void {
  if (early.kind === 'unlocked') early.opened.rootKey.fill(0);
}
