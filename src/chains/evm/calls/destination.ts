import { bytesToBigInt } from '../../shared/hexadecimal.js';

/**
 * Below this number lie the zero address and the precompiled contracts of all chains of the family, up to Kaia's 0x3ff; no key
 * can be found for any of them. What lies above may be a contract of one network, so nothing is said about it.
 */
const SYSTEM = 0x400n;
/** Precompiled contracts of Ethereum: 0x01 to 0x11 (EIP-2537) and 0x100 (RIP-7212). They keep what is sent to them. */
const isPrecompiled = (address: bigint) => address <= 0x11n || address === 0x100n;

/** Addresses that people use to burn coins and tokens, or that contracts use to mean the coin itself. */
const burned: ReadonlySet<bigint> = new Set([
  0x000000000000000000000000000000000000deadn,
  0xdead000000000000000042069420694206942069n,
  0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeen,
  0xffffffffffffffffffffffffffffffffffffffffn,
  // Where Avalanche's C-Chain burns its fees.
  0x0100000000000000000000000000000000000000n,
]);

/** What the first byte of each of them is; that of nearly all others is another one. */
const beginnings: ReadonlySet<number> = new Set([0, ...[...burned].map((address) => Number(address >> 152n))]);

/** True for an address of 20 bytes from which no one can send tokens, or coins that came without data. */
export function isUnspendable(address: Uint8Array): boolean {
  if (!beginnings.has(address[0] ?? 0)) return false;
  const number = bytesToBigInt(address);
  return number < SYSTEM || burned.has(number);
}

/** The same for coins that come with data: system contracts of several chains (staking, bridges) are called with coins. */
export function isUnspendableCalled(address: Uint8Array): boolean {
  if (!beginnings.has(address[0] ?? 0)) return false;
  const number = bytesToBigInt(address);
  return isPrecompiled(number) || burned.has(number);
}
