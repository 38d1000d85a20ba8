import type { Chain } from '../core/chain/chain.js';
import type { Fate, NodeClient, NodeRequest, RecordedTransaction } from '../core/chain/node.js';
import { nodePath } from '../core/chain/tatum.js';
import type { Clock } from '../core/clock.js';
import { CustosError, type ErrorCode, isRetryable } from '../core/errors.js';
import type { ChainId, Network } from '../core/ids.js';
import { tryJson } from '../core/json.js';
import type { Nodes } from '../core/network/cloud.js';
import { type ExtraHeaders, noHeaders } from '../core/network/extra-headers.js';
import { parseNodeUrl } from '../core/network/node-url.js';
import type { ProxyRules } from '../core/network/proxy.js';
import { Secret } from '../core/secret.js';
import type { Meaning } from './answers.js';
import { cloudHeaders } from './caller.js';
import type { HostLimits } from './host-limits.js';
import { cloudFaults, createHttpClient, type Faults, type HttpClient, nodeFaults } from './http.js';
import { parseAnswer, refusal } from './refusal.js';
import { askRpc, askRpcBatch } from './rpc.js';
import { baseOf, pathSegment } from './urls.js';

export interface NodesOptions {
  readonly baseUrl: string;
  readonly apiKey: Secret;
  /** Version of this program. */
  readonly version: string;
  readonly clock: Clock;
  /** Which network of a chain to use at the cloud's nodes. */
  readonly network: Network;
  /** URLs of the operator's own nodes, by chain. */
  readonly ownNodes: ReadonlyMap<ChainId, string>;
  /** Milliseconds for one question; default 10,000. */
  readonly timeout?: number;
  readonly limits?: HostLimits;
  /** The operator's extra headers, for the cloud only. */
  readonly extra?: ExtraHeaders;
  /** Which requests go through a proxy; none when absent. */
  readonly proxies?: ProxyRules;
  /** Whether the cloud has shown that it is a gateway of ours, with nodes of its own. */
  readonly isGateway?: () => boolean;
}

const TIMEOUT = 10_000;
const RETRIES = 3;

/** Words which say that the node has these bytes, not only their number. */
const saidToBeKnown = /already ?(known|imported|in )|\bknown transaction|txn-already/i;

/** Blockchain nodes: the operator's own if one is named, otherwise those of the cloud. */
export function createNodes(options: NodesOptions): Nodes {
  const { clock, apiKey, limits, proxies, extra = noHeaders } = options;
  const cloud = createHttpClient({
    clock,
    secrets: [apiKey, ...extra.secrets],
    ...(limits && { limits }),
    ...(proxies && { proxies }),
  });
  // One client per chain, so that its connections are kept.
  const clients = new Map<string, NodeClient>();
  const client = (chain: Chain): NodeClient => {
    const own = options.ownNodes.get(chain.id);
    const hasNodes = own === undefined && options.isGateway?.() === true && chain.tatum?.node?.paths !== undefined;
    const name = `${chain.id} ${hasNodes}`;
    const known = clients.get(name);
    if (known !== undefined) return known;
    const made = own === undefined ? cloudNode(cloud, options, { chain, hasNodes }) : ownNode(options, own);
    clients.set(name, made);
    return made;
  };
  return {
    client,
    isOwn: (chain) => options.ownNodes.has(chain),
    broadcast: (chain, signed) => broadcast(client(chain), chain, signed),
  };
}

/** How to reach the operator's nodes. */
export type OwnNodesOptions = Pick<NodesOptions, 'clock' | 'ownNodes' | 'timeout' | 'limits' | 'proxies'>;

/** Only the operator's own nodes, without a cloud. */
export function createOwnNodes(options: OwnNodesOptions): Nodes {
  const clients = new Map([...options.ownNodes].map(([chain, url]) => [chain, ownNode(options, url)] as const));
  const client = ({ id }: Chain): NodeClient => {
    const found = clients.get(id);
    if (found === undefined) throw new CustosError('NODE_UNREACHABLE', `no node of ${id} is named`);
    return found;
  };
  return {
    client,
    isOwn: (chain) => clients.has(chain),
    broadcast: (chain, signed) => broadcast(client(chain), chain, signed),
  };
}

