/** Why operations of the documented API are not offered: the first one that fits a path. */
const reasons: readonly (readonly [paths: RegExp, reason: string])[] = [
  [/^\/v3\/[a-z]+\/wallet(\/priv)?$/, 'a secret must not leave: make wallets at the daemon'],
  [/^\/v3\/(ledger|offchain|trade)(\/|$)/, 'there is no ledger of accounts here'],
  [/^\/v3\/ipfs(\/|$)/, 'files are no part of signing: keep them elsewhere'],
  [/^\/v3\/(custodial|security)(\/|$)/, 'it is a service of a third party'],
  [/^\/v3\/tatum\//, 'it is about an account at the cloud, or its rates of exchange'],
  [/^\/v[34]\/data(\/|$)/, 'it needs an index of the chain, which a node has not'],
  [/^\/v3\/(nft|multitoken)\/(address|balance|collection|metadata|transaction)\//, 'it needs an index of tokens'],
  [/^\/v[34]\/subscription(\/|$)/, 'messages are sent about completed and failed transactions only'],
  [/\/(transaction\/(account|address)|account\/tx|account\/transaction)\//, 'it needs an index of addresses'],
  [/\/address\/balance\/batch$/, 'it needs an index of addresses'],
  [/^\/v3\/[a-z]+\/account$/, 'keys are made at the daemon'],
  [/^\/v3\/[a-z]+\/broadcast\/confirm$/, 'daemons send by broadcast'],
  [/\/block\/events$/, 'it needs an index of events'],
  [/\/address\/format\//, 'both forms of an address are read here'],
  [/^\/v3\/gas-pump\/activate$/, 'where a factory makes wallets of Tron cannot be known before'],
  [/^\/v3\/(nft|multitoken|gas-pump|record)(\/|$)/, 'no contract of this kind is called here'],
  [/\/marketplace\/listing\/[^/]+\/[^/]+\/[^/]+$/, 'contracts do not list their sales: it needs an index'],
  [
    /\/marketplace\/listing\/[^/]+\/[^/]+$/,
    'marketplaces of Solana are not asked: read their accounts through the node',
  ],
  [/^\/v3\/blockchain\/(auction|marketplace|sc)(\/|$)/, 'no contract of this kind is called here: use smartcontract'],
  [/\/node\//, 'no node takes this method'],
];

/**
 * Says why a documented operation is not offered.
 * @param closed - names in URLs of chains that no longer exist
 */
export function reasonAgainst(path: string, closed: readonly string[]): string {
  if (closed.some((slug) => path.startsWith(`/v3/${slug}/`))) return 'the network was shut down';
  return reasons.find(([paths]) => paths.test(path))?.[1] ?? 'nodes do not answer it, or nothing is built for it';
}
