import { RLP } from 'micro-eth-signer/core/rlp.js';
import { keccak256 } from '../../../crypto/hash.js';
import { bytesToBigInt, bytesToHex, quantityToHex } from '../../shared/hexadecimal.js';

type Item = Uint8Array | readonly Item[];
/** What a field is: a number, bytes, or a list with a form of its own. */
type Kind = 'number' | 'bytes' | 'to' | 'access' | 'hashes' | 'authorizations';
type Field = readonly [string, Kind];

const ends: readonly Field[] = [
  ['yParity', 'number'],
  ['r', 'number'],
  ['s', 'number'],
];
const capped: readonly Field[] = [
  ['chainId', 'number'],
  ['nonce', 'number'],
  ['maxPriorityFeePerGas', 'number'],
  ['maxFeePerGas', 'number'],
  ['gas', 'number'],
  ['to', 'to'],
  ['value', 'number'],
  ['input', 'bytes'],
  ['accessList', 'access'],
];
const legacy: readonly Field[] = [
  ['nonce', 'number'],
  ['gasPrice', 'number'],
  ['gas', 'number'],
  ['to', 'to'],
  ['value', 'number'],
  ['input', 'bytes'],
];

/** The fields of each type, in the order of the bytes (EIP-155, EIP-2930, EIP-1559, EIP-4844, EIP-7702). */
const forms: ReadonlyMap<number, readonly Field[]> = new Map([
  [0, [...legacy, ['v', 'number'], ['r', 'number'], ['s', 'number']]],
  [1, [['chainId', 'number'], ...legacy, ['accessList', 'access'], ...ends]],
  [2, [...capped, ...ends]],
  [3, [...capped, ['maxFeePerBlobGas', 'number'], ['blobVersionedHashes', 'hashes'], ...ends]],
  [4, [...capped, ['authorizationList', 'authorizations'], ...ends]],
] as const);

/**
 * A signed transaction as nodes show it, with everything that their clients read back.
 * @returns its type and hash alone where a chain has a form of its own
 */
export function signedTransactionJson(raw: Uint8Array): Readonly<Record<string, unknown>> {
  const { type, items } = partsOf(raw);
  const facts = { type: quantityToHex(BigInt(type)), hash: bytesToHex(keccak256(raw)) };
  const form = forms.get(type);
  if (form === undefined || form.length !== items.length) return facts;
  const fields = Object.fromEntries(form.map(([name, kind], at) => [name, shown(items[at] ?? [], kind)]));
  if (type !== 0) return { ...facts, ...fields, v: fields['yParity'] };
  return { ...facts, ...fields, chainId: chainIdOf(items[6]) };
}

/**
 * Whether bytes are a transaction, or what an account signs to get code: a list of RLP, behind the number of a type or not
 * (EIP-2718, EIP-7702).
 */
export function isLikeTransaction(bytes: Uint8Array): boolean {
  const [first = 0] = bytes;
  if (first >= 0xc0) return isList(bytes);
  return first <= 0x7f && isList(bytes.subarray(1));
}

function isList(bytes: Uint8Array): boolean {
  if ((bytes[0] ?? 0) < 0xc0) return false;
  try {
    return Array.isArray(RLP.decode(bytes));
  } catch {
    return false;
  }
}

function partsOf(raw: Uint8Array): { readonly type: number; readonly items: readonly Item[] } {
  const [first = 0] = raw;
  const isTyped = first <= 0x7f;
  const items: unknown = RLP.decode(isTyped ? raw.subarray(1) : raw);
  return { type: isTyped ? first : 0, items: Array.isArray(items) ? items : [] };
}

function shown(item: Item, kind: Kind): unknown {
  if (kind === 'number') return quantityToHex(numberOf(item));
  if (kind === 'bytes') return hex(item);
  if (kind === 'to') return item.length === 0 ? null : hex(item);
  if (kind === 'hashes') return listOf(item).map(hex);
  if (kind === 'access') {
    return listOf(item).map((entry) => {
      const [address = [], keys = []] = listOf(entry);
      return { address: hex(address), storageKeys: listOf(keys).map(hex) };
    });
  }
  return listOf(item).map((entry) => {
    const [chainId = [], address = [], ...numbers] = listOf(entry);
    const names = ['nonce', 'yParity', 'r', 's'];
    const rest = names.map((name, at) => [name, quantityToHex(numberOf(numbers[at] ?? []))] as const);
    return { chainId: quantityToHex(numberOf(chainId)), address: hex(address), ...Object.fromEntries(rest) };
  });
}

/** v is 35 or 36 and twice the chain id (EIP-155). */
function chainIdOf(v: Item | undefined): string {
  return quantityToHex((numberOf(v ?? []) - 35n) / 2n);
}

function numberOf(item: Item): bigint {
  return item instanceof Uint8Array && item.length > 0 ? bytesToBigInt(item) : 0n;
}

function listOf(item: Item): readonly Item[] {
  return item instanceof Uint8Array ? [] : item;
}

function hex(item: Item): string {
  return item instanceof Uint8Array ? bytesToHex(item) : '0x';
}
