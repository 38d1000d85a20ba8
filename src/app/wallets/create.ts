import type { ChainRegistry } from '../../core/chain/chain.js';
import type { Network } from '../../core/ids.js';
import { inParallel } from '../../core/parallel.js';
import type { WalletMarks } from '../../core/signing/vault.js';
import type { Wallet, WalletKind } from '../../core/signing/wallet.js';
import { walletEvents } from '../audit/wallets.js';
import { type OpenWallets, STRETCHED_AT_ONCE } from './open-wallets.js';

/** The parts that make wallets. */
export interface CreateParts {
  readonly chains: ChainRegistry;
  /** Called after the options are checked. */
  open(): Promise<OpenWallets>;
}

export interface CreateOptions extends WalletMarks {
  readonly chain: string;
  readonly network: Network;
  /** By default the chain's usual kind. */
  readonly kind?: WalletKind;
  readonly derivation?: string;
  readonly count: number;
  readonly label?: string;
}

/** Sizes of the batches: small at first, so that the first lines come soon. */
const FIRST_BATCH = 16;
const BATCH = 1000;
/**
 * Makes wallets and yields each as soon as it is durable, in batches of one database transaction.
 * @throws CustosError CHAIN_UNKNOWN, STORE_*
 */
export async function* createWallets(
  { chains, open }: CreateParts,
  options: CreateOptions,
): AsyncGenerator<readonly Wallet[]> {
  const chain = chains.get(options.chain);
  const { store, vault } = await open();
  const { kind = chain.keys.newWallet ?? 'hd', label, derivation, tags, owner } = options;
  const wanted = {
    kind,
    ...(label !== undefined && { label }),
    ...(derivation !== undefined && { derivation }),
    ...(tags && { tags }),
    ...(owner !== undefined && { owner }),
  };
  let done = 0;
  while (done < options.count) {
    const size = Math.min(done === 0 ? FIRST_BATCH : BATCH, options.count - done);
    const made = await inParallel(Array.from({ length: size }), kind === 'hd' ? STRETCHED_AT_ONCE : 1, () =>
      vault.create(chain.id, options.network, wanted),
    );
    const events = walletEvents(
      'wallet.created',
      made.map(({ wallet }) => wallet.signatureId),
    );
    await store.wallets.add(
      made.map(({ sealed }) => sealed),
      events,
    );
    done += size;
    yield made.map(({ wallet }) => wallet);
  }
}
