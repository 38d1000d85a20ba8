import type { ParseContext } from '../../core/chain/codec.js';
import type { Effect, EffectArgument } from '../../core/chain/effect.js';
import type { MessageContent, MessageKind, SignedMessage } from '../../core/chain/message-content.js';
import type { DecodedMessage, Messages } from '../../core/chain/messages.js';
import type { Summary } from '../../core/chain/summary.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';
import type { Scheme, SigningKey } from '../../core/signing/signing-key.js';
import { sha256 } from '../../crypto/hash.js';
import { bytesToHex } from './hexadecimal.js';
import { keyOf } from './key-of.js';
import { signatureOf } from './signature.js';

/** Who signs, and in which coin nothing is paid. */
export interface Signatory {
  readonly from: string;
  readonly coin: string;
}

/** A message as a standard frames it. */
export interface Framed extends Signatory {
  /** Name of the standard, e.g. `EIP-191`. */
  readonly standard: string;
  /** What was to be signed, without its frame. */
  readonly content: Uint8Array;
  /** What the frame adds besides, and is signed too. */
  readonly args?: readonly EffectArgument[];
  readonly digest: Uint8Array;
  /** Contracts of the chain verify signatures of this standard, and act on what they stand for. */
  readonly isForContracts?: true;
  readonly sign: DecodedMessage['sign'];
}

/** Characters of a message that its sentence quotes. */
const QUOTED = 300;

/** A message that moves nothing by itself. Bytes that no person reads may move something where contracts verify them. */
export function framedMessage(framed: Framed): DecodedMessage {
  const { from, coin, standard, content, args = [], digest, isForContracts, sign } = framed;
  const isOpaque = isForContracts === true && !isReadable(content);
  const said = isOpaque ? bytesOf(content) : saidBy(content);
  const effect: Effect = {
    op: 'message',
    ...(isOpaque && { code: 'opaque-data' }),
    from,
    method: standard,
    args: [said, ...args],
    data: bytesToHex(content).slice(2),
  };
  const quoted = said.value.length > QUOTED ? `${said.value.slice(0, QUOTED)} … (${content.length} bytes)` : said.value;
  const words = `${from} signs the ${said.name} ${said.name === 'text' ? JSON.stringify(quoted) : quoted} (${standard})`;
  const text = isOpaque ? `${words}, whatever contracts take them for` : words;
  return decoded({ from, coin, kind: 'message', effects: [effect], digest, text, notes: [said, ...args], sign });
}

/** A hash, of which nothing can be said. */
export function blindSignature({
  from,
  coin,
  hash,
  sign,
}: Signatory & { readonly hash: Uint8Array; readonly sign: DecodedMessage['sign'] }): DecodedMessage {
  const digits = bytesToHex(hash);
  const effect: Effect = { op: 'hash', code: 'blind-signature', from, method: 'hash', data: digits.slice(2) };
  const text = `${from} signs the hash ${digits}, whatever it stands for`;
  const notes = [{ name: 'hash', value: digits }];
  return decoded({ from, coin, kind: 'hash', effects: [effect], digest: hash, text, notes, sign });
}

/** Puts together what a decoded message needs. @param parts - `effects`: all of them without a fee, the message itself first */
export function decoded(
  parts: Signatory &
    Pick<Summary, 'text'> &
    Partial<Pick<Summary, 'notes' | 'tokens' | 'hazards' | 'to' | 'method' | 'chainId'>> & {
      readonly kind: MessageKind;
      readonly effects: readonly Effect[];
      readonly digest: Uint8Array;
      readonly sign: DecodedMessage['sign'];
    },
): DecodedMessage {
  const { from, coin, effects, digest, sign, tokens = [], ...said } = parts;
  const hazards = effects.flatMap(({ code }) => (code === undefined ? [] : [{ kind: code }]));
  return {
    effects: [...effects, { op: 'fee', from, asset: coin, amount: 0n }],
    summary: {
      hazards,
      ...said,
      from,
      tokens,
      value: { asset: coin, amount: 0n },
      fee: { asset: coin, amount: 0n },
      opaque: effects.some(({ code }) => code === 'opaque-data' || code === 'blind-signature'),
    },
    digest: bytesToHex(digest).slice(2),
    sign,
  };
}

/** How a chain signs messages whose bytes its algorithm takes as they are framed. */
export interface MessageScheme {
  /** Name of the chain. */
  readonly chain: string;
  readonly coin: string;
  readonly standard: string;
  readonly scheme: Scheme;
  /** What is signed. @throws CustosError MESSAGE_INVALID: the standard does not allow this content */
  frame(content: Uint8Array, context: ParseContext): Uint8Array;
  addressOf(publicKey: Uint8Array, network: Network): string;
  write(signature: Uint8Array, signed: Signed): SignedMessage;
}

/** What was signed, and by which key. */
interface Signed {
  readonly key: SigningKey;
  readonly content: Uint8Array;
  readonly context: ParseContext;
}

/** Messages of a chain that has no other kind. */
export function messagesBy(scheme: MessageScheme): Messages {
  const { chain, coin, standard } = scheme;
  return {
    kinds: ['message'],
    parse(content, context) {
      if (content.kind !== 'message') throw unsupportedMessage(content, chain);
      const { from, network } = context;
      const framed = scheme.frame(content.bytes, context);
      return framedMessage({
        ...{ from, coin, standard, content: content.bytes, digest: sha256(framed) },
        async sign(keys) {
          const key = keyOf(keys, from, (publicKey) => scheme.addressOf(publicKey, network));
          const signature = await signatureOf(key, scheme.scheme, framed);
          return scheme.write(signature, { key, content: content.bytes, context });
        },
      });
    },
  };
}

/** Text of a message whose standard takes nothing else. @throws CustosError MESSAGE_INVALID */
export function textOfMessage(content: Uint8Array): string {
  const { name, value } = saidBy(content);
  if (name === 'text') return value;
  throw new CustosError('MESSAGE_INVALID', 'the message is no text (UTF-8), which the standard wants');
}

/** @throws CustosError MESSAGE_UNSUPPORTED */
export function unsupportedMessage({ kind }: MessageContent, chain: string): CustosError {
  return new CustosError('MESSAGE_UNSUPPORTED', `${chain} has no standard for signing a ${kind}`);
}

/** Letters and digits, of which no hash consists: one of 2^64 does. */
const plain = /^[\w-]*$/;
const control = /(?![\t\n\r])\p{Cc}/u;
/** Of the hash of a transaction of a Safe, of a smart account, or of whatever a contract hashes. */
const HASH = 32;

/** Whether people read in the bytes what contracts can read in them. */
function isReadable(content: Uint8Array): boolean {
  const { name, value } = saidBy(content);
  return name === 'text' && !control.test(value) && (content.length !== HASH || plain.test(value));
}

function bytesOf(content: Uint8Array): EffectArgument {
  return { name: 'bytes', value: bytesToHex(content) };
}

/** The text that bytes spell, or their digits. */
function saidBy(content: Uint8Array): EffectArgument {
  try {
    return { name: 'text', value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content) };
  } catch {
    // The decoder throws on bytes that are not UTF-8; they are not text.
    return bytesOf(content);
  }
}
