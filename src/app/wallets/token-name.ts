import type { Chain } from '../../core/chain/chain.js';
import { CustosError } from '../../core/errors.js';
import type { Network } from '../../core/ids.js';

/** How somebody names a token. */
export interface NamedToken {
  readonly token: string;
  /** Where it is not known, those that the chain fixes count. */
  readonly decimals?: number | undefined;
}

const networks: readonly Network[] = ['mainnet', 'testnet'];

/**
 * The name that effects give a token: what a rule calls otherwise, it never finds. One contract has several spellings (case, `xdc`
 * or 0x, base58 or hexadecimal digits), and some tokens have names of their own or are the coin.
 * @throws CustosError of the chain: it has no such token, or one with other decimals
 */
export function tokenName(chain: Chain, named: NamedToken): string {
  const found = networks.map((network) => nameOn(network, chain, named));
  return found.find((name) => name === chain.coin) ?? found[0] ?? named.token;
}

/** A plan of a payment says what its effect will, and asks nobody. */
function nameOn(network: Network, chain: Chain, { token, decimals }: NamedToken): string | undefined {
  const [from, to] = endsOf(chain, network);
  const plan = (known: number | undefined) => {
    const payer = { address: from, account: to };
    const request = { from: payer, to, amount: '1', token, ...(known !== undefined && { decimals: known }) };
    return chain.payments?.plan(request, network).moves[0].asset;
  };
  try {
    return plan(decimals);
  } catch (error) {
    // Nobody fixes them, and the name does not depend on them.
    const isOpen = error instanceof CustosError && error.code === 'DECIMALS_UNKNOWN';
    if (isOpen) return plan(0);
    throw error;
  }
}

/** A payer and a receiver of each chain and network. Keys take long to make, and a policy may declare many tokens. */
const ends = { mainnet: new WeakMap<Chain, readonly [string, string]>(), testnet: new WeakMap() } as const;

function endsOf(chain: Chain, network: Network): readonly [string, string] {
  const known: readonly [string, string] | undefined = ends[network].get(chain);
  if (known !== undefined) return known;
  const made = [address(chain, network, 1), address(chain, network, 2)] as const;
  ends[network].set(chain, made);
  return made;
}

function address({ keys, payments }: Chain, network: Network, fill: number): string {
  const known = payments?.knownAccount?.(network);
  if (known !== undefined) return known;
  const bytes = new Uint8Array(32).fill(fill);
  return keys.address(keys.publicKey(keys.newPrivateKey?.(bytes) ?? bytes), network);
}
