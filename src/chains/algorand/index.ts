import type { Chain } from '../../core/chain/chain.js';
import { parseChainId } from '../../core/ids.js';
import { publicKey } from '../../crypto/ed25519.js';
import { slip10Scheme } from '../shared/slip10-scheme.js';
import { isBase32HashId } from '../shared/transaction-id.js';
import { normalizeAddress, showAddress } from './address.js';
import { decodeMnemonic, decodeSecret, encodeSecret } from './key.js';
import { algorandMessages } from './messages.js';
import { completeRequest, fateOf, hasRounds, inclusionOf, sendBytes } from './node.js';
import { algorandPayments } from './payments.js';
import { algorandBuilder } from './requests.js';
import { readSigned } from './signed.js';
import { tatum } from './tatum.js';
import { parseTransaction } from './transaction.js';

// Where multi-coin wallets built on Trust Wallet's library keep Algorand keys. ARC-52 derives in another way: its
// keys have no seed, so they could never be exported in this chain's form.
const PATH = "m/44'/283'/0'/0'";

/** Algorand. New wallets are random keys. Coin type 283 (SLIP-44). Nodes speak algod's interface. */
export const algorand: Chain = {
  id: parseChainId('ALGO'),
  name: 'Algorand',
  slug: 'algorand',
  tatum,
  coin: 'ALGO',
  decimals: 6,
  feeCeiling: '1',
  keys: {
    curves: ['ed25519'],
    newWallet: 'key',
    secretField: 'secret',
    hd: slip10Scheme({ path: { mainnet: PATH, testnet: PATH }, address: showAddress }),
    address: showAddress,
    publicKey,
    encodePrivateKey: encodeSecret,
    decodePrivateKey: decodeSecret,
    decodeMnemonic,
    normalizeAddress,
  },
  codec: {
    isTransactionId: isBase32HashId,
    parse: parseTransaction,
    readSigned,
    expiry: 'final',
    repetition: ({ serialized }) => (hasRounds(serialized) ? 'final' : 'renewed'),
  },
  builder: algorandBuilder,
  payments: algorandPayments,
  messages: algorandMessages,
  node: {
    complete: (pending, context) => completeRequest(pending.serialized, context),
    broadcast: sendBytes,
    fate: fateOf,
    inclusion: inclusionOf,
  },
};
