import type { Chain } from '../../src/core/chain/chain.js';
import type { LentKey } from '../../src/core/signing/wallet.js';
import { LocalKey } from '../../src/vault/lending/local-key.js';

/** A key that signs as the vault's do, with its private bytes in sight. */
export interface TestKey extends LentKey {
  readonly privateKey: Uint8Array;
}

/** @param privateKey - in the chain's own byte form   @param address - where it is not the chain's testnet one */
export function testKey(
  { keys }: Chain,
  privateKey: Uint8Array,
  address = keys.address(keys.publicKey(privateKey), 'testnet'),
): TestKey {
  const publicKey = keys.publicKey(privateKey);
  const local = new LocalKey(
    {
      privateKey,
      address,
      publicKey: () => publicKey,
      rawKey: (own) => keys.rawKey?.(own) ?? { kind: keys.curves[0], bytes: own },
    },
    publicKey,
  );
  return { privateKey, publicKey, address, sign: (scheme, bytes) => local.sign(scheme, bytes) };
}
