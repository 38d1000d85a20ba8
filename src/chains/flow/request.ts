import { hex } from '@scure/base';
import { RLP } from 'micro-eth-signer/core/rlp.js';
import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, TokenMove } from '../../core/chain/summary.js';
import { CustosError } from '../../core/errors.js';
import { type Network, quote } from '../../core/ids.js';
import { type Fields, invalid, listOf, objectOf, onlyMembers, textOf, wholeOf } from '../shared/fields.js';
import {
  addressArgument,
  amountOf,
  type CadenceArgument,
  decimal,
  flowAddress,
  readArguments,
  ufix64,
} from './arguments.js';
import { cadenceHazards } from './cadence.js';
import { curveOf } from './key.js';
import { type FlowTemplates, flowContracts } from './templates.js';

/** A request turned into what is signed, with what it does in words. */
export interface FlowAction {
  /** Account that authorizes, 16 hexadecimal digits. */
  readonly account: string;
  readonly script: string;
  readonly arguments: readonly CadenceArgument[];
  readonly does: Pick<Summary, 'kind' | 'to' | 'value' | 'tokens' | 'method' | 'opaque'> & {
    readonly words: string;
    readonly hazards?: readonly Hazard[];
  };
}

/** An action with the type number of its request. */
export type TypedAction = FlowAction & { readonly type: number };

interface Request {
  readonly account: string;
  readonly body: Fields;
  readonly network: Network;
  readonly templates: FlowTemplates;
}

const MOST_WEIGHT = 1000n;
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
  const to = `0x${flowAddress(body['to'], 'to')}`;
  const fusd: TokenMove[] = isFlow
    ? []
    : [
        {
          standard: 'FungibleToken',
          contract: `A.${flowContracts[network].fusd.slice(2)}.FUSD`,
          to,
          amount,
          action: 'transfer',
        },
      ];
  return {
    account,
    script: template(network),
    arguments: [ufix64(amount), addressArgument(body['to'], 'to')],
    does: {
      kind: isFlow ? 'transfer' : 'token-transfer',
      to,
      value: flow(isFlow ? amount : 0n),
      tokens: fusd,
      opaque: false,
      words: `sends ${decimal(amount)} ${isFlow ? 'FLOW' : 'FUSD'} to ${to}`,
    },
  };
}

// Without a weight the key gets 0, which lets it propose transactions and nothing else: never more than was asked for.
function addKey(request: Request): FlowAction {
  const { key, weight, keyArguments } = keyOf(request, 0n);
  const power = weight === 0n ? 'which cannot sign for it' : `of weight ${weight} of ${MOST_WEIGHT}`;
  const hazard: Hazard = { kind: 'account-control', party: key, text: `add key of weight ${weight}` };
  return plain(request, {
    template: request.templates.addKey,
    made: keyArguments,
    words: `adds the key ${key} ${power} to the account`,
    hazard,
  });
}

function createAccount(request: Request): FlowAction {
  const { key, weight, keyArguments } = keyOf(request, MOST_WEIGHT);
  const words = `creates an account with the key ${key} of weight ${weight} and pays for its storage`;
  const hazard: Hazard = { kind: 'account-settings', party: key, text: 'create account' };
  return plain(request, { template: request.templates.createAccount, made: keyArguments, words, hazard });
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
  const { body } = request;
  const [url, type] = [textOf(body['url'], 'url'), tokenType(body)];
  const to = `0x${flowAddress(body['to'], 'to')}`;
  const made = [addressArgument(body['to'], 'to'), { type: 'String', value: url }, { type: 'String', value: type }];
  const tokens = [nft(request, { to, action: 'mint', amount: 1n })];
  const words = `mints a token of type ${quote(type)} for ${to} with the metadata ${quote(url)}`;
  return tokenAction(request, { template: request.templates.mint, made, tokens, words, to });
}

