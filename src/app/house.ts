import { createRegistry } from '../chains/registry.js';
import type { ChainRegistry } from '../core/chain/chain.js';
import { type Clock, systemClock } from '../core/clock.js';
import type { Secret } from '../core/secret.js';
import type { Vault } from '../core/signing/vault.js';
import type { Journal } from '../core/store/journal.js';
import type { Store } from '../core/store/store.js';
import { openStore, storeExists } from '../storage/open-store.js';
import { type OpenedSlot, openSlot } from '../vault/key-slots.js';
import { openVault } from '../vault/vault.js';
import type { Config } from './config/config.js';
import { shownValue } from './config/shown-value.js';
import { type CountingLog, createLog } from './process/log.js';
import type { Terminal } from './process/terminal.js';
import type { EarlyUnlock } from './store/early-unlock.js';
import { journalKeyFrom, openJournal } from './store/journal.js';
import { storeLocation, warnOfPassword } from './store/location.js';
import { makeStore } from './store/make.js';
import {
  type PasswordMeans,
  passwordMeans,
  readNewPassword,
  readStorePassword,
  refuseWeakInPassing,
} from './store/password.js';
import type { OpenStore } from './wallets/open-wallets.js';

/**
 * The one place where the parts of the program are put together, for one command. Parts are made when they are first asked for.
 * It is not handed on: whoever works gets the parts that it needs. `close` closes and wipes whatever was opened, also after an
 * error.
 */
export interface House {
  readonly config: Config;
  readonly log: CountingLog;
  readonly clock: Clock;
  readonly chains: ChainRegistry;
  readonly terminal: Terminal;
  readonly passwords: PasswordMeans;
  /** Where the store is. @throws CustosError URL_INSECURE, STORE_UNSUPPORTED, CONFIG_INVALID */
  location(): string;
  /** Whether there is a store. */
  exists(): Promise<boolean>;
  /** @throws CustosError STORE_MISSING and the other STORE codes */
  store(): Promise<Store>;
  /** Asks for the password once. @throws CustosError PASSWORD_WRONG, PASSWORD_MISSING */
  vault(): Promise<Vault>;
  /** The root key with the slot that it was opened by. Wiped by `close`. */
  opened(): Promise<OpenedSlot>;
  /** The open root key, for back-ups. Wiped by `close`. */
  rootKey(): Promise<Uint8Array>;
  /** The password as it was given; a copy that the caller wipes. */
  password(): Promise<Secret>;
  /** The journal, opened with the password: for whoever changes it. @throws CustosError PASSWORD_WRONG, PASSWORD_MISSING */
  journal(): Promise<Journal>;
  /** Store and vault for a command that adds wallets; a store is made with the given password when there is none. */
  openForAdding(): Promise<OpenStore>;
  /** The same for a store that exists. @throws CustosError STORE_MISSING */
  open(): Promise<OpenStore>;
  close(): Promise<void>;
}

/** @param early - a key derivation that began while the program was loading */
export function createHouse(config: Config, terminal: Terminal, early?: Promise<EarlyUnlock>): House {
  const chains = createRegistry();
  const log = createLog(config.logLevel);
  const passwords = passwordMeans(config, terminal);
  let opened: Promise<Store> | undefined;
  let root: Promise<OpenedSlot> | undefined;
  let vault: Promise<Vault> | undefined;
  const house: House = {
    config,
    log,
    clock: systemClock,
    chains,
    terminal,
    passwords,
    location() {
      warnOfPassword(config, log);
      return storeLocation(config);
    },
    exists: async () => storeExists(house.location()),
    async store() {
      opened ??= openStore(house.location());
      return opened;
    },
    async opened() {
      root ??= openRoot(house, early);
      return root;
    },
    rootKey: async () => (await house.opened()).rootKey,
    async vault() {
      vault ??= openWith(house);
      return vault;
    },
    async journal() {
      const store = await house.store();
      await openJournal(house, store, journalKeyFrom(await house.opened(), store.storeId));
      return store.journal;
    },
    password: () => readStorePassword(passwords),
    async openForAdding() {
      if (opened === undefined && !(await house.exists())) {
        const made = await makeInPassing(house);
        opened = Promise.resolve(made.store);
        root = Promise.resolve(made);
      }
      return house.open();
    },
    async open() {
      const store = await house.store();
      return { store, vault: await house.vault(), rootKey: await house.rootKey() };
    },
    async close() {
      const [store, key, keys] = await Promise.allSettled([opened, root, vault]);
      if (early !== undefined && root === undefined) wipeUnused(await early);
      if (keys.status === 'fulfilled') keys.value?.wipe();
      if (key.status === 'fulfilled') key.value?.rootKey.fill(0);
      if (store.status === 'fulfilled') await store.value?.close();
    },
  };
  return house;
}

async function openWith(house: House): Promise<Vault> {
  const { rootKey } = await house.opened();
  return openVault({ rootKey, storeId: (await house.store()).storeId, chains: house.chains });
}

/** A store for a command that adds wallets and finds none. */
async function makeInPassing({ config, terminal, passwords, location }: House) {
  const password = await readNewPassword(passwords);
  try {
    await refuseWeakInPassing(password, passwords);
    const made = await makeStore(location(), password, { recovery: false });
    terminal.note(
      `made the wallet store ${shownValue(config.store)}; it has no recovery key yet: run \`custos password recovery-key\``,
    );
    return made;
  } finally {
    password.wipe();
  }
}

async function openRoot(house: House, early: Promise<EarlyUnlock> | undefined): Promise<OpenedSlot> {
  // The store is opened first: without one nobody need type a password.
  const store = await house.store();
  const begun = await early;
  if (begun?.kind === 'unlocked') {
    if (begun.storeId === store.storeId && begun.generation === store.rootGeneration) return begun.opened;
    wipeUnused(begun);
  }
  if (begun?.kind === 'failed' && begun.error.code === 'PASSWORD_WRONG') throw begun.error;
  const password = await house.password();
  try {
    return await openSlot(await store.slots.all(), password, store.storeId);
  } finally {
    password.wipe();
  }
}

function wipeUnused(early: EarlyUnlock): void {
  if (early.kind === 'unlocked') early.opened.rootKey.fill(0);
}
