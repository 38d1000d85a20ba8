import { createHmac } from 'node:crypto';
import { createBase58check } from '@scure/base';
import { CustosError } from '../core/errors.js';
import { hash160, sha256 } from './hash.js';
import { isPrivateKey, isPublicKey, pointAddScalar, privateAdd, publicKey } from './secp256k1.js';

/** The public half of a BIP-32 node, as an xpub holds it. */
export interface ExtendedPublicKey {
  /** The four version bytes as one number, e.g. 0x0488b21e for `xpub`. */
  readonly version: number;
  readonly depth: number;
  /** First four bytes of the parent's key identifier; 0 at depth 0. */
  readonly parentFingerprint: number;
  readonly childNumber: number;
  /** 32 bytes. */
  readonly chainCode: Uint8Array;
  /** 33 bytes. */
  readonly publicKey: Uint8Array;
}

/** The node at the end of a path: 64 secret bytes (private key ‖ chain code), and the other facts of its xpub. */
export interface DerivedNode {
  readonly node: Uint8Array;
  readonly depth: number;
  readonly parentFingerprint: number;
  readonly childNumber: number;
}

/** The first index of the hardened children (BIP-32). */
export const HARDENED = 0x80000000;

const NODE_BYTES = 64;
const XPUB_BYTES = 78;
const base58check = createBase58check(sha256);

/**
 * Parses an absolute derivation path.
 * @param path - e.g. `m/44'/60'/0'/0`; `h` and `H` also mark a hardened step   @returns the child numbers, hardened ones from 2^31
 * @throws CustosError PATH_INVALID
 */
