import type { Chain } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import type { HeldKey, KeyHolder } from '../../core/signing/key-holder.js';
import type { Scheme } from '../../core/signing/signing-key.js';
import type { LentKey, OpenSecret } from '../../core/signing/wallet.js';

interface RemoteKeyParts {
  readonly address: string;
  readonly publicKey: Uint8Array;
  readonly uri: string;
  /** Absent in a process that reaches no keys outside. */
  readonly holder: KeyHolder | undefined;
}

/** A key outside. It checks nothing of what comes back, because chains do (`chains/shared/signature.ts`). */
export class RemoteKey implements LentKey {
  readonly address: string;
  readonly publicKey: Uint8Array;
  readonly #parts: RemoteKeyParts;
  #isWiped = false;

  constructor(parts: RemoteKeyParts) {
    this.address = parts.address;
    this.publicKey = parts.publicKey;
    this.#parts = parts;
  }

  offers(scheme: Scheme): boolean {
    return schemes[scheme] !== undefined;
  }

  /** @throws CustosError KEY_WIPED, KEY_UNREACHABLE, and what the holder throws */
  async sign(scheme: Scheme, bytes: Uint8Array): Promise<Uint8Array> {
    if (this.#isWiped) throw new CustosError('KEY_WIPED', 'the key was lent for work that has ended');
    const { holder, uri } = this.#parts;
    const asked = schemes[scheme];
    if (asked === undefined) throw new CustosError('KEY_UNSUITABLE', `keys outside do not sign ${scheme}`);
    if (holder === undefined) throw new CustosError('KEY_UNREACHABLE', 'this process reaches no keys outside');
    return holder.sign({ uri, scheme: asked, bytes });
  }

  wipe(): void {
    this.#isWiped = true;
  }
}

/** What is asked of whatever holds a key. */
const schemes: Partial<Readonly<Record<Scheme, Scheme>>> = {
  'ecdsa-secp256k1': 'ecdsa-secp256k1',
  'ecdsa-secp256k1-any-s': 'ecdsa-secp256k1-any-s',
  'ecdsa-p256': 'ecdsa-p256',
  ed25519: 'ed25519',
  // Extended keys sign as RFC 8032 does but for where the nonce comes from, so both verify in the same way.
  'bip32-ed25519': 'ed25519',
};

/** Where a key is, as its record says. */
export function uriOf({ uri }: Extract<OpenSecret, { kind: 'remote' }>): string {
  return Buffer.from(uri).toString('utf8');
}

/** The public key in the chain's form. @throws CustosError KEY_UNSUITABLE */
export function outsideKey({ id, keys }: Chain, { curve, publicKey }: HeldKey): Uint8Array {
  if (!keys.curves.includes(curve)) {
    throw new CustosError(
      'KEY_UNSUITABLE',
      `${id} signs with keys of ${keys.curves.join(' or ')}, and this one is of ${curve}`,
    );
  }
  return keys.outsideKey?.(publicKey, curve) ?? publicKey;
}
