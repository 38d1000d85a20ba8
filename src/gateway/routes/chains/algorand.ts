import { z } from 'zod';
import type { AlgorandAction, AlgorandBuilder, AlgorandRequest } from '../../../core/chain/builders/algorand.js';
import type { BuildContext } from '../../../core/chain/builders/build.js';
import type { ChainRequest, FormsByChain } from '../../by-chain.js';
import type { RoleRoutes } from '../../caller.js';
import type { GatewayContext } from '../../context.js';
import { addressField, keyOf } from '../../enqueue.js';
import { decimal, index, parseForm, signatureId } from '../../requests.js';
import { amountField, kindRoutes, unitsField } from './building.js';

const DECIMALS = 6;
/** A URL of an asset in bytes: what the network takes. */
const URL_BYTES = 96;

const account = z.string().length(58);
const asset = z.string().regex(/^[1-9]\d{0,14}$/, 'must be the number of an asset');
const name = bytes(32).refine((text) => text !== '', 'must not be empty');
const unit = bytes(8).refine((text) => text !== '', 'must not be empty');
const url = bytes(URL_BYTES);
/** Who acts, with which key, for which fee in ALGO. */
const acting = { from: account, signatureId, index: index.optional(), fee: decimal.optional() };

/** `TransferAlgorandBlockchainKMS` */
const coinForm = z.object({ ...acting, to: account, amount: decimal, note: bytes(1024).optional() });
/** `ReceiveAlgorandAssetKMS` */
const receiveForm = z.object({ ...acting, assetId: z.number().int().min(1).max(999_999_999_999_999) });
/** `ChainTransferAlgoErc20KMS`. The cloud takes 1 for missing digits, which nobody means. */
const tokenForm = z.object({
  ...acting,
  to: account,
  contractAddress: asset,
  amount: decimal,
  digits: z.number().int().min(0).max(19),
});
/** `ChainDeployAlgoErc20KMS` */
const deployForm = z.object({
  ...acting,
  symbol: unit,
  name: z.string().regex(/^\w{1,32}$/, 'must be up to 32 letters, digits and underscores'),
  supply: decimal.max(38),
  digits: z.number().int().min(0).max(15),
  url: url.optional(),
});
/** `ChainBurnAlgoErc20KMS` and `BurnNftAlgoKMS` */
const burnForm = z.object({ ...acting, contractAddress: asset });
/** `TransferNftAlgoKMS` */
const uniqueForm = z.object({
  ...acting,
  to: account,
  contractAddress: asset,
  amount: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(1),
});
const attributes = z
  .object({
    assetUnit: unit.optional(),
    manager: account.optional(),
    reserve: account.optional(),
    freeze: account.optional(),
    clawback: account.optional(),
    total: z.number().int().min(10).max(1_000_000_000_000_000).optional(),
    decimals: z.number().int().min(1).max(15).optional(),
  })
  .refine(({ total = 1, decimals = 0 }) => total === 10 ** decimals, {
    message: 'must be the power of 10 that decimals names',
    path: ['total'],
  });
/** `MintNftAlgorandKMS` */
const mintForm = z.object({ ...acting, name, url, attr: attributes.optional() });

/** Routes of Algorand. */
export function algorandRoutes(routes: RoleRoutes, forms: FormsByChain, gateway: GatewayContext): void {
  const { on, form } = kindRoutes(routes, gateway, 'algorand');
  const work = ({ chain }: ChainRequest, who: Acting, action: AlgorandAction) => {
    const from = addressField(gateway, chain, 'from', who.from);
    const fee = who.fee === undefined ? {} : { fee: amountField('fee', who.fee, DECIMALS) };
    const request: AlgorandRequest = { from, key: keyOf(who.signatureId, who.index), ...fee, ...action };
    return (builder: AlgorandBuilder, context: BuildContext) => builder.build(request, context);
  };
  const receiver = ({ chain }: ChainRequest, text: string) => addressField(gateway, chain, 'to', text);
  on('post', 'transaction', (asked) => {
    const { to, amount, note, ...who } = parseForm(coinForm, asked.body);
    const paid = { to: receiver(asked, to), amount: amountField('amount', amount, DECIMALS) };
    return work(asked, who, { kind: 'coins', ...paid, ...(note !== undefined && { note }) });
  });
  on('post', 'asset/receive', (asked) => {
    const { assetId, ...who } = parseForm(receiveForm, asked.body);
    return work(asked, who, { kind: 'opt-in', asset: `${assetId}` });
  });
  const token = form((asked) => {
    const { to, contractAddress, amount, digits, ...who } = parseForm(tokenForm, asked.body);
    const paid = { to: receiver(asked, to), amount: amountField('amount', amount, digits), decimals: digits };
    return work(asked, who, { kind: 'asset', asset: contractAddress, ...paid });
  });
  const deploy = form((asked) => {
    const { symbol, name: named, supply, digits, url: at, ...who } = parseForm(deployForm, asked.body);
    const total = unitsField('supply', supply, digits);
    const made = { total, decimals: digits, name: named, unitName: symbol, ...(at !== undefined && { url: at }) };
    // The creator stays in charge, so that the token can be burned.
    return work(asked, who, { kind: 'creation', ...made, manager: who.from });
  });
  const burn = form((asked) => {
    const { contractAddress, ...who } = parseForm(burnForm, asked.body);
    return work(asked, who, { kind: 'destruction', asset: contractAddress });
  });
  const unique = form((asked) => {
    const { to, contractAddress, amount, ...who } = parseForm(uniqueForm, asked.body);
    const paid = { to: receiver(asked, to), units: BigInt(amount) };
    return work(asked, who, { kind: 'units', asset: contractAddress, ...paid });
  });
  const mint = form((asked) => {
    const { name: named, url: at, attr = {}, ...who } = parseForm(mintForm, asked.body);
    const { assetUnit, total = 1, decimals = 0, ...roles } = attr;
    for (const [role, text] of Object.entries(roles))
      if (text !== undefined) addressField(gateway, asked.chain, `attr.${role}`, text);
    const made = { total: BigInt(total), decimals, name: named, url: at };
    return work(asked, who, { kind: 'creation', ...made, ...withoutAbsent({ ...roles, unitName: assetUnit }) });
  });
  forms.post('/v3/blockchain/token/transaction', token);
  forms.post('/v3/blockchain/token/deploy', deploy);
  forms.post('/v3/blockchain/token/burn', burn);
  forms.post('/v3/nft/transaction', unique);
  forms.post('/v3/nft/mint', mint);
  forms.post('/v3/nft/burn', burn);
}

type Acting = z.output<z.ZodObject<typeof acting>>;

/** A text with so many bytes at most, as the network counts. */
function bytes(most: number) {
  return z
    .string()
    .max(most)
    .refine((text) => Buffer.byteLength(text) <= most, `must have at most ${most} bytes`);
}

function withoutAbsent<T extends Readonly<Record<string, string | undefined>>>(members: T) {
  return Object.fromEntries(
    Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
