import type { MessageContent, SignedMessage } from '../../core/chain/message-content.js';
import type { DecodedMessage, Messages } from '../../core/chain/messages.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
import { keccak256 } from '../../crypto/hash.js';
import { bytesToHex } from './hexadecimal.js';
import { keyOf } from './key-of.js';
import { blindSignature, framedMessage, unsupportedMessage } from './message.js';
import { recoverableOf } from './signature.js';

/** Messages of chains that took over EIP-191, version 0x45, with a prefix of their own. */
export interface PrefixedScheme {
  /** Name of the chain. */
  readonly chain: string;
  readonly coin: string;
  readonly standard: string;
  /** Without 0x19 and the length: `TRON Signed Message`. */
  readonly prefix: string;
  addressOf(publicKey: Uint8Array): string;
}

export function prefixedMessages(scheme: PrefixedScheme): Messages {
  return { kinds: ['message', 'hash'], parse: (content, { from }) => parse(content, from, scheme) };
}

/** Keccak-256 of 0x19, prefix, the message's length in decimal digits, and the message. */
export function prefixedHash(prefix: string, message: Uint8Array): Uint8Array {
  return keccak256(Buffer.concat([new TextEncoder().encode(`\x19${prefix}:\n${message.length}`), message]));
}

/**
 * Signs a hash. @param isSigner - tells the signer by the recovered key, as `recoverableOf` does
 * @returns r ‖ s ‖ v, 65 bytes; v is 27 or 28
 */
export async function signedHash(
  key: SigningKey,
  hash: Uint8Array,
  isSigner?: (point: Uint8Array) => boolean,
): Promise<SignedMessage> {
  const { signature, recoveryId } = await recoverableOf(key, hash, isSigner);
  return { signature: bytesToHex(Buffer.concat([signature, Uint8Array.of(27 + recoveryId)])) };
}

function parse(content: MessageContent, from: string, scheme: PrefixedScheme): DecodedMessage {
  const { chain, coin, standard, prefix, addressOf } = scheme;
  const signer = (hash: Uint8Array) => async (keys: readonly SigningKey[]) =>
    signedHash(keyOf(keys, from, addressOf), hash);
  if (content.kind === 'hash') return blindSignature({ from, coin, hash: content.hash, sign: signer(content.hash) });
  if (content.kind !== 'message') throw unsupportedMessage(content, chain);
  const digest = prefixedHash(prefix, content.bytes);
  const framed = { from, coin, standard, content: content.bytes, digest, isForContracts: true } as const;
  return framedMessage({ ...framed, sign: signer(digest) });
}
