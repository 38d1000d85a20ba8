import { evmChain } from '../index.js';

/** Sonic; Blaze and the other Sonic testnets. */
export const sonic = evmChain({
  id: 'S',
  name: 'Sonic',
  slug: 'sonic',
  coin: 'S',
  coinType: 60,
  feeCeiling: '1000',
  chainIds: { mainnet: [146n], testnet: [57054n, 64165n, 14601n] },
  tatum: { operations: [] },
});
