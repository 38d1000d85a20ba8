import type { ParseContext } from '../../../core/chain/codec.js';
import type { MessageContent, SignedMessage } from '../../../core/chain/message-content.js';
import type { DecodedMessage, Messages } from '../../../core/chain/messages.js';
import type { SigningKey } from '../../../core/signing/signing-key.js';
import { addressOf, addressOfPoint, readAddress, showAddress } from '../../shared/keccak-address.js';
import { keyOf } from '../../shared/key-of.js';
import { blindSignature, framedMessage } from '../../shared/message.js';
import { prefixedHash, signedHash } from '../../shared/prefixed-message.js';
import type { EvmSettings } from '../settings.js';
import { readTypedData } from './read-typed-data.js';
import { decodedTypedData } from './typed-data.js';

/** Messages of EIP-191, typed data of EIP-712, and hashes. */
export function messagesOf(settings: EvmSettings): Messages {
  return {
    kinds: ['message', 'typed-data', 'hash'],
    parse: (content, context) => parse(content, context, settings),
  };
}

function parse(content: MessageContent, context: ParseContext, settings: EvmSettings): DecodedMessage {
  const { addressStyle, coin } = settings;
  const from = showAddress(readAddress(context.from, addressStyle), addressStyle);
  const signer = (hash: Uint8Array) => async (keys: readonly SigningKey[]) => signHash(hash, keys, { from, settings });
  if (content.kind === 'hash') {
    return blindSignature({ from, coin, hash: content.hash, sign: signer(content.hash) });
  }
  if (content.kind === 'typed-data') {
    const typed = readTypedData(content.json, addressStyle);
    return decodedTypedData(typed, { from, context, settings, sign: signer(typed.hash) });
  }
  // A transaction never begins with 0x19, neither in RLP nor as a typed one of EIP-2718.
  const digest = prefixedHash('Ethereum Signed Message', content.bytes);
  const framed = { from, coin, standard: 'EIP-191', content: content.bytes, digest, isForContracts: true } as const;
  return framedMessage({ ...framed, sign: signer(digest) });
}

async function signHash(
  hash: Uint8Array,
  keys: readonly SigningKey[],
  { from, settings }: { readonly from: string; readonly settings: EvmSettings },
): Promise<SignedMessage> {
  const style = settings.addressStyle;
  const key = keyOf(keys, from, (publicKey) => showAddress(addressOf(publicKey), style));
  return signedHash(key, hash, (point) => showAddress(addressOfPoint(point), style) === from);
}
