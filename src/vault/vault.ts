import { randomUUID } from 'node:crypto';
import type { Chain, ChainRegistry } from '../core/chain/chain.js';
import type { SignerFacts } from '../core/chain/codec.js';
import { CustosError } from '../core/errors.js';
import { type ChainId, defaultTenant, type Network, parseSignatureId, type TenantId } from '../core/ids.js';
import type { KeyHolder } from '../core/signing/key-holder.js';
import type { BlindIndex, LookupSeal } from '../core/signing/lookup.js';
import type {
  AttachRequest,
  CreateWallet,
  ExportedWallet,
  ImportRequest,
  KnownKey,
  LentWork,
  MadeWallet,
  PublicVault,
  Vault,
  WalletMarks,
  WordsRequest,
} from '../core/signing/vault.js';
import {
  type KeyRef,
  type OpenSecret,
  type SealedWallet,
  tenantOf,
  type Wallet,
  type WalletControl,
} from '../core/signing/wallet.js';
import { generateMnemonic } from '../crypto/mnemonic.js';
import type { Derivation } from './derivation.js';
import {
  checkStated,
  checkStatedKey,
  type FreshSecret,
  mnemonicSecret,
  newPrivateKey,
  readSecret,
  readWords,
} from './fresh-secret.js';
import { derive, type Lender, lendKey, lendTo, openKey, readPrivateKey, useOnce } from './lending/lending.js';
import { outsideKey, uriOf } from './lending/remote-key.js';
import { equalSecrets } from './open-secret.js';
import { publicVault } from './public-vault.js';
import {
  makeSealings,
  openControl,
  openSecret,
  purposeKey,
  type Sealings,
  sealWallet,
  wipeSealings,
} from './records.js';
import { bound, firstControl } from './wallet-control.js';

export { openPublicVault } from './public-vault.js';

export interface VaultOptions {
  /** 32 bytes; the vault derives its keys from it at once and does not keep it. */
  readonly rootKey: Uint8Array;
  readonly storeId: string;
  readonly chains: ChainRegistry;
  /** Signs with keys outside; absent where none are reached. */
  readonly holder?: KeyHolder;
}

/** Key that opens the public halves and nothing else, which a process without secrets may hold: 32 bytes. */
export function viewKey(rootKey: Uint8Array, storeId: string): Uint8Array {
  return purposeKey(rootKey, storeId, 'public');
}

/** The only place where secret halves are opened. */
export function openVault(options: VaultOptions): Vault {
  return new OpenVault(options);
}

/** Guards the keys. */
class OpenVault implements Vault {
  readonly #sealings: Sealings;
  readonly #chains: ChainRegistry;
  readonly #public: PublicVault;
  readonly #lender: Lender;

  constructor({ rootKey, storeId, chains, holder }: VaultOptions) {
    this.#sealings = makeSealings(rootKey, storeId);
    this.#chains = chains;
    this.#public = publicVault(this.#sealings.public, chains);
    this.#lender = { secretSealing: this.#sealings.secret, chains, public: this.#public, holder };
  }

  get index(): BlindIndex {
    return this.#public.index;
  }

  get beside(): LookupSeal {
    return this.#public.beside;
  }

  wallet(sealed: SealedWallet): Wallet {
    return this.#public.wallet(sealed);
  }

  facts(sealed: SealedWallet, ref: KeyRef): SignerFacts | undefined {
    return this.#public.facts(sealed, ref);
  }

  identify(sealed: SealedWallet, ref: KeyRef): SignerFacts {
    return this.#public.facts(sealed, ref) ?? this.identifyKey(sealed, ref);
  }