export function parsePath(path: string): number[] {
  const [root, ...steps] = path.split('/');
  if (root !== 'm') throw new CustosError('PATH_INVALID', 'a derivation path begins with m');
  if (steps.length > 255) throw new CustosError('PATH_INVALID', 'a derivation path has at most 255 steps');
  return steps.map((step, position) => {
    const match = /^(0|[1-9][0-9]{0,9})(['hH]?)$/.exec(step);
    const index = Number(match?.[1] ?? HARDENED);
    if (index >= HARDENED)
      throw new CustosError('PATH_INVALID', `step ${position + 1} of the derivation path is invalid`);
    return match?.[2] ? index + HARDENED : index;
  });
}

/**
 * Makes the master node of a seed (BIP-32).
 * @param seed - 16 to 64 bytes   @returns 64 bytes: private key ‖ chain code; the caller wipes them.
 * @throws CustosError PATH_INVALID: the seed gives no key (odds below 2^-127) or has the wrong length
 */
export function masterNode(seed: Uint8Array): Uint8Array {
  if (seed.length < 16 || seed.length > 64) throw new CustosError('PATH_INVALID', 'a seed has 16 to 64 bytes');
  const node = hmac(new TextEncoder().encode('Bitcoin seed'), seed);
  if (!isPrivateKey(node.subarray(0, 32))) throw new CustosError('PATH_INVALID', 'the seed gives no master key');
  return node;
}

/**
 * Derives one child from the private half (CKDpriv of BIP-32).
 * @param node - 64 bytes   @param index - hardened from 2^31   @returns 64 bytes; the caller wipes them.
 * @throws CustosError PATH_INVALID
 */
export function childNode(node: Uint8Array, index: number): Uint8Array {
  checkNode(node);
  const privateKey = node.subarray(0, 32);
  const data = new Uint8Array(37);
  if (index >= HARDENED) data.set(privateKey, 1);
  else data.set(publicKey(privateKey));
  writeIndex(data, index);
  const digest = hmac(node.subarray(32), data);
  const tweak = digest.subarray(0, 32);
  const key = privateAdd(privateKey, tweak);
  data.fill(0);
  if (key === undefined) throw new CustosError('PATH_INVALID', `child ${index} of this node does not exist`);
  digest.set(key);
  key.fill(0);
  return digest;
}

/** Derives the private key of one child. @returns 32 bytes; the caller wipes them. @throws CustosError PATH_INVALID */
export function childPrivateKey(node: Uint8Array, index: number): Uint8Array {
  const child = childNode(node, index);
  const key = new Uint8Array(child.subarray(0, 32));
  child.fill(0);
  return key;
}

/**
 * Derives the node at the end of a path.
 * @param seed - 64 bytes (BIP-39)   @returns the node; the caller wipes its 64 bytes.
 * @throws CustosError PATH_INVALID
 */
export function deriveNode(seed: Uint8Array, path: string): DerivedNode {
  const steps = parsePath(path);
  let node = masterNode(seed);
  let parentFingerprint = 0;
  steps.forEach((step, position) => {
    const parent = node;
    node = childNode(parent, step);
    if (position === steps.length - 1) parentFingerprint = fingerprint(publicKey(parent.subarray(0, 32)));
    parent.fill(0);
  });
  return { node, depth: steps.length, parentFingerprint, childNumber: steps.at(-1) ?? 0 };
}

/**
 * Derives one child from the public half (CKDpub of BIP-32).
 * @returns 33 bytes
 * @throws CustosError PATH_INVALID: a hardened child cannot be derived from an xpub
 */
export function childPublicKey(parent: ExtendedPublicKey, index: number): Uint8Array {
  if (index >= HARDENED) throw new CustosError('PATH_INVALID', 'a hardened child cannot be derived from an xpub');
  const data = new Uint8Array(37);
  data.set(parent.publicKey);
  writeIndex(data, index);
  const point = pointAddScalar(parent.publicKey, hmac(parent.chainCode, data).subarray(0, 32));
  if (point === undefined) throw new CustosError('PATH_INVALID', `child ${index} of this xpub does not exist`);
  return point;
}

/** The public half of a derived node. */
export function neuter(derived: DerivedNode, version: number): ExtendedPublicKey {
  const { node, ...place } = derived;
  return {
    version,
    ...place,
    publicKey: publicKey(node.subarray(0, 32)),
    chainCode: new Uint8Array(node.subarray(32)),
  };
}

/** Writes an xpub: base58 with checksum over 78 bytes (BIP-32, Serialization format). */
export function encodeXpub(key: ExtendedPublicKey): string {
  const bytes = new Uint8Array(XPUB_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, key.version);
  view.setUint8(4, key.depth);
  view.setUint32(5, key.parentFingerprint);
  view.setUint32(9, key.childNumber);
  bytes.set(key.chainCode, 13);
  bytes.set(key.publicKey, 45);
  return base58check.encode(bytes);
}

/**
 * Reads an xpub.
 * @param versions - the version numbers that are accepted
 * @throws CustosError XPUB_INVALID: checksum, length, version (also: an extended private key), a parent at depth 0, no point
 */
export function decodeXpub(text: string, versions: readonly number[]): ExtendedPublicKey {
  const bytes = readBase58(text);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = view.getUint32(0);
  if (!versions.includes(version)) {
    throw new CustosError(
      'XPUB_INVALID',
      `the extended key has the version ${hex32(version)}, which is not accepted here`,
    );
  }
  const depth = view.getUint8(4);
  const parentFingerprint = view.getUint32(5);
  const childNumber = view.getUint32(9);
  if (depth === 0 && (parentFingerprint !== 0 || childNumber !== 0)) {
    throw new CustosError('XPUB_INVALID', 'the extended key is a master key but names a parent');
  }
  const point = bytes.slice(45);
  if (!isPublicKey(point)) throw new CustosError('XPUB_INVALID', 'the extended key holds no public key of secp256k1');
  return { version, depth, parentFingerprint, childNumber, chainCode: bytes.slice(13, 45), publicKey: point };
}

function readBase58(text: string): Uint8Array {
  // 112 characters hold 82 bytes. Decoding base58 takes quadratic time, so longer input is refused first.
  if (text.length > 112) throw new CustosError('XPUB_INVALID', 'the extended key is too long');
  try {
    const bytes = base58check.decode(text);
    if (bytes.length === XPUB_BYTES) return bytes;
  } catch {
    // The library's message repeats its input, which may be an extended private key, so its error is not kept as the cause.
    throw new CustosError('XPUB_INVALID', 'the extended key is not base58 or its checksum does not match');
  }
  throw new CustosError('XPUB_INVALID', 'the extended key does not have 78 bytes');
}

function fingerprint(point: Uint8Array): number {
  const identifier = hash160(point);
  return new DataView(identifier.buffer, identifier.byteOffset).getUint32(0);
}

function writeIndex(data: Uint8Array, index: number): void {
  if (!Number.isInteger(index) || index < 0 || index > 0xffffffff) {
    throw new CustosError('PATH_INVALID', `${index} is not a child number`);
  }
  new DataView(data.buffer).setUint32(33, index);
}

function checkNode(node: Uint8Array): void {
  if (node.length !== NODE_BYTES) throw new CustosError('PATH_INVALID', 'a node has 64 bytes');
}

function hmac(key: Uint8Array, data: Uint8Array): Uint8Array {
  const digest = createHmac('sha512', key).update(data).digest();
  // A plain view, because slice() of a Buffer does not copy.
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.length);
}

function hex32(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
