import type { Chain, NodeClient, SignedTransaction } from '../core/chain.js';
import type { Clock } from '../core/clock.js';
import type { Nodes } from '../core/cloud.js';
import { CustosError, isRetryable } from '../core/errors.js';
import type { ChainId } from '../core/ids.js';
import { Secret } from '../core/secret.js';
import { cloudHeaders } from './caller.js';
import { cloudFaults, createHttpClient, type Faults, type HttpClient, nodeFaults } from './http.js';
import { isRecord, parseJson } from './json.js';
import { refusal } from './refusal.js';
import { askRpc } from './rpc.js';
import { baseOf, pathSegment } from './urls.js';

export interface NodesOptions {
  readonly baseUrl: string;
  readonly apiKey: Secret;
  /** Version of this program. */
  readonly version: string;
  readonly clock: Clock;
  /** URL of the operator's own node, by chain. */
  readonly ownNodes: ReadonlyMap<ChainId, string>;
  /** Milliseconds for one question; default 10,000. */
  readonly timeout?: number;
}

/** Where the cloud departs from its rule `/v3/blockchain/node/{ticker}`; a chain that follows the rule needs no entry. */
const nodePaths: Readonly<Record<string, string>> = {
  ETH: 'ethereum/web3',
  BSC: 'bsc/web3',
  MATIC: 'polygon/web3',
  ONE: 'one/web3',
  XDC: 'xdc/web3',
  OPTIMISM: 'blockchain/node/ETH_OP',
  BASE: 'blockchain/node/ETH_BASE',
};

const TIMEOUT = 10_000;
const RETRIES = 3;

/** Answers by which a node says that it has, or had, this transaction or its number already; only a look-up decides. */
const perhapsKnown = /already|nonce (is )?too low|\bknown transaction|invalid nonce/i;
/** Those of them that are about these very bytes, not about their number. */
const saidToBeKnown = /already ?(known|imported)|\bknown transaction/i;

/** Blockchain nodes: the operator's own where one is named, else through the cloud. */
export function createNodes(options: NodesOptions): Nodes {
  const cloud = createHttpClient({ clock: options.clock, secrets: [options.apiKey] });
  const client = (chain: Chain): NodeClient => {
    const own = options.ownNodes.get(chain.id);
    return own === undefined ? cloudNode(cloud, options, chain) : ownNode(options, own);
  };
  return {
    client,
    isOwn: (chain) => options.ownNodes.has(chain),
    broadcast: (chain, signed) => broadcast(client(chain), chain, signed),
  };
}

/**
 * True when the words of a refusal say that the network may have the transaction, and the node does know it.
 * @throws CustosError: nothing is known yet, because the node cannot be asked now, or one node has heard of the bytes and
 *   another has not; giving them up then could mean a second payment
 */
export async function isKnownAfterRefusal(
  node: NodeClient,
  { chain, signed, refusal }: { chain: Chain; signed: SignedTransaction; refusal: string },
): Promise<boolean> {
  if (!perhapsKnown.test(refusal)) return false;
  try {
    const found = await node.rpc(`${rpcPrefix(chain)}_getTransactionByHash`, [signed.txId]);
    const hash = isRecord(found) ? found['hash'] : undefined;
    if (typeof hash === 'string' && hash.toLowerCase() === signed.txId.toLowerCase()) return true;
  } catch (error) {
    if (isRetryable(error)) throw error;
    return false;
  }
  if (!saidToBeKnown.test(refusal)) return false;
  throw new CustosError('NODE_ANSWER_INVALID', `transaction ${signed.txId} is said to be known, but is not found`);
}

async function broadcast(node: NodeClient, chain: Chain, signed: SignedTransaction) {
  try {
    const txId = await node.rpc(`${rpcPrefix(chain)}_sendRawTransaction`, [signed.raw]);
    if (typeof txId !== 'string' || !/^0x[0-9a-f]{64}$/i.test(txId)) {
      throw new CustosError('NODE_ANSWER_INVALID', `the ${chain.id} node took a broadcast without a transaction hash`);
    }
    return { txId };
  } catch (error) {
    if (!(error instanceof CustosError) || error.code !== 'NODE_REFUSED') throw error;
    if (await isKnownAfterRefusal(node, { chain, signed, refusal: error.message })) return { txId: signed.txId };
    throw new CustosError('BROADCAST_REFUSED', error.message, { cause: error });
  }
}

function rpcPrefix(chain: Chain): string {
  return chain.id === 'KLAY' ? 'klay' : 'eth';
}

/** A node that is asked straight. Node providers put keys into the path and the query, so neither is ever shown. */
function ownNode({ clock, timeout = TIMEOUT }: NodesOptions, nodeUrl: string): NodeClient {
  const url = new URL(nodeUrl);
  const [user, password] = [decode(url.username), decode(url.password)];
  url.username = '';
  url.password = '';
  const basic = Buffer.from(`${user}:${password}`).toString('base64');
  // Short segments such as `v3` are no keys; a password is one whatever its length.
  const segments = [user, ...url.pathname.split('/'), ...url.searchParams.values()];
  const keys = segments.filter((text) => text.length >= 8);
  const http = createHttpClient({ clock, secrets: [basic, password, ...keys].map((text) => Secret.text(text)) });
  const headers = user === '' && password === '' ? {} : { authorization: `Basic ${basic}` };
  return {
    rpc: (method, params) => askRpc(http, { url: url.href, headers, faults: nodeFaults, timeout, method, params }),
  };
}

/** User name and password stand percent-encoded in a URL (RFC 3986, 3.2.1). A stray percent sign stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function cloudNode(http: HttpClient, options: NodesOptions, chain: Chain): NodeClient {
  const { apiKey, timeout = TIMEOUT } = options;
  const base = baseOf(options.baseUrl);
  const headers = cloudHeaders(options);
  const path = nodePaths[chain.id] ?? `blockchain/node/${chain.id}`;
  const rpcUrl = `${base}/v3/${path}/${encodeURIComponent(apiKey.exposeText())}`;
  const ask = (url: string) => get(http, { url, headers, timeout, retries: RETRIES, faults: cloudFaults });
  return {
    rpc: (method, params) => askRpc(http, { url: rpcUrl, headers, faults: cloudFaults, timeout, method, params }),
    transactionCount: async (address) => ask(`${base}/v3/${chain.slug}/transaction/count/${pathSegment(address)}`),
    feeAdvice: () => ask(`${base}/v3/blockchain/fee/${chain.id}`),
    publicService(url) {
      // An operator's own cloud stands in for public services, so that a daemon needs to reach one host only.
      const { pathname, search } = new URL(url);
      if (!/(^|\.)tatum\.io$/.test(new URL(base).hostname)) return ask(`${base}${pathname}${search}`);
      // A service that promises nothing is asked once: whoever needs it has another way.
      return get(http, { url, headers: {}, timeout, retries: 0, faults: nodeFaults });
    },
  };
}

interface Question {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly retries: number;
  readonly faults: Faults;
}

async function get(http: HttpClient, question: Question): Promise<unknown> {
  const answer = await http.send({ method: 'GET', ...question });
  const { host, pathname } = new URL(question.url);
  const label = `GET ${host}${pathname}`;
  if (answer.status >= 400) throw refusal(http, { label, answer, code: 'NODE_REFUSED' });
  return parseJson(answer.text, question.faults.invalid, label);
}
