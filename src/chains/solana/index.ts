import type { Chain } from '../../core/chain/chain.js';
import { parseChainId } from '../../core/ids.js';
import { publicKey } from '../../crypto/ed25519.js';
import { slip10Scheme } from '../shared/slip10-scheme.js';
import { isSignatureId } from '../shared/transaction-id.js';
import { readAddress, showAddress } from './address.js';
import { buildTokens } from './building/issue.js';
import { buildMarkets } from './building/markets.js';
import { LAMPORT_DECIMALS } from './call.js';
import { completeTransaction, keepsBlockhash } from './complete.js';
import { decodePrivateKey, encodePrivateKey } from './key.js';
import { solanaMessages } from './messages.js';
import { fateOf, inclusionOf, readSigned, sendTransaction } from './node.js';
import { solanaPayments } from './payments.js';
import { tatum } from './tatum.js';
import { parseTransaction } from './transaction.js';
import { buildPayment } from './transfer.js';

/**
 * Solana. Keys of ed25519 (SLIP-10, coin type 501 of SLIP-44); a private key is the seed of 32 bytes. A transaction is
 * described from the side of the first key's wallet; the transaction names who pays the fee, which may be another key.
 */
export const solana: Chain = {
  id: parseChainId('SOL'),
  name: 'Solana',
  slug: 'solana',
  tatum,
  coin: 'SOL',
  decimals: LAMPORT_DECIMALS,
  feeCeiling: '0.5',
  keys: {
    curves: ['ed25519'],
    singleAddress: true,
    // One step more than in other wallets, as Tatum KMS derives.
    hd: slip10Scheme({
      path: { mainnet: "m/44'/501'/0'/0'", testnet: "m/44'/501'/0'/0'" },
      address: showAddress,
    }),
    derivations: {
      common: slip10Scheme({
        path: { mainnet: "m/44'/501'", testnet: "m/44'/501'" },
        below: [0],
        address: showAddress,
      }),
    },
    address: showAddress,
    publicKey,
    encodePrivateKey,
    decodePrivateKey,
    normalizeAddress: (text) => showAddress(readAddress(text)),
  },
  codec: {
    isTransactionId: isSignatureId,
    parse: parseTransaction,
    readSigned,
    expiry: 'renewed',
    repetition: ({ serialized }) => (keepsBlockhash(serialized) ? 'final' : 'renewed'),
  },
  messages: solanaMessages,
  node: {
    complete: completeTransaction,
    broadcast: (signed, node) => sendTransaction(signed, node),
    sendsByNode: true,
    fate: fateOf,
    inclusion: inclusionOf,
  },
  builder: { kind: 'solana', pay: buildPayment, tokens: buildTokens, markets: buildMarkets },
  payments: solanaPayments,
};
