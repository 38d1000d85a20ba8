import { createRegistry } from '../../src/chains/registry.js';
import type { Chain } from '../../src/core/chain/chain.js';

/** Rows of the table in docs/chains.md that can be read from the program itself, in the order of the tickers. */
export function chainRows(): string[][] {
  const registry = createRegistry();
  return [...registry.ids].sort().map((id) => rowOf(registry.get(id)));
}

function rowOf(chain: Chain): string[] {
  const { id, name, coin, decimals, slug, keys } = chain;
  const { curves, hd, derivations = {}, newWallet = 'hd' } = keys;
  const privateKey = chain.keys.newPrivateKey?.(new Uint8Array(32).fill(1)) ?? new Uint8Array(32).fill(1);
  const [main = '–', test = '–'] = [hd?.path('mainnet'), hd?.path('testnet')];
  const others = Object.entries(derivations).map(([label, scheme]) => `\`${label}\`: ${scheme.path('mainnet')}`);
  return [
    `\`${id}\``,
    name,
    `${coin}, ${decimals}`,
    `${chain.feeCeiling} ${chain.feeAsset?.symbol ?? coin}`,
    curves.join(', '),
    newWallet === 'hd' ? 'mnemonic' : 'private key',
    main === test ? main : `${main}; ${test}`,
    others.join('; ') || '–',
    `\`${chain.keys.address(chain.keys.publicKey(privateKey), 'mainnet').slice(0, 16)}…\``,
    `/v3/${slug}`,
  ];
}
