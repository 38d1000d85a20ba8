import { hex } from '@scure/base';
import { decode, decodeFirst } from 'cborg';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import { isCount } from '../../core/json.js';
import { invalid } from '../shared/fields.js';
import { readAddress, showBytes } from './address.js';
import type { CardanoOutput, Operations, Tokens } from './operations.js';

/** A transaction body as a node made it, with what surrounds it in the node's own envelope. */
export interface Body {
  /** The hash of exactly these bytes is signed. */
  readonly bytes: Uint8Array;
  /** What the envelope carries behind the transaction, verbatim. */
  readonly extra: Uint8Array;
  readonly inputs: readonly string[];
  readonly outputs: readonly CardanoOutput[];
  readonly fee: bigint;
  /** Last slot in which it can take effect. */
  readonly ttl: bigint;
}

const INPUTS = 0;
const OUTPUTS = 1;
const FEE = 2;
const TTL = 3;
const SET_TAG = 258;

/** Reads a node's envelope: CBOR of [hexadecimal text, anything]. @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED */
export function readUnsigned(text: string, network: Network): Body {
  const { inner, extra } = openEnvelope(text);
  return { ...readBody(bodyOf(inner), network), extra };
}

/** Reads the bytes of a body. @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED */
export function readBody(bytes: Uint8Array, network: Network): Omit<Body, 'extra'> {
  const map = decodeCbor(bytes);
  if (!(map instanceof Map)) throw invalid('the body of the transaction is not a map');
  const known: ReadonlySet<unknown> = new Set([INPUTS, OUTPUTS, FEE, TTL]);
  for (const key of map.keys()) {
    if (!known.has(key))
      throw new CustosError('TRANSACTION_UNSUPPORTED', `member ${String(key)} of a Cardano body is not signed`);
  }
  return {
    bytes,
    inputs: list(map.get(INPUTS), 'inputs').map(readInput),
    outputs: list(map.get(OUTPUTS), 'outputs').map((output) => readOutput(output, network)),
    fee: whole(map.get(FEE), 'fee'),
    ttl: whole(map.get(TTL), 'ttl'),
  };
}

/** Puts signed bytes into the node's envelope. */
export function sealEnvelope(signed: Uint8Array, extra: Uint8Array): string {
  const text = new TextEncoder().encode(hex.encode(signed));
  return hex.encode(Uint8Array.from([0x82, ...header(0x60, text.length), ...text, ...extra]));
}

/** The head of a CBOR item: its kind in the upper three bits, then its length or number. */
export function header(kind: number, length: number): Uint8Array {
  if (length < 24) return Uint8Array.of(kind | length);
  if (length < 0x100) return Uint8Array.of(kind | 24, length);
  return Uint8Array.of(kind | 25, length >> 8, length & 0xff);
}

/**
 * A node must write what was asked for: the same inputs, the same outputs in their order, and the fee that is left.
 * @throws CustosError TRANSACTION_INVALID: it would do something else
 */
export function compareBody(body: Body, { inputs, outputs }: Operations, network: Network): void {
  const asked = inputs.map(({ txId, index }) => `${txId}:${index}`);
  if (asked.length !== body.inputs.length || !asked.every((outpoint) => body.inputs.includes(outpoint))) {
    throw invalid('the node made a transaction with other inputs than were asked for');
  }
  const same = (one: CardanoOutput, other: CardanoOutput) =>
    hex.encode(readAddress(one.address, network)) === hex.encode(readAddress(other.address, network)) &&
    one.amount === other.amount &&
    sameTokens(one.tokens, other.tokens);
  const isSame =
    outputs.length === body.outputs.length &&
    outputs.every((output, at) => {
      const made = body.outputs[at];
      return made !== undefined && same(output, made);
    });
  if (!isSame) throw invalid('the node made a transaction with other outputs than were asked for');
  const sum = (items: readonly { readonly amount: bigint }[]) =>
    items.reduce((total, { amount }) => total + amount, 0n);
  if (sum(inputs) - sum(outputs) !== body.fee)
    throw invalid('the node made a transaction with another fee than is left');
}

function sameTokens(one: Tokens, other: Tokens): boolean {
  return one.size === other.size && [...one].every(([token, amount]) => other.get(token) === amount);
}

