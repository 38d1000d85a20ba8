import { base64 } from '@scure/base';
import { sha256 } from '../../crypto/hash.js';
import { messagesBy } from '../shared/message.js';
import { showAccount } from './address.js';

const PREFIX = new TextEncoder().encode('Stellar Signed Message:\n');

/** Messages of SEP-53: what is signed is a hash, as for transactions, but over another beginning. */
export const stellarMessages = messagesBy({
  chain: 'Stellar',
  coin: 'XLM',
  standard: 'SEP-53',
  scheme: 'ed25519',
  frame: (content) => sha256(Buffer.concat([PREFIX, content])),
  addressOf: showAccount,
  write: (signature) => ({ signature: base64.encode(signature) }),
});
