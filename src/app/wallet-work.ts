import { CustosError } from '../core/errors.js';
import { type ChainId, type Network, parseIndex, parseSignatureId, type SignatureId } from '../core/ids.js';
import type { WalletFilter } from '../core/store.js';
import type { ExportedWallet, MadeWallet } from '../core/vault.js';
import type { KeyRef, SealedWallet, Wallet, WalletKind } from '../core/wallet.js';
import { generateMnemonic, mnemonicToSeed } from '../crypto/mnemonic.js';
import type { House } from './house.js';

export interface CreateOptions {
  readonly chain: string;
  readonly network: Network;
  readonly kind: WalletKind;
  readonly count: number;
  readonly label?: string;
}

/** How many wallets become durable together: few at first, so that the first lines come soon. */
const FIRST_BATCH = 16;
const BATCH = 512;
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
  const label = options.label === undefined ? {} : { label: options.label };
  let done = 0;
  while (done < options.count) {
    const size = Math.min(done === 0 ? FIRST_BATCH : BATCH, options.count - done);
    const made = await inParallel(size, options.kind === 'hd' ? PARALLEL : 1, () =>
      vault.create(chain.id, options.network, { kind: options.kind, ...label }),
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

/** A wallet that is shown and not kept. */
export async function generateWallet(
  house: House,
  id: string,
  network: Network,
): Promise<{ xpub: string; mnemonic: string }> {
  const chain = house.chains.get(id);
  if (chain.hd === undefined) throw new CustosError('SECRET_UNSUPPORTED', `${chain.id} has no mnemonic wallets`);
  const mnemonic = generateMnemonic();
  const seed = await mnemonicToSeed(mnemonic);
  const account = chain.hd.account(seed, network);
  seed.fill(0);
  account.node.fill(0);
  return { xpub: account.xpub ?? account.address ?? '', mnemonic };
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
export function peerEntry(exported: ExportedWallet): Record<string, unknown> {
  const { mnemonic, privateKey, xpub, address, chain, testnet } = exported;
  if (mnemonic === undefined) return { privateKey, chain, testnet };
  return xpub === undefined ? { mnemonic, address, chain, testnet } : { xpub, mnemonic, chain, testnet };
}
