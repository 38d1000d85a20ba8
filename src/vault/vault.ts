import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Chain, ChainRegistry } from '../core/chain.js';
import { CustosError } from '../core/errors.js';
import { type ChainId, type Network, parseSignatureId } from '../core/ids.js';
import type { ExportedWallet, ImportRequest, MadeWallet, PublicVault, Vault } from '../core/vault.js';
import type { KeyRef, LentKey, OpenSecret, SealedWallet, Wallet, WalletKind } from '../core/wallet.js';
import { generateMnemonic, mnemonicToSeed, parseMnemonic } from '../crypto/mnemonic.js';
import { checkIndex, openPublicVault } from './public-vault.js';
import {
  openSecret,
  purposeKey,
  RECORD_FORMAT,
  type RecordFacts,
  type Sealing,
  sealPublic,
  sealSecret,
  wipeSecret,
} from './records.js';

export { openPublicVault } from './public-vault.js';

export interface VaultOptions {
  /** 32 bytes; the vault derives its keys from it at once and does not keep it. */
  readonly rootKey: Uint8Array;
  readonly storeId: string;
  readonly chains: ChainRegistry;
}

/** Key of the public halves, which a process without secrets may hold: 32 bytes. */
export function publicKeyOf(rootKey: Uint8Array, storeId: string): Uint8Array {
  return purposeKey(rootKey, storeId, 'public');
}

/** The only place where secret halves are opened. */
export function openVault(options: VaultOptions): Vault {
  return new OpenVault(options);
}

/** Guards the two keys. */
class OpenVault implements Vault {
  readonly #publicSealing: Sealing;
  readonly #secretSealing: Sealing;
  readonly #chains: ChainRegistry;
  readonly #public: PublicVault;

  constructor({ rootKey, storeId, chains }: VaultOptions) {
    this.#publicSealing = { key: publicKeyOf(rootKey, storeId), storeId };
    this.#secretSealing = { key: purposeKey(rootKey, storeId, 'secret'), storeId };
    this.#chains = chains;
    this.#public = openPublicVault({ publicKey: this.#publicSealing.key, storeId, chains });
  }

  wallet(sealed: SealedWallet): Wallet {
    return this.#public.wallet(sealed);
  }

  address(sealed: SealedWallet, ref: KeyRef): string {
    return this.#public.address(sealed, ref);
  }

