import type { Chain } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { readForm } from '../../http/body.js';
import { isRecord } from '../../http/json.js';
import { checkField, requestInvalid } from '../../http/problems.js';
import { toSmallestUnit } from '../amounts.js';
import { answer, inDocumentedWords } from '../answers.js';
import type { ChainRequest, FormsByChain } from '../by-chain.js';
import { callerOf, type GatewayRequest, type RoleRoutes, requireChain } from '../caller.js';
import type { GatewayContext, ListedToken } from '../context.js';
import { scaled } from '../contracts/decimals.js';
import { addressField } from '../enqueue.js';
import { decodeResult, encodeCall, erc20 } from '../ethereum/abi.js';
import { bareAddress } from '../ethereum/bare-address.js';
import { isContractFault } from '../ethereum/destination.js';
import { submit } from '../ethereum/submit.js';
import { contractReadForm, parseForm } from '../requests.js';

/** Routes that queue a transaction to be signed: native and token transfers, allowances, contract calls and creations. */
export function transferRoutes(routes: RoleRoutes, forms: FormsByChain, gateway: GatewayContext): void {
  forms.post('/v3/blockchain/token/transaction', {
    offers: hasContracts,
    handle: (asked) => sendToken(gateway, asked),
  });
  forms.post('/v3/blockchain/token/approve', { offers: hasContracts, handle: (asked) => approveToken(gateway, asked) });
  routes.post(`/v3/${gateway.slugs.contracts}/transaction`, ['submit'], (request) => sendCoin(gateway, request));
  routes.post(`/v3/${gateway.slugs.contracts}/smartcontract`, ['submit', 'read'], (request) =>
    callContract(gateway, request),
  );
}

async function sendCoin(gateway: GatewayContext, request: GatewayRequest): Promise<Response> {
  const chain = gateway.chainOf(request.req.param('slug') ?? '');
  const body = await readForm(request);
  const named = { target: 'to' };
  if (isRecord(body) && body['to'] === undefined && body['data'] !== undefined) {
    const signing = parseForm(gateway.forms.creation, body);
    return submit(gateway, request, { chain, signing, effect: { value: 0n, data: signing.data }, body, named });
  }
  const signing = parseForm(gateway.forms.transfer, body);
  const listed = gateway.contracts.tokens.get(chain.id)?.get(signing.currency);
  if (listed !== undefined) return sendListed(gateway, { request, chain, body }, listed);
  checkCurrency(gateway, chain, signing.currency);
  const data = dataField(signing.data);
  const effect = {
    to: addressField(gateway, chain, 'to', signing.to),
    value: checkField('amount', () => toSmallestUnit(signing.amount, chain.decimals)),
    ...(data !== undefined && { data }),
  };
  return submit(gateway, request, { chain, signing, effect, body, named });
}

/** A token that the operator lists by a name: the contract is compared with the list. */
async function sendListed(
  gateway: GatewayContext,
  { request, chain, body }: ChainRequest,
  { address, decimals }: ListedToken,
): Promise<Response> {
  const { data: text, ...signing } = parseForm(gateway.forms.transfer, body);
  if (text !== undefined && text !== '') {
    throw requestInvalid([{ property: 'data', rule: 'token', text: 'goes with coins, not with tokens' }]);
  }
  const to = addressField(gateway, chain, 'to', signing.to);
  const amount = checkField('amount', () => toSmallestUnit(signing.amount, decimals));
  const effect = { to: address, value: 0n, data: erc20.transfer([to, amount.toString()], bareAddress(gateway, chain)) };
  const named = { target: 'currency', receiver: 'to', isCall: true, digits: decimals } as const;
  return submit(gateway, request, { chain, signing, effect, body, named });
}

async function sendToken(gateway: GatewayContext, { request, chain, body }: ChainRequest): Promise<Response> {
  const form = parseForm(gateway.forms.tokenTransfer, body);
  const to = addressField(gateway, chain, 'to', form.to);
  const amount = checkField('amount', () => toSmallestUnit(form.amount, form.digits));
  const data = erc20.transfer([to, amount.toString()], bareAddress(gateway, chain));
  const effect = { to: addressField(gateway, chain, 'contractAddress', form.contractAddress), value: 0n, data };
  const named = { target: 'contractAddress', receiver: 'to', isCall: true, digits: form.digits } as const;
  return submit(gateway, request, { chain, signing: form, effect, body, named });
}

