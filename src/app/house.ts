import { createRegistry } from '../chains/registry.js';
import type { ChainRegistry } from '../core/chain/chain.js';
import { type Clock, systemClock } from '../core/clock.js';
import type { Secret } from '../core/secret.js';
import type { Vault } from '../core/signing/vault.js';
import type { Journal } from '../core/store/journal.js';
import type { Store } from '../core/store/store.js';
import type { OpenedSlot } from '../vault/key-slots.js';
import type { Config } from './config/config.js';
import { type CountingLog, createLog } from './process/log.js';
import type { Terminal } from './process/terminal.js';
import type { EarlyUnlock } from './store/early-unlock.js';
import { StoreOpener } from './store/opener.js';
import { type PasswordMeans, passwordMeans } from './store/password.js';
import type { SlotsOfStore, StoreKey } from './store/store-key.js';
import type { OpenStore } from './wallets/open-wallets.js';

/**
 * The only place that puts the parts of the program together, for one command. Each part is made at its first use. The house
 * itself is not passed on: functions get the parts that they need. `close` closes and wipes everything that was opened, also
 * after an error.
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
  /** The root key, and the slot that opened it. `close` wipes it. */
  opened(): Promise<OpenedSlot>;
  /** The open root key, for backups. `close` wipes it. */
  rootKey(): Promise<Uint8Array>;
  /** A copy of the password that the caller wipes. */
  password(): Promise<Secret>;
  /** The same, or the key of the slot that the settings name; the slots are those of the store, or of what `find` reads. */
  key(find?: () => Promise<SlotsOfStore>): Promise<StoreKey>;
  /** The journal, opened with the password for changes. @throws CustosError PASSWORD_WRONG, PASSWORD_MISSING */
  journal(): Promise<Journal>;
  /** Store and vault for a command that adds wallets; makes a store with the given password if none exists. */
  openForAdding(): Promise<OpenStore>;
  /** The same for a store that exists. @throws CustosError STORE_MISSING */
  open(): Promise<OpenStore>;
  close(): Promise<void>;
}

interface HouseOptions {
  /** The command that runs, for the audit log. */
  readonly command?: string;
  /** A key derivation that began while the program was loading. */
  readonly early?: Promise<EarlyUnlock> | undefined;
  readonly clock?: Clock;
}

export function createHouse(
  config: Config,
  terminal: Terminal,
  { early, clock = systemClock, command = '' }: HouseOptions = {},
): House {
  const chains = createRegistry();
  const log = createLog(config.logLevel, undefined, config.logShape);
  const passwords = passwordMeans(config, terminal);
  const opener = new StoreOpener({ config, command, log, clock, chains, passwords, early });
  return {
    config,
    log,
    clock,
    chains,
    terminal,
    passwords,
    location: () => opener.location(),
    exists: () => opener.exists(),
    store: () => opener.store(),
    vault: () => opener.vault(),
    opened: () => opener.opened(),
    rootKey: async () => (await opener.opened()).rootKey,
    password: () => opener.password(),
    key: (find) => opener.key(find),
    journal: () => opener.journal(),
    open: () => opener.open(),
    openForAdding: () => opener.openForAdding(),
    close: () => opener.close(),
  };
}
