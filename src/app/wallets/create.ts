import type { Network } from '../../core/ids.js';
import type { MadeWallet } from '../../core/signing/vault.js';
import type { Wallet, WalletKind } from '../../core/signing/wallet.js';
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
