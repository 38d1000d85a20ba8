import type { Chain } from '../../../src/core/chain/chain.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import type { MessageContent } from '../../../src/core/chain/message-content.js';
import type { DecodedMessage } from '../../../src/core/chain/messages.js';
import { contextOf, keyOf } from '../signing.js';

/** Decodes a message for the key of ones of a chain. */
export function parseMessage(
  chain: Chain,
  content: MessageContent,
  change: Partial<ParseContext> = {},
): DecodedMessage {
  if (chain.messages === undefined) throw new Error(`${chain.id} signs no messages`);
  return chain.messages.parse(content, contextOf(keyOf(chain), change));
}
