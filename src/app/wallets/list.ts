import type { ChainRegistry } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import { parseTenantId } from '../../core/ids.js';
import type { PublicVault } from '../../core/signing/vault.js';
import { type SealedWallet, tenantOf, type Wallet, type WalletState } from '../../core/signing/wallet.js';
import type { WalletFilter, WalletTable } from '../../core/store/store.js';
import type { CommandOptions } from '../config/command-options.js';
import { pageSealed } from './find.js';
import { parseOwner, parseTag } from './marks.js';

/** Which wallets are listed. */
interface WantedWallets {
  readonly filter: WalletFilter;
  /** One of them suffices. */
  readonly tags?: readonly string[];
  readonly owner?: string;
  readonly states?: readonly WalletState[];
}

type ListOptions = Pick<CommandOptions, 'chain' | 'tags' | 'owner' | 'states' | 'walletStates' | 'tenant'>;

/** @throws CustosError USAGE, CHAIN_UNKNOWN */
export function wantedWallets(
  { chain, tags, owner, states, walletStates, tenant }: ListOptions,
  chains: ChainRegistry,
): WantedWallets {
  if (states !== undefined) throw new CustosError('USAGE', '--state takes states of wallets here');
  for (const tag of tags ?? []) parseTag(tag);
  if (owner !== undefined) parseOwner(owner);
  // Wallets about which nothing is said are active, without tags and owner: the store need not read them for anything else.
  const isControlled = tags !== undefined || owner !== undefined || walletStates?.includes('active') === false;
  return {
    filter: {
      ...(tenant !== undefined && { tenant: parseTenantId(tenant) }),
      ...(chain !== undefined && { chain: chains.get(chain).id }),
      ...(isControlled && { controlled: true }),
    },
    ...(tags && { tags }),
    ...(owner !== undefined && { owner }),
    ...(walletStates && { states: walletStates }),
  };
}

/** Whether a wallet is among those that are listed. */
export function isListed(wallet: Wallet, wanted: WantedWallets): boolean {
  const { chain, tenant } = wanted.filter;
  const isOfBoth = (chain ?? wallet.chain) === wallet.chain && (tenant ?? tenantOf(wallet)) === tenantOf(wallet);
  return isOfBoth && isWanted(wallet, wanted);
}

/** Wallets in the order of signature IDs, page by page. */
export async function* listWallets(
  wallets: WalletTable,
  vault: Pick<PublicVault, 'wallet'>,
  wanted: WantedWallets,
): AsyncGenerator<readonly Wallet[]> {
  for await (const page of pageSealed(wallets, wanted.filter)) {
    yield page.map((sealed: SealedWallet) => vault.wallet(sealed)).filter((wallet) => isWanted(wallet, wanted));
  }
}

function isWanted({ control }: Wallet, { tags, owner, states }: WantedWallets): boolean {
  if (states !== undefined && !states.includes(control?.state ?? 'active')) return false;
  if (owner !== undefined && control?.owner !== owner) return false;
  return tags === undefined || tags.some((tag) => control?.tags.includes(tag));
}
