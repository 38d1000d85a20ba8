// Policies of benchmarks.

/** A policy of payments in ETH on the test network, with whatever members a benchmark sets. */
export function ethPolicy(members = {}) {
  return {
    custosPolicy: 1,
    version: 1,
    timeZone: 'UTC',
    assets: { ETH: { network: 'testnet', chain: 'ETH', decimals: 18 } },
    books: {},
    groups: {},
    permits: [{ id: 'open', asset: ['ETH'], to: 'any', max: 'any' }],
    forbids: [],
    limits: [],
    ...members,
  };
}
