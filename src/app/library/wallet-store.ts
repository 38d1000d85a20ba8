import { z } from 'zod';
import { createRegistry } from '../../chains/registry.js';
import type { ChainRegistry } from '../../core/chain/chain.js';
import { systemClock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { type Network, parseIndex, parseSignatureId } from '../../core/ids.js';
import { silentLog } from '../../core/log.js';
import type { Secret } from '../../core/secret.js';
import type { CheckpointSigner } from '../../core/signing/checkpoint.js';
import type { FreezeView } from '../../core/signing/freezes.js';
import type { Judge } from '../../core/signing/judge.js';
import type { ImportSecret, Vault } from '../../core/signing/vault.js';
import type { SecretKind, Wallet } from '../../core/signing/wallet.js';
import type { Store } from '../../core/store/store.js';
import { openStore as openStorage } from '../../storage/open-store.js';
import { auditSeedOf, checkpointSigner } from '../../vault/audit-key.js';
import type { OpenedSlot } from '../../vault/key-slots.js';
import { openVault, viewKey } from '../../vault/vault.js';
import { AuditClerk } from '../audit/clerk.js';
import { recordRefusal, recordUnlock } from '../audit/unlock.js';
import { policyJudges } from '../daemon/policy-judges.js';
import { openFreezes } from '../freezes/open.js';
import { journalKeyFrom, openJournal } from '../store/journal.js';
import { checkDatabaseUrl } from '../store/location.js';
import { makeStore } from '../store/make.js';
import { createWallets } from '../wallets/create.js';
import { getSealed, pageSealed } from '../wallets/find.js';
import { importWallets } from '../wallets/import.js';
import { network, readArgument, secret, text } from './argument.js';
import { type Carrier, makeCarrier } from './carrier.js';
import type { CarrierOptions } from './carrier-options.js';
import { type OpenStoreOptions, openBy, openStoreOptions } from './open-store-options.js';

export interface StoreOptions {
  /** Path of a SQLite file, or a `postgres://` URL; a remote database needs sslmode=verify-full. */
  readonly location: string;
  /** The caller keeps and wipes it. */
  readonly password: Secret;
}

export interface CreateWalletOptions {
  /** Ticker of the chain, e.g. `ETH`. */
  readonly chain: string;
  readonly network: Network;
  /** A mnemonic (`hd`) or one private key (`key`); by default the chain's usual kind. */
  readonly kind?: SecretKind;
  readonly label?: string;
  /** Name of the derivation of a mnemonic, as docs/chains.md lists them. */
  readonly derivation?: string;
}

/** Exactly one of `mnemonic` and `privateKey`. The secret must give a stated `xpub` or `address`. */
export interface ImportWalletOptions {
  readonly chain: string;
  readonly network: Network;
  readonly mnemonic?: Secret;
  readonly privateKey?: Secret;
  /** A new one when absent. */
  readonly signatureId?: string;
  readonly xpub?: string;
  readonly address?: string;
  readonly label?: string;
  readonly derivation?: string;
}

/** An open wallet store. Every method of a closed one throws STORE_CLOSED, except `close`. */
export interface WalletStore {
  /** The wallet is durable when this resolves. */
  createWallet(options: CreateWalletOptions): Promise<Wallet>;
  /** Importing the same secret again under the same signature ID succeeds. @throws CustosError SIGNATURE_ID_EXISTS, ADDRESS_MISMATCH, … */
  importWallet(options: ImportWalletOptions): Promise<Wallet>;
  /** Public halves, in the order of signature IDs. */
  wallets(filter?: { readonly chain?: string; readonly network?: Network }): AsyncIterable<Wallet>;
  /** The address of one key; `index` for a wallet with a mnemonic. @throws CustosError WALLET_UNKNOWN, INDEX_MISSING, … */
  address(key: { readonly signatureId: string; readonly index?: number }): Promise<string>;
  /** Signs and sends; one at a time. */
  carrier(options: CarrierOptions): Promise<Carrier>;
  /** Closes the carrier and the store, and wipes its keys. It may be called twice. */
  close(): Promise<void>;
}

const storeOptions = z.strictObject({ location: text, password: secret });
const walletOptions = z.strictObject({
  chain: text,
  network,
  kind: z.enum(['hd', 'key']).exactOptional(),
  label: text.exactOptional(),
  derivation: text.exactOptional(),
});
const importOptions = z
  .strictObject({
    chain: text,
    network,
    mnemonic: secret.exactOptional(),
    privateKey: secret.exactOptional(),
    signatureId: text.exactOptional(),
    xpub: text.exactOptional(),
    address: text.exactOptional(),
    label: text.exactOptional(),
    derivation: text.exactOptional(),
  })
  .refine(
    ({ mnemonic, privateKey }) => (mnemonic === undefined) !== (privateKey === undefined),
    'needs exactly one of mnemonic and privateKey',
  );
const filterOptions = z.strictObject({ chain: text.exactOptional(), network: network.exactOptional() });
const keyOptions = z.strictObject({ signatureId: text, index: z.number().exactOptional() });

/**
 * Makes a wallet store.
 * @returns the open store, and the only copy of its recovery key, which opens the store if the password is lost
 * @throws CustosError ARGUMENT_INVALID, PASSWORD_EMPTY, STORE_EXISTS, STORE_READ_ONLY, STORE_FULL, STORE_UNREACHABLE, …
 */
export async function createStore(
  options: StoreOptions,
): Promise<{ readonly store: WalletStore; readonly recoveryKey: Secret }> {
  const { location, password } = readArgument(storeOptions, options, 'createStore');
  checkDatabaseUrl(location, 'mainnet');
  const { store, slot, rootKey, recoveryKey } = await makeStore(location, password, { recovery: true });
  if (recoveryKey === undefined) throw new CustosError('INTERNAL', 'the new store has no recovery key');
  return { store: await openWith(store, { slot, rootKey }), recoveryKey };
}

/**
 * Opens a wallet store.
 * @throws CustosError ARGUMENT_INVALID, PASSWORD_WRONG, PASSWORD_EMPTY, SLOT_*, STORE_MISSING, STORE_FOREIGN, STORE_DAMAGED, STORE_NEWER, …
 */
export async function openStore(options: OpenStoreOptions): Promise<WalletStore> {
  const given = readArgument<OpenStoreOptions>(openStoreOptions, options, 'openStore');
  const { location } = given;
  checkDatabaseUrl(location, 'mainnet');
  const store = await openStorage(location);
  try {
    const opening = { store, command: 'openStore' };
    return await openWith(store, await recordUnlock(opening, await recordRefusal(opening, () => openBy(store, given))));
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Takes over the root key, and wipes it. */
async function openWith(store: Store, opened: OpenedSlot): Promise<WalletStore> {
  const chains = createRegistry();
  const { rootKey } = opened;
  try {
    const vault = openVault({ rootKey, storeId: store.storeId, chains });
    const journalKey = journalKeyFrom(opened, store.storeId);
    await openJournal({ log: silentLog }, store, journalKey);
    const keys = { viewKey: viewKey(rootKey, store.storeId), journalKey: journalKey.key };
    const freezes = openFreezes({ store, clock: systemClock, log: silentLog }, keys);
    const policy = policyJudgesOf({ store, chains }, keys.viewKey);
    keys.viewKey.fill(0);
    const audit = checkpointSigner(store.storeId, [auditSeedOf(rootKey, store.storeId)]);
    const clerk = new AuditClerk({ audit: store.audit, sign: audit.sign, now: Date.now, log: silentLog });
    return new OpenWalletStore({ store, vault, chains, audit, clerk, freezes, policy });
  } finally {
    rootKey.fill(0);
  }
}

/** As the daemon judges, without services: whoever carries has none. */
function policyJudgesOf(
  { store, chains }: Pick<StoreParts, 'store' | 'chains'>,
  viewKey: Uint8Array,
): readonly Judge[] {
  const parts = { chains, store, viewKey, clock: systemClock, log: silentLog };
  const none = { fourEye: undefined, needsFourEye: false, askMissing: () => undefined };
  return policyJudges({ ...parts, ...none }).judges;
}

interface StoreParts {
  readonly store: Store;
  readonly vault: Vault;
  readonly chains: ChainRegistry;
  readonly audit: CheckpointSigner;
  readonly clerk: AuditClerk;
  readonly freezes: FreezeView;
  /** Judge by the published policy, as soon as there is one. */
  readonly policy: readonly Judge[];
}

/** Refuses to use a closed store, and allows only one carrier at a time. */
class OpenWalletStore implements WalletStore {
  #parts: StoreParts | undefined;
  #carrier: Promise<Carrier> | undefined;

  constructor(parts: StoreParts) {
    this.#parts = parts;
  }

  async createWallet(options: CreateWalletOptions): Promise<Wallet> {
    const parts = this.#open('createWallet');
    const read = readArgument(walletOptions, options, 'createWallet');
    const made = createWallets({ chains: parts.chains, open: async () => parts }, { ...read, count: 1 });
    for await (const [wallet] of made) if (wallet !== undefined) return wallet;
    throw new CustosError('INTERNAL', 'no wallet was made');
  }

  async importWallet(options: ImportWalletOptions): Promise<Wallet> {
    const parts = this.#open('importWallet');
    const read = readArgument(importOptions, options, 'importWallet');
    const { chain, mnemonic, privateKey, signatureId, ...facts } = read;
    const request = {
      ...facts,
      chain: parts.chains.get(chain).id,
      secret: secretOf(mnemonic, privateKey),
      ...(signatureId !== undefined && { signatureId: parseSignatureId(signatureId) }),
    };
    const [imported] = await importWallets(async () => parts, [{ kind: 'request', request }]);
    if (imported === undefined) throw new CustosError('INTERNAL', 'no wallet was imported');
    return imported.wallet;
  }

  wallets(filter: { readonly chain?: string; readonly network?: Network } = {}): AsyncIterable<Wallet> {
    const { store, vault, chains } = this.#open('wallets');
    const { chain, ...rest } = readArgument(filterOptions, filter, 'wallets');
    const wanted = { ...rest, ...(chain !== undefined && { chain: chains.get(chain).id }) };
    const check = () => this.#open('wallets');
    return (async function* () {
      check();
      for await (const page of pageSealed(store.wallets, wanted)) {
        for (const sealed of page) {
          check();
          yield vault.wallet(sealed);
        }
      }
    })();
  }

  async address(key: { readonly signatureId: string; readonly index?: number }): Promise<string> {
    const { store, vault } = this.#open('address');
    const { signatureId, index } = readArgument(keyOptions, key, 'address');
    const sealed = await getSealed(async () => store, signatureId);
    const ref = { signatureId: sealed.signatureId, ...(index !== undefined && { index: parseIndex(index) }) };
    return vault.identify(sealed, ref).address;
  }

  async carrier(options: CarrierOptions): Promise<Carrier> {
    const parts = this.#open('carrier');
    if (this.#carrier !== undefined) {
      throw new CustosError('ARGUMENT_INVALID', 'carrier: the store has one already; close it first');
    }
    const made = makeCarrier(parts, options, () => {
      this.#carrier = undefined;
    });
    this.#carrier = made;
    try {
      return await made;
    } catch (error) {
      this.#carrier = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    const parts = this.#parts;
    if (parts === undefined) return;
    this.#parts = undefined;
    const carrier = await this.#carrier?.catch(() => undefined);
    await carrier?.close();
    await parts.clerk.stop();
    parts.audit.wipe();
    parts.vault.wipe();
    await parts.store.close();
  }

  #open(what: string): StoreParts {
    if (this.#parts === undefined) throw new CustosError('STORE_CLOSED', `${what}: the store is closed`);
    return this.#parts;
  }
}

function secretOf(mnemonic: Secret | undefined, privateKey: Secret | undefined): ImportSecret {
  if (mnemonic !== undefined) return { kind: 'mnemonic', mnemonic };
  if (privateKey !== undefined) return { kind: 'privateKey', privateKey };
  throw new CustosError('ARGUMENT_INVALID', 'importWallet: needs exactly one of mnemonic and privateKey');
}
