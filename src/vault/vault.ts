import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Chain, ChainRegistry } from '../core/chain.js';
import { CustosError } from '../core/errors.js';
import { parseSignatureId } from '../core/ids.js';
import type { ImportRequest, MadeWallet, Vault } from '../core/vault.js';
import type { KeyRef, LentKey, OpenSecret, SealedWallet, Wallet } from '../core/wallet.js';
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
export function openVault({ rootKey, storeId, chains }: VaultOptions): Vault {
  const publicSealing: Sealing = { key: publicKeyOf(rootKey, storeId), storeId };
  const secretSealing: Sealing = { key: purposeKey(rootKey, storeId, 'secret'), storeId };
  const publicVault = openPublicVault({ publicKey: publicSealing.key, storeId, chains });

  const sealWallet = (wallet: Wallet, secret: OpenSecret): MadeWallet => {
    const { signatureId, chain, network, kind, createdAt } = wallet;
    const facts: RecordFacts = { signatureId, chain, network, kind, createdAt, format: RECORD_FORMAT };
    const sealed: SealedWallet = {
      ...facts,
      publicBox: sealPublic(publicSealing, facts, wallet),
      secretBox: sealSecret(secretSealing, facts, secret),
    };
    // Read back before anybody hears of it: a wallet that cannot be opened must never be handed out.
    const again = openSecret(secretSealing, sealed);
    const same = equalSecrets(secret, again);
    wipeSecret(again);
    if (!same) throw new CustosError('RECORD_DAMAGED', `wallet ${signatureId} did not open after sealing`);
    return { wallet, sealed };
  };

  return {
    ...publicVault,
    async create(id, network, { kind, label }) {
      const chain = chains.get(id);
      const secret = kind === 'hd' ? await newMnemonic(chain, network) : { ...newPrivateKey(chain, network) };
      return useOnce(secret.secret, () =>
        sealWallet({ ...newFacts(chain, network), kind, ...secret.shown, ...(label && { label }) }, secret.secret),
      );
    },
    async import(request) {
      const chain = chains.get(request.chain);
      const { secret, shown } = await readSecret(chain, request);
      return useOnce(secret, () => {
        checkStated(chain, request, shown);
        const facts = newFacts(chain, request.network, request.signatureId);
        return sealWallet(
          { ...facts, kind: secret.kind, ...shown, ...(request.label && { label: request.label }) },
          secret,
        );
      });
    },
    use(sealed, refs, work) {
      const keys: LentKey[] = [];
      try {
        for (const ref of refs) keys.push(lend(ref));
        return work(keys);
      } finally {
        for (const key of keys) key.privateKey.fill(0);
      }
      function lend(ref: KeyRef): LentKey {
        const record = sealed.find(({ signatureId }) => signatureId === ref.signatureId);
        if (record === undefined)
          throw new CustosError('WALLET_UNKNOWN', `signature ID ${ref.signatureId} is not at hand`);
        return openKey(record, ref);
      }
    },
    sameSecret(one, other) {
      const first = openSecret(secretSealing, one);
      const second = openSecret(secretSealing, other);
      const same = equalSecrets(first, second);
      wipeSecret(first);
      wipeSecret(second);
      return same;
    },
    export(sealed) {
      const { xpub, address, chain, network } = publicVault.wallet(sealed);
      const secret = openSecret(secretSealing, sealed);
      return useOnce(secret, () => ({
        ...(secret.kind === 'hd'
          ? { mnemonic: Buffer.from(secret.mnemonic).toString('utf8') }
          : { privateKey: chains.get(chain).encodePrivateKey(secret.privateKey, network) }),
        ...(xpub !== undefined && { xpub }),
        ...(address !== undefined && { address }),
        chain,
        testnet: network === 'testnet',
      }));
    },
    exportPrivateKey(sealed, ref) {
      const key = openKey(sealed, ref);
      try {
        return chains.get(sealed.chain).encodePrivateKey(key.privateKey, sealed.network);
      } finally {
        key.privateKey.fill(0);
      }
    },
    wipe() {
      publicSealing.key.fill(0);
      secretSealing.key.fill(0);
    },
  };

  /** Opens one key. A stored private key must still give the address it is shown with. */
  function openKey(record: SealedWallet, ref: KeyRef): LentKey {
    checkIndex(record, ref);
    const chain = chains.get(record.chain);
    const secret = openSecret(secretSealing, record);
    const privateKey = useOnce(secret, () => derive(chain, secret, ref.index));
    const publicKey = chain.publicKey(privateKey);
    const address = chain.address(publicKey, record.network);
    if (address !== publicVault.address(record, ref)) {
      privateKey.fill(0);
      throw new CustosError('RECORD_DAMAGED', `the key of wallet ${record.signatureId} does not give its address`);
    }
    return { privateKey, publicKey, address };
  }
}

interface FreshSecret {
  readonly secret: OpenSecret;
  readonly shown: { readonly xpub?: string; readonly address?: string };
}

async function newMnemonic(chain: Chain, network: Wallet['network']): Promise<FreshSecret> {
  return mnemonicSecret(chain, generateMnemonic(), network);
}

async function mnemonicSecret(chain: Chain, mnemonic: string, network: Wallet['network']): Promise<FreshSecret> {
  if (chain.hd === undefined) throw new CustosError('SECRET_UNSUPPORTED', `${chain.id} has no mnemonic wallets`);
  const seed = await mnemonicToSeed(mnemonic);
  const { node, ...shown } = chain.hd.account(seed, network);
  seed.fill(0);
  return { secret: { kind: 'hd', mnemonic: Buffer.from(mnemonic, 'utf8'), node }, shown };
}

function newPrivateKey(chain: Chain, network: Wallet['network']): FreshSecret {
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

function newFacts(chain: Chain, network: Wallet['network'], signatureId = parseSignatureId(randomUUID())) {
  return { signatureId, chain: chain.id, network, createdAt: Date.now() };
}

function derive(chain: Chain, secret: OpenSecret, index: number | undefined): Uint8Array {
  if (secret.kind === 'key') return secret.privateKey.slice();
  if (chain.hd === undefined || index === undefined) {
    throw new CustosError('INDEX_MISSING', `${chain.id} needs a derivation index`);
  }
  return chain.hd.privateKey(secret.node, index);
}

function useOnce<T>(secret: OpenSecret, work: () => T): T {
  try {
    return work();
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
