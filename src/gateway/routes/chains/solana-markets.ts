import { z } from 'zod';
import type { BuildContext } from '../../../core/chain/builders/build.js';
import type { SolanaBuilder } from '../../../core/chain/builders/solana.js';
import type { SolanaMarketRequest } from '../../../core/chain/builders/solana-markets.js';
import type { ChainRequest, FormsByChain } from '../../by-chain.js';
import type { RoleRoutes } from '../../caller.js';
import type { GatewayContext } from '../../context.js';
import { addressField, keyOf } from '../../enqueue.js';
import { decimal, index, parseForm, signatureId } from '../../requests.js';
import { kindRoutes } from './building.js';

const account = z.string().min(32).max(44);
const fee = z.number().int().min(0).max(10_000);
/** The index is an extension. */
const acting = { from: account, signatureId, index: index.optional() };
/** Members that a marketplace may be opened and changed with. */
const settings = {
  treasuryWithdrawalDestination: account.optional(),
  feeWithdrawalDestination: account.optional(),
  requiresSignOff: z.boolean().optional(),
  canChangeSalePrice: z.boolean().optional(),
};
/** Who agrees for the marketplace; the index is an extension. */
const agreeing = { authoritySignatureId: signatureId.optional(), authorityIndex: index.optional() };

/** `GenerateMarketplaceSolanaKMS` */
const createForm = z.object({ ...acting, ...settings, marketplaceFee: fee, treasuryMint: account.optional() });
/** `UpdateMarketplaceSolanaKMS` */
const changeForm = z.object({ ...acting, ...settings, contractAddress: account, marketplaceFee: fee.optional() });
/** `UpdateFeeSolanaKMS` */
const feeForm = z.object({ ...acting, contractAddress: account, marketplaceFee: fee });
/** `UpdateFeeRecipientSolanaKMS` */
const receiverForm = z.object({ ...acting, contractAddress: account, treasuryWithdrawalDestination: account });
/** `WithdrawFromMarketplaceSolanaKMS` */
const withdrawForm = z.object({ ...acting, contractAddress: account, amount: decimal });
/** `SellAssetOnMarketplaceSolanaKMS` */
const sellForm = z.object({ ...acting, ...agreeing, contractAddress: account, nftAddress: account, price: decimal });
/** `BuyAssetOnMarketplaceSolanaKMS` and `CancelSellAssetOnMarketplaceSolanaKMS` */
const listedForm = z.object({ ...acting, ...agreeing, contractAddress: account, listingId: account });

/** Routes of marketplaces of Metaplex Auction House. */
export function solanaMarketRoutes(routes: RoleRoutes, forms: FormsByChain, gateway: GatewayContext): void {
  const { form } = kindRoutes(routes, gateway, 'solana');
  const shown = ({ chain }: ChainRequest, property: string, text: string) =>
    addressField(gateway, chain, property, text);
  const offer = <T extends Acting>(
    at: string,
    schema: z.ZodType<T>,
    read: (members: T, asked: ChainRequest) => Act,
  ) => {
    const [method, path] = at.split(' ') as ['post' | 'put', string];
    const handled = form((asked) => {
      const members = parseForm(schema, asked.body);
      const from = { address: shown(asked, 'from', members.from), key: keyOf(members.signatureId, members.index) };
      // Every other address is read as well, so that a wrong one is named.
      for (const name of addresses) {
        const text = (members as Readonly<Record<string, unknown>>)[name];
        if (typeof text === 'string') shown(asked, name, text);
      }
      return work({ from, ...read(members, asked) });
    });
    forms[method](`/v3/blockchain/marketplace/${path}`, handled);
  };
  offer('post listing', createForm, ({ marketplaceFee, treasuryMint, ...members }) => ({
    ...{ act: 'create', fee: marketplaceFee, ...settingsOf(members) },
    ...(treasuryMint !== undefined && { treasuryMint }),
    requiresSignOff: members.requiresSignOff ?? true,
    canChangeSalePrice: members.canChangeSalePrice ?? false,
  }));
  offer('put listing', changeForm, ({ contractAddress, marketplaceFee, ...members }) => ({
    ...{ act: 'change', market: contractAddress, ...settingsOf(members) },
    ...(marketplaceFee !== undefined && { fee: marketplaceFee }),
  }));
  offer('put listing/fee', feeForm, ({ contractAddress, marketplaceFee }) => ({
    ...{ act: 'change', market: contractAddress, fee: marketplaceFee },
  }));
  offer('put listing/recipient', receiverForm, ({ contractAddress, treasuryWithdrawalDestination }) => ({
    ...{ act: 'change', market: contractAddress, treasuryReceiver: treasuryWithdrawalDestination },
  }));
  for (const source of ['fee', 'treasury'] as const) {
    offer(`post withdraw/${source}`, withdrawForm, ({ contractAddress, amount }) => ({
      ...{ act: `withdraw-${source}`, market: contractAddress, amount: plain(amount) },
    }));
  }
  offer('post listing/sell', sellForm, ({ contractAddress, nftAddress, price, ...members }) => ({
    ...{ act: 'sell', market: contractAddress, token: nftAddress, price: plain(price), ...authorityOf(members) },
  }));
  for (const act of ['buy', 'cancel'] as const) {
    offer(`post listing/${act}`, listedForm, ({ contractAddress, listingId, ...members }) => ({
      ...{ act, market: contractAddress, listing: listingId, ...authorityOf(members) },
    }));
  }
}

type Acting = z.output<z.ZodObject<typeof acting>>;
type Settings = z.output<z.ZodObject<typeof settings>>;
type Agreeing = z.output<z.ZodObject<typeof agreeing>>;
type WithoutFrom<T> = T extends unknown ? Omit<T, 'from'> : never;
type Act = WithoutFrom<SolanaMarketRequest>;

const addresses = [
  ...['contractAddress', 'treasuryMint', 'treasuryWithdrawalDestination', 'feeWithdrawalDestination'],
  ...['nftAddress', 'listingId'],
];

function settingsOf({ treasuryWithdrawalDestination, feeWithdrawalDestination, ...flags }: Settings) {
  const { requiresSignOff, canChangeSalePrice } = flags;
  return {
    ...(treasuryWithdrawalDestination !== undefined && { treasuryReceiver: treasuryWithdrawalDestination }),
    ...(feeWithdrawalDestination !== undefined && { feeReceiver: feeWithdrawalDestination }),
    ...(requiresSignOff !== undefined && { requiresSignOff }),
    ...(canChangeSalePrice !== undefined && { canChangeSalePrice }),
  };
}

function authorityOf({ authoritySignatureId, authorityIndex }: Agreeing) {
  return authoritySignatureId === undefined ? {} : { authority: keyOf(authoritySignatureId, authorityIndex) };
}

/** Decimals are counted once it is known what is paid with. */
function plain(amount: string): string {
  return amount.replace(/^\+/, '').replace(/^\./, '0.').replace(/\.$/, '');
}

function work(request: SolanaMarketRequest) {
  return (builder: SolanaBuilder, context: BuildContext) => builder.markets(request, context);
}
