import type { HdScheme } from '../../core/chain/keys.js';
import type { Network } from '../../core/ids.js';
import { publicKey } from '../../crypto/ed25519.js';
import { deriveEd25519Node, ed25519Child } from '../../crypto/slip10.js';

/** Where a chain's ed25519 keys lie. */
export interface Slip10Account {
  /** Absolute path of the parent of all indexes, all steps hardened, e.g. m/44'/501'/0'/0'. */
  readonly path: Readonly<Record<Network, string>>;
  /** Steps below the index, e.g. [0] for m/44'/501'/i'/0'; none by default. */
  readonly below?: readonly number[];
  /** Address of the public key of index 0. */
  address(publicKey: Uint8Array, network: Network): string;
}

/** Key derivation over ed25519 (SLIP-10): hardened steps only, so there is no xpub; the address of index 0 stands for the wallet. */
export function slip10Scheme({ path, below = [], address }: Slip10Account): HdScheme {
  const privateKey = (node: Uint8Array, index: number): Uint8Array => {
    let child = ed25519Child(node, index);
    for (const step of below) {
      const parent = child;
      child = ed25519Child(parent, step);
      parent.fill(0);
    }
    const key = new Uint8Array(child.subarray(0, 32));
    child.fill(0);
    return key;
  };
  return {
    path: (network) => path[network],
    account(seed, network) {
      const node = deriveEd25519Node(seed, path[network]);
      const first = privateKey(node, 0);
      const shown = address(publicKey(first), network);
      first.fill(0);
      return { node, address: shown };
    },
    privateKey,
    address,
  };
}