  async create(id: ChainId, network: Network, options: { kind: WalletKind; label?: string }): Promise<MadeWallet> {
    const chain = this.#chains.get(id);
    const { secret, shown } =
      options.kind === 'hd' ? await mnemonicSecret(chain, generateMnemonic(), network) : newPrivateKey(chain, network);
    return useOnce(secret, () => this.#seal({ ...newFacts(chain, network), ...options, ...shown }, secret));
  }

  async import(request: ImportRequest): Promise<MadeWallet> {
    const { network, label, signatureId } = request;
    const chain = this.#chains.get(request.chain);
    const { secret, shown } = await readSecret(chain, request);
    return useOnce(secret, () => {
      checkStated(chain, request, shown);
      const facts = newFacts(chain, network, signatureId);
      return this.#seal({ ...facts, kind: secret.kind, ...(label && { label }), ...shown }, secret);
    });
  }

  use<T>(sealed: readonly SealedWallet[], refs: readonly KeyRef[], work: (keys: readonly LentKey[]) => T): T {
    const keys: LentKey[] = [];
    try {
      for (const ref of refs) {
        const record = sealed.find(({ signatureId }) => signatureId === ref.signatureId);
        if (record === undefined) {
          throw new CustosError('WALLET_UNKNOWN', `signature ID ${ref.signatureId} is not at hand`);
        }
        keys.push(this.#openKey(record, ref));
      }
      return work(keys);
    } finally {
      for (const key of keys) key.privateKey.fill(0);
    }
  }

  sameSecret(one: SealedWallet, other: SealedWallet): boolean {
    return useOnce(openSecret(this.#secretSealing, one), (first) =>
      useOnce(openSecret(this.#secretSealing, other), (second) => equalSecrets(first, second)),
    );
  }

  export(sealed: SealedWallet): ExportedWallet {
    const { xpub, address, chain, network } = this.#public.wallet(sealed);
    return useOnce(openSecret(this.#secretSealing, sealed), (secret) => ({
      ...(secret.kind === 'hd'
        ? { mnemonic: Buffer.from(secret.mnemonic).toString('utf8') }
        : { privateKey: this.#chains.get(chain).encodePrivateKey(secret.privateKey, network) }),
      ...(xpub !== undefined && { xpub }),
      ...(address !== undefined && { address }),
      chain,
      testnet: network === 'testnet',
    }));
  }

  exportPrivateKey(sealed: SealedWallet, ref: KeyRef): string {
    const chain = this.#chains.get(sealed.chain);
    return this.use([sealed], [ref], ([key]) => {
      if (key === undefined) throw new CustosError('INTERNAL', 'no key was lent');
      return chain.encodePrivateKey(key.privateKey, sealed.network);
    });
  }

  wipe(): void {
    this.#publicSealing.key.fill(0);
    this.#secretSealing.key.fill(0);
  }

  #seal(wallet: Wallet, secret: OpenSecret): MadeWallet {
    const { signatureId, chain, network, kind, createdAt } = wallet;
    const facts: RecordFacts = { signatureId, chain, network, kind, createdAt, format: RECORD_FORMAT };
    const sealed: SealedWallet = {
      ...facts,
      publicBox: sealPublic(this.#publicSealing, facts, wallet),
      secretBox: sealSecret(this.#secretSealing, facts, secret),
    };
    // Read back before anybody hears of it: a wallet that cannot be opened must never be handed out.
    const shown = this.#public.wallet(sealed);
    const same = useOnce(openSecret(this.#secretSealing, sealed), (again) => equalSecrets(secret, again));
    if (!same || shown.xpub !== wallet.xpub || shown.address !== wallet.address) {
      throw new CustosError('RECORD_DAMAGED', `wallet ${signatureId} did not open after sealing`);
    }
    return { wallet, sealed };
  }

  /** Opens one key. A stored secret must still give the address it is shown with. */
  #openKey(record: SealedWallet, ref: KeyRef): LentKey {
    checkIndex(record, ref);
    const chain = this.#chains.get(record.chain);
    const privateKey = useOnce(openSecret(this.#secretSealing, record), (secret) => derive(chain, secret, ref.index));
    try {
      const publicKey = chain.publicKey(privateKey);
      const address = chain.address(publicKey, record.network);
      if (address === this.#public.address(record, ref)) return { privateKey, publicKey, address };
    } catch (error) {
      privateKey.fill(0);
      throw error;
    }
    privateKey.fill(0);
    throw new CustosError('RECORD_DAMAGED', `the key of wallet ${record.signatureId} does not give its address`);
  }
}

interface FreshSecret {
  readonly secret: OpenSecret;
  readonly shown: { readonly xpub?: string; readonly address?: string };
}

async function mnemonicSecret(chain: Chain, mnemonic: string, network: Network): Promise<FreshSecret> {
  if (chain.hd === undefined) throw new CustosError('SECRET_UNSUPPORTED', `${chain.id} has no mnemonic wallets`);
  const seed = await mnemonicToSeed(mnemonic);
  const { node, ...shown } = chain.hd.account(seed, network);
  seed.fill(0);
  return { secret: { kind: 'hd', mnemonic: new TextEncoder().encode(mnemonic), node }, shown };
}

function newPrivateKey(chain: Chain, network: Network): FreshSecret {
  for (;;) {
    const privateKey = new Uint8Array(randomBytes(32));
    try {
      const address = chain.address(chain.publicKey(privateKey), network);
      return { secret: { kind: 'key', privateKey }, shown: { address } };
    } catch (error) {
      // Zero or at least the curve order: once in 2^128 draws.
      if (!(error instanceof CustosError) || error.code !== 'PRIVATE_KEY_INVALID') throw error;
    }
  }
}

async function readSecret(chain: Chain, { secret, network }: ImportRequest): Promise<FreshSecret> {
  if (secret.kind === 'mnemonic') return mnemonicSecret(chain, parseMnemonic(secret.mnemonic.exposeText()), network);
  const privateKey = chain.decodePrivateKey(secret.privateKey.exposeText().trim(), network);
  const address = chain.address(chain.publicKey(privateKey), network);
  return { secret: { kind: 'key', privateKey }, shown: { address } };
}

/** @throws CustosError ADDRESS_MISMATCH: the secret gives another address or xpub than the one that was stated */
function checkStated(chain: Chain, request: ImportRequest, shown: FreshSecret['shown']): void {
  const { xpub, address, network } = request;
  if (xpub !== undefined && xpub !== shown.xpub) {
    throw new CustosError('ADDRESS_MISMATCH', 'the secret does not give the stated xpub');
  }
  if (address === undefined) return;
  const stated = chain.normalizeAddress(address, network);
  if (shown.address === undefined) {
    // An address beside a mnemonic is taken for the one of index 0.
    const first = shown.xpub === undefined || chain.hd === undefined ? undefined : chain.hd.publicKey(shown.xpub, 0);
    if (first !== undefined && chain.address(first, network) === stated) return;
  } else if (shown.address === stated) return;
  throw new CustosError('ADDRESS_MISMATCH', `the secret does not give the stated address ${stated}`);
}

function newFacts(chain: Chain, network: Network, signatureId = parseSignatureId(randomUUID())) {
  return { signatureId, chain: chain.id, network, createdAt: Date.now() };
}

function derive(chain: Chain, secret: OpenSecret, index: number | undefined): Uint8Array {
  if (secret.kind === 'key') return secret.privateKey.slice();
  if (chain.hd === undefined || index === undefined) {
    throw new CustosError('INDEX_MISSING', `${chain.id} needs a derivation index`);
  }
  return chain.hd.privateKey(secret.node, index);
}

function useOnce<T>(secret: OpenSecret, work: (secret: OpenSecret) => T): T {
  try {
    return work(secret);
  } finally {
    wipeSecret(secret);
  }
}

function equalSecrets(one: OpenSecret, other: OpenSecret): boolean {
  if (one.kind === 'key') return other.kind === 'key' && equalBytes(one.privateKey, other.privateKey);
  return other.kind === 'hd' && equalBytes(one.mnemonic, other.mnemonic) && equalBytes(one.node, other.node);
}

function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
