import { concatBytes } from '@noble/hashes/utils.js';
import { base32nopad, hex } from '@scure/base';
import type { Chain } from '../../core/chain/chain.js';
import type { ParseContext, SignedTransaction, UnsignedTransaction } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import { parseChainId } from '../../core/ids.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
import { publicKey } from '../../crypto/ed25519.js';
import { sha512t256 } from '../../crypto/hash.js';
import { keyOf } from '../shared/key-of.js';
import { signatureOf } from '../shared/signature.js';
import { slip10Scheme } from '../shared/slip10-scheme.js';
import { isBase32HashId } from '../shared/transaction-id.js';
import { normalizeAddress, showAddress } from './address.js';
import { decodeMnemonic, decodeSecret, encodeSecret } from './key.js';
import { Encoded, encodeMap } from './msgpack.js';
import { completeRequest, fateOf, hasRounds, inclusionOf, sendBytes } from './node.js';
import { summarize } from './summary.js';
import { tatum } from './tatum.js';
import { type AlgorandTransaction, encodeTransaction, readTransaction } from './transaction.js';

// Where multi-coin wallets built on Trust Wallet's library keep Algorand keys. ARC-52 derives in another way: its
// keys have no seed, so they could never be exported in this chain's form.
const PATH = "m/44'/283'/0'/0'";

/** TX: the start of each message, so that nothing else that is signed can pass for a transaction. */
const PREFIX = Uint8Array.of(0x54, 0x58);

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
    parse,
    expiry: 'final',
    repetition: ({ serialized }) => (hasRounds(serialized) ? 'final' : 'renewed'),
  },
  node: {
    complete: (pending, context) => completeRequest(pending.serialized, context),
    broadcast: sendBytes,
    fate: fateOf,
    inclusion: inclusionOf,
  },
};

function parse(completed: string, context: ParseContext): UnsignedTransaction {
  const transaction = readTransaction(completed, context);
  const sender = showAddress(transaction.sender);
  const isForeign = sender !== context.from;
  if (isForeign && context.allowForeignKey !== true) {
    throw new CustosError('SENDER_MISMATCH', `the transaction is from ${sender}, the wallet is ${context.from}`);
  }
  return {
    summary: summarize(transaction, sender, isForeign ? context.from : undefined),
    sign: async (keys) => sign(transaction, keyOf(keys, context.from, showAddress)),
  };
}

async function sign(transaction: AlgorandTransaction, key: SigningKey): Promise<SignedTransaction> {
  const body = encodeTransaction(transaction);
  const message = concatBytes(PREFIX, body);
  const sig = await signatureOf(key, 'ed25519', message);
  const isForeign = key.publicKey.some((byte, at) => byte !== transaction.sender[at]);
  // The bytes name the signer only where it is not the sender, that is, where the account was rekeyed.
  const raw = encodeMap({ sgnr: isForeign ? key.publicKey : undefined, sig, txn: new Encoded(body) });
  return { raw: hex.encode(raw), txId: base32nopad.encode(sha512t256(message)) };
}
