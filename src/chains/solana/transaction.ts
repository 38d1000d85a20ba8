import { base58, base64 } from '@scure/base';
import type { ParseContext, SignedTransaction, UnsignedTransaction } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
import { publicKey, sign } from '../../crypto/ed25519.js';
import { invalid } from '../shared/fields.js';
import { signatureOf } from '../shared/signature.js';
import { showAddress } from './address.js';
import { effectsOf } from './effects.js';
import { decodeMessage, lacksBlockhash, type SolanaMessage, wireBytes } from './message.js';
import { usesDurableNonce } from './programs/system.js';
import { loadedAccounts, readCompleted, readMintKey } from './request.js';
import { summarize } from './summary.js';

/** Decodes and checks a completed transaction. @throws CustosError TRANSACTION_*, SENDER_MISMATCH, KEY_MISSING, FEE_INVALID */
export function parseTransaction(completed: string, context: ParseContext): UnsignedTransaction {
  const { message: bytes, mintPK, lifetime, tables } = readCompleted(completed);
  const message = decodeMessage(bytes);
  if (lacksBlockhash(message)) throw invalid('the blockhash is missing in the completed transaction');
  if (lifetime === undefined && !usesDurableNonce(message)) throw invalid('lastValidBlockHeight is missing');
  const wallets = context.signers.map(({ address }) => address);
  checkSigners(message, wallets, mintPK === undefined ? undefined : addressOfMint(mintPK));
  const effects = effectsOf(message, { from: context.from, wallets, loaded: loadedAccounts(message, tables) });
  return {
    summary: summarize(effects, { from: context.from, wallets }),
    effects,
    signedBy: wallets,
    sign: (keys) => signWith(message, keys, mintPK),
  };
}

/** Every wallet that is named must sign, and everyone who must sign is one of them, or the account that is made. */
function checkSigners({ signers }: SolanaMessage, wallets: readonly string[], mint: string | undefined): void {
  const surplus = wallets.find((address) => !signers.includes(address));
  if (surplus !== undefined) {
    throw new CustosError(
      'SENDER_MISMATCH',
      `${surplus} does not sign the transaction; its signers are ${signers.join(', ')}`,
    );
  }
  if (mint !== undefined && !signers.includes(mint)) throw invalid('mintPK is the key of no signer of the transaction');
  if (mint !== undefined && (mint === signers[0] || wallets.includes(mint))) {
    throw new CustosError('SENDER_MISMATCH', `mintPK is the key of ${mint}, which gives coins and is not made`);
  }
  const missing = signers.find((address) => address !== mint && !wallets.includes(address));
  if (missing === undefined) return;
  const role = missing === signers[0] ? 'pays the fee' : 'must sign';
  throw new CustosError('KEY_MISSING', `${missing} ${role}, and no wallet of it is named`);
}

async function signWith(
  message: SolanaMessage,
  keys: readonly SigningKey[],
  mintPK: string | undefined,
): Promise<SignedTransaction> {
  const byAddress = new Map(keys.map((key) => [showAddress(key.publicKey), key]));
  const foreign = [...byAddress.keys()].find((address) => !message.signers.includes(address));
  if (foreign !== undefined) {
    throw new CustosError('SENDER_MISMATCH', `the lent key of ${foreign} is of no signer of the transaction`);
  }
  const seed = mintPK === undefined ? undefined : readMintKey(mintPK);
  try {
    const mint = seed && mintKey(seed);
    const signers = message.signers.map((address) => {
      const key = byAddress.get(address) ?? (mint && showAddress(mint.publicKey) === address ? mint : undefined);
      if (key === undefined) throw new CustosError('KEY_MISSING', `no key was lent for ${address}`);
      return key;
    });
    const signatures = await Promise.all(signers.map((key) => signatureOf(key, 'ed25519', message.bytes)));
    const [first = new Uint8Array(0)] = signatures;
    return { raw: base64.encode(wireBytes(signatures, message.bytes)), txId: base58.encode(first) };
  } finally {
    seed?.fill(0);
  }
}

/** The key of the account that is made, which came with the request. */
function mintKey(seed: Uint8Array): SigningKey {
  const point = publicKey(seed);
  return { publicKey: point, sign: async (_scheme, bytes) => sign(bytes, seed, point) };
}

function addressOfMint(mintPK: string): string {
  const seed = readMintKey(mintPK);
  const address = showAddress(publicKey(seed));
  seed.fill(0);
  return address;
}
