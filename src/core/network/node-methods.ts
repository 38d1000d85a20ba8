import type { Builder } from '../chain/builder.js';
import type { Chain } from '../chain/chain.js';

/** JSON-RPC methods that a client may call, because they only read the chain or send signed bytes. */
type Methods = ReadonlySet<string>;

const none: Methods = new Set();

// The public methods of Ethereum's execution API specification. Not listed are methods that use keys or rights of the node,
// change it, belong to a development chain, or exist in only one kind of node.
const ethereum = methodsOf(
  'eth_',
  'blobBaseFee blockNumber call chainId createAccessList estimateGas feeHistory gasPrice getBalance getBlockByHash',
  'getBlockByNumber getBlockReceipts getBlockTransactionCountByHash getBlockTransactionCountByNumber getCode',
  'getFilterChanges getFilterLogs getLogs getProof getStorageAt getTransactionByBlockHashAndIndex',
  'getTransactionByBlockNumberAndIndex getTransactionByHash getTransactionCount getTransactionReceipt',
  'getUncleByBlockHashAndIndex getUncleByBlockNumberAndIndex getUncleCountByBlockHash getUncleCountByBlockNumber',
  'maxPriorityFeePerGas newBlockFilter newFilter protocolVersion sendRawTransaction syncing uninstallFilter',
);

const contracts: Methods = new Set([
  ...ethereum,
  ...['net_listening', 'net_version', 'web3_clientVersion', 'web3_sha3'],
  // Klaytn's nodes have other names for the same methods.
  ...[...ethereum].flatMap((method) => [method.replace('eth_', 'klay_'), method.replace('eth_', 'kaia_')]),
  ...['klay_chainID', 'klay_upperBoundGasPrice', 'klay_lowerBoundGasPrice', 'klay_getAccount', 'klay_getAccountKey'],
]);

// bitcoind and similar nodes serve their owner's wallet and their administration through the same interface.
const outputs = methodsOf(
  '',
  'decoderawtransaction decodescript estimatefee estimatesmartfee getbestblockhash getblock getblockchaininfo',
  'getblockcount getblockhash getblockheader getdifficulty getmempoolentry getmempoolinfo getnetworkinfo',
  'getrawmempool getrawtransaction gettxout sendrawtransaction testmempoolaccept validateaddress',
);

const solana = methodsOf(
  '',
  'getAccountInfo getBalance getBlock getBlockCommitment getBlockHeight getBlockProduction getBlockTime getBlocks',
  'getBlocksWithLimit getClusterNodes getEpochInfo getEpochSchedule getFeeForMessage getFirstAvailableBlock',
  'getGenesisHash getHealth getHighestSnapshotSlot getIdentity getInflationGovernor getInflationRate',
  'getInflationReward getLargestAccounts getLatestBlockhash getLeaderSchedule getMinimumBalanceForRentExemption',
  'getMultipleAccounts getProgramAccounts getRecentPerformanceSamples getRecentPrioritizationFees',
  'getSignatureStatuses getSignaturesForAddress getSlot getSlotLeader getSlotLeaders getSupply',
  'getTokenAccountBalance getTokenAccountsByDelegate getTokenAccountsByOwner getTokenLargestAccounts getTokenSupply',
  'getTransaction getTransactionCount getVersion getVoteAccounts isBlockhashValid minimumLedgerSlot sendTransaction',
  'simulateTransaction',
);

const methodsOfKind: Readonly<Partial<Record<Builder['kind'], Methods>>> = {
  evm: contracts,
  bitcoind: outputs,
  solana,
};

/**
 * Whether clients of the gateway may call a method of a chain's node. Only harmless methods are allowed, because a node serves
 * its owner's keys and its administration through the same interface.
 * @param extra - further methods that the operator allows
 */
export function isOffered(chain: Chain, method: string, extra: Methods = none): boolean {
  return methodsFor(chain).has(method) || extra.has(method);
}

/** Whether a method is harmless and sends nothing. */
export function isReading(chain: Chain, method: string): boolean {
  const sends = chain.tatum?.node?.methods?.sends ?? sendingMethods;
  return methodsFor(chain).has(method) && !sends.includes(method);
}

const sendingMethods: readonly string[] = [
  ...['eth_sendRawTransaction', 'klay_sendRawTransaction', 'kaia_sendRawTransaction'],
  ...['sendrawtransaction', 'sendTransaction'],
];

function methodsFor({ builder, tatum }: Chain): Methods {
  const own = tatum?.node?.methods;
  if (own !== undefined) return new Set([...own.reads, ...own.sends]);
  return (builder && methodsOfKind[builder.kind]) ?? none;
}

function methodsOf(prefix: string, ...lines: readonly string[]): Methods {
  return new Set(lines.flatMap((line) => line.split(' ')).map((name) => `${prefix}${name}`));
}
