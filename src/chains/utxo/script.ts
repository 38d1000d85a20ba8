import { createBase58check, hex } from '@scure/base';
import { Address, OutScript } from '@scure/btc-signer/payment.js';
import { CustosError } from '../../core/errors.js';
import { type Network, quote } from '../../core/ids.js';
import { hash160, sha256 } from '../../crypto/hash.js';
import { isPrivateKey } from '../../crypto/secp256k1.js';
import { taprootKey } from '../../crypto/taproot.js';
import { readCashAddress, showCashAddress } from './cashaddr.js';

/** Bytes and prefixes by which one network writes keys and addresses. */
export interface UtxoNetwork {
  readonly pubKeyHash: number;
  readonly scriptHash: number;
  readonly wif: number;
  /** Human-readable part of segwit addresses (BIP-173); absent where there are none. */
  readonly bech32?: string;
  /** Prefix of addresses in the form of Bitcoin Cash. */
  readonly cashaddr?: string;
  /** A second script-hash byte that is read, too. */
  readonly otherScriptHash?: number;
}

/** What an output script is, as far as it can be spent here or shown. */
export type Script =
  | { readonly type: 'pkh'; readonly hash: Uint8Array }
  | { readonly type: 'sh'; readonly hash: Uint8Array }
  | { readonly type: 'wpkh'; readonly hash: Uint8Array }
  | { readonly type: 'wsh'; readonly hash: Uint8Array }
  | { readonly type: 'sh32'; readonly hash: Uint8Array }
  | { readonly type: 'tr'; readonly pubkey: Uint8Array }
  | { readonly type: 'other' };

const base58check = createBase58check(sha256);
const OP_HASH256 = 0xaa;
const OP_EQUAL = 0x87;

/** A script that has an address on some network. */
export type AddressScript = Exclude<Script, { type: 'other' }>;

/**
 * Says what a script is; what is none of the known forms, to the byte, is `other`. The library reads the hash in other pushes
 * too, but `00 4c 14 <hash>` is not a witness program (BIP-141): anyone can spend it.
 */
export function readScript(script: Uint8Array): Script {
  const found = decodeScript(script);
  if (found.type === 'other') return found;
  const written = writeScript(found);
  const isSame = written.length === script.length && written.every((byte, at) => byte === script[at]);
  return isSame ? found : { type: 'other' };
}

function decodeScript(script: Uint8Array): Script {
  // Bitcoin Cash also pays to the double hash of a script (CHIP-2022-05).
  if (script.length === 35 && script[0] === OP_HASH256 && script[1] === 32) {
    return { type: 'sh32', hash: script.slice(2, 34) };
  }
  try {
    const found = OutScript.decode(script);
    return isKnown(found) ? found : { type: 'other' };
  } catch {
    // The library throws on scripts that break rules of its own; they have no address either way.
  }
  return { type: 'other' };
}

function isKnown(script: { readonly type: string }): script is Exclude<AddressScript, { type: 'sh32' }> {
  return ['pkh', 'sh', 'wpkh', 'wsh', 'tr'].includes(script.type);
}

export function writeScript(script: AddressScript): Uint8Array {
  if (script.type === 'sh32') return Uint8Array.from([OP_HASH256, 32, ...script.hash, OP_EQUAL]);
  return OutScript.encode(script);
}

/** The scripts that one public key can spend alone: p2pkh, p2wpkh, p2sh-p2wpkh, p2tr by its key path. @param publicKey - 33 bytes */
export function scriptsOf(publicKey: Uint8Array): readonly Uint8Array[] {
  const taproot = writeScript({ type: 'tr', pubkey: taprootKey(publicKey) });
  return [...scriptsOfHash(hash160(publicKey)), taproot];
}

/** Those of one public key that can be among `wanted`: a taproot script costs two operations on the curve. */
export function scriptsAmong(wanted: readonly Uint8Array[], publicKey: Uint8Array): readonly Uint8Array[] {
  const hasTaproot = wanted.some((script) => readScript(script).type === 'tr');
  return hasTaproot ? scriptsOf(publicKey) : scriptsOfHash(hash160(publicKey));
}

