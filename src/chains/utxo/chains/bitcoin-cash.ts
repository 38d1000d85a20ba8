import { utxoChain } from '../index.js';

const PATH = "m/44'/145'/0'/0";

/** Bitcoin Cash. Coin type 145 (SLIP-44), on the test network too; Schnorr signatures, addresses as cashaddr. */
export const bitcoinCash = utxoChain({
  id: 'BCH',
  name: 'Bitcoin Cash',
  slug: 'bcash',
  networks: {
    mainnet: { pubKeyHash: 0x00, scriptHash: 0x05, wif: 0x80, cashaddr: 'bitcoincash' },
    testnet: { pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef, cashaddr: 'bchtest' },
  },
  accounts: {
    mainnet: { path: PATH, version: 0x0488b21e },
    testnet: { path: PATH, version: 0x043587cf },
  },
  hdAddress: 'pkh',
  form: 'fork-id-schnorr',
  feeCeiling: '0.1',
  fees: { leastRate: 0, dust: 546n, segwitDust: 546n },
  request: 'hex-with-amounts',
  build: { usualRate: 1 },
  tatum: {
    nodePath: { mainnet: 'blockchain/node/bch-mainnet', testnet: 'blockchain/node/bch-testnet' },
    ledgerBroadcast: true,
    ledgerOperations: ['bcash/transfer'],
  },
});
