import type { Chain, NodeClient, SignedTransaction } from '../core/chain.js';
import type { Clock } from '../core/clock.js';
import type { Nodes } from '../core/cloud.js';
import { CustosError } from '../core/errors.js';
import type { ChainId } from '../core/ids.js';
import type { Secret } from '../core/secret.js';
import {
  cloudFaults,
  createHttpClient,
  type Faults,
  type HttpClient,
  isRecord,
  nodeFaults,
  parseJson,
} from './http.js';

export interface NodesOptions {
  readonly baseUrl: string;
  readonly apiKey: Secret;
  readonly version: string;
  readonly clock: Clock;
  /** URL of the operator's own node, by chain. */
  readonly ownNodes: ReadonlyMap<ChainId, string>;
  /** Milliseconds for one question. */
  readonly timeout?: number;
}

/** Chains whose nodes the cloud serves under an older path. */
const web3Paths: ReadonlySet<string> = new Set(['ETH', 'BSC', 'MATIC', 'ONE', 'XDC']);
/** Chains that the cloud's node path calls by another name. */
const nodeNames: Readonly<Record<string, string>> = { OPTIMISM: 'ETH_OP', BASE: 'ETH_BASE' };

const TIMEOUT = 10_000;
const RETRIES = 3;

/** Answers by which a node says that it has, or had, this transaction already. */
const perhapsKnown = /already known|already imported|known transaction|nonce too low|already exists|alreadyknown/i;

/** Blockchain nodes: the operator's own where one is named, else through the cloud. */
export function createNodes(options: NodesOptions): Nodes {
  const http = createHttpClient({ clock: options.clock, secrets: [options.apiKey] });
  const client = (chain: Chain): NodeClient => {
    const own = options.ownNodes.get(chain.id);
    return own === undefined ? cloudNode(http, options, chain) : ownNode(http, options, own);
  };
  return {
    client,
    isOwn: (chain) => options.ownNodes.has(chain),
    async broadcast(chain, signed) {
      const node = client(chain);
      const prefix = rpcPrefix(chain);
      try {
        const answer = await node.rpc(`${prefix}_sendRawTransaction`, [signed.raw]);
        if (typeof answer !== 'string' || !/^0x[0-9a-f]{64}$/i.test(answer)) {
          throw new CustosError(
            'NODE_ANSWER_INVALID',
            `the ${chain.id} node answered a broadcast without a transaction hash`,
          );
        }
        return { txId: answer };
      } catch (error) {
        if (!(error instanceof CustosError) || error.code !== 'NODE_REFUSED') throw error;
        if (await isKnownAfterRefusal(node, { chain, signed, refusal: error.message })) return { txId: signed.txId };
        throw new CustosError('BROADCAST_REFUSED', error.message, { cause: error });
      }
    },
  };
}

/** Looks a refused transaction up when the words of the refusal say that the network may have it. */
export async function isKnownAfterRefusal(
  node: NodeClient,
  { chain, signed, refusal }: { chain: Chain; signed: SignedTransaction; refusal: string },
): Promise<boolean> {
  if (!perhapsKnown.test(refusal)) return false;
  const found = await node.rpc(`${rpcPrefix(chain)}_getTransactionByHash`, [signed.txId]);
  return (
    isRecord(found) && typeof found['hash'] === 'string' && found['hash'].toLowerCase() === signed.txId.toLowerCase()
  );
}

function rpcPrefix(chain: Chain): string {
  return chain.id === 'KLAY' ? 'klay' : 'eth';
}

function ownNode(http: HttpClient, { timeout }: NodesOptions, nodeUrl: string): NodeClient {
  const url = new URL(nodeUrl);
  const credentials = decodeURIComponent(`${url.username}:${url.password}`);
  url.username = '';
  url.password = '';
  const headers = credentials === ':' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
  return {
    rpc: (method, params) =>
      askRpc(http, { url: url.href, headers, faults: nodeFaults, timeout: timeout ?? TIMEOUT, method, params }),
  };
}

function cloudNode(http: HttpClient, options: NodesOptions, chain: Chain): NodeClient {
  const { baseUrl, apiKey } = options;
  const base = baseUrl.replace(/\/+$/, '');
  const key = apiKey.exposeText();
  const headers = { 'x-api-key': key, 'user-agent': `custos/${options.version}` };
  const timeout = options.timeout ?? TIMEOUT;
  const path = web3Paths.has(chain.id) ? `${chain.slug}/web3` : `blockchain/node/${nodeNames[chain.id] ?? chain.id}`;
  const rpcUrl = `${base}/v3/${path}/${encodeURIComponent(key)}`;
  const get = async (url: string, withKey: boolean) => {
    const answer = await http.send({
      method: 'GET',
      url,
      ...(withKey && { headers }),
      timeout,
      retries: RETRIES,
      faults: cloudFaults,
    });
    const label = `GET ${new URL(url).pathname}`;
    if (answer.status !== 200) throw refused(http, label, answer.status, answer.text);
    return parseJson(answer.text, 'CLOUD_ANSWER_INVALID', label);
  };
  return {
    rpc: (method, params) => askRpc(http, { url: rpcUrl, headers, faults: cloudFaults, timeout, method, params }),
    transactionCount: (address) =>
      get(`${base}/v3/${chain.slug}/transaction/count/${encodeURIComponent(address)}`, true),
    feeAdvice: () => get(`${base}/v3/blockchain/fee/${chain.id}`, true),
    publicService(url) {
      // An operator's own cloud stands in for public services, so that a daemon needs to reach one host only.
      const direct = /(^|\.)tatum\.io$/.test(new URL(base).hostname);
      const { pathname, search } = new URL(url);
      return direct ? get(url, false) : get(`${base}${pathname}${search}`, true);
    },
  };
}

interface RpcQuestion {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly faults: Faults;
  readonly timeout: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** @returns the `result` of a JSON-RPC 2.0 answer */
async function askRpc(http: HttpClient, question: RpcQuestion): Promise<unknown> {
  const { method, params, url, headers, timeout, faults } = question;
  const body = { jsonrpc: '2.0', id: 1, method, params };
  const answer = await http.send({ method: 'POST', url, headers, body, timeout, retries: RETRIES, faults });
  const label = `${method} at ${new URL(url).host}`;
  if (answer.status === 401 || answer.status === 403 || answer.status === 404) {
    throw refused(http, label, answer.status, answer.text);
  }
  const value = parseJson(answer.text, faults.invalid, label);
  if (!isRecord(value)) throw new CustosError(faults.invalid, `${label} was answered with no JSON-RPC object`);
  const { error, result } = value;
  if (error !== undefined && error !== null)
    throw new CustosError('NODE_REFUSED', `${label}: ${errorText(http, error)}`);
  if (answer.status !== 200) throw refused(http, label, answer.status, answer.text);
  if (result === undefined) throw new CustosError(faults.invalid, `${label} was answered without a result`);
  return result;
}

function errorText(http: HttpClient, error: unknown): string {
  if (!isRecord(error)) return http.quote(String(error));
  const { code, message } = error;
  return http.quote(`${typeof message === 'string' ? message : 'no message'} (code ${String(code)})`);
}

function refused(http: HttpClient, label: string, status: number, text: string): CustosError {
  return new CustosError('NODE_REFUSED', `${label} was refused with status ${status}: ${http.quote(text)}`);
}
