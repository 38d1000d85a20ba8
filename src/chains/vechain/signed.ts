import { RLP } from 'micro-eth-signer/core/rlp.js';
import type { SignedTransaction } from '../../core/chain/codec.js';
import { blake2b } from '../../crypto/hash.js';
import { recover, recoveryIds } from '../../crypto/secp256k1.js';
import { invalid } from '../shared/fields.js';
import { bytesToBigInt, bytesToHex, hexToBytes } from '../shared/hexadecimal.js';
import { addressOf } from '../shared/keccak-address.js';

/** Members of a signed body; the signature is the last one. */
const MEMBERS = 10;
const BLOCK_REF = 1;
const EXPIRATION = 2;

/** Reads signed bytes, 0x and hexadecimal digits. @throws CustosError TRANSACTION_INVALID */
export function readSigned(txData: string): SignedTransaction {
  const members = membersOf(txData);
  const signature = members.at(-1);
  const recoveryId = recoveryIds.find((one) => signature instanceof Uint8Array && one === signature[64]);
  if (!(signature instanceof Uint8Array) || signature.length !== 65 || recoveryId === undefined) throw unreadable();
  const hash = blake2b(RLP.encode(members.slice(0, -1)), 32);
  const key = recover(hash, { signature: signature.subarray(0, 64), recoveryId });
  if (key === undefined) throw unreadable();
  // The id is the hash over signed hash and signer, so that it does not depend on the signature.
  const id = blake2b(Uint8Array.from([...hash, ...addressOf(key)]), 32);
  return { raw: txData.toLowerCase(), txId: bytesToHex(id) };
}

/** The last block that may hold signed bytes: `expiration` blocks after the one that they refer to. @throws CustosError TRANSACTION_INVALID */
export function lastBlockOf(raw: string): number {
  const members = membersOf(raw);
  const [reference, expiration] = [members[BLOCK_REF], members[EXPIRATION]];
  if (!(reference instanceof Uint8Array) || !(expiration instanceof Uint8Array)) throw unreadable();
  // The first four of the eight bytes of a reference are the number of its block.
  return Number((bytesToBigInt(reference) >> 32n) + bytesToBigInt(expiration));
}

type Members = ReturnType<typeof RLP.decode>[];

function membersOf(text: string): Members {
  const bytes = /^0x/i.test(text) ? hexToBytes(text.toLowerCase()) : undefined;
  let decoded: unknown;
  try {
    decoded = bytes && RLP.decode(bytes);
  } catch (error) {
    throw invalid('txData is not RLP', error);
  }
  if (Array.isArray(decoded) && decoded.length === MEMBERS) return decoded as Members;
  throw unreadable();
}

function unreadable() {
  return invalid('txData is no signed transaction of VET');
}
