/** CRC-32C (RFC 3720, 12.1): polynomial 0x1edc6f41, reflected. */
const POLYNOMIAL = 0x82f63b78;

/** @returns the checksum as a number from 0 to 2^32 - 1 */
export function crc32c(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit++) rest = (rest >>> 1) ^ ((rest & 1) === 1 ? POLYNOMIAL : 0);
  }
  return (rest ^ 0xffffffff) >>> 0;
}
