import { hex } from '@scure/base';
import type { Effect } from '../../core/chain/effect.js';
import { type Move, readTokenTransfer, type TokenTransfer, textOf } from './data.js';
import type { MultiversxTransaction } from './format.js';
import { dangerOf, isContract, isFunction, NOBODY } from './hazards.js';

export const COIN = 'EGLD';
/** The name of the coin in a transfer of several tokens. */
const WRAPPED = 'EGLD-000000';

/** What the data of a transaction is; without any of them it is empty. */
interface Content {
  readonly message?: string;
  readonly transfer?: TokenTransfer;
  /** Data that is not understood: a call of this account or contract. */
  readonly called?: { readonly contract: string; readonly method?: string };
}

/** What the data does first, then coins, tokens and the fee. */
export function effectsOf(transaction: MultiversxTransaction): readonly Effect[] {
  const { sender, receiver, data } = transaction;
  const content = contentOf(transaction);
  const isMaking = receiver === NOBODY && data.length > 0;
  const danger = isMaking ? undefined : dangerOf(transaction);
  return [
    ...(isMaking ? [{ op: 'deploy', code: 'contract-creation', from: sender, method: 'deploy' } as const] : []),
    ...(danger === undefined ? [] : [danger]),
    ...callOf(transaction, content),
    ...coinsOf(transaction, content),
    ...movesOf(transaction, content.transfer),
    feeOf(transaction),
  ];
}

function contentOf(transaction: MultiversxTransaction): Content {
  const { receiver, data } = transaction;
  if (data.length === 0) return {};
  const text = textOf(data);
  if (text === undefined) return { called: { contract: receiver } };
  const [method = ''] = text.split('@');
  const transfer = readTokenTransfer(text, transaction);
  if (transfer !== undefined) {
    return { transfer, ...(transfer.rest > 0 && { called: { contract: transfer.to, method } }) };
  }
  const isMessage = !isContract(receiver) && !text.includes('@') && !isFunction(text);
  return isMessage ? { message: text } : { called: { contract: receiver, method } };
}

function callOf({ sender, data }: MultiversxTransaction, { called }: Content): readonly Effect[] {
  if (called === undefined) return [];
  const { contract, method } = called;
  const call = { contract, ...(method !== undefined && { method }), data: hex.encode(data) };
  return [{ op: 'call', code: 'opaque-data', from: sender, to: contract, ...call }];
}

/** Coins go along with a call or tokens only where there are any. */
function coinsOf(transaction: MultiversxTransaction, { message, transfer, called }: Content): readonly Effect[] {
  const { sender, receiver, value, data } = transaction;
  if (value === 0n && (transfer ?? called) !== undefined) return [];
  return [
    {
      op: 'transfer',
      // With data, the account of zeros makes a contract.
      ...(receiver === NOBODY && data.length === 0 && { code: 'unspendable-destination' }),
      from: sender,
      to: receiver,
      asset: COIN,
      amount: value,
      ...(message !== undefined && { args: [{ name: 'message', value: message }] }),
      ...(receiver === sender && { own: true }),
    },
  ];
}

/** The first move has the fields that belong to all of them. */
function movesOf(transaction: MultiversxTransaction, transfer: TokenTransfer | undefined): readonly Effect[] {
  if (transfer === undefined) return [];
  const { sender, receiver, data } = transaction;
  const shared = [
    { name: 'receiver', value: receiver },
    { name: 'data', value: hex.encode(data) },
  ];
  return transfer.moves.map((move, at) => {
    const effect = moveOf(move, { sender, transfer });
    if (at > 0) return effect;
    const code = transfer.to === NOBODY ? ({ code: 'unspendable-destination' } as const) : {};
    return { ...effect, ...code, args: [...(effect.args ?? []), ...shared] };
  });
}

function moveOf(
  { contract, amount, tokenId }: Move,
  { sender, transfer }: { readonly sender: string; readonly transfer: TokenTransfer },
): Effect {
  const { to, method } = transfer;
  const isCoin = contract === WRAPPED;
  return {
    op: isCoin ? 'transfer' : 'token-transfer',
    from: sender,
    to,
    asset: isCoin ? COIN : contract,
    amount,
    ...(tokenId > 0n && { tokenId }),
    method,
    ...(isCoin && { args: [{ name: 'token', value: contract }] }),
    ...(to === sender && { own: true }),
  };
}

function feeOf({ sender, nonce, gasPrice, gasLimit, chainId, version }: MultiversxTransaction): Effect {
  const fields = { nonce, gasPrice, gasLimit, chainID: chainId, version };
  return {
    op: 'fee',
    from: sender,
    asset: COIN,
    amount: gasPrice * gasLimit,
    args: Object.entries(fields).map(([name, value]) => ({ name, value: `${value}` })),
  };
}
