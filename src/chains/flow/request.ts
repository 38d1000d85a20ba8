import { hex } from '@scure/base';
import { RLP } from 'micro-eth-signer/core/rlp.js';
import type { Effect } from '../../core/chain/effect.js';
import { CustosError } from '../../core/errors.js';
import { type Network, quote } from '../../core/ids.js';
import { type Fields, invalid, listOf, objectOf, onlyMembers, textOf, wholeOf } from '../shared/fields.js';
import { addressArgument, amountOf, type CadenceArgument, flowAddress, readArguments, ufix64 } from './arguments.js';
import { cadenceDangers } from './cadence.js';
import { curveOf } from './key.js';
import { type FlowTemplates, type FlowToken, flowContracts } from './templates.js';

/** A request turned into what is signed, with what it does. */
export interface FlowAction {
  /** Account that authorizes, 16 hexadecimal digits. */
  readonly account: string;
  readonly script: string;
  readonly arguments: readonly CadenceArgument[];
  /** What the script does with these arguments, without the fee and without the signed fields themselves. */
  readonly does: readonly Effect[];
}

/** An action with the type number of its request. */
export type TypedAction = FlowAction & { readonly type: number };

interface Request {
  readonly account: string;
  readonly body: Fields;
  readonly network: Network;
  readonly templates: FlowTemplates;
}

/** The address that no account has. */
const NOBODY = `0x${'0'.repeat(16)}`;
/** Weight of a key that signs alone. */
export const MOST_WEIGHT = 1000n;
/** Members of every body that choose a key or a queue and do not change what is signed. */
const besides = ['account', 'index', 'signatureId', 'chain'];

const readers: Readonly<Record<number, { readonly members: readonly string[]; read(request: Request): FlowAction }>> = {
  0: { members: ['publicKey', 'weight'], read: createAccount },
  1: { members: ['publicKey', 'weight'], read: addKey },
  2: { members: ['to', 'amount', 'currency'], read: transfer },
  4: { members: ['to', 'url', 'contractAddress'], read: mint },
  5: { members: ['to', 'url', 'contractAddress'], read: mintMultiple },
  6: { members: ['tokenId', 'contractAddress'], read: burn },
  7: { members: ['to', 'tokenId', 'contractAddress'], read: transferToken },
  8: { members: ['transaction', 'args'], read: custom },
};

/**
 * Reads `{type, body}` of a request.
 * @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED (type or currency), AMOUNT_INVALID
 */
export function readAction(fields: Fields, network: Network, templates: FlowTemplates): TypedAction {
  const type = fields['type'];
  const reader = typeof type === 'number' ? readers[type] : undefined;
  if (reader === undefined || typeof type !== 'number')
    throw unsupported(`the transaction type ${quote(type)} is not offered`);
  const body = objectOf(fields['body'], 'body');
  onlyMembers(body, [...besides, ...reader.members], 'body');
  return { ...reader.read({ account: flowAddress(body['account'], 'account'), body, network, templates }), type };
}

function transfer({ account, body, network, templates }: Request): FlowAction {
  const amount = amountOf(body['amount'], 'amount');
  const currency = body['currency'];
  const isFlow = currency === 'FLOW';
  const template = isFlow ? templates.transfer : currency === 'FUSD' ? templates.fusdTransfer : undefined;
  if (template === undefined) {
    throw unsupported(currency === 'FUSD' ? 'FUSD was discontinued' : `the currency ${quote(currency)} is not known`);
  }
  const move = { from: `0x${account}`, to: `0x${flowAddress(body['to'], 'to')}`, amount };
  const fusd = `A.${flowContracts[network].fusd.slice(2)}.FUSD`;
  return {
    account,
    script: template(network),
    arguments: [ufix64(amount), addressArgument(body['to'], 'to')],
    does: [given(isFlow ? { op: 'transfer', ...move, asset: 'FLOW' } : { op: 'token-transfer', ...move, asset: fusd })],
  };
}

