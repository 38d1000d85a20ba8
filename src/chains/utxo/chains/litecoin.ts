import { balanceOperations, outputOperations, utxoChain } from '../index.js';

const account = (purpose: number) => ({
  mainnet: { path: `m/${purpose}'/2'/0'/0`, version: 0x019da462 },
  testnet: { path: `m/${purpose}'/1'/0'/0`, version: 0x0436f6e1 },
});

/** Litecoin. Coin type 2 (SLIP-44); p2pkh addresses, segwit inputs too, and by name those of BIP-84 and BIP-86 (taproot). */
export const litecoin = utxoChain({
  id: 'LTC',
  name: 'Litecoin',
  slug: 'litecoin',
  networks: {
    mainnet: { pubKeyHash: 0x30, scriptHash: 0x32, otherScriptHash: 0x05, wif: 0xb0, bech32: 'ltc' },
    testnet: { pubKeyHash: 0x6f, scriptHash: 0x3a, otherScriptHash: 0xc4, wif: 0xef, bech32: 'tltc' },
  },
  accounts: account(44),
  hdAddress: 'pkh',
  derivations: {
    bip84: { accounts: account(84), address: 'wpkh' },
    bip86: { accounts: account(86), address: 'tr' },
  },
  form: 'ecdsa',
  messagePrefix: 'Litecoin Signed Message',
  feeCeiling: '1',
  fees: { leastRate: 0, dust: 5_460n, segwitDust: 2_940n },
  request: 'bitcore',
  build: { usualRate: 10 },
  tatum: {
    nodePath: { mainnet: 'blockchain/node/litecoin-core-mainnet', testnet: 'blockchain/node/litecoin-core-testnet' },
    ledgerBroadcast: true,
    answers: { outputsInCoins: true },
    operations: [...outputOperations, balanceOperations],
    ledgerOperations: ['litecoin/transfer'],
  },
});
