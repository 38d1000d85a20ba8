import { hex } from '@scure/base';
import { invalid } from '../shared/fields.js';
import { showAccount } from './address.js';
import { COIN, type Part } from './form.js';
import { encodeKey } from './strkey.js';
import type { XdrReader } from './xdr.js';

/** An account, with or without a number inside its address (CAP-27). */
export function readMuxed(read: XdrReader): string {
  const type = read.uint32();
  if (type === 0) return showAccount(read.fixed(32));
  if (type !== 0x100) throw invalid(`${type} is not a kind of account`);
  const id = read.uint64();
  const account = read.fixed(32);
  const number = new Uint8Array(8);
  new DataView(number.buffer).setBigUint64(0, id);
  return encodeKey('muxed', Uint8Array.from([...account, ...number]));
}

export function readText(read: XdrReader, most: number): string {
  const bytes = read.variable(most);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw invalid('a text of the transaction is not UTF-8', error);
  }
}

export interface Asset {
  readonly code: string;
  /** Absent for lumens. */
  readonly issuer?: string;
}

export function readAsset(read: XdrReader): Asset {
  return assetOf(read, read.uint32());
}

export function assetOf(read: XdrReader, type: number): Asset {
  return type === 0 ? { code: COIN } : { code: readCode(read, type), issuer: readAccount(read) };
}

export function readCode(read: XdrReader, type: number): string {
  if (type !== 1 && type !== 2) throw invalid(`${type} is not a kind of asset`);
  const code = new TextDecoder().decode(read.fixed(type === 1 ? 4 : 12)).replace(/\0+$/, '');
  if (!/^[a-zA-Z0-9]{1,12}$/.test(code))
    throw invalid('the code of an asset has other characters than letters and digits');
  return code;
}

export function readAccount(read: XdrReader): string {
  const type = read.uint32();
  if (type !== 0) throw invalid(`${type} is not a kind of account`);
  return showAccount(read.fixed(32));
}

/** Units of what is bought for one of what is sold. */
export interface Price {
  readonly numerator: bigint;
  readonly denominator: bigint;
  readonly text: string;
}

export function readPrice(read: XdrReader): Price {
  const [numerator, denominator] = [read.int32(), read.int32()];
  if (numerator <= 0 || denominator <= 0) throw invalid('a price of the transaction is not above zero');
  return { numerator: BigInt(numerator), denominator: BigInt(denominator), text: `${numerator}/${denominator}` };
}

/** Two assets and a fee of 30 hundredths of a percent: the only kind of pool. */
export function readPool(read: XdrReader): string {
  if (read.uint32() !== 0) throw invalid('no kind of liquidity pool');
  const [one, other, fee] = [readAsset(read), readAsset(read), read.int32()];
  return `the pool of ${name(one)} and ${name(other)} with fee ${fee}`;
}

/** A key that may sign for an account: an account key, a transaction hash, a hash's preimage, or a signed payload. */
export function readSigner(read: XdrReader): string {
  const type = read.uint32();
  if (type === 0) return showAccount(read.fixed(32));
  if (type === 1 || type === 2) return `${type === 1 ? 'transaction' : 'hash'} ${hex.encode(read.fixed(32))}`;
  if (type === 3) return `${showAccount(read.fixed(32))} for the payload ${hex.encode(read.variable(64))}`;
  throw invalid(`${type} is not a kind of signer`);
}

export function name({ code, issuer }: Asset): string {
  return issuer === undefined ? code : `${code}:${issuer}`;
}

/** Coins or units of an asset leave the account. */
export function moveOf(asset: string, amount: bigint): Part {
  return { op: asset === COIN ? 'transfer' : 'token-transfer', asset, amount };
}