/**
 * Decides what a refusal of signed bytes means. Whatever its words, the bytes are looked up first.
 * @returns whether the node has them anyway, or refused them for good (`dead` when that is proved)
 * @throws CustosError: nothing is decided, and the same bytes are sent again later, because the node cannot be asked now, the
 *   reason is temporary, or one node has the bytes and another does not; giving up the bytes could mean a second payment
 */
export async function judgeRefusal(node: NodeClient, refused: RefusedBytes): Promise<'known' | 'dead' | 'refused'> {
  const { chain, signed, refusal: words, meaning } = refused;
  const fate = await fateIfTold(node, refused);
  if (fate === 'known' || fate === 'dead') return fate;
  if (fate === 'open' && saidToBeKnown.test(words)) {
    throw new CustosError('NODE_ANSWER_INVALID', `transaction ${signed.txId} is said to be known, but is not found`);
  }
  if (meaning === 'wait') throw new CustosError('NODE_UNREACHABLE', `not taken now: ${words}`);
  const isLater = (await chain.node.refusal?.(signed, words, node)) === 'later';
  if (isLater) throw new CustosError('BROADCAST_DEFERRED', `not taken now: ${words}`);
  return 'refused';
}

/** @returns the refusal, with the proof that the bytes are dead when there is one: `details.dead` */
export function refusedAs(error: CustosError, judged: Fate | 'refused' | undefined): CustosError {
  if (judged !== 'dead') return error;
  return new CustosError(error.code, error.message, { cause: error, details: { ...error.details, dead: true } });
}

/** Signed bytes that were refused, with the words of the refusal. */
export interface RefusedBytes {
  readonly chain: Chain;
  readonly signed: RecordedTransaction;
  readonly refusal: string;
  /** What the refusal is about, if its form says more than its words. */
  readonly meaning?: Meaning;
}

/** Undefined if the node does not answer this question. */
async function fateIfTold(
  node: NodeClient,
  { chain, signed }: Omit<RefusedBytes, 'refusal'>,
): Promise<Fate | undefined> {
  try {
    return await chain.node.fate?.(signed, node);
  } catch (error) {
    // A method that the node does not offer will not appear later; a limit or an account problem can be fixed.
    if (isRetryable(error) || (isAboutWay(error) && !isNotOffered(error))) throw error;
    return undefined;
  }
}

async function broadcast(node: NodeClient, chain: Chain, signed: RecordedTransaction) {
  if (chain.closedNetwork !== undefined) throw new CustosError('NETWORK_CLOSED', chain.closedNetwork);
  try {
    return { txId: await chain.node.broadcast(signed, node) };
  } catch (error) {
    if (!(error instanceof CustosError) || !refusals.has(error.code) || isUnheard(error)) throw error;
    // A verdict of the chain itself, such as a failure in a block, may quote a contract, so its words decide nothing.
    const { cause = error } = error;
    const isJudged = !(cause instanceof CustosError) || cause.code !== 'NODE_REFUSED';
    const judged = isJudged
      ? await fateIfTold(node, { chain, signed })
      : await judgeRefusal(node, {
          chain,
          signed,
          refusal: error.message,
          meaning: isAboutWay(cause) ? 'wait' : 'final',
        });
    if (judged === 'known') return { txId: signed.txId };
    throw refusedAs(new CustosError('BROADCAST_REFUSED', error.message, { cause: error }), judged);
  }
}

const refusals: ReadonlySet<string> = new Set(['NODE_REFUSED', 'BROADCAST_REFUSED']);

/** True if the answer came from a machine before the node, so it says nothing about the bytes. */
function isUnheard({ code, details }: CustosError): boolean {
  return code === 'NODE_REFUSED' && details['answer'] === 'wait' && details['status'] !== undefined;
}

function isAboutWay(error: unknown): boolean {
  return error instanceof CustosError && error.details['answer'] === 'wait';
}

function isNotOffered(error: unknown): boolean {
  const { status, rpcCode } = error instanceof CustosError ? error.details : {};
  return rpcCode === -32601 || status === 404 || status === 405 || status === 410 || status === 501;
}