/** @throws CustosError TRANSACTION_INVALID */
export function openEnvelope(text: string): { inner: Uint8Array; extra: Uint8Array } {
  const bytes = fromHex(text);
  const [array, head = 0] = bytes;
  const long = head === 0x79 ? 2 : head === 0x78 ? 1 : 0;
  const length = long === 2 ? (bytes[2] ?? 0) * 256 + (bytes[3] ?? 0) : long === 1 ? (bytes[2] ?? 0) : head & 0x1f;
  const start = 2 + long;
  if (array !== 0x82 || head >> 5 !== 3 || (long === 0 && length > 23) || start + length >= bytes.length) {
    throw invalid('the node answered with no transaction in its envelope');
  }
  return {
    inner: fromHex(new TextDecoder().decode(bytes.subarray(start, start + length))),
    extra: bytes.slice(start + length),
  };
}

/** Older nodes put only the body into the envelope; newer ones put a transaction without witnesses around it. */
function bodyOf(inner: Uint8Array): Uint8Array {
  if ((inner[0] ?? 0) >> 5 === 5) return inner;
  if (inner[0] !== 0x84) throw invalid('the node answered with neither a body nor a transaction');
  // After the body come an empty map, true and null: three bytes that the ledger defines.
  const tail = hex.encode(inner.subarray(-3));
  if (tail !== 'a0f5f6') throw invalid('the node answered with a transaction that is not empty of witnesses');
  return inner.slice(1, -3);
}

function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) throw invalid('the transaction is not hexadecimal');
  return hex.decode(text.toLowerCase());
}

/** The bytes of the first of several CBOR items. @throws CustosError TRANSACTION_INVALID */
export function firstItem(bytes: Uint8Array): Uint8Array {
  try {
    const [, rest] = decodeFirst(bytes, options);
    return bytes.slice(0, bytes.length - rest.length);
  } catch (error) {
    throw invalid('the transaction is no CBOR in its one form', error);
  }
}

const options = {
  useMaps: true,
  strict: true,
  rejectDuplicateMapKeys: true,
  tags: { [SET_TAG]: (read: () => unknown) => read() },
} as never;

function decodeCbor(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, options);
  } catch (error) {
    throw invalid('the body of the transaction is no CBOR in its one form', error);
  }
}

function readInput(value: unknown): string {
  const [txId, index, ...rest]: readonly unknown[] = list(value, 'an input');
  if (rest.length > 0) throw invalid('an input of the transaction has more than its transaction and its place');
  return `${hex.encode(bytesOf(txId, 'an input', 32))}:${whole(index, 'an input')}`;
}

/** Both forms of an output: a list, or a map since Babbage; data and scripts are not signed. */
function readOutput(value: unknown, network: Network): CardanoOutput {
  const parts: readonly unknown[] = value instanceof Map ? [value.get(0), value.get(1)] : list(value, 'an output');
  const isPlain = value instanceof Map ? [...value.keys()].every((key) => key === 0 || key === 1) : parts.length === 2;
  if (!isPlain) throw new CustosError('TRANSACTION_UNSUPPORTED', 'outputs with data or scripts are not signed');
  const [address, amount] = parts;
  const shown = showBytes(bytesOf(address, 'an address'), network);
  readAddress(shown, network);
  if (!Array.isArray(amount)) return { address: shown, amount: whole(amount, 'an amount'), tokens: new Map() };
  const [coins, assets, ...rest]: readonly unknown[] = amount;
  if (rest.length > 0) throw invalid('an amount of the transaction has more than coins and tokens');
  return { address: shown, amount: whole(coins, 'an amount'), tokens: readTokens(assets) };
}

/** A policy or a name that comes twice is refused: the decoder compares bytes as keys by their place in memory, and keeps both. */
function readTokens(value: unknown): Tokens {
  const tokens = new Map<string, bigint>();
  for (const [policy, names] of byBytes(value, 'a policy', 28)) {
    for (const [name, amount] of byBytes(names, 'an asset name')) {
      tokens.set(`${policy}.${name}`, whole(amount, 'an amount'));
    }
  }
  return tokens;
}

function byBytes(value: unknown, name: string, length?: number): ReadonlyMap<string, unknown> {
  if (!(value instanceof Map)) throw invalid('the tokens of an output are not a map');
  const found = new Map<string, unknown>();
  for (const [key, member] of value as Map<unknown, unknown>) found.set(hex.encode(bytesOf(key, name, length)), member);
  if (found.size !== value.size) throw invalid(`the tokens of an output name ${name} twice`);
  return found;
}

function list(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(`${name} of the transaction is not a list`);
}

function whole(value: unknown, name: string): bigint {
  if (typeof value === 'bigint' && value >= 0n) return value;
  if (isCount(value)) return BigInt(value);
  throw invalid(`${name} of the transaction is not a whole number`);
}

function bytesOf(value: unknown, name: string, length?: number): Uint8Array {
  if (value instanceof Uint8Array && (length === undefined || value.length === length)) return value;
  throw invalid(`${name} of the transaction has other bytes than it must have`);
}
