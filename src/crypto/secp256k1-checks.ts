import { instantiateSecp256k1 } from '@bitauth/libauth/build/lib/crypto/secp256k1.js';

/** What checks signatures and holds no secret. All bytes come in the sizes that they need. */
export interface Checks {
  /** @param point - 33 or 65 bytes   @param half - `low`: a high s is refused */
  verify(
    hash: Uint8Array,
    signature: Uint8Array,
    by: { readonly point: Uint8Array; readonly half: 'low' | 'any' },
  ): boolean;
  /** @returns 65 bytes; undefined where no key can have made the signature */
  recover(hash: Uint8Array, signature: Uint8Array, recoveryId: 0 | 1 | 2 | 3): Uint8Array | undefined;
}

let used: Checks | undefined;

/**
 * Loads another build of libsecp256k1 for checks, which takes two thirds of the time of the one that signs; and a fault of the one
 * is then seen by the other.
 */
export async function loadChecks(): Promise<Checks> {
  const curve = await instantiateSecp256k1();
  return {
    verify: (hash, signature, { point, half }) =>
      half === 'low'
        ? curve.verifySignatureCompactLowS(signature, point, hash)
        : curve.verifySignatureCompact(signature, point, hash),
    recover(hash, signature, recoveryId) {
      const point = curve.recoverPublicKeyUncompressed(signature, recoveryId, hash);
      return typeof point === 'string' ? undefined : point;
    },
  };
}

/** Checks so from now on. Only a process that signs much needs it: the library that signs checks, too. */
export function useChecks(checks: Checks | undefined): void {
  used = checks;
}

/** What checks in place of the library that signs. */
export function usedChecks(): Checks | undefined {
  return used;
}
