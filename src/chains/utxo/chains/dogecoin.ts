import { balanceOperations, outputOperations, utxoChain } from '../index.js';

/** Dogecoin. Coin type 3 (SLIP-44); p2pkh only. Nodes relay from 0.001 DOGE a kilobyte up, and outputs from 0.01 DOGE up. */
export const dogecoin = utxoChain({
  id: 'DOGE',
  name: 'Dogecoin',
  slug: 'dogecoin',
  networks: {
    mainnet: { pubKeyHash: 0x1e, scriptHash: 0x16, wif: 0x9e },
    testnet: { pubKeyHash: 0x71, scriptHash: 0xc4, wif: 0xf1 },
  },
  accounts: {
    mainnet: { path: "m/44'/3'/0'/0", version: 0x0488b21e },
    testnet: { path: "m/44'/1'/0'/0", version: 0x043587cf },
  },
  hdAddress: 'pkh',
  form: 'ecdsa',
  messagePrefix: 'Dogecoin Signed Message',
  feeCeiling: '25',
  fees: { leastRate: 100, dust: 1_000_000n, segwitDust: 1_000_000n },
  request: 'bitcore',
  // Tatum KMS does not sign below a fifteenth of a coin a kilobyte by its own, generous estimate of the size.
  build: { usualRate: 9000, leastRate: 9000, version: 1, maturity: 240 },
  tatum: {
    nodePath: { mainnet: 'blockchain/node/doge-mainnet', testnet: 'blockchain/node/doge-testnet' },
    ledgerBroadcast: true,
    operations: [...outputOperations, balanceOperations],
    ledgerOperations: ['dogecoin/transfer'],
  },
});
