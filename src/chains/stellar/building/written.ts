import { base64, hex } from '@scure/base';
import { TRANSACTION } from '../envelope.js';
import { decodeKey } from '../strkey.js';

/** An asset that somebody issued. */
export interface Issued {
  readonly code: string;
  readonly issuer: string;
}

/** What goes along for the receiver. */
export type WrittenMemo =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'id'; readonly id: bigint }
  /** 64 hexadecimal digits. */
  | { readonly kind: 'hash'; readonly digits: string };

/** A transaction of one operation. */
export interface WrittenTransaction {
  /** G… or M… */
  readonly source: string;
  /** Stroops. */
  readonly fee: bigint;
  readonly sequence: bigint;
  /** Seconds since 1970 after which it is refused. */
  readonly maxTime: bigint;
  readonly memo?: WrittenMemo;
  /** As one of the functions below writes it. */
  readonly operation: Uint8Array;
}

/** Writes an envelope without signatures in base64 (Stellar-transaction.x). */
export function writeEnvelope({ source, fee, sequence, maxTime, memo, operation }: WrittenTransaction): string {
  const envelope = join(
    uint32(TRANSACTION),
    muxed(source),
    uint32(Number(fee)),
    int64(sequence),
    join(uint32(1), int64(0n), int64(maxTime)),
    memoBytes(memo),
    // One operation, of the source's account.
    join(uint32(1), uint32(0), operation),
    // No contract data, and no signature.
    join(uint32(0), uint32(0)),
  );
  return base64.encode(envelope);
}

export function createAccount(to: string, units: bigint): Uint8Array {
  return join(uint32(0), accountId(to), int64(units));
}

/** @param asset - lumens when absent */
export function payment(to: string, asset: Issued | undefined, units: bigint): Uint8Array {
  return join(uint32(1), muxed(to), assetBytes(asset), int64(units));
}

export function changeTrust(asset: Issued, limit: bigint): Uint8Array {
  return join(uint32(6), assetBytes(asset), int64(limit));
}

function memoBytes(memo: WrittenMemo | undefined): Uint8Array {
  if (memo === undefined) return uint32(0);
  if (memo.kind === 'text') return join(uint32(1), variable(new TextEncoder().encode(memo.text)));
  if (memo.kind === 'id') return join(uint32(2), int64(BigInt.asIntN(64, memo.id)));
  return join(uint32(3), hex.decode(memo.digits.toLowerCase()));
}

function assetBytes(issued: Issued | undefined): Uint8Array {
  if (issued === undefined) return uint32(0);
  const length = issued.code.length > 4 ? 12 : 4;
  const code = new Uint8Array(length);
  code.set(new TextEncoder().encode(issued.code));
  return join(uint32(length === 4 ? 1 : 2), code, accountId(issued.issuer));
}

function muxed(address: string): Uint8Array {
  const numbered = decodeKey('muxed', address, 40);
  if (numbered === undefined) return accountId(address);
  return join(uint32(0x100), numbered.subarray(32), numbered.subarray(0, 32));
}

function accountId(address: string): Uint8Array {
  return join(uint32(0), decodeKey('account', address, 32) ?? new Uint8Array(0));
}

function variable(bytes: Uint8Array): Uint8Array {
  return join(uint32(bytes.length), bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function int64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, value);
  return bytes;
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
