import { CustosError } from '../errors.js';
import { isObject, parseJson } from '../json.js';
import { repeatedMember } from '../text/repeated-member.js';

/** What a key signs besides transactions. */
export const messageKinds = ['message', 'typed-data', 'hash'] as const;

/**
 * `message`: text or bytes, framed as the chain's standard says, so that they can be no transaction · `typed-data`: JSON of
 * EIP-712 · `hash`: 32 bytes that may stand for anything.
 */
export type MessageKind = (typeof messageKinds)[number];

export type MessageContent =
  | { readonly kind: 'message'; readonly bytes: Uint8Array }
  /** The JSON text as it was received. */
  | { readonly kind: 'typed-data'; readonly json: string }
  /** 32 bytes. */
  | { readonly kind: 'hash'; readonly hash: Uint8Array };

/** A signature, as the wallets of the chain give it (docs/messages.md). */
export interface SignedMessage {
  readonly signature: string;
  /** Where the signature alone does not say whose it is: the public key, in the form that goes with it. */
  readonly publicKey?: string;
}

/** The longest message, in bytes; a text of typed data may be as long. */
const MOST_BYTES = 256 * 1024;

/**
 * Writes a content as the journal keeps it and the signer gets it: one text for equal contents. A message that is UTF-8 is kept
 * as text, any other as hexadecimal digits.
 */
export function messageText(content: MessageContent): string {
  const { kind } = content;
  if (kind === 'typed-data') return JSON.stringify({ kind, json: content.json });
  if (kind === 'hash') return JSON.stringify({ kind, hex: hexOf(content.hash) });
  const text = textOf(content.bytes);
  return JSON.stringify({ kind, ...(text === undefined ? { hex: hexOf(content.bytes) } : { text }) });
}

/**
 * Reads what `messageText` wrote, and nothing else.
 * @param kind - what it is said to be
 * @throws CustosError MESSAGE_INVALID
 */
export function readMessage(text: string, kind: MessageKind): MessageContent {
  const value = parseJson(text, () => invalid('it is not JSON'));
  if (!isObject(value) || value['kind'] !== kind) throw invalid(`it is not of the kind ${kind}`);
  const content = contentOf(value, kind);
  if (repeatedMember(text) !== undefined || messageText(content) !== text) throw invalid('it has another form');
  return content;
}

/**
 * The content that a door was asked to sign.
 * @param given - text (UTF-8), or hexadecimal digits with 0x in front, or bytes
 * @throws CustosError MESSAGE_INVALID: too long, no text, or not 32 bytes of a hash
 */
export function messageContent(
  given:
    | { readonly kind: 'message'; readonly text: string }
    | { readonly kind: 'message' | 'hash'; readonly bytes: Uint8Array }
    | { readonly kind: 'typed-data'; readonly json: string },
): MessageContent {
  if (given.kind === 'typed-data') return contentOf({ json: given.json }, 'typed-data');
  if ('text' in given) return contentOf({ text: given.text }, 'message');
  return contentOf({ hex: hexOf(given.bytes) }, given.kind);
}

/** The text form of a signature in the journal and in a signer's answer. */
export function signedMessageText({ signature, publicKey }: SignedMessage): string {
  return JSON.stringify({ signature, ...(publicKey !== undefined && { publicKey }) });
}

/** @throws CustosError SIGNATURE_INVALID: repeats nothing of the text */
export function readSignedMessage(text: string): SignedMessage {
  const refuse = () =>
    new CustosError('SIGNATURE_INVALID', 'what the signer gave back is not a signature of a message');
  const value = parseJson(text, refuse);
  const { signature, publicKey } = isObject(value) ? value : {};
  if (typeof signature !== 'string') throw refuse();
  const read = { signature, ...(typeof publicKey === 'string' && { publicKey }) };
  if (signedMessageText(read) !== text) throw refuse();
  return read;
}

function contentOf(value: Readonly<Record<string, unknown>>, kind: MessageKind): MessageContent {
  const { text, hex, json } = value;
  if (kind === 'typed-data') {
    if (typeof json !== 'string' || json.length > MOST_BYTES) throw invalid('its typed data are no text, or too long');
    return { kind, json };
  }
  const bytes = typeof hex === 'string' ? bytesOfHex(hex) : bytesOfText(text, kind);
  if (bytes.length > MOST_BYTES) throw invalid(`it has more than ${MOST_BYTES} bytes`);
  if (kind === 'message') return { kind, bytes };
  if (bytes.length !== 32) throw invalid(`a hash has 32 bytes, not ${bytes.length}`);
  return { kind, hash: bytes };
}

function bytesOfHex(hex: string): Uint8Array {
  if (hex.length > 2 * MOST_BYTES || !/^([0-9a-f]{2})*$/.test(hex)) throw invalid('its digits are not hexadecimal');
  return new Uint8Array(Buffer.from(hex, 'hex'));
}

function bytesOfText(text: unknown, kind: MessageKind): Uint8Array {
  if (kind !== 'message' || typeof text !== 'string' || text.length > MOST_BYTES) throw invalid('it has no content');
  if (/\p{Surrogate}/u.test(text)) throw invalid('its text has half of a surrogate pair');
  return new TextEncoder().encode(text);
}

/** @returns the text that gives exactly these bytes, or undefined */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function invalid(why: string): CustosError {
  return new CustosError('MESSAGE_INVALID', `the message cannot be signed: ${why}`);
}