/** Those of them that the hash of a public key tells. @param hash - 20 bytes */
export function scriptsOfHash(hash: Uint8Array): readonly Uint8Array[] {
  const segwit = writeScript({ type: 'wpkh', hash });
  return [writeScript({ type: 'pkh', hash }), segwit, writeScript({ type: 'sh', hash: hash160(segwit) })];
}

/** Address of a script, or undefined where it has none. */
export function addressOf(script: Script, network: UtxoNetwork): string | undefined {
  if (script.type === 'other') return undefined;
  if (network.cashaddr !== undefined && (script.type === 'pkh' || script.type === 'sh' || script.type === 'sh32')) {
    return showCashAddress(network.cashaddr, script);
  }
  if (script.type === 'sh32' || (isSegwit(script) && network.bech32 === undefined)) return undefined;
  return Address(libraryNetwork(network)).encode(script);
}

function isSegwit({ type }: Script): boolean {
  return type === 'wpkh' || type === 'wsh' || type === 'tr';
}

/** @throws CustosError ADDRESS_INVALID: not an address of this network, or its checksum does not match */
export function scriptOfAddress(text: string, network: UtxoNetwork): AddressScript {
  const cash = network.cashaddr === undefined ? undefined : readCashAddress(text, network.cashaddr);
  if (cash !== undefined) return cash;
  for (const scriptHash of [network.scriptHash, network.otherScriptHash]) {
    if (scriptHash === undefined) continue;
    try {
      const found = Address(libraryNetwork({ ...network, scriptHash })).decode(text);
      if (isKnown(found) && !(isSegwit(found) && network.bech32 === undefined)) return found;
    } catch {
      // Not of this form; the error below says it for all of them.
    }
  }
  throw new CustosError(
    'ADDRESS_INVALID',
    `${quote(text)} is not an address of this network, or its checksum does not match`,
  );
}

export function encodeWif(privateKey: Uint8Array, network: UtxoNetwork): string {
  return base58check.encode(Uint8Array.from([network.wif, ...privateKey, 1]));
}

/**
 * Reads a private key: WIF of a compressed key, or 64 hexadecimal digits.
 * @returns 32 bytes
 * @throws CustosError PRIVATE_KEY_INVALID: form, checksum, foreign network, a key for uncompressed addresses, zero or above the order
 */
export function decodeWif(text: string, network: UtxoNetwork, name: Network): Uint8Array {
  const key = /^(0x)?[0-9a-fA-F]{64}$/.test(text)
    ? hex.decode(text.slice(-64).toLowerCase())
    : readWif(text, network, name);
  if (isPrivateKey(key)) return key;
  key.fill(0);
  throw new CustosError('PRIVATE_KEY_INVALID', 'the private key is zero or not below the order of the curve');
}

function readWif(text: string, network: UtxoNetwork, name: Network): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = base58check.decode(text);
  } catch {
    // The library's message may repeat the key.
    throw new CustosError('PRIVATE_KEY_INVALID', 'the private key is not WIF, or its checksum does not match');
  }
  const key = bytes.slice(1, 33);
  const problem = wifProblem(bytes, network, name);
  bytes.fill(0);
  if (problem === undefined) return key;
  key.fill(0);
  throw new CustosError('PRIVATE_KEY_INVALID', problem);
}

function wifProblem(bytes: Uint8Array, network: UtxoNetwork, name: Network): string | undefined {
  if (bytes[0] !== network.wif) return `the private key belongs to another network or chain than this ${name}`;
  if (bytes.length === 33)
    return 'the private key is for uncompressed addresses, which are not supported; move the coins first';
  return bytes.length === 34 && bytes[33] === 1 ? undefined : 'the private key has another length than a WIF';
}

function libraryNetwork({ bech32 = '', pubKeyHash, scriptHash, wif }: UtxoNetwork) {
  return { bech32, pubKeyHash, scriptHash, wif };
}
