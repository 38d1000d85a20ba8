import type { Chain } from '../core/chain/chain.js';
import type { ParseContext, UnsignedTransaction } from '../core/chain/codec.js';
import { type MessageKind, readMessage, signedMessageText } from '../core/chain/message-content.js';
import { CustosError } from '../core/errors.js';
import type { KeyRequest } from '../core/signing/pending.js';

/** What is to be signed, as it was completed. */
export interface Completed {
  readonly kind: KeyRequest['kind'];
  /** Of a message: its content (`messageText`). */
  readonly completed: string;
}

/**
 * Decodes whatever is to be signed. A message has the parts of a transaction, so that it is judged, recorded and signed on the
 * same way: its signed bytes are the text of its signature (`readSignedMessage`), and its id is the digest of what was signed.
 * @throws CustosError MESSAGE_UNSUPPORTED, MESSAGE_INVALID, and whatever the chain's `parse` throws
 */
export function decodeUnsigned(
  chain: Chain,
  { kind, completed }: Completed,
  context: ParseContext,
): UnsignedTransaction {
  return kind === undefined
    ? chain.codec.parse(completed, context)
    : decodeMessage(chain, { kind, completed }, context);
}

function decodeMessage(
  chain: Chain,
  { kind, completed }: { readonly kind: MessageKind; readonly completed: string },
  context: ParseContext,
): UnsignedTransaction {
  const { messages } = chain;
  if (messages?.kinds.includes(kind) !== true) {
    throw new CustosError('MESSAGE_UNSUPPORTED', `${chain.name} has no standard for signing a ${kind}`);
  }
  if (context.signers.length !== 1) throw new CustosError('MESSAGE_INVALID', 'exactly one key signs a message');
  const { summary, effects, digest, sign } = messages.parse(readMessage(completed, kind), context);
  return {
    summary,
    effects,
    sign: async (keys) => ({ raw: signedMessageText(await sign(keys)), txId: digest }),
  };
}
