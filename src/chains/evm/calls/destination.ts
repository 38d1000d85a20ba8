import { bytesToBigInt } from '../../shared/hexadecimal.js';

/**
 * Below this number lie the zero address and the precompiled contracts of all chains of the family, up to Kaia's 0x3ff; no key
 * can be found for any of them. What lies above is a contract of one network or nobody's to tell, so nothing is said of it.
 */
const SYSTEM = 0x400n;
/** Precompiled contracts of Ethereum: 0x01 to 0x11 (EIP-2537) and 0x100 (RIP-7212). They keep what is sent to them. */
const isPrecompiled = (address: bigint) => address <= 0x11n || address === 0x100n;

/** Addresses by which coins and tokens are burned, or that stand for the coin itself in the books of contracts. */
const burned: ReadonlySet<bigint> = new Set([
  0x000000000000000000000000000000000000deadn,
  0xdead000000000000000042069420694206942069n,
  0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeen,
  0xffffffffffffffffffffffffffffffffffffffffn,
  // Where Avalanche's C-Chain burns its fees.
  0x0100000000000000000000000000000000000000n,
]);

/** True for an address of 20 bytes from which nobody can send tokens or plainly sent coins again. */
export function isUnspendable(address: Uint8Array): boolean {
  const number = bytesToBigInt(address);
  return number < SYSTEM || burned.has(number);
}

/** The same for coins that come with data: system contracts of several chains (staking, bridges) are called with coins. */
export function isUnspendableCalled(address: Uint8Array): boolean {
  const number = bytesToBigInt(address);
  return isPrecompiled(number) || burned.has(number);
}
