import type { ChainId, Network, OwnerId, SignatureId } from '../../core/ids.js';
import type { Wallet } from '../../core/signing/wallet.js';
import type { PageRequest, WalletsService } from '../../core/signing/wallets-service.js';
import { boundTo, type Caller, includesWallet } from '../caller.js';
import { gathered } from '../gather.js';

/** Which wallets are asked for. */
export interface WantedWallets {
  readonly network: Network;
  readonly chain?: ChainId | undefined;
  readonly owner?: OwnerId | undefined;
  readonly label?: string | undefined;
}

interface Listing {
  readonly wallets: Pick<WalletsService, 'list' | 'some'>;
  readonly caller: Caller;
  readonly wanted: WantedWallets;
}

/** A page of the wallets that a caller sees, in the order of their ids. */
export async function walletPage(
  listing: Listing,
  page: { readonly after: SignatureId | undefined; readonly limit: number },
): Promise<{ readonly data: readonly Wallet[]; readonly next: SignatureId | undefined }> {
  const { caller, wanted } = listing;
  const read = caller.wallets === undefined ? listed : named;
  return gathered<Wallet, SignatureId>({
    ...page,
    async page(after, size) {
      const found = await read(listing, { limit: size, ...(after !== undefined && { after }) });
      return { page: found, last: found.length < size ? undefined : found.at(-1)?.signatureId };
    },
    keyOf: ({ signatureId }) => signatureId,
    isShown: (wallet) => includesWallet(caller, wallet) && isWanted(wallet, wanted),
  });
}

/** Each list is asked for as many as the page has, since all of them may come from one. */
async function listed(
  { wallets, caller, wanted: { network, chain, owner, label } }: Listing,
  page: PageRequest<SignatureId>,
): Promise<readonly Wallet[]> {
  const owners = owner === undefined ? boundTo(caller)?.map((one) => one.owner) : [owner];
  const chains = chain === undefined ? caller.chains : [chain];
  const lists = (owners ?? [undefined]).flatMap((one) =>
    (chains ?? [undefined]).map((id) => ({
      network,
      ...(one !== undefined && { owner: one }),
      ...(id !== undefined && { chain: id }),
      ...(label !== undefined && { label }),
    })),
  );
  const found: Wallet[] = [];
  for (const query of lists) found.push(...(await wallets.list(caller.tenant, query, page)));
  return lists.length === 1 ? found : inOrder(found).slice(0, page.limit);
}

/** A token that names its wallets has few of them. */
async function named(
  { wallets, caller }: Listing,
  { after = '' as SignatureId, limit }: PageRequest<SignatureId>,
): Promise<readonly Wallet[]> {
  const ids = [...(caller.wallets ?? [])].sort().filter((id) => id > after);
  const found: Wallet[] = [];
  for (let from = 0; from < ids.length && found.length < limit; from += limit) {
    found.push(...(await wallets.some(caller.tenant, ids.slice(from, from + limit))));
  }
  return inOrder(found).slice(0, limit);
}

/** What a list or a search found and the request does not ask for. */
export function isWanted({ network, chain, control, ...wallet }: Wallet, wanted: WantedWallets): boolean {
  const isThere = network === wanted.network && (wanted.chain ?? chain) === chain;
  const isLabelled = wanted.label === undefined || wallet.label === wanted.label;
  return isThere && isLabelled && (wanted.owner === undefined || control?.owner === wanted.owner);
}

function inOrder(wallets: readonly Wallet[]): readonly Wallet[] {
  return wallets.toSorted((one, other) => (one.signatureId < other.signatureId ? -1 : 1));
}