async function approveToken(gateway: GatewayContext, { request, chain, body }: ChainRequest): Promise<Response> {
  const form = parseForm(gateway.forms.tokenApproval, body);
  const contract = addressField(gateway, chain, 'contractAddress', form.contractAddress);
  const spender = addressField(gateway, chain, 'spender', form.spender);
  const { amount: text, digits } = form;
  const amount = await scaled({ gateway, chain }, { contract, amount: text, digits, property: 'amount' });
  const data = erc20.approve([spender, amount.toString()], bareAddress(gateway, chain));
  const effect = { to: contract, value: 0n, data };
  const named = { target: 'contractAddress', receiver: 'spender', isCall: true, digits: form.digits } as const;
  return submit(gateway, request, { chain, signing: form, effect, body, named });
}

/** Queues a call with a signature ID; without one it only reads the contract. */
async function callContract(gateway: GatewayContext, request: GatewayRequest): Promise<Response> {
  const chain = gateway.chainOf(request.req.param('slug') ?? '');
  const body = await readForm(request);
  if (isRecord(body) && body['caller'] !== undefined) {
    throw new CustosError('NOT_OFFERED', 'the form with `caller` is not offered: send signatureId');
  }
  if (isRecord(body) && body['signatureId'] === undefined) return askContract(gateway, chain, request, body);
  const form = parseForm(gateway.forms.contractCall, body);
  const effect = {
    to: addressField(gateway, chain, 'contractAddress', form.contractAddress),
    value: checkField('amount', () => toSmallestUnit(form.amount ?? '0', chain.decimals)),
    data: await fitting(chain, () => encodeCall(form, bareAddress(gateway, chain))),
  };
  const named = { target: 'contractAddress', receiver: 'params', isCall: true } as const;
  return submit(gateway, request, { chain, signing: form, effect, body, named });
}

async function askContract(
  gateway: GatewayContext,
  chain: Chain,
  request: GatewayRequest,
  body: unknown,
): Promise<Response> {
  requireChain(callerOf(request), chain.id);
  const form = parseForm(contractReadForm, body);
  const read = bareAddress(gateway, chain);
  const to = checkField('contractAddress', () => read(form.contractAddress));
  const data = await fitting(chain, () => encodeCall(form, read));
  try {
    const said = await gateway.node(chain).rpc('eth_call', [{ to, data }, 'latest']);
    return request.json({ data: decodeResult(form.methodABI.outputs ?? [], said) });
  } catch (error) {
    if (!isContractFault(error)) throw error;
    const message = `${unfit(chain).text}: ${error.message}.`;
    return answer(403, unfit(chain).errorCode, message);
  }
}

/** Encodes what a request calls; parameters that do not fit have a code of the API. */
function fitting(chain: Chain, encode: () => string): Promise<string> {
  return inDocumentedWords(
    async () => encode(),
    ({ code }) => (code === 'REQUEST_INVALID' ? unfit(chain) : undefined),
  );
}

function unfit({ slug, tatum }: Chain) {
  const errorCode = tatum?.errors?.contract ?? `${slug}.sc.invalid`;
  return { errorCode, statusCode: 403, text: 'Invalid parameters for smart contract invocation' } as const;
}

function hasContracts({ builder }: Chain): boolean {
  return builder?.kind === 'evm';
}

/** The API documents hexadecimal digits, with or without 0x; any other text is sent as its UTF-8 bytes. */
export function dataField(data: string | undefined): string | undefined {
  if (data === undefined || data === '' || data === '0x') return undefined;
  if (/^(0x)?([0-9a-fA-F]{2})+$/.test(data)) return `0x${data.replace(/^0x/, '').toLowerCase()}`;
  if (!data.startsWith('0x')) return `0x${Buffer.from(data, 'utf8').toString('hex')}`;
  return checkField('data', () => {
    throw new CustosError('REQUEST_INVALID', `${quote(data)} is not hexadecimal`);
  });
}

/** @throws CustosError REQUEST_INVALID: another case or another chain; NOT_OFFERED: a token by its name */
function checkCurrency(gateway: GatewayContext, chain: Chain, currency: string): void {
  if (currency === chain.id) return;
  const ticker = currency.toUpperCase();
  if (gateway.chains.ids.some((id) => id === ticker)) {
    const text = `currency must be ${chain.id} at /v3/${chain.slug}, and is ${quote(currency)}`;
    throw requestInvalid([{ property: 'currency', rule: 'ticker', text }]);
  }
  throw new CustosError(
    'NOT_OFFERED',
    `the currency ${quote(currency)} is not offered here, only ${chain.id}: ` +
      'send a token by its contract address with POST /v3/blockchain/token/transaction',
  );
}
