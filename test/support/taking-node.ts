import { createRegistry } from '../../src/chains/registry.js';
import { type Server, startServer } from './http.js';

const block = { number: '0x10', hash: `0x${'bb'.repeat(32)}` };
const ethereum = createRegistry().get('ETH');

/** A node of Ethereum that takes whatever is signed, and has it in its newest block at once. */
export interface TakingNode extends Pick<Server, 'url' | 'close'> {
  /** Signed bytes that it was given, one text for each time. */
  readonly sent: string[];
}

export async function startTakingNode(): Promise<TakingNode> {
  const sent: string[] = [];
  const server = await startServer((response, { body }) => {
    const { id, method, params } = JSON.parse(body);
    const result = answerOf(sent, { method, params });
    const error = result === undefined && { error: { code: -32601, message: `no ${method}` } };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...(error || { result }) }));
  });
  return { url: server.url, sent, close: () => server.close() };
}

function answerOf(sent: string[], { method, params }: { method: string; params: readonly unknown[] }): unknown {
  if (method === 'eth_sendRawTransaction') {
    sent.push(String(params[0]));
    return txIdOf(String(params[0]));
  }
  const isSent = sent.some((raw) => txIdOf(raw) === params[0]);
  const answers: Readonly<Record<string, unknown>> = {
    eth_chainId: '0xaa36a7',
    eth_getTransactionCount: '0x0',
    eth_blockNumber: block.number,
    eth_getBlockByNumber: block,
    eth_getTransactionByHash: isSent ? { hash: params[0] } : null,
    eth_getTransactionReceipt: isSent
      ? { transactionHash: params[0], blockNumber: block.number, blockHash: block.hash, status: '0x1' }
      : null,
  };
  return answers[method];
}

export function txIdOf(raw: string): string | undefined {
  return ethereum.codec.readSigned?.(raw, 'testnet').txId;
}
