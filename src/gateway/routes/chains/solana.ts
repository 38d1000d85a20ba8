import { z } from 'zod';
import type { BuildContext } from '../../../core/chain/builders/build.js';
import type { SolanaBuilder } from '../../../core/chain/builders/solana.js';
import type { SolanaTokenRequest } from '../../../core/chain/builders/solana-tokens.js';
import { requestInvalid } from '../../../http/problems.js';
import type { ChainRequest, FormsByChain } from '../../by-chain.js';
import type { RoleRoutes } from '../../caller.js';
import type { GatewayContext } from '../../context.js';
import { addressField, keyOf } from '../../enqueue.js';
import { decimal, index, parseForm, signatureId } from '../../requests.js';
import { amountField, kindRoutes } from './building.js';

/** A token of the program has at most so many decimals that an amount of 64 bits can be written. */
const MOST_DIGITS = 19;
const account = z.string().min(32).max(44);
/** Who acts, and who pays; the indexes are extensions. */
const acting = {
  from: account,
  signatureId,
  index: index.optional(),
  feePayer: account.optional(),
  feePayerSignatureId: signatureId.optional(),
  feePayerIndex: index.optional(),
};

/** `ChainDeploySolanaSplKMS` */
const deployForm = z.object({
  ...acting,
  address: account,
  supply: decimal.max(38),
  digits: z.number().int().min(0).max(MOST_DIGITS),
  freezeAuthority: account.optional(),
});
/** `SolanaNftMetadataKMS`. The program believes creators that sign only, so what the request says of that is not read. */
const metadata = z.object({
  name: z.string().max(32),
  symbol: z.string().max(10),
  uri: z.string().max(200),
  sellerFeeBasisPoints: z.number().int().min(0).max(10_000),
  collection: account.optional(),
  mutable: z.boolean().default(true),
  creators: z
    .array(z.object({ address: account, share: z.number().int().min(0).max(100) }))
    .max(5)
    .optional(),
});
/** `MintNftSolanaKMS` */
const mintForm = z.object({ ...acting, to: account, metadata });
/** `TransferNftSolanaKMS` */
const uniqueForm = z.object({ ...acting, to: account, contractAddress: account });
/** `BurnNftSolanaKMS` */
const burnForm = z.object({ ...acting, contractAddress: account, collection: account.optional() });
/** `VerifySolanaNFTKMS` */
const verifyForm = z.object({ ...acting, nftAddress: account, collectionAddress: account });

/** Routes of Solana's own mints and unique tokens. */
export function solanaRoutes(routes: RoleRoutes, forms: FormsByChain, gateway: GatewayContext): void {
  const { form } = kindRoutes(routes, gateway, 'solana');
  const shown = ({ chain }: ChainRequest, property: string, text: string) =>
    addressField(gateway, chain, property, text);
  const parties = (asked: ChainRequest, who: Acting) => {
    const { from, feePayer, feePayerSignatureId } = who;
    const own = { address: shown(asked, 'from', from), key: keyOf(who.signatureId, who.index) };
    if ((feePayer === undefined) !== (feePayerSignatureId === undefined)) {
      const text = 'feePayer and feePayerSignatureId go together';
      throw requestInvalid([{ property: 'feePayerSignatureId', rule: 'custom', text }]);
    }
    if (feePayer === undefined || feePayerSignatureId === undefined) return { from: own };
    const payer = { address: shown(asked, 'feePayer', feePayer), key: keyOf(feePayerSignatureId, who.feePayerIndex) };
    return { from: own, feePayer: payer };
  };
  forms.post(
    '/v3/blockchain/token/deploy',
    form((asked) => {
      const { address, supply, digits, freezeAuthority, ...who } = parseForm(deployForm, asked.body);
      return work({
        ...parties(asked, who),
        ...{ act: 'deploy', to: shown(asked, 'address', address), digits },
        supply: amountField('supply', supply, digits),
        ...(freezeAuthority !== undefined && { freezeAuthority: shown(asked, 'freezeAuthority', freezeAuthority) }),
      });
    }),
  );
  forms.post(
    '/v3/nft/mint',
    form((asked) => {
      const { to, metadata: told, ...who } = parseForm(mintForm, asked.body);
      const { mutable, creators, collection, ...rest } = told;
      creators?.forEach((one, at) => void shown(asked, `metadata.creators.${at}.address`, one.address));
      if (collection !== undefined) shown(asked, 'metadata.collection', collection);
      const made = {
        ...rest,
        isMutable: mutable,
        ...(creators && { creators }),
        ...(collection !== undefined && { collection }),
      };
      return work({ ...parties(asked, who), act: 'mint', to: shown(asked, 'to', to), metadata: made });
    }),
  );
  forms.post(
    '/v3/nft/transaction',
    form((asked) => {
      const { to, contractAddress, ...who } = parseForm(uniqueForm, asked.body);
      const token = { contractAddress: shown(asked, 'contractAddress', contractAddress), amount: '1', digits: 0 };
      const payment = { ...parties(asked, who), to: shown(asked, 'to', to), ...token };
      return (builder, context) => builder.pay(payment, context);
    }),
  );
  forms.post(
    '/v3/nft/burn',
    form((asked) => {
      const { contractAddress, collection, ...who } = parseForm(burnForm, asked.body);
      const group = collection === undefined ? {} : { collection: shown(asked, 'collection', collection) };
      const mint = shown(asked, 'contractAddress', contractAddress);
      return work({ ...parties(asked, who), act: 'burn', mint, ...group });
    }),
  );
  forms.post(
    '/v3/nft/verify',
    form((asked) => {
      const { nftAddress, collectionAddress, ...who } = parseForm(verifyForm, asked.body);
      const mint = shown(asked, 'nftAddress', nftAddress);
      const collection = shown(asked, 'collectionAddress', collectionAddress);
      return work({ ...parties(asked, who), act: 'verify', mint, collection });
    }),
  );
}

type Acting = z.output<z.ZodObject<typeof acting>>;

function work(request: SolanaTokenRequest) {
  return (builder: SolanaBuilder, context: BuildContext) => builder.tokens(request, context);
}
