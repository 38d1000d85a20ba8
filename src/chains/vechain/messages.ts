import { addressOf, showAddress } from '../shared/keccak-address.js';
import { prefixedMessages } from '../shared/prefixed-message.js';

/** Messages of EIP-191, as VeChain's SDK and wallets sign them; transactions are signed as a BLAKE2b. */
export const vechainMessages = prefixedMessages({
  chain: 'VeChain',
  coin: 'VET',
  standard: 'EIP-191',
  prefix: 'Ethereum Signed Message',
  addressOf: (publicKey) => showAddress(addressOf(publicKey), {}),
});
