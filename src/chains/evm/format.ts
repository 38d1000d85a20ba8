import { RLP } from 'micro-eth-signer/core/rlp.js';
import { CustosError } from '../../core/errors.js';
import { keccak256 } from '../../crypto/hash.js';
import type { RecoverableSignature } from '../../crypto/secp256k1.js';
import { type Authorization, authorizationItems } from './forms/authorizations.js';
import type { Blobs } from './forms/blobs.js';

/** One address that a transaction names in advance, with storage keys of 32 bytes each (EIP-2930). */
export interface AccessEntry {
  readonly address: Uint8Array;
  readonly storageKeys: readonly Uint8Array[];
}

/** A complete transaction without its signature. */
export interface EvmTransaction {
  readonly format: EvmFormat;
  readonly chainId: bigint;
  readonly nonce: bigint;
  /** 20 bytes; absent in a contract creation. */
  readonly to?: Uint8Array;
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly gas: bigint;
  /** The most that one gas may cost: the gas price, or the fee cap of EIP-1559. */
  readonly feePerGas: bigint;
  /** The part of it that goes to the block's maker; the gas price again where the format has one price. */
  readonly priorityFeePerGas: bigint;
  readonly accessList: readonly AccessEntry[];
  readonly blobs?: Blobs;
  readonly authorizations?: readonly Authorization[];
  /** Contract of the token in which the fee is paid (Celo). */
  readonly feeCurrency?: Uint8Array;
}

// The library's type asks for mutable arrays, although it does not change them.
type RlpItem = Uint8Array | bigint | number | RlpItem[];

/** A way to write transactions as bytes. */
export interface EvmFormat {
  readonly name: string;
  /** The `type` in JSON; absent where the form has none (Celo's old form). */
  readonly type?: number;
  /** `replay-protected`: a bare list whose v holds the chain id (EIP-155). `typed`: a type byte and a list (EIP-2718). */
  readonly envelope: 'replay-protected' | 'typed';
  readonly price: 'gas-price' | 'fee-caps';
  readonly carriesAccessList: boolean;
  readonly carriesFeeCurrency: boolean;
  /** Present if it has members that no other form has: blobs (EIP-4844), authorizations (EIP-7702). */
  readonly carries?: 'blobs' | 'authorizations';
  /** The signed fields, before the chain id or the signature is appended. */
  fields(transaction: EvmTransaction): RlpItem[];
}

/** What a request says about its form. */
export interface TransactionShape {
  readonly type: number | undefined;
  readonly hasFeeCaps: boolean;
  readonly hasAccessList: boolean;
  readonly hasFeeCurrency: boolean;
  readonly carries?: 'blobs' | 'authorizations' | 'both';
}

/** The oldest form, with replay protection (EIP-155). @public the bare loop of the benchmarks signs with it */
export const legacyFormat: EvmFormat = {
  name: 'legacy',
  type: 0,
  envelope: 'replay-protected',
  price: 'gas-price',
  carriesAccessList: false,
  carriesFeeCurrency: false,
  fields: (tx) => [tx.nonce, tx.feePerGas, tx.gas, destination(tx), tx.value, tx.data],
};

/** One gas price and an access list (EIP-2930). */
export const accessListFormat: EvmFormat = {
  name: 'EIP-2930',
  type: 1,
  envelope: 'typed',
  price: 'gas-price',
  carriesAccessList: true,
  carriesFeeCurrency: false,
  fields: (tx) => [tx.chainId, tx.nonce, tx.feePerGas, tx.gas, destination(tx), tx.value, tx.data, accessItems(tx)],
};

/** Two fee caps and an access list (EIP-1559). */
export const feeMarketFormat: EvmFormat = {
  name: 'EIP-1559',
  type: 2,
  envelope: 'typed',
  price: 'fee-caps',
  carriesAccessList: true,
  carriesFeeCurrency: false,
  fields: (tx) => [
    tx.chainId,
    tx.nonce,
    tx.priorityFeePerGas,
    tx.feePerGas,
    tx.gas,
    destination(tx),
    tx.value,
    tx.data,
    accessItems(tx),
  ],
};

