/** What Tatum documents of each chain of the Ethereum family below `/v3/{slug}`. */
export const contractOperations: readonly string[] = [
  'GET account/balance/: block/current block/: address/:/: wallet transaction/: transaction/count/:',
  'POST broadcast smartcontract transaction wallet/priv web3/:',
];

/** The same with the estimate of gas, which all but a few have. */
export const estimatedOperations: readonly string[] = [...contractOperations, 'POST gas'];