// Without a weight the key gets 0, which lets it propose transactions and nothing else: never more than was asked for.
function addKey(request: Request): FlowAction {
  const { key, weight, keyArguments } = keyOf(request, 0n);
  const args = [{ name: 'weight', value: weight.toString() }];
  const from = `0x${request.account}`;
  return action(request, {
    template: request.templates.addKey,
    made: keyArguments,
    does: [{ op: 'account', code: 'account-control', from, to: key, method: 'add key', args }],
  });
}

function createAccount(request: Request): FlowAction {
  const { key, weight, keyArguments } = keyOf(request, MOST_WEIGHT);
  const args = [{ name: 'weight', value: weight.toString() }];
  const from = `0x${request.account}`;
  return action(request, {
    template: request.templates.createAccount,
    made: keyArguments,
    does: [{ op: 'account', code: 'account-settings', from, to: key, method: 'create account', args }],
  });
}

function keyOf({ body, templates }: Request, usual: bigint) {
  const text = textOf(body['publicKey'], 'publicKey');
  const key = /^(?:0x)?(?:04)?([0-9a-f]{128})$/i.exec(text)?.[1]?.toLowerCase();
  // The templates name the algorithm, so a point of another curve would make an account that no key can use.
  if (key === undefined || curveOf(key) !== 'ecdsasecp256k1') {
    throw invalid(`publicKey is ${quote(text)}, not a point of secp256k1 in 128 hexadecimal digits`);
  }
  const weight = wholeOf(body['weight'] ?? Number(usual), 'weight', MOST_WEIGHT);
  const string = (value: string): CadenceArgument => ({ type: 'String', value });
  const keyArguments =
    templates.keyForm === 'plain'
      ? [string(key), ufix64(weight * 10n ** 8n)]
      : [string(hex.encode(RLP.encode([hex.decode(key), SECP256K1, SHA3_256, weight])))];
  return { key, weight, keyArguments };
}

/** Numbers of the algorithms in an encoded account key. */
const SECP256K1 = 3;
const SHA3_256 = 3;

function mint(request: Request): FlowAction {
  const { body, templates } = request;
  const [url, type] = [textOf(body['url'], 'url'), tokenType(body)];
  const to = `0x${flowAddress(body['to'], 'to')}`;
  const made = [addressArgument(body['to'], 'to'), { type: 'String', value: url }, { type: 'String', value: type }];
  const does = [minted(request, { to, url, method: 'mint' })];
  // The mint has a code already.
  if (to === NOBODY) does.push(given({ op: 'note', from: `0x${request.account}`, to }));
  return action(request, { template: templates.mint, made, does });
}

function mintMultiple(request: Request): FlowAction {
  const { body, templates } = request;
  const [recipients, urls] = [listOf(body['to'], 'to'), listOf(body['url'], 'url')];
  if (recipients.length === 0 || recipients.length !== urls.length)
    throw invalid('to and url differ in length or are empty');
  const texts = urls.map((url, at) => textOf(url, `url[${at}]`));
  const made: CadenceArgument[] = [
    { type: 'Array', value: recipients.map((one, at) => addressArgument(one, `to[${at}]`)) },
    { type: 'Array', value: texts.map((value) => ({ type: 'String', value })) },
    { type: 'String', value: tokenType(body) },
  ];
  const does = recipients.map((one, at) => {
    const to = `0x${flowAddress(one, `to[${at}]`)}`;
    return minted(request, { to, url: texts[at] ?? '', method: 'mint multiple' });
  });
  return action(request, { template: templates.mintMultiple, made, does });
}

function burn(request: Request): FlowAction {
  const { body, account, templates } = request;
  const tokenId = wholeOf(body['tokenId'], 'tokenId');
  const type = tokenType(body);
  const made = [
    { type: 'UInt64', value: tokenId.toString() },
    { type: 'String', value: type },
  ];
  const args = [{ name: 'token type', value: type }];
  const does: Effect = { op: 'burn', from: `0x${account}`, asset: collectionOf(request), tokenId, args };
  return action(request, { template: templates.burn, made, does: [does] });
}

function transferToken(request: Request): FlowAction {
  const { body, account, templates } = request;
  const tokenId = wholeOf(body['tokenId'], 'tokenId');
  const to = `0x${flowAddress(body['to'], 'to')}`;
  const made = [addressArgument(body['to'], 'to'), { type: 'UInt64', value: tokenId.toString() }];
  const does = given({ op: 'token-transfer', from: `0x${account}`, to, asset: collectionOf(request), tokenId });
  return action(request, { template: templates.transferToken, made, does: [does] });
}

