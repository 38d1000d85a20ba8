import type { ChainNode, CompleteContext, NodeRequest } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { quote } from '../../core/ids.js';
import { isCount, isObject } from '../../core/json.js';
import { binanceChainIds, readRequest, writeCompleted } from './request.js';

const hosts = {
  mainnet: 'https://dex-european.binance.org',
  testnet: 'https://testnet-dex-atlantic.binance.org',
} as const;

/** Asks nodes that speak Tendermint's JSON-RPC and the HTTP interface of the network's exchange. */
export const binanceChainNode: ChainNode = {
  async complete(pending, context) {
    readRequest(pending.serialized, context.network);
    const chainId = await askChainId(context);
    const { accountNumber, sequence } = await askAccount(context);
    return writeCompleted(pending.serialized, {
      chainId,
      accountNumber,
      sequence: await context.nextNonce(sequence),
    });
  },
  async broadcast({ raw, txId }, node) {
    const rpc = await node.rpc('broadcast_tx_sync', [Buffer.from(raw, 'hex').toString('base64')]);
    const { code, log, hash } = isObject(rpc) ? rpc : {};
    if (code !== 0) throw new CustosError('BROADCAST_REFUSED', `the BNB node refused the transaction: ${quote(log)}`);
    if (typeof hash === 'string' && hash.toUpperCase() === txId) return txId;
    throw new CustosError('NODE_ANSWER_INVALID', 'the BNB node took a broadcast and answered with another hash');
  },
  async fate({ txId }, node) {
    try {
      const found = await node.rpc('tx', [Buffer.from(txId, 'hex').toString('base64'), false]);
      const hash = isObject(found) ? found['hash'] : undefined;
      return typeof hash === 'string' && hash.toUpperCase() === txId ? 'known' : 'open';
    } catch (error) {
      if (error instanceof CustosError && error.code === 'NODE_REFUSED') return 'open';
      throw error;
    }
  },
};

async function askChainId(context: CompleteContext): Promise<string> {
  const answer = await askPublic(context, { path: '/api/v1/node-info' });
  const info = isObject(answer) ? answer['node_info'] : undefined;
  const chainId = isObject(info) ? info['network'] : undefined;
  if (chainId === binanceChainIds[context.network]) return chainId;
  if (typeof chainId !== 'string') throw new CustosError('NODE_ANSWER_INVALID', 'the BNB node names no network');
  throw new CustosError('CHAIN_ID_MISMATCH', `the BNB node serves ${quote(chainId)}, not the ${context.network}`);
}

async function askAccount(context: CompleteContext): Promise<{ accountNumber: bigint; sequence: bigint }> {
  const { node, from } = context;
  const answer =
    node.cloud === undefined
      ? await node.http({ path: `/api/v1/account/${from}` })
      : await node.cloud({ path: `/v3/bnb/account/${from}` });
  const { account_number: accountNumber, sequence } = isObject(answer) ? answer : {};
  if (isCount(accountNumber) && isCount(sequence)) {
    return { accountNumber: BigInt(accountNumber), sequence: BigInt(sequence) };
  }
  throw new CustosError('NODE_ANSWER_INVALID', 'the BNB node did not answer with an account number and a sequence');
}

/** Through the cloud a public node of the network names the chain, as the cloud itself does not. */
function askPublic({ node, network }: CompleteContext, request: NodeRequest): Promise<unknown> {
  return node.publicService === undefined ? node.http(request) : node.publicService(`${hosts[network]}${request.path}`);
}
