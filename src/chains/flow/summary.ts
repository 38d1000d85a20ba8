import type { Effect } from '../../core/chain/effect.js';
import type { Hazard } from '../../core/chain/hazards.js';
import type { Summary, SummaryNote, TokenMove } from '../../core/chain/summary.js';
import { quote } from '../../core/ids.js';
import { feeOf, fieldOf } from '../shared/signed-fields.js';
import { decimal } from './arguments.js';
import { MOST_WEIGHT } from './request.js';
import { flowContracts } from './templates.js';

/** The one token that goes by its name; any account may hold a contract with the same one. */
const fusd: ReadonlySet<string> = new Set(Object.values(flowContracts).map((at) => `A.${at.fusd.slice(2)}.FUSD`));

/** Says what an action does, who pays the fee, and the most that it can be. @param effects - as `effectsOf` makes them */
export function summarize(effects: readonly Effect[]): Summary {
  const fee = feeOf(effects);
  const main = effects.find((effect) => fieldOf(effect, 'type') !== undefined) ?? fee;
  const { from } = main;
  const paysItself = fee.from === from;
  const payment = paysItself ? 'pays the network fee itself' : `${fee.from} pays the network fee`;
  return {
    ...actionOf(main, effects),
    from,
    hazards: effects.flatMap(hazardOf),
    notes: notesOf(main, fee),
    fee: { asset: fee.asset, amount: fee.amount },
    ...(paysItself && { nonce: BigInt(fieldOf(fee, 'sequenceNumber') ?? 0) }),
    text: `${from} ${wordsOf(main, effects)}; ${payment}`,
  };
}

function actionOf(
  main: Effect,
  effects: readonly Effect[],
): Pick<Summary, 'kind' | 'to' | 'value' | 'tokens' | 'method' | 'opaque'> {
  const { op, to, amount = 0n, tokenId } = main;
  const tokens = effects.flatMap(tokenOf);
  const receiver = to === undefined ? {} : { to };
  const value = { asset: 'FLOW', amount: op === 'transfer' ? amount : 0n };
  if (op === 'account') return { kind: 'other', value, tokens, opaque: false };
  if (op === 'call') return { kind: 'contract-call', value, tokens, method: signatureOf(main), opaque: true };
  if (op === 'transfer') return { kind: 'transfer', ...receiver, value, tokens, opaque: false };
  if (op === 'token-transfer' && tokenId === undefined)
    return { kind: 'token-transfer', ...receiver, value, tokens, opaque: false };
  const isMany = main.method === 'mint multiple';
  return { kind: 'token-transfer', value, tokens, opaque: false, ...(!isMany && receiver) };
}

function wordsOf(main: Effect, effects: readonly Effect[]): string {
  const { op, to, asset = '', amount = 0n, tokenId } = main;
  const name = fusd.has(asset) ? 'FUSD' : `of ${asset}`;
  const type = quote(fieldOf(main, 'token type'));
  switch (op) {
    case 'transfer':
      return `sends ${decimal(amount)} FLOW to ${to}`;
    case 'token-transfer':
      return tokenId === undefined
        ? `sends ${decimal(amount)} ${name} to ${to}`
        : `sends the token ${tokenId} to ${to}`;
    case 'account':
      return keyWords(main);
    case 'mint': {
      const many = effects.filter((effect) => effect.op === 'mint').length;
      if (main.method === 'mint multiple') return `mints ${many} tokens of type ${type}`;
      return `mints a token of type ${type} for ${to} with the metadata ${quote(fieldOf(main, 'metadata'))}`;
    }
    case 'burn':
      return `destroys the token ${tokenId} of type ${type}`;
    default: {
      const { length } = fieldOf(main, 'script') ?? '';
      return `runs Cadence of its own (${length} characters) that may do anything with the account`;
    }
  }
}

function keyWords(main: Effect): string {
  const { to } = main;
  const weight = fieldOf(main, 'weight');
  if (main.method === 'create account')
    return `creates an account with the key ${to} of weight ${weight} and pays for its storage`;
  const power = weight === '0' ? 'which cannot sign for it' : `of weight ${weight} of ${MOST_WEIGHT}`;
  return `adds the key ${to} ${power} to the account`;
}

/** `custom(` types and values of the arguments `)` */
function signatureOf({ args = [] }: Effect): string {
  const made = args.filter(({ name }) => name.startsWith('argument ')).map(({ value }) => argumentText(value));
  return `custom(${made.join(', ')})`;
}

/** @param json - as `effectsOf` wrote it: `{"type":…,"value":…}`; the type has letters and digits only */
function argumentText(json: string): string {
  const [, type, value] = /^\{"type":"(\w+)","value":(.*)\}$/s.exec(json) ?? [];
  return `${type}: ${quote(value)}`;
}

function tokenOf({ op, from, to, asset = '', amount, tokenId }: Effect): readonly TokenMove[] {
  const receiver = to === undefined ? {} : { to };
  const nft = { standard: 'NonFungibleToken', contract: asset };
  const id = tokenId === undefined ? {} : { tokenId };
  if (op === 'mint') return [{ ...nft, ...receiver, action: 'mint', ...(amount !== undefined && { amount }) }];
  if (op === 'burn') return [{ ...nft, from, ...id, action: 'burn' }];
  if (op !== 'token-transfer') return [];
  if (tokenId !== undefined) return [{ ...nft, from, ...receiver, ...id, action: 'transfer' }];
  const fungible = { standard: 'FungibleToken', contract: asset, ...receiver };
  return [{ ...fungible, ...(amount !== undefined && { amount }), action: 'transfer' }];
}

function hazardOf(effect: Effect): readonly Hazard[] {
  const { op, code, to, asset } = effect;
  if (code === undefined) return [];
  const party = to === undefined ? {} : { party: to };
  if (op === 'mint') return [{ kind: code, ...party, ...(asset !== undefined && { asset }), text: 'mint' }];
  return [{ kind: code, ...party, text: hazardText(effect) }];
}

function hazardText(effect: Effect): string {
  const { code, method = '' } = effect;
  if (code === 'unspendable-destination') return 'nobody has a key of it';
  if (code === 'opaque-data') return 'Cadence of its own';
  return method === 'add key' ? `add key of weight ${fieldOf(effect, 'weight')}` : method;
}

/** Every signed value that no other member of the summary holds completely. */
function notesOf(main: Effect, fee: Effect): readonly SummaryNote[] {
  const number = fieldOf(fee, 'sequenceNumber');
  const args = main.args ?? [];
  return [
    ...args.filter(({ name }) => name === 'type'),
    // The other types use our own scripts.
    ...args.filter(({ name }) => name === 'script'),
    ...(fee.args ?? [])
      .filter(({ name }) => name !== 'sequenceNumber')
      .map(({ name, value }) => ({ name, value: name === 'proposer' ? `${value}, number ${number}` : value })),
    ...args.filter(({ name }) => name.startsWith('argument ')),
  ];
}