function mintMultiple(request: Request): FlowAction {
  const { body } = request;
  const [recipients, urls] = [listOf(body['to'], 'to'), listOf(body['url'], 'url')];
  if (recipients.length === 0 || recipients.length !== urls.length)
    throw invalid('to and url differ in length or are empty');
  const made: CadenceArgument[] = [
    { type: 'Array', value: recipients.map((one, at) => addressArgument(one, `to[${at}]`)) },
    { type: 'Array', value: urls.map((url, at) => ({ type: 'String', value: textOf(url, `url[${at}]`) })) },
    { type: 'String', value: tokenType(body) },
  ];
  const tokens = recipients.map((one, at) =>
    nft(request, { to: `0x${flowAddress(one, `to[${at}]`)}`, action: 'mint', amount: 1n }),
  );
  const words = `mints ${tokens.length} tokens of type ${quote(tokenType(body))}`;
  return tokenAction(request, { template: request.templates.mintMultiple, made, tokens, words });
}

function burn(request: Request): FlowAction {
  const tokenId = wholeOf(request.body['tokenId'], 'tokenId');
  const type = tokenType(request.body);
  const made = [
    { type: 'UInt64', value: tokenId.toString() },
    { type: 'String', value: type },
  ];
  const tokens = [nft(request, { from: `0x${request.account}`, tokenId, action: 'burn' })];
  const words = `destroys the token ${tokenId} of type ${quote(type)}`;
  return tokenAction(request, { template: request.templates.burn, made, tokens, words });
}

function transferToken(request: Request): FlowAction {
  const { body, account } = request;
  const tokenId = wholeOf(body['tokenId'], 'tokenId');
  const to = `0x${flowAddress(body['to'], 'to')}`;
  const made = [addressArgument(body['to'], 'to'), { type: 'UInt64', value: tokenId.toString() }];
  const tokens = [nft(request, { from: `0x${account}`, to, tokenId, action: 'transfer' })];
  const words = `sends the token ${tokenId} to ${to}`;
  return tokenAction(request, { template: request.templates.transferToken, made, tokens, words, to });
}

function custom({ account, body }: Request): FlowAction {
  const script = textOf(body['transaction'], 'transaction');
  // Half a surrogate pair has no UTF-8 form: the signed text would differ from the one that was read.
  if (script === '' || Buffer.from(script).toString() !== script)
    throw invalid('transaction is empty or no Unicode text');
  const made = readArguments(body['args']);
  return {
    account,
    script,
    arguments: made,
    does: {
      kind: 'contract-call',
      value: flow(0n),
      tokens: [],
      method: `custom(${made.map(({ type, value }) => `${type}: ${quote(JSON.stringify(value))}`).join(', ')})`,
      opaque: true,
      hazards: [
        ...cadenceHazards(script, `0x${account}`),
        { kind: 'opaque-data', party: `0x${account}`, text: 'Cadence of its own' },
      ],
      words: `runs Cadence of its own (${script.length} characters) that may do anything with the account`,
    },
  };
}

type Template = ((network: Network) => string) | undefined;

interface PlainAction extends Pick<TokenAction, 'template' | 'made' | 'words'> {
  readonly hazard: Hazard;
}

function plain({ account, network }: Request, { template, made, words, hazard }: PlainAction): FlowAction {
  const does = { kind: 'other', value: flow(0n), tokens: [], opaque: false, words, hazards: [hazard] } as const;
  return { account, script: offered(template)(network), arguments: made, does };
}

interface TokenAction {
  readonly template: Template;
  readonly made: readonly CadenceArgument[];
  readonly tokens: readonly TokenMove[];
  readonly words: string;
  readonly to?: string;
}

function tokenAction({ account, network }: Request, { template, made, tokens, words, to }: TokenAction): FlowAction {
  const hazards: readonly Hazard[] = tokens
    .filter(({ action }) => action === 'mint')
    .map(({ to: party, contract }) => ({
      kind: 'issuer-settings',
      ...(party && { party }),
      asset: contract,
      text: 'mint',
    }));
  const shared = { kind: 'token-transfer', value: flow(0n), tokens, opaque: false, words, hazards } as const;
  const does = { ...shared, ...(to && { to }) };
  return { account, script: offered(template)(network), arguments: made, does };
}

function nft({ network }: Request, move: Omit<TokenMove, 'standard' | 'contract'>): TokenMove {
  return {
    standard: 'NonFungibleToken',
    contract: `A.${flowContracts[network].multiNft.slice(2)}.TatumMultiNFT`,
    ...move,
  };
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

function flow(amount: bigint) {
  return { asset: 'FLOW', amount };
}

function unsupported(message: string): CustosError {
  return new CustosError('TRANSACTION_UNSUPPORTED', message);
}
