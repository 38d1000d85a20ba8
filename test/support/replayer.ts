import { createRegistry } from '../../src/chains/registry.js';
import { nodePath } from '../../src/core/chain/tatum.js';
import { type Network, networkOf } from '../../src/core/ids.js';
import type { RecordedCall } from './vectors.js';

/** What is replayed of a recorded transaction. */
export interface Replay {
  readonly pending: Readonly<Record<string, unknown>>;
  readonly testnet: boolean;
  readonly rpc: readonly RecordedCall[];
}

const registry = createRegistry();
const chains = registry.ids.map((id) => registry.get(id));

interface Recorded {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly rpc: { readonly method: string; readonly params: string } | undefined;
  /** Body of a question that is not JSON-RPC. */
  readonly body: string | undefined;
  readonly answer: unknown;
}

/** Answers of recorded transactions: by method and parameters, then by method; REST by path, whatever the host was. */
export class Replayer {
  readonly unanswered: string[] = [];
  readonly #set = new Map<string, unknown>();
  #recorded: Recorded[] = [];
  #testnet = true;

  add({ pending, testnet, rpc }: Replay): void {
    for (const { request, response } of rpc) {
      const { body } = request;
      this.#recorded.push({
        id: String(pending['id']),
        method: request.method,
        path: pathOf(request.url),
        rpc: isRpc(body) ? { method: body.method, params: canonical(body.params) } : undefined,
        body: body === undefined || isRpc(body) ? undefined : canonical(body),
        answer: response.body,
      });
    }
    this.#testnet = testnet;
  }

  /** A broadcast transaction asks nothing any more. */
  done(id: string): void {
    this.#recorded = this.#recorded.filter((one) => one.id !== id);
  }

  set(methodOrPath: string, value: unknown): void {
    this.#set.set(methodOrPath, value);
  }

  /** @returns undefined when nothing is known, which is remembered */
  answer(method: string, path: string, body: unknown): unknown {
    if (Array.isArray(body) && body.every(isRpc)) {
      const answers = body.map((call) => this.#rpc(path, call));
      if (answers.every((one) => one !== undefined)) return answers;
    }
    const answer = isRpc(body) ? this.#rpc(path, body) : this.#rest(method, path, body);
    if (answer === undefined) this.unanswered.push(`${method} ${path} ${JSON.stringify(body)}`);
    return answer;
  }

  #rpc(path: string, { id, method, params }: RpcBody): unknown {
    const wrapped = (result: unknown) => ({ jsonrpc: '2.0', id, result });
    if (this.#set.has(method)) return wrapped(this.#set.get(method));
    const asked = canonical(params ?? []);
    const sameMethod = this.#recorded.filter((one) => one.path === path && one.rpc?.method === method);
    // Deliberate difference: an estimate says who sends and how much, also where the recorded one does not.
    const bare = (text: string | undefined) =>
      text?.replaceAll(/"(from|value)":"0x[0-9a-f]*",?/g, '').replace(',}', '}');
    const isEstimate = method.endsWith('estimateGas');
    const found =
      sameMethod.find((one) => one.rpc?.params === asked) ??
      (isEstimate ? sameMethod.find((one) => bare(one.rpc?.params) === bare(asked)) : undefined) ??
      sameMethod[0];
    if (found !== undefined) return { ...(found.answer as object), jsonrpc: '2.0', id };
    if (method === 'getrawtransaction') return { jsonrpc: '2.0', id, error: unknownTransaction };
    const chainId = chainIdAt(path, networkOf(this.#testnet));
    const asksChainId = method === 'eth_chainId' || method === 'klay_chainID';
    return asksChainId && chainId !== undefined ? wrapped(`0x${chainId.toString(16)}`) : undefined;
  }

  #rest(method: string, path: string, body: unknown): unknown {
    if (this.#set.has(path)) return this.#set.get(path);
    const asked = body === undefined || body === '' ? undefined : canonical(body);
    const samePath = this.#recorded.filter(
      (one) => one.rpc === undefined && one.method === method && one.path === path,
    );
    return samePath.find((one) => one.body === asked)?.answer;
  }
}

/** As nodes of Bitcoin and its kin say it: the outputs that recorded transactions spend never were. */
const unknownTransaction = { code: -5, message: 'No such mempool or blockchain transaction' };

interface RpcBody {
  readonly id?: unknown;
  readonly method: string;
  readonly params?: unknown;
}

function isRpc(body: unknown): body is RpcBody {
  return typeof body === 'object' && body !== null && 'method' in body && typeof body.method === 'string';
}

/** The chain id of the chain to whose node a path of the cloud leads. */
function chainIdAt(path: string, network: Network): bigint | undefined {
  const chain = chains.find((one) => path.startsWith(`/v3/${nodePath(one, network)}/`));
  return chain?.builder?.kind === 'evm' ? chain.builder.chainIds[network][0] : undefined;
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url, 'http://127.0.0.1');
  return pathname + search;
}

/** One text for equal values, whatever the order of their members. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
}
