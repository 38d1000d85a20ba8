import { hex } from '@scure/base';
import { keccak256 } from '../../crypto/hash.js';
import { messagesBy } from '../shared/message.js';
import { showAddress } from './address.js';

const PREFIX = '\x17Elrond Signed Message:\n';

/** Messages as the libraries of MultiversX sign them (`MessageComputer`): a hash, where transactions are signed as JSON. */
export const multiversxMessages = messagesBy({
  chain: 'MultiversX',
  coin: 'EGLD',
  standard: 'Elrond Signed Message',
  scheme: 'ed25519',
  frame: (content) => keccak256(Buffer.concat([new TextEncoder().encode(`${PREFIX}${content.length}`), content])),
  addressOf: showAddress,
  write: (signature) => ({ signature: hex.encode(signature) }),
});
