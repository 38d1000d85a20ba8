import type { SpendSource } from '../../core/chain/builders/bitcoind.js';
import type { BuildContext } from '../../core/chain/builders/build.js';
import type { PaymentRequest } from '../../core/chain/builders/solana.js';
import type { Chain } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import { readForm } from '../../http/body.js';
import { checkField, requestInvalid } from '../../http/problems.js';
import type { FormsByChain } from '../by-chain.js';
import { callerOf, type GatewayRequest, type RoleRoutes } from '../caller.js';
import type { GatewayContext } from '../context.js';
import { enqueue, keyOf } from '../enqueue.js';
import { parseForm, parseSpend, paymentForm, spendForm } from '../requests.js';
import { spending } from '../spending.js';

/** Routes that queue transfers of unspent outputs, and payments between accounts without contracts. */
export function paymentRoutes(routes: RoleRoutes, forms: FormsByChain, gateway: GatewayContext): void {
  routes.post(`/v3/${gateway.slugs.outputs}/transaction`, ['submit'], async (request) => {
    const chain = gateway.chainOf(request.req.param('slug') ?? '');
    const body = await readForm(request);
    // Two simultaneous requests would choose the same outputs.
    return gateway.turns(chain.id, () => spend(gateway, request, { chain, body }));
  });
  routes.post(`/v3/${gateway.slugs.payments}/transaction`, ['submit'], async (request) => {
    const chain = gateway.chainOf(request.req.param('slug') ?? '');
    return sendPayment(gateway, request, { chain, body: await readForm(request), kind: 'coins' });
  });
  forms.post('/v3/blockchain/token/transaction', {
    offers: ({ builder }) => builder?.kind === 'solana',
    handle: ({ request, chain, body }) => sendPayment(gateway, request, { chain, body, kind: 'tokens' }),
  });
}

async function spend(
  gateway: GatewayContext,
  request: GatewayRequest,
  { chain, body }: { readonly chain: Chain; readonly body: unknown },
): Promise<Response> {
  const { fromAddress = [], fromUTXO = [], to, fee, changeAddress } = parseSpend(spendForm, body);
  const sources: readonly SpendSource[] = [
    ...fromAddress.map(({ address, signatureId, index }) => ({ address, key: keyOf(signatureId, index) })),
    ...fromUTXO.map(({ txHash, index, signatureId, signatureIdIndex }) => ({
      txId: txHash.toLowerCase(),
      index,
      key: keyOf(signatureId, signatureIdIndex),
    })),
  ];
  for (const [at, source] of sources.entries()) {
    if ('address' in source) checkAddress(gateway, chain, `fromAddress.${at}.address`, source.address);
  }
  for (const [at, { address }] of to.entries()) checkAddress(gateway, chain, `to.${at}.address`, address);
  if (changeAddress !== undefined) checkAddress(gateway, chain, 'changeAddress', changeAddress);
  const wanted = {
    sources,
    to: to.map(({ address, value }) => ({ address, amount: value })),
    ...(fee !== undefined && { fee }),
    ...(changeAddress !== undefined && { changeAddress }),
  };
  return enqueue(gateway, request, { chain, body }, async () => {
    const { builder } = chain;
    if (builder?.kind !== 'bitcoind') throw notBuilt(chain);
    return spending(() => builder.spend(wanted, contextOf(gateway, request, chain)));
  });
}

/** Queues a payment of coins or of tokens. */
async function sendPayment(
  gateway: GatewayContext,
  request: GatewayRequest,
  { chain, body, kind }: { readonly chain: Chain; readonly body: unknown; readonly kind: 'coins' | 'tokens' },
): Promise<Response> {
  const form = parseForm(paymentForm, body);
  if ((form.contractAddress === undefined) !== (kind === 'coins')) {
    const text = kind === 'coins' ? 'tokens go by POST /v3/blockchain/token/transaction' : 'the token must be named';
    throw requestInvalid([{ property: 'contractAddress', rule: kind, text }]);
  }
  const { from, to, amount, contractAddress, digits, feePayer } = form;
  for (const [name, address] of Object.entries({ from, to, feePayer, contractAddress })) {
    if (address !== undefined) checkAddress(gateway, chain, name, address);
  }
  const wanted: PaymentRequest = {
    from: { address: from, key: keyOf(form.signatureId, form.index) },
    to,
    amount,
    ...(feePayer !== undefined &&
      form.feePayerSignatureId !== undefined && {
        feePayer: { address: feePayer, key: keyOf(form.feePayerSignatureId, form.feePayerIndex) },
      }),
    ...(contractAddress !== undefined && { contractAddress }),
    ...(digits !== undefined && { digits }),
  };
  return enqueue(gateway, request, { chain, body }, () => {
    if (chain.builder?.kind !== 'solana') throw notBuilt(chain);
    return chain.builder.pay(wanted, contextOf(gateway, request, chain));
  });
}

function notBuilt({ id }: Chain): CustosError {
  return new CustosError('NOT_OFFERED', `the gateway builds no such transactions of ${id}`);
}

function contextOf({ network, node }: GatewayContext, request: GatewayRequest, chain: Chain): BuildContext {
  const { queue } = callerOf(request);
  const spent = (outputs: readonly string[]) => queue.spent({ chain: chain.id, network, outputs });
  return { network, node: node(chain).client, spent };
}

function checkAddress({ network }: GatewayContext, chain: Chain, property: string, text: string): void {
  checkField(property, () => chain.keys.normalizeAddress(text, network));
}
