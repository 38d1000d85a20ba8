import { createRegistry } from '../chains/registry.js';
import type { ChainRegistry } from '../core/chain/chain.js';
import { type Clock, systemClock } from '../core/clock.js';
import { CustosError } from '../core/errors.js';
import type { Secret } from '../core/secret.js';
import type { Vault } from '../core/signing/vault.js';
import type { Journal } from '../core/store/journal.js';
import type { KeySlot, Store } from '../core/store/store.js';
import { createStore, openStore, storeExists } from '../storage/open-store.js';
import { journalKeyOf, journalMac } from '../vault/journal-key.js';
import { makeRecoveryKey, makeRootKey, makeSlot, makeStoreId, type OpenedSlot, openSlot } from '../vault/key-slots.js';
import { openVault } from '../vault/vault.js';
import type { Config } from './config/config.js';
import { shownValue } from './config/shown-value.js';
import { type CountingLog, createLog } from './process/log.js';
import type { Terminal } from './process/terminal.js';
import type { EarlyUnlock } from './store/early-unlock.js';
import { journalKeyFrom, openJournal } from './store/journal.js';
import { storeLocation, warnOfPassword } from './store/location.js';
import { readNewPassword, readStorePassword, refuseWeakInPassing } from './store/password.js';

/** All rooms, put together for one command. Parts are made when they are first asked for. */
export interface House {
  readonly config: Config;
  readonly log: CountingLog;
  readonly clock: Clock;
  readonly chains: ChainRegistry;
  readonly terminal: Terminal;
  /** @throws CustosError STORE_MISSING and the other STORE codes */
  store(): Promise<Store>;
  /** Asks for the password once. @throws CustosError PASSWORD_WRONG, PASSWORD_MISSING */
  vault(): Promise<Vault>;
  /** The open root key, for back-ups and key slots. Wiped by `close`. */
  rootKey(): Promise<Uint8Array>;
  /** The password as it was given; a copy that the caller wipes. */
  password(): Promise<Secret>;
  /** The journal, opened with the password: for whoever changes it. @throws CustosError PASSWORD_WRONG, PASSWORD_MISSING */
  journal(): Promise<Journal>;
  /** As `store`, but makes one with the given password when there is none. */
  storeForAdding(): Promise<Store>;
  close(): Promise<void>;
}

/** @param early - a key derivation that began while the program was loading */
export function createHouse(config: Config, terminal: Terminal, early?: Promise<EarlyUnlock>): House {
  const chains = createRegistry();
  let opened: Promise<Store> | undefined;
  let root: Promise<OpenedSlot> | undefined;
  const opening = () => {
    root ??= openRoot(house, early);
    return root;
  };
  let vault: Promise<Vault> | undefined;
  const log = createLog(config.logLevel);
  const location = (): string => {
    warnOfPassword(config, log);
    return storeLocation(config);
  };
  const house: House = {
    config,
    log,
    clock: systemClock,
    chains,
    terminal,
    store() {
      opened ??= openStore(location());
      return opened;
    },
    rootKey: async () => (await opening()).rootKey,
    vault() {
      vault ??= house
        .rootKey()
        .then(async (rootKey) => openVault({ rootKey, storeId: (await house.store()).storeId, chains }));
      return vault;
    },
    async journal() {
      const store = await house.store();
      await openJournal(house, store, journalKeyFrom(await opening(), store.storeId));
      return store.journal;
    },
    password: () => readStorePassword(config, terminal),
    async storeForAdding() {
      if (opened === undefined && !(await storeExists(location()))) {
        const password = await readNewPassword(config, terminal);
        await refuseWeakInPassing(password, config, terminal);
        const made = await makeStore(location(), password, { recovery: false });
        password.wipe();
        opened = Promise.resolve(made.store);
        root = Promise.resolve(made);
        terminal.note(
          `made the wallet store ${shownValue(config.store)}; it has no recovery key yet: run \`custos password recovery-key\``,
        );
      }
      return house.store();
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

async function openRoot(house: House, early: Promise<EarlyUnlock> | undefined): Promise<OpenedSlot> {
  // The store is opened first: whoever has none need not type a password.
  const store = await house.store();
  const begun = await early;
  if (begun?.kind === 'unlocked' && begun.storeId === store.storeId && begun.generation === store.rootGeneration) {
    return begun.opened;
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

/** A new store with its open root key, and the recovery key's text where one was asked for. */
export interface MadeStore {
  readonly store: Store;
  readonly rootKey: Uint8Array;
  /** That of the password. */
  readonly slot: KeySlot;
  readonly recoveryKey?: Secret;
}

/** @throws CustosError STORE_EXISTS, STORE_READ_ONLY, STORE_FULL, PASSWORD_EMPTY */
export async function makeStore(
  location: string,
  password: Secret,
  options: { recovery: boolean },
): Promise<MadeStore> {
  if (password.length === 0) throw new CustosError('PASSWORD_EMPTY', 'the password is empty');
  if (await storeExists(location)) throw new CustosError('STORE_EXISTS', `${shownValue(location)} exists already`);
  const rootKey = makeRootKey();
  const storeId = makeStoreId();
  const of = { storeId, generation: 1 };
  const slot = await makeSlot(rootKey, password, { kind: 'password', ...of });
  const slots = [slot];
  const recoveryKey = options.recovery ? makeRecoveryKey() : undefined;
  if (recoveryKey !== undefined) slots.push(await makeSlot(rootKey, recoveryKey, { kind: 'recovery', ...of }));
  const store = await createStore(location, { storeId, slots });
  await store.unlockJournal({ mac: journalMac(journalKeyOf(rootKey, storeId)), mayAdopt: false });
  return { store, rootKey, slot, ...(recoveryKey && { recoveryKey }) };
}
