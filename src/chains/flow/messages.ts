import { hex } from '@scure/base';
import type { Messages } from '../../core/chain/messages.js';
import { sha256 } from '../../crypto/hash.js';
import { keyOf } from '../shared/key-of.js';
import { framedMessage, unsupportedMessage } from '../shared/message.js';
import { showPublicKey, signMessage } from './key.js';

/** Domain tag of user messages, 32 bytes; that of transactions is `FLOW-V0.0-transaction`. */
const TAG = new Uint8Array(32);
TAG.set(new TextEncoder().encode('FLOW-V0.0-user'));

/**
 * User messages as FCL signs them, over SHA3-256. An account key that hashes with SHA2-256 does not verify them: which one it
 * is, only the network knows.
 */
export const flowMessages: Messages = {
  kinds: ['message'],
  parse(content, { from }) {
    if (content.kind !== 'message') throw unsupportedMessage(content, 'Flow');
    const framed = Buffer.concat([TAG, content.bytes]);
    return framedMessage({
      ...{ from, coin: 'FLOW', standard: 'FLOW-V0.0-user', content: content.bytes, digest: sha256(framed) },
      async sign(keys) {
        const signature = await signMessage(framed, 'SHA3_256', keyOf(keys, from, showPublicKey));
        return { signature: hex.encode(signature) };
      },
    });
  },
};