  identifyKey(sealed: SealedWallet, ref: KeyRef): SignerFacts {
    const known = this.#public.facts(sealed, ref);
    if (known?.publicKey !== undefined) return known;
    const key = openKey(this.#lender, sealed, ref);
    try {
      return { address: key.address, publicKey: key.publicKey };
    } finally {
      key.wipe();
    }
  }

  async create(id: ChainId, network: Network, options: CreateWallet): Promise<MadeWallet> {
    const chain = this.#chains.get(id);
    const { kind, label, derivation, ...marks } = options;
    const fresh =
      kind === 'hd'
        ? await mnemonicSecret(generateMnemonic(), { chain, name: derivation, network })
        : newPrivateKey(chain, network);
    return useOnce(fresh.secret, () => this.#seal(chain, { network, ...(label && { label }), ...marks }, fresh));
  }

  async import(request: ImportRequest): Promise<MadeWallet> {
    const chain = this.#chains.get(request.chain);
    const fresh = await readSecret(chain, request);
    return useOnce(fresh.secret, () => {
      checkStatedKey(chain, request, fresh);
      checkStated(chain, request, fresh);
      return this.#seal(chain, request, fresh);
    });
  }

  attach(request: AttachRequest): MadeWallet {
    const chain = this.#chains.get(request.chain);
    const { held, uri, network } = request;
    const publicKey = outsideKey(chain, held);
    const secret = { kind: 'remote', uri: new TextEncoder().encode(uri), publicKey } as const;
    const fresh: FreshSecret = { secret, shown: { address: chain.keys.address(publicKey, network) } };
    checkStated(chain, request, fresh);
    return this.#seal(chain, request, fresh);
  }

  keyUri(sealed: SealedWallet): string | undefined {
    if (sealed.kind !== 'remote') return undefined;
    const secret = openSecret(this.#sealings.secret, sealed);
    return secret.kind === 'remote' ? uriOf(secret) : undefined;
  }

  async importWords(request: WordsRequest): Promise<MadeWallet> {
    const chain = this.#chains.get(request.chain);
    const fresh = await readWords(chain, request);
    return useOnce(fresh.secret, () => {
      checkStated(chain, request, fresh);
      return this.#seal(chain, request, fresh);
    });
  }

  use<T>(sealed: readonly SealedWallet[], refs: readonly KeyRef[], work: LentWork<T>): Promise<T> {
    const openings = refs.map((ref) => () => {
      const record = sealed.find(({ signatureId }) => signatureId === ref.signatureId);
      if (record === undefined) {
        throw new CustosError('WALLET_UNKNOWN', `signature ID ${ref.signatureId} is not at hand`);
      }
      return openKey(this.#lender, record, ref);
    });
    return lendTo(openings, work);
  }

  lend<T>(known: readonly KnownKey[], work: LentWork<T>): Promise<T> {
    return lendTo(
      known.map((key) => () => lendKey(this.#lender, key)),
      work,
    );
  }

  control(sealed: SealedWallet): WalletControl {
    return openControl(this.#sealings, sealed);
  }

  withControl(sealed: SealedWallet, change: Omit<WalletControl, 'revision'>): SealedWallet {
    const revision = this.control(sealed).revision + 1;
    const wallet = { ...this.#public.wallet(sealed), control: { ...change, revision } };
    return useOnce(openSecret(this.#sealings.secret, sealed), (secret) =>
      this.#sealed(wallet, change.state === 'destroyed' ? undefined : secret),
    );
  }

  sameSecret(one: SealedWallet, other: SealedWallet): boolean {
    return useOnce(openSecret(this.#sealings.secret, one), (first) =>
      useOnce(openSecret(this.#sealings.secret, other), (second) => equalSecrets(first, second)),
    );
  }

  export(sealed: SealedWallet): ExportedWallet {
    const { xpub, address, chain: id, network, derivation, label } = this.#public.wallet(sealed);
    const chain = this.#chains.get(id);
    return useOnce(openSecret(this.#sealings.secret, sealed), (secret) => ({
      ...exportedSecret(secret, { chain, network, name: derivation }),
      ...(xpub !== undefined && { xpub }),
      ...(address !== undefined && { address }),
      chain: id,
      testnet: network === 'testnet',
      ...(derivation !== undefined && { derivation }),
      ...(label !== undefined && { label }),
      ...exportedControl(this.control(sealed), tenantOf(sealed)),
    }));
  }

  exportPrivateKey(sealed: SealedWallet, ref: KeyRef): string {
    const chain = this.#chains.get(sealed.chain);
    const privateKey = readPrivateKey(this.#lender, sealed, ref);
    try {
      return chain.keys.encodePrivateKey(privateKey, sealed.network);
    } finally {
      privateKey.fill(0);
    }
  }

  wipe(): void {
    wipeSealings(this.#sealings);
  }

  #seal(chain: Chain, request: NewRecord, { secret, shown }: FreshSecret): MadeWallet {
    const { network, label, signatureId = parseSignatureId(randomUUID()) } = request;
    const facts = { signatureId, chain: chain.id, network, kind: secret.kind, createdAt: Date.now() };
    const control = firstControl(request, facts);
    const wallet: Wallet = {
      ...facts,
      ...(secret.kind === 'remote' ? { tenant: request.tenant ?? defaultTenant } : bound(request)),
      ...(label && { label }),
      ...shown,
      ...(control && { control }),
    };
    return { wallet, sealed: this.#sealed(wallet, secret) };
  }

  #sealed(wallet: Wallet, secret: OpenSecret | undefined): SealedWallet {
    return { ...sealWallet(this.#sealings, wallet, secret), lookup: this.#public.index.wallet(wallet) };
  }
}

type NewRecord = Pick<ImportRequest, 'network' | 'label' | 'signatureId' | keyof WalletMarks>;

/** What goes with a wallet to another store. */
function exportedControl(
  { tags, owner, state, reason, slot, requireUserToken }: WalletControl,
  tenant: TenantId,
): Partial<ExportedWallet> {
  return {
    ...(tenant !== defaultTenant && { tenant }),
    ...(tags.length > 0 && { tags }),
    ...(owner !== undefined && { owner }),
    ...(slot !== undefined && { slot }),
    ...(requireUserToken && { requireUserToken }),
    ...(state !== 'active' && { state, ...(reason !== undefined && { reason }) }),
  };
}

/** What scripts for Tatum KMS find in an exported wallet: also the first private key, if a mnemonic stands for one address. */
function exportedSecret(secret: OpenSecret, { chain, network, name }: Derivation) {
  if (secret.kind === 'remote') return { key: uriOf(secret) };
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