/** Fee caps, access list and blobs, which only their hashes stand for (EIP-4844). */
const blobFormat: EvmFormat = {
  ...feeMarketFormat,
  name: 'EIP-4844',
  type: 3,
  carries: 'blobs',
  fields: (tx) => [...feeMarketFormat.fields(tx), tx.blobs?.maxFeePerGas ?? 0n, [...(tx.blobs?.hashes ?? [])]],
};

/** Fee caps, access list and accounts that get code (EIP-7702). */
const setCodeFormat: EvmFormat = {
  ...feeMarketFormat,
  name: 'EIP-7702',
  type: 4,
  carries: 'authorizations',
  fields: (tx) => [...feeMarketFormat.fields(tx), authorizationItems(tx.authorizations ?? [])],
};

/**
 * Picks the form of a request on a chain that follows Ethereum: as `type` says, else by the fields that are there.
 * @throws CustosError TRANSACTION_UNSUPPORTED
 */
export function ethereumFormat(shape: TransactionShape): EvmFormat {
  if (shape.hasFeeCurrency) throw new CustosError('TRANSACTION_UNSUPPORTED', 'this chain takes no feeCurrency');
  if (shape.type === undefined) {
    if (shape.carries === 'blobs') return blobFormat;
    if (shape.carries === 'authorizations') return setCodeFormat;
    if (shape.hasFeeCaps) return feeMarketFormat;
    return shape.hasAccessList ? accessListFormat : legacyFormat;
  }
  const all = [legacyFormat, accessListFormat, feeMarketFormat, blobFormat, setCodeFormat];
  const format = all.find(({ type }) => type === shape.type);
  if (format === undefined || format.carries !== shape.carries) {
    throw new CustosError('TRANSACTION_UNSUPPORTED', `transactions of type ${shape.type} are not supported`);
  }
  return format;
}

/** The 32 bytes that are signed. */
export function signingHash(transaction: EvmTransaction): Uint8Array {
  const fields = transaction.format.fields(transaction);
  if (transaction.format.envelope === 'typed') return keccak256(typed(transaction.format, fields));
  return keccak256(RLP.encode([...fields, transaction.chainId, 0, 0]));
}

/** The bytes that are broadcast. */
export function signedBytes(transaction: EvmTransaction, { signature, recoveryId }: RecoverableSignature): Uint8Array {
  // Bit 1 of the recovery id (x of R at or above the order) has no place in these formats; libsecp256k1 would have to
  // meet a nonce with odds of 2^-127 for it.
  if (recoveryId > 1) throw new CustosError('SIGNATURE_INVALID', 'the signature cannot be written in this format');
  const fields = transaction.format.fields(transaction);
  const r = numberBytes(signature.subarray(0, 32));
  const s = numberBytes(signature.subarray(32));
  if (transaction.format.envelope === 'typed') return typed(transaction.format, [...fields, recoveryId, r, s]);
  return RLP.encode([...fields, 35n + 2n * transaction.chainId + BigInt(recoveryId), r, s]);
}

/** RLP writes a number without zeros in front (Yellow Paper, appendix B). */
function numberBytes(bytes: Uint8Array): Uint8Array {
  let first = 0;
  while (bytes[first] === 0) first += 1;
  return bytes.subarray(first);
}

/** The item of the destination: no bytes in a contract creation. */
export function destination(transaction: EvmTransaction): Uint8Array {
  return transaction.to ?? new Uint8Array(0);
}

function accessItems(transaction: EvmTransaction): RlpItem {
  return transaction.accessList.map(({ address, storageKeys }) => [address, [...storageKeys]]);
}

function typed(format: EvmFormat, fields: RlpItem[]): Uint8Array {
  const body = RLP.encode(fields);
  const bytes = new Uint8Array(body.length + 1);
  bytes[0] = format.type ?? 0;
  bytes.set(body, 1);
  return bytes;
}
