import { deterministicNonce } from './rfc6979.js';
import { basePoint, negateS, signHash } from './secp256k1.js';

/**
 * Signs a hash over secp256k1 deterministically, as RFC 6979 has it: s stays in whichever half of the order it falls. The
 * signature is made with a low s; the nonce's own point tells whether that turned it round.
 * @param hash - 32 bytes   @returns r ‖ s, 64 bytes
 * @throws CustosError PRIVATE_KEY_INVALID
 */
export function signWithAnyS(hash: Uint8Array, privateKey: Uint8Array): Uint8Array {
  const { signature, recoveryId } = signHash(hash, privateKey);
  const nonce = deterministicNonce(privateKey, hash);
  const point = basePoint(nonce);
  nonce.fill(0);
  const isOdd = ((point?.[64] ?? 0) & 1) === 1;
  return isOdd === ((recoveryId & 1) === 1) ? signature : negateS(signature);
}
