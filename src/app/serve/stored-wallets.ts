import { unknownWallet } from '../../api/caller.js';
import type { ChainRegistry } from '../../core/chain/chain.js';
import type { SignatureId } from '../../core/ids.js';
import type { PublicVault } from '../../core/signing/vault.js';
import { tenantOf, type Wallet } from '../../core/signing/wallet.js';
import type { PageRequest, WalletQuery, WalletsService } from '../../core/signing/wallets-service.js';
import type { WalletTable } from '../../core/store/store.js';

interface StoredWalletsParts {
  readonly wallets: WalletTable;
  readonly vault: PublicVault;
  readonly chains: ChainRegistry;
}

/** Reads the wallets of a store for doors. */
export function storedWallets({ wallets, vault, chains }: StoredWalletsParts): Pick<WalletsService, 'list' | 'get'> {
  return {
    async list(tenant, query, page) {
      const filter = {
        tenant,
        ...(query.chain !== undefined && { chain: chains.get(query.chain).id }),
        ...(query.network !== undefined && { network: query.network }),
      };
      return gather({ wallets, vault }, { filter, isWanted: (wallet) => isWanted(wallet, query), page });
    },
    async get(tenant, id) {
      const [sealed] = await wallets.get([id]);
      if (sealed === undefined || tenantOf(sealed) !== tenant) throw unknownWallet(id);
      return vault.wallet(sealed);
    },
  };
}

interface Gathering {
  readonly filter: Parameters<WalletTable['page']>[0];
  readonly page: PageRequest<SignatureId>;
  isWanted(wallet: Wallet): boolean;
}

/** As many as a page holds: what is sealed can only be compared after it is read. */
async function gather(
  { wallets, vault }: Pick<StoredWalletsParts, 'wallets' | 'vault'>,
  { filter, page: { after, limit }, isWanted: wanted }: Gathering,
): Promise<readonly Wallet[]> {
  const found: Wallet[] = [];
  for (let last = after; found.length < limit; ) {
    const page = await wallets.page(filter, last, limit);
    found.push(...page.map((sealed) => vault.wallet(sealed)).filter(wanted));
    if (page.length < limit) break;
    last = page.at(-1)?.signatureId;
  }
  return found.slice(0, limit);
}

function isWanted({ label, control }: Wallet, query: WalletQuery): boolean {
  return (
    (query.label === undefined || label === query.label) &&
    (query.owner === undefined || control?.owner === query.owner)
  );
}
