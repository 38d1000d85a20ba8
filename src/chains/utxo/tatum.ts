/** What Tatum documents of each chain of Bitcoin's family below `/v3/{slug}`. */
export const outputOperations: readonly string[] = [
  'GET address/:/: block/hash/: block/: info transaction/: transaction/address/: wallet',
  'POST broadcast node transaction wallet/priv',
];

/** Besides, where balances and unspent outputs are told by address. */
export const balanceOperations = 'GET address/balance/: address/balance/batch mempool utxo/:/:';
