import type { TatumFacts } from '../../core/chain/tatum.js';

/** What Tatum calls Cardano and has for it. */
export const tatum: TatumFacts = {
  nodePath: { mainnet: 'blockchain/node/cardano-mainnet', testnet: 'blockchain/node/cardano-preprod' },
  ledgerBroadcast: true,
  operations: [
    'GET account/: address/:/: block/: info transaction/: transaction/address/: wallet :/utxos',
    'POST broadcast transaction wallet/priv',
  ],
  ledgerOperations: ['ada/transfer'],
  faults: { oddPath: "m/1852'/1815'/0'/0'/index, the role hardened" },
};
