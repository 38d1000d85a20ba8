import type { ChainRegistry } from '../../core/chain/chain.js';
import { type Clock, systemClock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { defaultTenant, type Network } from '../../core/ids.js';
import { inParallel } from '../../core/parallel.js';
import type { WalletMarks } from '../../core/signing/vault.js';
import type { SecretKind, Wallet } from '../../core/signing/wallet.js';
import type { OwnerBound, Store } from '../../core/store/store.js';
import { walletEvents } from '../audit/wallets.js';
import { type OpenWallets, STRETCHED_AT_ONCE } from './open-wallets.js';
import { boundOf } from './owners.js';

/** The parts that make wallets. */
export interface CreateParts {
  readonly chains: ChainRegistry;
  /** By default that of the system. */
  readonly clock?: Clock;
  /** Called after the options are checked. */
  open(): Promise<OpenWallets>;
}

export interface CreateOptions extends WalletMarks {
  readonly chain: string;
  readonly network: Network;
  /** By default the chain's usual kind. */
  readonly kind?: SecretKind;
  readonly derivation?: string;
  readonly count: number;
  readonly label?: string;
}

/** Sizes of the batches: small at first, so that the first lines come soon. */
const FIRST_BATCH = 16;
const BATCH = 1000;
/**
 * Makes wallets and yields each as soon as it is durable, in batches of one database transaction.
 * @throws CustosError CHAIN_UNKNOWN, OWNER_LIMIT, STORE_*
 */
export async function* createWallets(
  { chains, clock = systemClock, open }: CreateParts,
  options: CreateOptions,
): AsyncGenerator<readonly Wallet[]> {
  const chain = chains.get(options.chain);
  const { store, vault } = await open();
  const { kind = chain.keys.newWallet ?? 'hd', label, derivation, tags, owner, tenant, requireUserToken } = options;
  const wanted = {
    kind,
    ...(label !== undefined && { label }),
    ...(derivation !== undefined && { derivation }),
    ...(tags && { tags }),
    ...(owner !== undefined && { owner }),
    ...(tenant !== undefined && { tenant }),
    ...(requireUserToken && { requireUserToken }),
  };
  const bound =
    owner === undefined
      ? undefined
      : await boundOf({ store, vault, clock }, { tenant: tenant ?? defaultTenant, owner });
  if (bound !== undefined) await requireRoom(store, bound, options.count);
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
      bound,
    );
    done += size;
    yield made.map(({ wallet }) => wallet);
  }
}

/** All batches or none: the database checks each one again. @throws CustosError OWNER_LIMIT */
async function requireRoom(
  { wallets }: Pick<Store, 'wallets'>,
  { digest, most }: OwnerBound,
  count: number,
): Promise<void> {
  const known = await wallets.count({ owner: digest });
  if (known + count > most) throw new CustosError('OWNER_LIMIT', `the owner has ${known} wallets of at most ${most}`);
}