function custom(request: Request): FlowAction {
  const { account, body } = request;
  const script = textOf(body['transaction'], 'transaction');
  // Half a surrogate pair has no UTF-8 form: the signed text would differ from the one that was read.
  if (script === '' || Buffer.from(script).toString() !== script)
    throw invalid('transaction is empty or no Unicode text');
  const own = `0x${account}`;
  const made = readArguments(body['args']);
  const move = tokenMoveOf(request, script, made);
  if (move !== undefined) return { account, script, arguments: made, does: [move] };
  const call = { op: 'call', code: 'opaque-data', from: own, to: own, method: 'custom' } as const;
  const args = [{ name: 'script', value: script }];
  return {
    account,
    script,
    arguments: made,
    does: [...cadenceDangers(script, own), { ...call, args }],
  };
}

/** The transfer that a text of a request is, where it is exactly our own text for a token. */
function tokenMoveOf(
  { account, network, templates }: Request,
  script: string,
  [amount, to, ...others]: readonly CadenceArgument[],
): Effect | undefined {
  const token = tokenIn(script);
  if (token === undefined || templates.tokenTransfer?.(network, token) !== script || others.length > 0)
    return undefined;
  if (amount?.type !== 'UFix64' || to?.type !== 'Address') return undefined;
  const move = { from: `0x${account}`, to: String(to.value).toLowerCase(), amount: amountOf(amount.value, 'amount') };
  return given({ ...nameOf(token, network), ...move });
}

/** The third import of our text. */
function tokenIn(script: string): FlowToken | undefined {
  const [, name, address] = /^[^\n]*\n[^\n]*\nimport ([A-Za-z_]\w{0,63}) from 0x([0-9a-f]{16})\n/.exec(script) ?? [];
  return name === undefined || address === undefined ? undefined : { name, address };
}

/** What moves: a token by the name `A.<address>.<contract>`, as Cadence writes its types; or the coin, which has a contract as well. */
export function nameOf({ address, name }: FlowToken, network: Network): Pick<Effect, 'op' | 'asset'> {
  const isCoin = name === 'FlowToken' && `0x${address}` === flowContracts[network].flowToken;
  return isCoin ? { op: 'transfer', asset: 'FLOW' } : { op: 'token-transfer', asset: `A.${address}.${name}` };
}

type Template = ((network: Network) => string) | undefined;

interface TemplateAction {
  readonly template: Template;
  readonly made: readonly CadenceArgument[];
  readonly does: readonly Effect[];
}

function action({ account, network }: Request, { template, made, does }: TemplateAction): FlowAction {
  return { account, script: offered(template)(network), arguments: made, does };
}

/** Something that goes to an account: its own, another, or the address that no account has. */
function given(effect: Effect): Effect {
  if (effect.to === NOBODY) return { ...effect, code: 'unspendable-destination' };
  return effect.to === effect.from ? { ...effect, own: true } : effect;
}

interface Minted {
  readonly to: string;
  readonly url: string;
  readonly method: string;
}

function minted(request: Request, { to, url, method }: Minted): Effect {
  const args = [
    { name: 'token type', value: tokenType(request.body) },
    { name: 'metadata', value: url },
  ];
  const token = { from: `0x${request.account}`, to, asset: collectionOf(request), amount: 1n };
  return { op: 'mint', code: 'issuer-settings', ...token, method, args };
}

function collectionOf({ network }: Request): string {
  return `A.${flowContracts[network].multiNft.slice(2)}.TatumMultiNFT`;
}

function tokenType(body: Fields): string {
  const type = textOf(body['contractAddress'], 'contractAddress');
  if (!/^[!-~]{1,100}$/.test(type)) throw invalid(`contractAddress is ${quote(type)}, not a token type`);
  return type;
}

function offered(template: Template): NonNullable<Template> {
  if (template !== undefined) return template;
  throw unsupported('the transaction type is not among these templates');
}

function unsupported(message: string): CustosError {
  return new CustosError('TRANSACTION_UNSUPPORTED', message);
}
