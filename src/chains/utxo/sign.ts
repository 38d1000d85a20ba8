import { hex } from '@scure/base';
import type { SignedTransaction } from '../../core/chain/codec.js';
import { CustosError } from '../../core/errors.js';
import type { SigningKey } from '../../core/signing/signing-key.js';
import { hash160 } from '../../crypto/hash.js';
import { hexOf } from '../shared/fields.js';
import { signatureOf } from '../shared/signature.js';
import { encodeSigned, type Unlocking, type UtxoTransaction, withoutWitnesses } from './format.js';
import { readScript, scriptsAmong, writeScript } from './script.js';
import { ALL, ALL_FORK_ID, amountSighash, join, legacySighash, taprootSighash, twice } from './sighash.js';

/** How a chain signs an input of a key's own hash: ECDSA, or with the mark of Bitcoin Cash by Schnorr or ECDSA. */
export type SignatureForm = 'ecdsa' | 'fork-id-schnorr' | 'fork-id-ecdsa';

/**
 * Signs all inputs. @param scripts - of the spent outputs, in order
 * @throws CustosError KEY_MISSING: an input belongs to none of the keys, so nothing is signed in part; SIGNATURE_INVALID
 */
export async function signInputs(
  transaction: UtxoTransaction,
  scripts: readonly Uint8Array[],
  { keys, form }: { readonly keys: readonly SigningKey[]; readonly form: SignatureForm },
): Promise<SignedTransaction> {
  const owners = new Map(
    keys.flatMap((key) => scriptsAmong(scripts, key.publicKey).map((script) => [hex.encode(script), key])),
  );
  const places = transaction.inputs.map((input, at): Place => {
    const key = owners.get(hex.encode(scripts[at] ?? new Uint8Array(0)));
    if (key === undefined) {
      throw new CustosError('KEY_MISSING', `no lent key belongs to input ${at + 1} (${input.txId}:${input.index})`);
    }
    return { at, scripts, key, form };
  });
  // All at once, because a remote key takes a while for each. If a key is missing, none has signed yet.
  const unlockings = await Promise.all(places.map((place) => unlock(transaction, place)));
  const { raw, stripped } = encodeSigned(transaction, unlockings);
  return { raw: hex.encode(raw), txId: transactionId(stripped) };
}

/** The id by which a network names a transaction. @param stripped - its bytes without witnesses */
export function transactionId(stripped: Uint8Array): string {
  return hex.encode(twice(stripped).reverse());
}

/** Reads signed bytes in hexadecimal digits. @throws CustosError TRANSACTION_INVALID */
export function readSigned(txData: string): SignedTransaction {
  const bytes = hexOf(txData, 'txData');
  return { raw: hex.encode(bytes), txId: transactionId(withoutWitnesses(bytes)) };
}

interface Place {
  readonly at: number;
  readonly scripts: readonly Uint8Array[];
  readonly key: SigningKey;
  readonly form: SignatureForm;
}

async function unlock(transaction: UtxoTransaction, place: Place): Promise<Unlocking> {
  const { at, scripts, key, form } = place;
  const script = scripts[at] ?? new Uint8Array(0);
  const { type } = readScript(script);
  if (type === 'tr') return { scriptSig: new Uint8Array(0), witness: [await signTaproot(transaction, place)] };
  const scriptCode = writeScript({ type: 'pkh', hash: hash160(key.publicKey) });
  if (type === 'pkh') {
    const signature =
      form === 'ecdsa'
        ? await signLegacy(transaction, { at, scriptCode, key })
        : await signForkId(transaction, { ...place, scriptCode });
    return { scriptSig: join(push(signature), push(key.publicKey)), witness: [] };
  }
  const hash = amountSighash(transaction, { at, scriptCode, hashType: ALL });
  const signature = await signatureOf(key, 'ecdsa-secp256k1', hash);
  const witness = [join(der(signature), Uint8Array.of(ALL)), key.publicKey];
  const redeem = writeScript({ type: 'wpkh', hash: hash160(key.publicKey) });
  return { scriptSig: type === 'sh' ? push(redeem) : new Uint8Array(0), witness };
}

async function signLegacy(
  transaction: UtxoTransaction,
  { at, scriptCode, key }: Pick<Place, 'at' | 'key'> & { readonly scriptCode: Uint8Array },
): Promise<Uint8Array> {
  const hash = legacySighash(transaction, { at, scriptCode, hashType: ALL });
  return join(der(await signatureOf(key, 'ecdsa-secp256k1', hash)), Uint8Array.of(ALL));
}

/** Bitcoin Cash commits to the amount in every input and marks the hash type (replay protection of the fork of 2017). */
async function signForkId(
  transaction: UtxoTransaction,
  place: Place & { readonly scriptCode: Uint8Array },
): Promise<Uint8Array> {
  const { at, scriptCode, key, form } = place;
  const hash = amountSighash(transaction, { at, scriptCode, hashType: ALL_FORK_ID });
  // The network takes both, and few tokens offer Schnorr signatures of 2019.
  const signature =
    form === 'fork-id-schnorr' && key.offers?.('schnorr-bch') !== false
      ? await signatureOf(key, 'schnorr-bch', hash)
      : der(await signatureOf(key, 'ecdsa-secp256k1', hash));
  return join(signature, Uint8Array.of(ALL_FORK_ID));
}

function signTaproot(transaction: UtxoTransaction, { at, scripts, key }: Place): Promise<Uint8Array> {
  return signatureOf(key, 'bip340-taproot', taprootSighash(transaction, at, scripts));
}

/** Writes r ‖ s in DER, as scripts want it (BIP-66). */
export function der(signature: Uint8Array): Uint8Array {
  const numbers = [signature.subarray(0, 32), signature.subarray(32)].map((bytes) => {
    const start = bytes.findIndex((byte) => byte !== 0);
    const digits = bytes.subarray(start < 0 ? 31 : start);
    const padded = (digits[0] ?? 0) > 127 ? join(Uint8Array.of(0), digits) : digits;
    return join(Uint8Array.of(2, padded.length), padded);
  });
  const body = join(...numbers);
  return join(Uint8Array.of(48, body.length), body);
}

/** A push of at most 75 bytes. */
function push(bytes: Uint8Array): Uint8Array {
  return join(Uint8Array.of(bytes.length), bytes);
}
