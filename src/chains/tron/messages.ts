import { prefixedMessages } from '../shared/prefixed-message.js';
import { addressOf } from './address.js';

/** Messages of TIP-191 (`signMessageV2`); transactions are signed as a SHA-256. */
export const tronMessages = prefixedMessages({
  chain: 'Tron',
  coin: 'TRX',
  standard: 'TIP-191',
  prefix: 'TRON Signed Message',
  addressOf,
});
