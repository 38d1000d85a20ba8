import type { SigningKey } from '../signing/signing-key.js';
import type { ParseContext } from './codec.js';
import type { Effect } from './effect.js';
import type { MessageContent, MessageKind, SignedMessage } from './message-content.js';
import type { Summary } from './summary.js';

/** A decoded message, ready to be judged and signed. Pure. */
export interface DecodedMessage {
  readonly summary: Summary;
  /** The message itself first, then whatever it lets others do, and a fee of nothing. */
  readonly effects: readonly Effect[];
  /** Hash of the framed bytes that are signed, in 64 hexadecimal digits: two messages with one digest are the same. */
  readonly digest: string;
  /** @throws CustosError KEY_MISSING, SENDER_MISMATCH, SIGNATURE_INVALID, KEY_UNREACHABLE, KEY_WIPED */
  sign(keys: readonly SigningKey[]): Promise<SignedMessage>;
}

/** The messages of a chain: how they are framed, decoded and signed. Pure. */
export interface Messages {
  readonly kinds: readonly MessageKind[];
  /**
   * @throws CustosError MESSAGE_UNSUPPORTED: not one of `kinds`, or not for this kind of address; MESSAGE_INVALID: the standard
   *   does not allow it; CHAIN_ID_MISMATCH: typed data of another network
   */
  parse(content: MessageContent, context: ParseContext): DecodedMessage;
}
