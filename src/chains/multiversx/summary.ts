import { hex } from '@scure/base';
import type { Summary, TokenMove } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { quote } from '../../core/ids.js';
import { normalizeAddress, showAddress } from './address.js';
import type { MultiversxTransaction } from './format.js';
import { hazardsOf, isContract, isFunction, NOBODY, notesOf } from './hazards.js';

/** What the data of a transaction does. */
interface Content {
  readonly kind: Summary['kind'];
  readonly tokens: readonly TokenMove[];
  readonly to: string;
  readonly method?: string;
  readonly memo?: string;
  readonly opaque: boolean;
  readonly text: string;
}

/** Says what a transaction does, from the very values that are signed. */
export function summarize(transaction: MultiversxTransaction): Summary {
  const { sender, value, gasPrice, gasLimit, nonce } = transaction;
  const content = contentOf(transaction);
  const fee = gasPrice * gasLimit;
  const { kind, to, tokens, opaque, method, memo } = content;
  return {
    kind,
    from: sender,
    to,
    value: { asset: 'EGLD', amount: value + coinsAmong(tokens) },
    tokens: tokens.filter(({ contract }) => contract !== COIN),
    hazards: [...hazardsOf(transaction, opaque), ...(to === NOBODY && kind !== 'contract-call' ? [unspendable] : [])],
    notes: notesOf(transaction),
    fee: { asset: 'EGLD', amount: fee },
    nonce,
    ...(method !== undefined && { method }),
    ...(memo !== undefined && { memo }),
    opaque,
    text: `${sender} ${content.text}; the fee is at most ${formatUnits(fee, 18)} EGLD`,
  };
}

/** The name of the coin in a transfer of several tokens. */
const COIN = 'EGLD-000000';
const unspendable = { kind: 'unspendable-destination', party: NOBODY, text: 'nobody has a key of it' } as const;

function coinsAmong(tokens: readonly TokenMove[]): bigint {
  return tokens.reduce((sum, { contract, amount = 0n }) => (contract === COIN ? sum + amount : sum), 0n);
}

function contentOf(transaction: MultiversxTransaction): Content {
  const { receiver, value, data } = transaction;
  const coins = `${formatUnits(value, 18)} EGLD`;
  const send = `sends ${coins} to ${receiver}`;
  if (data.length === 0) return { kind: 'transfer', to: receiver, tokens: [], opaque: false, text: send };
  const text = textOf(data);
  const transfer = text === undefined ? undefined : tokenTransfer(text, transaction);
  if (transfer !== undefined) return transfer;
  if (text !== undefined && !isContract(receiver) && !text.includes('@') && !isFunction(text)) {
    const shown = quote(text);
    return {
      kind: 'transfer',
      to: receiver,
      tokens: [],
      memo: text,
      opaque: false,
      text: `${send} with the message ${shown}`,
    };
  }
  const method = text?.split('@')[0] ?? 'unreadable';
  const called = `calls ${quote(method)} of ${receiver} with ${data.length} bytes of data and ${coins}`;
  return { kind: 'contract-call', to: receiver, tokens: [], method, opaque: true, text: called };
}

/** ESDT transfers. Further arguments call a contract with the tokens; that call is not understood. */
function tokenTransfer(text: string, { sender, receiver }: MultiversxTransaction): Content | undefined {
  const [method = '', ...words] = text.split('@');
  const read = readers.get(method);
  const args = words.map((word) => (/^([0-9a-f]{2})*$/i.test(word) ? hex.decode(word.toLowerCase()) : undefined));
  if (read === undefined || !args.every((word) => word !== undefined)) return undefined;
  // Sent to another account than the sender, these two are calls of a contract, which gets what is sent.
  if (read !== single && receiver !== sender) return undefined;
  const found = read(args, receiver);
  if (found === undefined) return undefined;
  const { to, moves, rest } = found;
  const tokens = moves.map(({ contract, amount, tokenId }) => ({
    standard: 'ESDT',
    contract,
    from: sender,
    to,
    amount,
    ...(tokenId > 0n && { tokenId }),
    action: 'transfer' as const,
  }));
  const list = moves.map(
    ({ contract, amount, tokenId }) =>
      `${amount} smallest units of ${contract}${tokenId > 0n ? ` (nonce ${tokenId})` : ''}`,
  );
  const call = rest > 0 ? ' and calls a contract with them' : '';
  return {
    kind: 'token-transfer',
    to,
    tokens,
    method,
    opaque: rest > 0,
    text: `transfers ${list.join(', ')} to ${to}${call}`,
  };
}

interface Move {
  readonly contract: string;
  readonly amount: bigint;
  readonly tokenId: bigint;
}

type Reader = (
  args: readonly Uint8Array[],
  receiver: string,
) => { readonly to: string; readonly moves: readonly Move[]; readonly rest: number } | undefined;

const single: Reader = (args, receiver) => {
  const move = moveOf(args[0], args[1]);
  return move && { to: receiver, moves: [move], rest: args.length - 2 };
};

const unique: Reader = ([token, nonce, amount, to, ...rest]) => {
  const move = moveOf(token, amount, nonce);
  return move && to?.length === 32 ? { to: destinationOf(to), moves: [move], rest: rest.length } : undefined;
};

const several: Reader = ([to, count, ...rest]) => {
  const number = count === undefined ? 0n : numberOf(count);
  if (to?.length !== 32 || number < 1n || number > 100n || BigInt(rest.length) < number * 3n) return undefined;
  const moves = Array.from({ length: Number(number) }, (_, at) =>
    moveOf(rest[at * 3], rest[at * 3 + 2], rest[at * 3 + 1]),
  );
  const whole = moves.filter((move) => move !== undefined);
  if (whole.length !== moves.length) return undefined;
  return { to: destinationOf(to), moves: whole, rest: rest.length - moves.length * 3 };
};

const readers: ReadonlyMap<string, Reader> = new Map([
  ['ESDTTransfer', single],
  ['ESDTNFTTransfer', unique],
  ['MultiESDTNFTTransfer', several],
]);

/** @throws CustosError ADDRESS_INVALID: the key is publicly known */
function destinationOf(bytes: Uint8Array): string {
  return normalizeAddress(showAddress(bytes));
}

function moveOf(token?: Uint8Array, amount?: Uint8Array, nonce: Uint8Array = new Uint8Array(0)): Move | undefined {
  const contract = token === undefined ? undefined : textOf(token);
  if (contract === undefined || amount === undefined || !/^[A-Z0-9]{3,10}-[0-9a-f]{6}$/.test(contract))
    return undefined;
  return { contract, amount: numberOf(amount), tokenId: numberOf(nonce) };
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${hex.encode(bytes)}`);
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]+$/u.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
