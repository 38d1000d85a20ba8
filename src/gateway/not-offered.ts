/** First path segments after `/v3` of documented operations, besides the chains of this gateway. */
const documented = new Set([
  // Virtual accounts, tokens and services
  'ledger',
  'offchain',
  'nft',
  'multitoken',
  'custodial',
  'record',
  'blockchain',
  'subscription',
  'account',
  'security',
  // Chains outside the Ethereum family
  'ada',
  'algorand',
  'bcash',
  'bitcoin',
  'bnb',
  'dogecoin',
  'egld',
  'flow',
  'litecoin',
  'solana',
  'tron',
  'vet',
  'xlm',
  'xrp',
]);

/**
 * Tells an operation of the documented API that the gateway does not offer (answer 501) from a path that never was one (404).
 * @param slugs - URL names of the chains that this program knows
 */
export function isDocumented(path: string, slugs: readonly string[]): boolean {
  const segment = /^\/v[34]\/([a-z0-9]+)(?:\/|$)/.exec(path)?.[1];
  return segment !== undefined && (documented.has(segment) || slugs.includes(segment));
}
