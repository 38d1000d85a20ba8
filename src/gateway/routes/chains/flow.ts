import { z } from 'zod';
import type { BuildContext } from '../../../core/chain/builders/build.js';
import type { FlowAct, FlowBuilder, FlowRequest } from '../../../core/chain/builders/flow.js';
import { CustosError } from '../../../core/errors.js';
import type { ChainRequest, FormsByChain } from '../../by-chain.js';
import type { RoleRoutes } from '../../caller.js';
import type { GatewayContext } from '../../context.js';
import { keyOf } from '../../enqueue.js';
import { decimal, index, parseForm, signatureId } from '../../requests.js';
import { kindRoutes } from './building.js';

/** Weight of a key that signs alone, which the documentation names for a request without one. */
const FULL_WEIGHT = 1000;

const account = z.string().regex(/^0x[0-9a-fA-F]{16}$/, 'must be 0x and 16 hexadecimal digits');
const acting = { account, signatureId, index: index.optional() };
const tokenId = z.string().regex(/^\d{1,20}$/, 'must be a whole number in a text');
/** The type of a token in the contract of Tatum. */
const contractAddress = z.string().regex(/^[!-~]{1,100}$/, 'must be a type of tokens');
const url = z.string().max(256);

/** `FlowCreateAddressFromPubKeyKMS` and `FlowAddPubKeySecretKMS` */
const keyForm = z.object({
  ...acting,
  publicKey: z.string().regex(/^[0-9a-fA-F]{128}$/, 'must have 128 hexadecimal digits'),
  weight: z.number().int().min(0).max(FULL_WEIGHT).default(FULL_WEIGHT),
});
/** `FlowTransactionKMS` */
const transferForm = z.object({
  ...acting,
  to: account,
  amount: decimal.max(38),
  currency: z.string().min(1).max(30),
});
/** `FlowCustomTransactionKMS` */
const customForm = z.object({
  ...acting,
  transaction: z.string().min(1).max(500_000),
  args: z
    .array(z.object({ type: z.string().max(38), value: z.unknown(), subType: z.string().max(38).optional() }))
    .max(1000),
});
/** `MintNftFlowKMS` */
const mintForm = z.object({ ...acting, to: account, url, contractAddress });
/** `MintMultipleNftFlowKMS` */
const mintsForm = z
  .object({ ...acting, to: z.array(account).min(1).max(500), url: z.array(url).min(1).max(500), contractAddress })
  .refine(({ to, url: urls }) => to.length === urls.length, { message: 'must be as many as in to', path: ['url'] });
/** `TransferNftFlowKMS` */
const uniqueForm = z.object({ ...acting, to: account, tokenId, contractAddress });
/** `BurnNftFlowKMS` */
const burnForm = z.object({ ...acting, tokenId, contractAddress });

/** Routes of Flow. */
export function flowRoutes(routes: RoleRoutes, forms: FormsByChain, gateway: GatewayContext): void {
  const { on, form } = kindRoutes(routes, gateway, 'flow');
  const reader =
    <T extends Acting>(act: FlowAct, schema: z.ZodType<T>) =>
    ({ chain, body }: ChainRequest) => {
      const { signatureId: id, index: at, ...members } = parseForm(schema, body);
      if ('currency' in members && members.currency !== chain.coin)
        throw new CustosError('NOT_OFFERED', `only ${chain.coin} is sent: FUSD was discontinued`);
      return work({ key: keyOf(id, at), act, body: members });
    };
  // Tatum's cloud lends accounts that propose and pay; here the account of the request does both.
  routes.get(`/v3/${gateway.slugs.of('flow')}/proposal/:isPayer`, ['sign'], () => {
    throw new CustosError('NOT_OFFERED', 'the gateway has no account that proposes or pays');
  });
  on('post', 'account', reader('create-account', keyForm));
  on('put', 'account', reader('add-key', keyForm));
  on('post', 'transaction', reader('transfer', transferForm));
  on('post', 'transaction/custom', reader('custom', customForm));
  forms.post('/v3/nft/mint', form(reader('mint', mintForm)));
  forms.post('/v3/nft/mint/batch', form(reader('mint-multiple', mintsForm)));
  forms.post('/v3/nft/transaction', form(reader('transfer-token', uniqueForm)));
  forms.post('/v3/nft/burn', form(reader('burn', burnForm)));
}

type Acting = z.output<z.ZodObject<typeof acting>>;

function work(request: FlowRequest) {
  return (builder: FlowBuilder, context: BuildContext) => builder.build(request, context);
}
