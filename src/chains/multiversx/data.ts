import { hex } from '@scure/base';
import { normalizeAddress, showAddress } from './address.js';
import type { MultiversxTransaction } from './format.js';

/** One token, or the coin, of an ESDT transfer. */
export interface Move {
  readonly contract: string;
  readonly amount: bigint;
  /** 0 where the token is fungible. */
  readonly tokenId: bigint;
}

/** What the data of a token transfer says. */
export interface TokenTransfer {
  readonly method: string;
  readonly to: string;
  readonly moves: readonly Move[];
  /** Number of further arguments: they call a contract with the tokens. */
  readonly rest: number;
}

/** Reads an ESDT transfer. @returns undefined where the data is none @throws CustosError ADDRESS_INVALID: the key is publicly known */
export function readTokenTransfer(text: string, transaction: MultiversxTransaction): TokenTransfer | undefined {
  const { sender, receiver } = transaction;
  const [method = '', ...words] = text.split('@');
  const read = readers.get(method);
  const args = words.map((word) => (/^([0-9a-f]{2})*$/i.test(word) ? hex.decode(word.toLowerCase()) : undefined));
  if (read === undefined || !args.every((word) => word !== undefined)) return undefined;
  // Sent to another account than the sender, these two are calls of a contract, which gets what is sent.
  if (read !== single && receiver !== sender) return undefined;
  const found = read(args, receiver);
  return found && { method, ...found };
}

type Reader = (args: readonly Uint8Array[], receiver: string) => Omit<TokenTransfer, 'method'> | undefined;

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

/** @returns the text that bytes are in UTF-8, if a person can read every character of it */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]+$/u.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
