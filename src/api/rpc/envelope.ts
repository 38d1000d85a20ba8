import { CustosError } from '../../core/errors.js';
import { isRecord } from '../../http/json.js';

/** What a caller numbers a call with. */
export type CallId = string | number | null;

/** One call of JSON-RPC 2.0, or what is wrong with it. */
export type RpcCall =
  | { readonly kind: 'call'; readonly id: CallId; readonly method: string; readonly params: readonly unknown[] }
  | { readonly kind: 'malformed'; readonly id: CallId; readonly error: CustosError };

/** What a body asks for. */
export interface Envelope {
  readonly calls: readonly RpcCall[];
  readonly isBatch: boolean;
}

/** Most calls of a batch. */
const MOST = 100;
const LONGEST_ID = 255;
const LONGEST_METHOD = 100;

/**
 * Reads a parsed body: a call, or a batch of them (JSON-RPC 2.0, sections 4 and 6).
 * @throws CustosError CALL_INVALID: an empty batch, or too large a one
 */
export function readEnvelope(body: unknown): Envelope {
  if (!Array.isArray(body)) return { calls: [readCall(body)], isBatch: false };
  if (body.length === 0 || body.length > MOST) {
    throw new CustosError('CALL_INVALID', `a batch has 1 to ${MOST} calls`);
  }
  return { calls: body.map(readCall), isBatch: true };
}

function readCall(value: unknown): RpcCall {
  if (!isRecord(value)) return malformed(null, 'a call is an object');
  const { jsonrpc, id, method, params = [] } = value;
  if (!isId(id)) return malformed(null, 'a call has an id: what has none gets no answer, and is not done here');
  if (jsonrpc !== '2.0') return malformed(id, 'the member jsonrpc is "2.0"');
  if (typeof method !== 'string' || method === '' || method.length > LONGEST_METHOD) {
    return malformed(id, 'the member method is the name of a method');
  }
  if (Array.isArray(params)) return { kind: 'call', id, method, params };
  const error = new CustosError('PARAMS_INVALID', 'the parameters are a list');
  return { kind: 'malformed', id, error };
}

/** A number that JSON does not hold exactly would come back as another one. */
function isId(id: unknown): id is CallId {
  if (typeof id === 'string') return id.length <= LONGEST_ID;
  if (typeof id === 'number') return !Number.isInteger(id) || Number.isSafeInteger(id);
  return id === null;
}

function malformed(id: CallId, why: string): RpcCall {
  return { kind: 'malformed', id, error: new CustosError('CALL_INVALID', why) };
}
