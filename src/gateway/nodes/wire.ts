import type { NodeRequest } from '../../core/chain/node.js';
import { CustosError } from '../../core/errors.js';
import type { ChainId } from '../../core/ids.js';
import { type NodeUrl, parseNodeUrl } from '../../core/network/node-url.js';
import { isRecord } from '../../http/json.js';

/** Longest wait for a node's answer, in milliseconds. A daemon waits ten seconds for ours, and must learn that the node failed. */
const TIMEOUT = 8_000;
/** A scan of all unspent outputs takes minutes on a large chain. */
const SCAN_TIMEOUT = 280_000;
/** Largest accepted answer of a node, in bytes. */
const MAX_ANSWER = 8 * 1024 * 1024;

/** Where a node is, and how to get there. */
export interface WirePlace {
  readonly chain: ChainId;
  /** It may hold a secret, and appears in no message. */
  readonly url: string;
  /** Node's own when absent. */
  readonly fetch?: typeof fetch;
}

/** A request to the HTTP interface of a node, passed on as it came. */
interface RelayRequest {
  readonly method: string;
  /** Begins with a slash; with the query. */
  readonly path: string;
  readonly body?: Uint8Array;
  readonly contentType?: string;
}

/** What the node said to a relayed request. */
interface RelayAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** The way to one node. */
export interface NodeWire {
  /** Sends a JSON-RPC body and resolves to the answer's JSON. @throws CustosError NODE_UNREACHABLE, NODE_ANSWER_INVALID */
  post(body: unknown): Promise<unknown>;
  /**
   * Asks the HTTP interface and resolves to the answer's JSON, or to its text where it is one word.
   * @throws CustosError NODE_REFUSED (`details.status`), NODE_UNREACHABLE, NODE_ANSWER_INVALID
   */
  http(request: NodeRequest): Promise<unknown>;
  /** Passes a request on. @throws CustosError NODE_UNREACHABLE: also when the node, or what is in front of it, cannot serve it now */
  relay(request: RelayRequest): Promise<RelayAnswer>;
}

export function nodeWire(place: WirePlace): NodeWire {
  const target = parseNodeUrl(place.url);
  const relay = (request: RelayRequest) => send(place, target, request);
  return {
    post: (body) => post(place, target, body),
    relay,
    http: async (request) => readHttp(place, await relay(relayed(request)), request),
  };
}

async function post(place: WirePlace, { url, headers }: NodeUrl, body: unknown): Promise<unknown> {
  const { text } = await exchange(place, url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(isRecord(body) && body['method'] === 'scantxoutset' ? SCAN_TIMEOUT : TIMEOUT),
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new CustosError('NODE_ANSWER_INVALID', `the ${place.chain} node answered with something that is not JSON`);
  }
}

async function send(place: WirePlace, { url, headers }: NodeUrl, request: RelayRequest): Promise<RelayAnswer> {
  const { method, path, body, contentType } = request;
  const answer = await exchange(place, new URL(`${url.href.replace(/\/+$/, '')}${path}`), {
    method,
    headers: {
      accept: 'application/json',
      ...headers,
      ...(contentType !== undefined && { 'content-type': contentType }),
    },
    ...(body !== undefined && { body: new Uint8Array(body) }),
    signal: AbortSignal.timeout(TIMEOUT),
  });
  // What is about the gateway's own account at the node, or its state, says nothing about the request.
  if ((answer.status >= 500 && answer.status !== 501) || wayStatuses.includes(answer.status)) {
    throw new CustosError('NODE_UNREACHABLE', `the ${place.chain} node cannot serve a request now (${answer.status})`);
  }
  return answer;
}

const wayStatuses: readonly number[] = [401, 402, 403, 407, 408, 425, 429];

function relayed({ path, body, form, method }: NodeRequest): RelayRequest {
  if (!path.startsWith('/') || /(^|\/)\.\.(\/|$)/.test(path)) {
    throw new CustosError('INTERNAL', 'a path at a node does not begin with a slash');
  }
  if (form !== undefined) {
    const text = new URLSearchParams(form).toString();
    const contentType = 'application/x-www-form-urlencoded';
    return { method: method ?? 'POST', path, body: Buffer.from(text), contentType };
  }
  if (body === undefined) return { method: method ?? 'GET', path };
  const isBytes = body instanceof Uint8Array;
  return {
    method: method ?? 'POST',
    path,
    body: isBytes ? body : Buffer.from(JSON.stringify(body)),
    contentType: isBytes ? 'application/octet-stream' : 'application/json',
  };
}

function readHttp({ chain }: WirePlace, { status, text }: RelayAnswer, { path }: NodeRequest): unknown {
  const label = `${path.split('?')[0]}`;
  if (status >= 400) {
    const reason = reasonOf(text);
    const about = `the ${chain} node refused ${label} with status ${status}: ${reason}`;
    throw new CustosError('NODE_REFUSED', about, { details: { status, reason } });
  }
  try {
    return JSON.parse(text);
  } catch {
    // Some nodes answer with a bare word, such as a transaction id; anything longer is a web page of another program.
    if (/^[0-9A-Za-z]{1,100}$/.test(text.trim())) return text.trim();
    throw new CustosError('NODE_ANSWER_INVALID', `the ${chain} node's answer to ${label} is not JSON`);
  }
}

/** Foreign text made short and plain. */
function reasonOf(text: string): string {
  let shown = text;
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) {
      const { message, error, code } = value;
      shown = [code, error, message].filter((part) => typeof part === 'string').join(': ') || text;
    }
  } catch {
    // The text itself is the reason.
  }
  return shown.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 300) || 'no reason given';
}

async function exchange({ chain, fetch: ask = fetch }: WirePlace, url: URL, init: RequestInit): Promise<RelayAnswer> {
  try {
    const response = await ask(url, { ...init, redirect: 'error' });
    const contentType = response.headers.get('content-type') ?? 'application/json';
    return { status: response.status, contentType, text: await readCapped(chain, response) };
  } catch (error) {
    if (error instanceof CustosError) throw error;
    throw new CustosError('NODE_UNREACHABLE', `the ${chain} node cannot be reached or did not answer in time`);
  }
}

async function readCapped(chain: ChainId, response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_ANSWER) throw new CustosError('NODE_ANSWER_INVALID', `the ${chain} node's answer is too large`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
