import type { ChainNode, CompleteContext, NodeClient, RecordedTransaction } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import { isCount, isObject } from '../../core/json.js';
import type { Fields } from '../shared/fields.js';
import { blockNameIn, finalIn } from '../shared/finality.js';
import { isRefusal, unlessRefused } from '../shared/refusal.js';
import { type MultiversxTransaction, readRequest, writeTransaction } from './format.js';

/** Nodes of MultiversX speak the gateway's interface. */
export const multiversxNode: ChainNode = {
  async complete(pending, context) {
    const request = readRequest(pending.serialized, context.from);
    const config = await networkConfig(context);
    const nonce = await context.nextNonce(await accountNonce(context));
    const priced = { ...request, ...config, nonce, gasLimit: 0n };
    return writeTransaction({ ...priced, gasLimit: await estimateGas(priced, context) });
  },
  async broadcast({ raw, txId }, node) {
    let answer: unknown;
    try {
      answer = await node.http({ path: '/transaction/send', body: JSON.parse(raw) as unknown });
    } catch (error) {
      // Nodes refuse a used nonce in many words. Only a look-up shows whether these bytes used it.
      if (!isRefusal(error)) throw error;
      if (await isFound(txId, node)) return txId;
      throw new CustosError('BROADCAST_REFUSED', error.message, { cause: error });
    }
    const hash = dataOf(answer)?.['txHash'];
    if (hash === txId) return txId;
    throw new CustosError('NODE_ANSWER_INVALID', 'the EGLD node took a broadcast and answered with another hash');
  },
  // A node without history forgets transactions, so a used nonce proves nothing: no bytes are ever called dead.
  async fate({ txId }: RecordedTransaction, node) {
    return (await isFound(txId, node)) ? 'known' : 'open';
  },
  async inclusion({ txId }, node) {
    const found = await find(txId, node);
    if (found === undefined) return { kind: 'absent' };
    const { status, hyperblockHash: block } = found;
    if (typeof status !== 'string') throw new CustosError('NODE_ANSWER_INVALID', 'the EGLD node names no status');
    // A transaction is final once the metachain notarized it in a hyperblock. Until then even an executed one may be taken back.
    if (typeof block !== 'string' || block === '') return { kind: 'waiting' };
    return finalIn(blockNameIn(block), status !== 'success' && status !== 'successful' && status !== 'executed');
  },
};

async function isFound(txId: string, node: NodeClient): Promise<boolean> {
  return (await find(txId, node)) !== undefined;
}

async function find(txId: string, node: NodeClient): Promise<Fields | undefined> {
  const answer = await unlessRefused(() => node.http({ path: `/transaction/${txId}` }));
  const found = dataOf(answer)?.['transaction'];
  return isObject(found) ? found : undefined;
}

/** @throws CustosError NODE_* */
export async function networkConfig({ node }: Pick<CompleteContext, 'node'>) {
  const config = dataOf(await node.http({ path: '/network/config' }))?.['config'];
  const fields = isObject(config) ? config : {};
  const { erd_chain_id: chainId, erd_min_gas_price: gasPrice, erd_min_transaction_version: version } = fields;
  if (typeof chainId !== 'string' || !isCount(gasPrice) || !isCount(version)) {
    throw new CustosError('NODE_ANSWER_INVALID', 'the EGLD node answered with no network configuration');
  }
  return { chainId, gasPrice: BigInt(gasPrice), version };
}

async function accountNonce({ node, from }: CompleteContext): Promise<bigint> {
  const nonce = dataOf(await node.http({ path: `/address/${from}/nonce` }))?.['nonce'];
  if (isCount(nonce)) return BigInt(nonce);
  throw new CustosError('NODE_ANSWER_INVALID', 'the EGLD node answered with no nonce');
}

async function estimateGas(transaction: MultiversxTransaction, { node }: CompleteContext): Promise<bigint> {
  const { nonce, value, receiver, sender, gasPrice, data, chainId, version } = transaction;
  const body = {
    nonce: Number(nonce),
    value: value.toString(),
    receiver,
    sender,
    gasPrice: Number(gasPrice),
    gasLimit: 0,
    ...(data.length > 0 && { data: Buffer.from(data).toString('base64') }),
    chainID: chainId,
    version,
  };
  const answer = dataOf(await node.http({ path: '/transaction/cost', body }));
  const [units, message] = [answer?.['txGasUnits'], answer?.['returnMessage']];
  if (isCount(units) && units > 0) return BigInt(units);
  if (typeof message !== 'string' || message === '') {
    throw new CustosError('NODE_ANSWER_INVALID', 'the EGLD node answered with neither gas nor a reason');
  }
  throw new CustosError('NODE_REFUSED', `the EGLD node does not simulate the transaction: ${message.slice(0, 200)}`);
}

function dataOf(answer: unknown): Fields | undefined {
  const data = isObject(answer) ? answer['data'] : undefined;
  return isObject(data) ? data : undefined;
}
