import { ed25519 } from '@noble/curves/ed25519.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { base58 } from '@scure/base';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { sha256 } from '../../crypto/hash.js';
import { tryDecode } from '../shared/try-decode.js';
import { programs } from './programs/ids.js';

const ADDRESS_BYTES = 32;
const MAX_ADDRESS_LENGTH = 44;
/** Seed of the hash that makes addresses without a private key. */
const DERIVED = new TextEncoder().encode('ProgramDerivedAddress');

/** Address of a public key: base58 of its 32 bytes, on all networks. */
export function showAddress(publicKeyBytes: Uint8Array): string {
  return base58.encode(publicKeyBytes);
}

/** @returns 32 bytes. @throws CustosError ADDRESS_INVALID: not base58 of 32 bytes */
export function readAddress(text: string): Uint8Array {
  const bytes = text.length > MAX_ADDRESS_LENGTH ? undefined : tryDecode(text, base58);
  if (bytes?.length === ADDRESS_BYTES) return bytes;
  throw new CustosError('ADDRESS_INVALID', `${quote(text)} is not an address of Solana`);
}

/** True for addresses that a private key can belong to; false for those that programs derive. */
export function isOnCurve(address: Uint8Array): boolean {
  try {
    // ZIP-215 rules are those of the nodes' decompression, which takes encodings that are not reduced.
    ed25519.Point.fromBytes(address, true);
    return true;
  } catch {
    return false;
  }
}

/**
 * Where a wallet keeps its tokens of one mint: the derived address of the Associated Token Account program.
 * @param tokenProgram - that the mint belongs to   @returns base58
 * @throws CustosError ADDRESS_INVALID
 */
export function associatedTokenAddress(owner: string, mint: string, tokenProgram: string): string {
  const address = derivedAddress([owner, tokenProgram, mint].map(readAddress), programs.associatedToken);
  if (address !== undefined) return base58.encode(address);
  throw new CustosError('ADDRESS_INVALID', `${owner} has no token account for ${mint}`);
}

/** The address that a program derives from these seeds: the first one that no private key can belong to. */
export function derivedAddress(seeds: readonly Uint8Array[], program: string): Uint8Array | undefined {
  return derivedWithBump(seeds, program)?.address;
}

/** As `derivedAddress`, with the byte that the program adds to the seeds. */
export function derivedWithBump(
  seeds: readonly Uint8Array[],
  program: string,
): { readonly address: Uint8Array; readonly bump: number } | undefined {
  for (let bump = 255; bump >= 0; bump -= 1) {
    const address = sha256(concatBytes(...seeds, Uint8Array.of(bump), readAddress(program), DERIVED));
    if (!isOnCurve(address)) return { address, bump };
  }
  return undefined;
}
