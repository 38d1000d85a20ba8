import { base58 } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { messagesBy, textOfMessage } from '../shared/message.js';
import { readAddress, showAddress } from './address.js';

/** No transaction begins with 0xff: as a version it is one that will not be given. */
const DOMAIN = Uint8Array.of(0xff, ...new TextEncoder().encode('solana offchain'));
const VERSION = 1;
const SIGNERS = 1;

/** Off-chain messages, version 1: https://github.com/solana-foundation/SRFCs/discussions/3 */
export const solanaMessages = messagesBy({
  chain: 'Solana',
  coin: 'SOL',
  standard: 'off-chain message 1',
  scheme: 'ed25519',
  frame(content, { from }) {
    if (textOfMessage(content) === '') throw new CustosError('MESSAGE_INVALID', 'an off-chain message is not empty');
    return Buffer.concat([DOMAIN, Uint8Array.of(VERSION, SIGNERS), readAddress(from), content]);
  },
  addressOf: showAddress,
  write: (signature) => ({ signature: base58.encode(signature) }),
});
