import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Chain, ChainRegistry } from '../core/chain/chain.js';
import type { SignerFacts } from '../core/chain/codec.js';
import { CustosError } from '../core/errors.js';
import { type ChainId, type Network, parseSignatureId } from '../core/ids.js';
import type {
  CreateWallet,
  ExportedWallet,
  ImportRequest,
  KnownKey,
  MadeWallet,
  PublicVault,
  Vault,
} from '../core/signing/vault.js';
import type { KeyRef, LentKey, OpenSecret, SealedWallet, Wallet } from '../core/signing/wallet.js';
import { generateMnemonic, parseMnemonic } from '../crypto/mnemonic.js';
import { type Derivation, deriveAccount, hdAddress, schemeOf } from './derivation.js';
import { derive, type Lender, lendKey, openKey, useOnce } from './lending.js';
import { publicVault } from './public-vault.js';
import {
  makeSealing,
  openSecret,
  purposeKey,
  RECORD_FORMAT,
  type RecordFacts,
  type Sealing,
  sealPublic,
  sealSecret,
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
  readonly #lender: Lender;

  constructor({ rootKey, storeId, chains }: VaultOptions) {
    const keys = { public: publicKeyOf(rootKey, storeId), secret: purposeKey(rootKey, storeId, 'secret') };
    this.#publicSealing = makeSealing(keys.public, storeId);
    this.#secretSealing = makeSealing(keys.secret, storeId);
    this.#chains = chains;
    this.#public = publicVault(this.#publicSealing, chains);
    this.#lender = { secretSealing: this.#secretSealing, chains, public: this.#public };
    for (const key of Object.values(keys)) key.fill(0);
  }

  wallet(sealed: SealedWallet): Wallet {
    return this.#public.wallet(sealed);
  }

  facts(sealed: SealedWallet, ref: KeyRef): SignerFacts | undefined {
    return this.#public.facts(sealed, ref);
  }

  identify(sealed: SealedWallet, ref: KeyRef): SignerFacts {
    const known = this.#public.facts(sealed, ref);
    if (known !== undefined) return known;
    const [facts] = this.use([sealed], [ref], (keys) => keys.map(({ address, publicKey }) => ({ address, publicKey })));
    if (facts === undefined) throw new CustosError('INTERNAL', 'no key was lent');
    return facts;
  }

  async create(id: ChainId, network: Network, options: CreateWallet): Promise<MadeWallet> {
    const chain = this.#chains.get(id);
    const { kind, label, derivation } = options;
    const { secret, shown } =
      kind === 'hd'
        ? await mnemonicSecret(generateMnemonic(), { chain, name: derivation, network })
        : newPrivateKey(chain, network);
    return useOnce(secret, () => {
      const facts = newFacts(chain, network);
      return this.#seal({ ...facts, kind, ...(label && { label }), ...shown }, secret);
    });
  }

  async import(request: ImportRequest): Promise<MadeWallet> {
    const { network, label, signatureId } = request;
    const chain = this.#chains.get(request.chain);
    const { secret, shown } = await readSecret(chain, request);
    return useOnce(secret, () => {
      checkStated(chain, request, { secret, shown });
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
        keys.push(openKey(this.#lender, record, ref));
      }
      return work(keys);
    } finally {
      for (const key of keys) key.privateKey.fill(0);
    }
  }

  lend<T>(known: readonly KnownKey[], work: (keys: readonly LentKey[]) => T): T {
    const keys: LentKey[] = [];
    try {
      for (const key of known) keys.push(lendKey(this.#lender, key));
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
    const { xpub, address, chain: id, network, derivation, label } = this.#public.wallet(sealed);
    const chain = this.#chains.get(id);
    return useOnce(openSecret(this.#secretSealing, sealed), (secret) => ({
      ...exportedSecret(secret, { chain, network, name: derivation }),
      ...(xpub !== undefined && { xpub }),
      ...(address !== undefined && { address }),
      chain: id,
      testnet: network === 'testnet',
      ...(derivation !== undefined && { derivation }),
      ...(label !== undefined && { label }),
    }));
  }

  exportPrivateKey(sealed: SealedWallet, ref: KeyRef): string {
    const chain = this.#chains.get(sealed.chain);
    return this.use([sealed], [ref], ([key]) => {
      if (key === undefined) throw new CustosError('INTERNAL', 'no key was lent');
      return chain.keys.encodePrivateKey(key.privateKey, sealed.network);
    });
  }

  wipe(): void {
    this.#publicSealing.extracted.fill(0);
    this.#secretSealing.extracted.fill(0);
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
}

interface FreshSecret {
  readonly secret: OpenSecret;
  readonly shown: Pick<Wallet, 'xpub' | 'address' | 'derivation'>;
}

async function mnemonicSecret(mnemonic: string, derivation: Derivation): Promise<FreshSecret> {
  const { node, ...shown } = await deriveAccount(mnemonic, derivation);
  const { name } = derivation;
  return {
    secret: { kind: 'hd', mnemonic: new TextEncoder().encode(mnemonic), node },
    shown: { ...shown, ...(name !== undefined && { derivation: name }) },
  };
}

function newPrivateKey(chain: Chain, network: Network): FreshSecret {
  for (;;) {
    const random = new Uint8Array(randomBytes(32));
    try {
      const privateKey = chain.keys.newPrivateKey?.(random) ?? random.slice();
      return keySecret(chain, privateKey, network);
    } catch (error) {
      // Zero or at least the curve order: once in 2^128 draws.
      if (!(error instanceof CustosError) || error.code !== 'PRIVATE_KEY_INVALID') throw error;
    } finally {
      random.fill(0);
    }
  }
}

function keySecret(chain: Chain, privateKey: Uint8Array, network: Network): FreshSecret {
  const address = chain.keys.address(chain.keys.publicKey(privateKey), network);
  return { secret: { kind: 'key', privateKey }, shown: { address } };
}

async function readSecret(chain: Chain, { secret, network, derivation }: ImportRequest): Promise<FreshSecret> {
  if (secret.kind === 'privateKey') {
    return keySecret(chain, chain.keys.decodePrivateKey(secret.privateKey.exposeText().trim(), network), network);
  }
  const text = secret.mnemonic.exposeText();
  const own = chain.keys.decodeMnemonic?.(text);
  if (own !== undefined) return keySecret(chain, own, network);
  return mnemonicSecret(parseMnemonic(text), { chain, name: derivation, network });
}

/** @throws CustosError ADDRESS_MISMATCH: the secret gives another address, xpub or first key than the one that was stated */
function checkStated(chain: Chain, request: ImportRequest, { secret, shown }: FreshSecret): void {
  const { xpub, address, network } = request;
  const derivation = { chain, name: shown.derivation, network };
  if (xpub !== undefined && xpub !== shown.xpub) {
    const given = shown.xpub ?? 'none at all';
    throw new CustosError('ADDRESS_MISMATCH', `the secret gives the xpub ${given}, not the stated ${xpub}`);
  }
  if (request.secret.kind === 'mnemonic' && request.secret.privateKey !== undefined) {
    const stated = chain.keys.decodePrivateKey(request.secret.privateKey.exposeText().trim(), network);
    const first = derive(secret, { ...derivation, index: 0 });
    const same = equalBytes(stated, first);
    for (const key of [stated, first]) key.fill(0);
    if (!same) throw new CustosError('ADDRESS_MISMATCH', 'the mnemonic does not give the stated private key');
  }
  if (address === undefined) return;
  const stated = chain.keys.normalizeAddress(address, network);
  if (shown.address === stated) return;
  // An address beside a mnemonic with an xpub is taken for the one of index 0.
  const first = shown.xpub === undefined ? undefined : schemeOf(derivation).publicKey?.(shown.xpub, 0);
  if (first !== undefined && hdAddress(first, derivation) === stated) return;
  const given = first === undefined ? shown.address : hdAddress(first, derivation);
  throw new CustosError('ADDRESS_MISMATCH', `the secret gives the address ${given}, not the stated ${stated}`);
}

/** What the peer's scripts find in an exported wallet: also the first private key, where a mnemonic stands for one address. */
function exportedSecret(secret: OpenSecret, { chain, network, name }: Derivation) {
  if (secret.kind === 'key') {
    return { [chain.keys.secretField ?? 'privateKey']: chain.keys.encodePrivateKey(secret.privateKey, network) };
  }
  const mnemonic = Buffer.from(secret.mnemonic).toString('utf8');
  if (chain.keys.singleAddress !== true) return { mnemonic };
  const first = derive(secret, { chain, name, index: 0 });
  const privateKey = chain.keys.encodePrivateKey(first, network);
  first.fill(0);
  return { mnemonic, privateKey };
}

function newFacts(chain: Chain, network: Network, signatureId = parseSignatureId(randomUUID())) {
  return { signatureId, chain: chain.id, network, createdAt: Date.now() };
}

function equalSecrets(one: OpenSecret, other: OpenSecret): boolean {
  if (one.kind === 'key') return other.kind === 'key' && equalBytes(one.privateKey, other.privateKey);
  return other.kind === 'hd' && equalBytes(one.mnemonic, other.mnemonic) && equalBytes(one.node, other.node);
}

function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
