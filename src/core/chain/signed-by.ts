import type { SignerFacts, UnsignedTransaction } from './codec.js';

/**
 * The addresses of the keys that sign, in the order in which they are named. A key that is only named has no say: whoever sends a
 * request names keys, and a payment to one of them would else be one to the sender itself.
 */
export function signingAddresses(
  { signedBy }: Pick<UnsignedTransaction, 'signedBy'>,
  signers: readonly Pick<SignerFacts, 'address'>[],
): readonly string[] {
  const addresses = signers.map(({ address }) => address);
  return signedBy === undefined ? addresses.slice(0, 1) : addresses.filter((address) => signedBy.includes(address));
}
