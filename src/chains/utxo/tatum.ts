/** What Tatum documents of each chain of Bitcoin's family below `/v3/{slug}`. */
export const outputOperations: readonly string[] = [
  'GET address/:/: block/hash/: block/: info transaction/: transaction/address/: wallet',
  'POST broadcast node transaction wallet/priv',
];

/** Added by chains that serve balances and unspent outputs by address. */
export const balanceOperations = 'GET address/balance/: address/balance/batch mempool utxo/:/:';
