import { base64 } from '@scure/base';
import { messagesBy } from '../shared/message.js';
import { showAddress } from './address.js';

/** MX, where transactions begin with TX. */
const PREFIX = Uint8Array.of(0x4d, 0x58);

/** Bytes as Algorand's libraries sign them (`signBytes`, `verifyBytes`); ARC-60 names the same prefix for arbitrary bytes. */
export const algorandMessages = messagesBy({
  chain: 'Algorand',
  coin: 'ALGO',
  standard: 'MX',
  scheme: 'ed25519',
  frame: (content) => Buffer.concat([PREFIX, content]),
  addressOf: showAddress,
  write: (signature) => ({ signature: base64.encode(signature) }),
});
