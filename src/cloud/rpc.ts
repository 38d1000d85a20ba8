import type { RpcCall, RpcOutcome } from '../core/chain/node.js';
import { CustosError } from '../core/errors.js';
import { isObject, type JsonObject, objectOf, tryJson } from '../core/json.js';
import { meaningOf } from './answers.js';
import type { Faults, HttpAnswer, HttpClient } from './http.js';
import { parseAnswer, refusal } from './refusal.js';

/** A JSON-RPC server. */
export interface RpcPlace {
  /** Never shown: it may hold a key. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly faults: Faults;
  readonly timeout: number;
}

/** One JSON-RPC question and where it goes. */
export interface RpcQuestion extends RpcPlace, RpcCall {}

const RETRIES = 3;
const ID = 1;

/**
 * Asks a node by JSON-RPC 2.0.
 * @returns the answer's `result`
 * @throws CustosError NODE_REFUSED (the node's error object), NODE_ANSWER_INVALID, API_KEY_INVALID, and those of `faults`
 */
export async function askRpc(http: HttpClient, question: RpcQuestion): Promise<unknown> {
  const { method, params, url, headers, timeout, faults } = question;
  const label = `${method} at ${new URL(url).host}`;
  const body = { jsonrpc: '2.0', id: ID, method, params };
  const request = { method: 'POST', url, label, headers, body, timeout, retries: RETRIES, faults } as const;
  // Some nodes send their error object with status 500. It is an answer, so asking again changes nothing.
  const answer = await http.send({ ...request, settles: hasRpcError });
  if (answer.status >= 400 && !hasRpcError(answer)) throw refusal(http, { label, answer, code: 'NODE_REFUSED' });
  const { status } = answer;
  return readResult(http, { label, status, value: parseAnswer(answer.text, faults.invalid, label), id: ID });
}

/**
 * Asks several questions in one batch (JSON-RPC 2.0, section 6).
 * @returns one outcome for each, in order; a question without an answer is refused with NODE_ANSWER_INVALID
 * @throws CustosError like `askRpc`, if the node refuses all of them at once or does not answer with a list
 */
export async function askRpcBatch(
  http: HttpClient,
  place: RpcPlace,
  calls: readonly RpcCall[],
): Promise<readonly RpcOutcome[]> {
  const { url, headers, timeout, faults } = place;
  const [first] = calls;
  if (first === undefined) return [];
  const label = `${calls.length} times ${first.method} at ${new URL(url).host}`;
  const body = calls.map(({ method, params }, at) => ({ jsonrpc: '2.0', id: at + 1, method, params }));
  const answer = await http.send({ method: 'POST', url, label, headers, body, timeout, retries: RETRIES, faults });
  if (answer.status >= 400) throw refusal(http, { label, answer, code: 'NODE_REFUSED' });
  const list = parseAnswer(answer.text, faults.invalid, label);
  if (!Array.isArray(list)) throw new CustosError('NODE_ANSWER_INVALID', `${label} was answered with no list`);
  const byId = new Map(list.filter(isObject).map((one) => [one['id'], one]));
  return calls.map(({ method }, at) =>
    outcomeOf(http, { label: `${method} at ${new URL(url).host}`, id: at + 1, byId }),
  );
}

function outcomeOf(
  http: HttpClient,
  { label, id, byId }: { label: string; id: number; byId: ReadonlyMap<unknown, JsonObject> },
): RpcOutcome {
  try {
    return { kind: 'answered', result: readResult(http, { label, status: 200, value: byId.get(id), id }) };
  } catch (error) {
    if (error instanceof CustosError) return { kind: 'refused', error };
    throw error;
  }
}

function hasRpcError({ text }: HttpAnswer): boolean {
  const value = tryJson(text);
  return isObject(value) && isObject(value['error']) && typeof value['error']['code'] === 'number';
}

interface RpcAnswer {
  readonly label: string;
  readonly status: number;
  readonly value: unknown;
  /** What the errors call the question. */
  readonly id: number;
}

function readResult(http: HttpClient, { label, status, value, id: asked }: RpcAnswer): unknown {
  const noObject = () => new CustosError('NODE_ANSWER_INVALID', `${label} was answered with no JSON-RPC object`);
  const { error, result, id } = objectOf(value, noObject);
  if (error !== undefined && error !== null) {
    const text = errorText(error);
    const code = isObject(error) && typeof error['code'] === 'number' ? error['code'] : 0;
    const meaning = meaningOf({ status, code, words: text });
    const refused = { code, message: http.quote(isObject(error) ? wordsOf(error) : text), ...revertOf(error) };
    const details = { refused, ...(meaning !== 'final' && { answer: meaning, rpcCode: code }) };
    throw new CustosError('NODE_REFUSED', `${label}: ${http.quote(text)}`, { details });
  }
  if (id !== undefined && id !== asked) {
    throw new CustosError('NODE_ANSWER_INVALID', `${label} was answered with the answer to another question`);
  }
  if (result === undefined) throw new CustosError('NODE_ANSWER_INVALID', `${label} was answered without a result`);
  return result;
}

function errorText(error: unknown): string {
  if (!isObject(error)) return typeof error === 'string' ? error : 'an error without a message';
  const { code } = error;
  const text = wordsOf(error);
  return typeof code === 'number' ? `${text} (code ${code})` : text;
}

function wordsOf({ message }: JsonObject): string {
  return typeof message === 'string' ? message : 'no message';
}

/** What a contract answered when it refused a call: hexadecimal digits, which clients decode. */
function revertOf(error: unknown): { readonly data?: string } {
  const data = isObject(error) ? error['data'] : undefined;
  return typeof data === 'string' && /^0x[0-9a-fA-F]{0,65536}$/.test(data) ? { data } : {};
}
