import { bech32, hex } from '@scure/base';
import type { HdScheme } from '../../core/chain/keys.js';
import { CustosError } from '../../core/errors.js';
import { childNode, childPublicKey, deriveIcarusNode, publicKeyOf } from '../../crypto/bip32-ed25519.js';
import { sha512 } from '../../crypto/hash.js';

/** BIP32-Ed25519 below the Icarus master key; the xpub is public key ‖ chain code in hexadecimal digits. */
export function cardanoScheme(path: string): HdScheme {
  return {
    source: 'entropy',
    path: () => path,
    account(entropy) {
      const node = deriveIcarusNode(entropy, path);
      return { node, xpub: hex.encode(Uint8Array.from([...publicKeyOf(node.subarray(0, 64)), ...node.subarray(64)])) };
    },
    privateKey(node, index) {
      const child = childNode(node, index);
      const key = child.slice(0, 64);
      child.fill(0);
      return key;
    },
    publicKey(xpub, index) {
      if (!/^[0-9a-f]{128}$/.test(xpub))
        throw new CustosError('XPUB_INVALID', 'the extended key does not have 128 hexadecimal digits');
      return childPublicKey(hex.decode(xpub), index);
    },
  };
}

/** 128 hexadecimal digits: kL ‖ kR. */
export function encodePrivateKey(privateKey: Uint8Array): string {
  return hex.encode(privateKey);
}

/**
 * Reads an extended key: 128 hexadecimal digits, or 256 with public key and chain code behind (the older form); `addr_xsk1…`,
 * `ed25519e_sk1…`; or a plain seed `addr_sk1…`, `ed25519_sk1…`.
 * @returns 64 bytes: kL ‖ kR
 * @throws CustosError PRIVATE_KEY_INVALID
 */
export function decodePrivateKey(text: string): Uint8Array {
  const key = /^[0-9a-fA-F]+$/.test(text) ? fromHex(text) : fromBech32(text);
  // A scalar of this curve is a multiple of eight; the scheme makes no others.
  if (key !== undefined && ((key[0] ?? 1) & 7) === 0 && key.subarray(0, 32).some((byte) => byte !== 0)) return key;
  key?.fill(0);
  throw new CustosError(
    'PRIVATE_KEY_INVALID',
    'the private key is not an extended key of Cardano, or its parts do not fit together',
  );
}

function fromHex(text: string): Uint8Array | undefined {
  if (text.length !== 128 && text.length !== 256) return undefined;
  const bytes = hex.decode(text.toLowerCase());
  const key = bytes.slice(0, 64);
  const stated = bytes.subarray(64, 96);
  const fits = stated.length === 0 || publicKeyOf(key).every((byte, at) => byte === stated[at]);
  bytes.fill(0);
  return fits ? key : undefined;
}

function fromBech32(text: string): Uint8Array | undefined {
  const decoded = text.length <= 250 ? bech32.decodeUnsafe(text, 250) : undefined;
  const bytes = decoded === undefined ? undefined : bech32.fromWordsUnsafe(decoded.words);
  const prefix = decoded?.prefix ?? '';
  if (bytes === undefined) return undefined;
  if (/^(addr_xsk|ed25519e_sk|addr_xvk)$/.test(prefix) && (bytes.length === 96 || bytes.length === 64))
    return bytes.slice(0, 64);
  if (!/^(addr_sk|ed25519_sk)$/.test(prefix) || bytes.length !== 32) return undefined;
  const key = sha512(bytes);
  key[0] = (key[0] ?? 0) & 0xf8;
  key[31] = ((key[31] ?? 0) & 0x7f) | 0x40;
  return key;
}