/** A node that is asked directly. Node providers put keys into the path and the query, so neither is ever shown. */
function ownNode({ clock, timeout = TIMEOUT, limits, proxies }: OwnNodesOptions, nodeUrl: string): NodeClient {
  const { url, headers, secrets } = parseNodeUrl(nodeUrl);
  const hidden = secrets.map((text) => Secret.text(text));
  const http = createHttpClient({ clock, secrets: hidden, ...(limits && { limits }), ...(proxies && { proxies }) });
  const base = url.href.replace(/\/+$/, '');
  const place = { url: url.href, headers, faults: nodeFaults, timeout };
  return {
    rpc: (method, params) => askRpc(http, { ...place, method, params }),
    batch: (calls) => askRpcBatch(http, place, calls),
    http: (request) =>
      askHttp(http, {
        url: joined(base, request.path),
        headers,
        timeout,
        retries: RETRIES,
        faults: nodeFaults,
        request,
      }),
  };
}

function cloudNode(
  http: HttpClient,
  options: NodesOptions,
  { chain, hasNodes }: { readonly chain: Chain; readonly hasNodes: boolean },
): NodeClient {
  const { apiKey, timeout = TIMEOUT } = options;
  const base = baseOf(options.baseUrl);
  const headers = cloudHeaders(options);
  const nodeUrl = `${base}/v3/${nodePath(chain, options.network)}/${encodeURIComponent(apiKey.exposeText())}`;
  const ask = (url: string, request: Omit<NodeRequest, 'path'> = {}) =>
    askHttp(http, { url, headers, timeout, retries: RETRIES, faults: cloudFaults, request });
  const place = { url: nodeUrl, headers, faults: cloudFaults, timeout };
  const isTatum = /(^|\.)tatum\.io$/.test(new URL(base).hostname);
  const publicService: NonNullable<NodeClient['publicService']> = (url, request) => {
    // An operator's own cloud replaces public services, so that a daemon needs to reach only one host.
    const { pathname, search } = new URL(url);
    if (!isTatum) return ask(`${base}${pathname}${search}`, request);
    // A service without guarantees is asked once: its callers have an alternative.
    return askHttp(http, { url, headers: {}, timeout, retries: 0, faults: nodeFaults, request: request ?? {} });
  };
  return {
    rpc: (method, params) => askRpc(http, { ...place, method, params }),
    batch: (calls) => askRpcBatch(http, place, calls),
    http: (request) => ask(joined(nodeUrl, request.path), request),
    cloud: (request) => ask(joined(base, request.path), request),
    transactionCount: async (address) => ask(`${base}/v3/${chain.slug}/transaction/count/${pathSegment(address)}`),
    feeAdvice: () => ask(`${base}/v3/blockchain/fee/${chain.id}`),
    // A gateway has nodes for the chains that Tatum leaves to the nodes of their foundations.
    ...((isTatum || !hasNodes) && { publicService }),
  };
}

/** A chain builds paths from addresses and hashes that it has checked; a path outside the base is a defect. */
function joined(base: string, path: string): string {
  if (!path.startsWith('/') || /(^|\/)\.\.(\/|$)/.test(path)) {
    throw new CustosError('INTERNAL', 'a path at a node does not begin with a slash');
  }
  return `${base}${path}`;
}

interface Question {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly retries: number;
  readonly faults: Faults;
  readonly request: Omit<NodeRequest, 'path'>;
}

async function askHttp(http: HttpClient, { request, ...question }: Question): Promise<unknown> {
  const { host, pathname } = new URL(question.url);
  const method = request.method ?? (request.body === undefined && request.form === undefined ? 'GET' : 'POST');
  const label = `${method} ${host}${pathname}`;
  const { body, form } = request;
  const answer = await http.send({ method, ...question, ...(body !== undefined && { body }), ...(form && { form }) });
  if (answer.status >= 400) {
    const error = refusal(http, { label, answer, code: 'NODE_REFUSED' });
    // Chains read a refusal as "it does not exist", but a proxy, a limit or an account problem does not mean that.
    if (error.code !== 'NODE_REFUSED' || !isAboutWay(error) || isNotOffered(error)) throw error;
    throw new CustosError(question.faults.unreachable, error.message, { details: error.details });
  }
  return tryJson(answer.text) ?? textAnswer(answer.text, { code: question.faults.invalid, label });
}

/** Some nodes answer with a bare word, such as a transaction id; anything longer is a web page of another program. */
function textAnswer(text: string, { code, label }: { code: ErrorCode; label: string }): unknown {
  if (/^[0-9A-Za-z]{1,100}$/.test(text.trim())) return text.trim();
  return parseAnswer(text, code, label);
}
