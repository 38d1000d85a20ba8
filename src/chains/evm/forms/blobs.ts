import { CustosError } from '../../../core/errors.js';
import { quote } from '../../../core/ids.js';
import { bytesToHex, hexToBytes } from '../../shared/hexadecimal.js';
import { readQuantity } from '../../shared/quantity.js';
import type { JsonMembers } from '../json.js';

/** Blobs that a transaction carries, by their hashes: the blobs themselves are not signed (EIP-4844). */
export interface Blobs {
  /** The most that one unit of blob gas may cost. */
  readonly maxFeePerGas: bigint;
  /** At least one, 32 bytes each. */
  readonly hashes: readonly Uint8Array[];
}

/** Blob gas of one blob (EIP-4844). */
const GAS_PER_BLOB = 131_072n;
/** The only version of a hash: a KZG commitment (EIP-4844). */
const KZG_VERSION = 1;
/** More than any network takes in a block. */
const MOST = 128;
/** What goes along to the network and is not signed; the hashes say all of it. */
const sidecar = ['blobs', 'sidecars', 'commitments', 'proofs', 'kzgCommitments', 'kzgProofs'];

/**
 * Reads the blobs of a request. Blobs without their hashes are refused: what would be signed is not known.
 * @throws CustosError TRANSACTION_UNSUPPORTED, TRANSACTION_INVALID, FEE_INVALID
 */
export function readBlobs(members: JsonMembers): Blobs | undefined {
  const hashes = members.get('blobVersionedHashes');
  if (hashes === undefined) {
    const foreign = [...sidecar, 'maxFeePerBlobGas'].find((name) => members.has(name));
    if (foreign === undefined) return undefined;
    throw new CustosError('TRANSACTION_UNSUPPORTED', `${foreign} is not supported without blobVersionedHashes`);
  }
  if (!Array.isArray(hashes) || hashes.length === 0 || hashes.length > MOST) {
    throw new CustosError('TRANSACTION_UNSUPPORTED', `blobVersionedHashes is not a list of 1 to ${MOST} hashes`);
  }
  const price = members.get('maxFeePerBlobGas');
  if (price === undefined) throw new CustosError('FEE_INVALID', 'maxFeePerBlobGas is missing');
  const rule = { name: 'maxFeePerBlobGas', code: 'FEE_INVALID', max: 2n ** 128n - 1n } as const;
  return { maxFeePerGas: readQuantity(price, rule), hashes: hashes.map(readHash) };
}

/** The most that the blobs cost. */
export function blobFee({ maxFeePerGas, hashes }: Blobs): bigint {
  return maxFeePerGas * GAS_PER_BLOB * BigInt(hashes.length);
}

/** The members of a request that name the hashes, as nodes take them. */
export function blobHashes({ hashes }: Blobs): readonly string[] {
  return hashes.map(bytesToHex);
}

function readHash(value: unknown): Uint8Array {
  const bytes = typeof value === 'string' ? hexToBytes(value) : undefined;
  if (bytes?.length === 32 && bytes[0] === KZG_VERSION) return bytes;
  throw new CustosError('TRANSACTION_INVALID', `${quote(value)} is not the versioned hash of a blob`);
}
