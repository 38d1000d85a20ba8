import type { Chain } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import { type ChainId, type Network, parseIndex, parseSignatureId, type SignatureId } from '../../core/ids.js';
import type { ExportedWallet, MadeWallet } from '../../core/signing/vault.js';
import type { KeyRef, SealedWallet, Wallet, WalletKind } from '../../core/signing/wallet.js';
import type { WalletFilter } from '../../core/store/store.js';
import { makeRootKey, makeStoreId } from '../../vault/key-slots.js';
import { openVault } from '../../vault/vault.js';
import type { House } from '../house.js';

export interface CreateOptions {
  readonly chain: string;
  readonly network: Network;
  /** What the chain makes by default when absent. */
  readonly kind?: WalletKind;
  readonly derivation?: string;
  readonly count: number;
  readonly label?: string;
}

/** How many wallets become durable together: few at first, so that the first lines come soon. */
const FIRST_BATCH = 16;
const BATCH = 1000;
/** Mnemonics in the making at the same time; their key stretching runs on Node's thread pool. */
const PARALLEL = 8;

/**
 * Makes wallets and yields each as soon as it is durable, in batches of one database transaction.
 * @throws CustosError CHAIN_UNKNOWN, STORE_*
 */
export async function* createWallets(house: House, options: CreateOptions): AsyncGenerator<readonly Wallet[]> {
  const chain = house.chains.get(options.chain);
  const store = await house.storeForAdding();
  const vault = await house.vault();
  const { kind = chain.newWallet ?? 'hd', label, derivation } = options;
  const wanted = { kind, ...(label !== undefined && { label }), ...(derivation !== undefined && { derivation }) };
  let done = 0;
  while (done < options.count) {
    const size = Math.min(done === 0 ? FIRST_BATCH : BATCH, options.count - done);
    const made = await inParallel(size, kind === 'hd' ? PARALLEL : 1, () =>
      vault.create(chain.id, options.network, wanted),
    );
    await store.wallets.add(made.map(({ sealed }) => sealed));
    done += size;
    yield made.map(({ wallet }) => wallet);
  }
}

async function inParallel(count: number, width: number, make: () => Promise<MadeWallet>): Promise<MadeWallet[]> {
  const made: MadeWallet[] = [];
  let started = 0;
  const lane = async () => {
    while (started < count) {
      started += 1;
      made.push(await make());
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, count) }, lane));
  return made;
}

/** A wallet that is shown and not kept: the entry that the peer would store, without chain and network. */
export async function generateWallet(house: House, id: string, network: Network): Promise<Record<string, unknown>> {
  const chain = house.chains.get(id);
  const vault = openVault({ rootKey: makeRootKey(), storeId: makeStoreId(), chains: house.chains });
  const { sealed } = await vault.create(chain.id, network, { kind: chain.newWallet ?? 'hd' });
  const { chain: _chain, testnet: _testnet, ...entry } = peerEntry(chain, vault.export(sealed));
  vault.wipe();
  return entry;
}

/** One record. @throws CustosError WALLET_UNKNOWN, SIGNATURE_ID_INVALID */
export async function getSealed(house: House, id: string): Promise<SealedWallet> {
  const signatureId = parseSignatureId(id);
  const [sealed] = await (await house.store()).wallets.get([signatureId]);
  if (sealed === undefined) throw new CustosError('WALLET_UNKNOWN', `signature ID ${signatureId} is not in this store`);
  return sealed;
}

/** Pages through the store in the order of signature IDs. */
export async function* pageSealed(house: House, filter: WalletFilter): AsyncGenerator<readonly SealedWallet[]> {
  const store = await house.store();
  let after: SignatureId | undefined;
  for (;;) {
    const page = await store.wallets.page(filter, after, 1000);
    if (page.length === 0) return;
    yield page;
    after = page.at(-1)?.signatureId;
  }
}

export function walletFilter(house: House, chain: unknown, network: Network | undefined): WalletFilter {
  return {
    ...(typeof chain === 'string' && { chain: house.chains.get(chain).id as ChainId }),
    ...(network !== undefined && { network }),
  };
}

/** A key by signature ID and the index as it was typed. @throws CustosError INDEX_INVALID */
export function typedKeyRef(signatureId: SignatureId, index: string | undefined): KeyRef {
  if (index === undefined) return { signatureId };
  return { signatureId, index: parseIndex(/^\d{1,10}$/.test(index) ? Number(index) : index) };
}

/** The peer's stored entry: these keys in this order. */
export function peerEntry(chain: Chain, exported: ExportedWallet): Record<string, unknown> {
  const { mnemonic, privateKey, secret, xpub, address, testnet } = exported;
  const place = { chain: chain.id, testnet };
  if (mnemonic === undefined) {
    // Where a new wallet is a private key, its address belongs to the entry; a stored private key stands alone.
    const shown = chain.newWallet === 'key' ? { address } : {};
    return { ...shown, ...(secret === undefined ? { privateKey } : { secret }), ...place };
  }
  if (xpub !== undefined) return { xpub, mnemonic, ...place };
  return chain.singleAddress === true ? { mnemonic, address, privateKey, ...place } : { mnemonic, ...place };
}
