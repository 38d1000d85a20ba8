import { balanceOperations, outputOperations, utxoChain } from '../index.js';

const XPUB = 0x0488b21e;
const TPUB = 0x043587cf;
const account = (purpose: number) => ({
  mainnet: { path: `m/${purpose}'/0'/0'/0`, version: XPUB },
  testnet: { path: `m/${purpose}'/1'/0'/0`, version: TPUB },
});

/** Bitcoin. Coin type 0 (SLIP-44); p2wpkh addresses below m/44', and by name those of BIP-84 and BIP-86 (taproot). */
export const bitcoin = utxoChain({
  id: 'BTC',
  name: 'Bitcoin',
  slug: 'bitcoin',
  networks: {
    mainnet: { pubKeyHash: 0x00, scriptHash: 0x05, wif: 0x80, bech32: 'bc' },
    testnet: { pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef, bech32: 'tb' },
  },
  accounts: account(44),
  hdAddress: 'wpkh',
  derivations: {
    bip84: { accounts: account(84), address: 'wpkh' },
    bip86: { accounts: account(86), address: 'tr' },
  },
  form: 'ecdsa',
  feeCeiling: '0.05',
  fees: { leastRate: 0, dust: 546n, segwitDust: 294n },
  request: 'bitcore',
  build: { usualRate: 10 },
  tatum: {
    nodePath: { mainnet: 'blockchain/node/bitcoin-mainnet', testnet: 'blockchain/node/bitcoin-testnet' },
    ledgerBroadcast: true,
    operations: [...outputOperations, balanceOperations, 'POST transaction/address/batch'],
    ledgerOperations: ['bitcoin/transfer'],
  },
});
