import { base64, hex } from '@scure/base';
import type { ParseContext } from '../../../core/chain/codec.js';
import type { MessageContent, SignedMessage } from '../../../core/chain/message-content.js';
import type { DecodedMessage, Messages } from '../../../core/chain/messages.js';
import { CustosError } from '../../../core/errors.js';
import type { SigningKey } from '../../../core/signing/signing-key.js';
import { hash160 } from '../../../crypto/hash.js';
import { keyOf } from '../../shared/key-of.js';
import { blindSignature, framedMessage, unsupportedMessage } from '../../shared/message.js';
import { recoverableOf, signatureOf } from '../../shared/signature.js';
import type { UtxoChainDefinition } from '../definition.js';
import { type AddressScript, scriptOfAddress, scriptsOf, writeScript } from '../script.js';
import { join, twice } from '../sighash.js';
import { challengeHash, simpleSignature } from './bip322.js';

/** Messages in the form that the address demands: the old one for p2pkh, BIP-322 for segwit and taproot. And hashes. */
export function messagesOf(definition: UtxoChainDefinition): Messages {
  return { kinds: ['message', 'hash'], parse: (content, context) => parse(content, context, definition) };
}

/** Flag of a recoverable signature by a compressed key of p2pkh. */
const COMPRESSED = 31;

function parse(content: MessageContent, context: ParseContext, definition: UtxoChainDefinition): DecodedMessage {
  const { from } = context;
  const { id: coin, name } = definition;
  const script = scriptOfAddress(from, definition.networks[context.network]);
  const keyAmong = (keys: readonly SigningKey[]) => ownerOf(keys, from, script);
  if (content.kind === 'hash') {
    const { hash } = content;
    if (script.type === 'tr') throw unsupported(`a hash by the taproot address ${from}`);
    return blindSignature({ from, coin, hash, sign: async (keys) => plainSignature(keyAmong(keys), hash) });
  }
  if (content.kind !== 'message') throw unsupportedMessage(content, name);
  const { bytes } = content;
  if (script.type === 'pkh') {
    const { messagePrefix: standard = 'Bitcoin Signed Message' } = definition;
    const digest = legacyHash(standard, bytes);
    const sign = async (keys: readonly SigningKey[]) => legacySignature(keyAmong(keys), digest);
    return framedMessage({ from, coin, standard, content: bytes, digest, sign });
  }
  if (script.type !== 'wpkh' && script.type !== 'tr') throw unsupported(`a message by the script address ${from}`);
  const sign = async (keys: readonly SigningKey[]): Promise<SignedMessage> => ({
    signature: base64.encode(await simpleSignature(keyAmong(keys), script, bytes)),
  });
  const digest = challengeHash(script, bytes);
  return framedMessage({ from, coin, standard: 'BIP-322', content: bytes, digest, sign });
}

/** The key of an address of any form, by its script where nothing vouches for the key. */
function ownerOf(keys: readonly SigningKey[], from: string, script: AddressScript): SigningKey {
  const wanted = hex.encode(writeScript(script));
  return keyOf(keys, from, (publicKey) => {
    const isOwn = scriptsOf(publicKey).some((one) => hex.encode(one) === wanted);
    return isOwn ? from : `a key of ${hex.encode(hash160(publicKey))}`;
  });
}

/** Double SHA-256 of prefix and message, each behind its length: https://en.bitcoin.it/wiki/Message_signing */
function legacyHash(prefix: string, message: Uint8Array): Uint8Array {
  const start = new TextEncoder().encode(`${prefix}:\n`);
  return twice(join(compactSize(start.length), start, compactSize(message.length), message));
}

async function legacySignature(key: SigningKey, digest: Uint8Array): Promise<SignedMessage> {
  const { signature, recoveryId } = await recoverableOf(key, digest);
  return { signature: base64.encode(join(Uint8Array.of(COMPRESSED + recoveryId), signature)) };
}

async function plainSignature(key: SigningKey, hash: Uint8Array): Promise<SignedMessage> {
  const signature = await signatureOf(key, 'ecdsa-secp256k1', hash);
  return { signature: hex.encode(signature), publicKey: hex.encode(key.publicKey) };
}

function compactSize(length: number): Uint8Array {
  if (length < 0xfd) return Uint8Array.of(length);
  if (length < 0x10000) return Uint8Array.of(0xfd, length & 0xff, length >> 8);
  return Uint8Array.of(0xfe, length & 0xff, (length >> 8) & 0xff, (length >> 16) & 0xff, length >>> 24);
}

function unsupported(what: string): CustosError {
  return new CustosError('MESSAGE_UNSUPPORTED', `there is no standard for signing ${what}`);
}
