import { hex } from '@scure/base';
import type { Messages } from '../../core/chain/messages.js';
import { CustosError } from '../../core/errors.js';
import { sha256 } from '../../crypto/hash.js';
import { keyOf } from '../shared/key-of.js';
import { framedMessage, textOfMessage, unsupportedMessage } from '../shared/message.js';
import { showAddress } from './address.js';
import { signBytes } from './key.js';

/** Whatever the ledger signs begins with three letters and a zero byte (`HashPrefix`), claims of payment channels too. */
const CONTROLS = /[\p{Cc}]/u;
const ALLOWED = /[\t\n\r]/g;

/**
 * Messages as wallets of the XRP Ledger sign them (`signMessage` of GemWallet, `sign` of ripple-keypairs). There is no standard
 * (https://github.com/XRPLF/XRPL-Standards/issues/253) and no frame, so only text without control characters is signed.
 */
export const xrpMessages: Messages = {
  kinds: ['message'],
  parse(content, { from }) {
    if (content.kind !== 'message') throw unsupportedMessage(content, 'the XRP Ledger');
    const { bytes } = content;
    if (CONTROLS.test(textOfMessage(bytes).replace(ALLOWED, ''))) {
      throw new CustosError('MESSAGE_INVALID', 'the message has control characters, so that it could be a transaction');
    }
    return framedMessage({
      ...{ from, coin: 'XRP', standard: 'ripple-keypairs', content: bytes, digest: sha256(bytes) },
      async sign(keys) {
        const key = keyOf(keys, from, showAddress);
        const signature = await signBytes(bytes, key);
        return { signature: hex.encode(signature).toUpperCase(), publicKey: hex.encode(key.publicKey).toUpperCase() };
      },
    });
  },
};
