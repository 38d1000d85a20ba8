import { CustosError, type ErrorCode } from '../../core/errors.js';
import type { Log } from '../../core/log.js';
import { refusalOf } from '../../http/problems.js';
import type { CallId } from './envelope.js';

/** An answer to one call. */
export interface RpcAnswer {
  readonly jsonrpc: '2.0';
  readonly id: CallId;
  readonly result?: unknown;
  readonly error?: RpcError;
}

/** The error object of JSON-RPC 2.0, section 5.1. */
interface RpcError {
  readonly code: number;
  readonly message: string;
  /** The code of Custos, and the id of the request where there is one; what a node said stays as it was. */
  readonly data?: unknown;
}

/** A refusal, and who refused: what a node says is passed on with status 200 even where the signer's own refusals are not. */
export interface Refused {
  readonly error: RpcError;
  readonly isOfNode: boolean;
  /** Status of the same refusal in HTTP. */
  readonly status: number;
}

/** Codes of JSON-RPC 2.0, EIP-1474 and EIP-1193. */
const numbers: Readonly<Partial<Record<ErrorCode, number>>> = {
  CALL_INVALID: -32600,
  CONTENT_TYPE_UNSUPPORTED: -32600,
  REQUEST_TOO_LARGE: -32600,
  REQUEST_INCOMPLETE: -32600,
  METHOD_NOT_OFFERED: -32601,
  CHAIN_UNKNOWN: -32601,
  NOT_OFFERED: -32601,
  TRANSACTION_UNSUPPORTED: -32004,
  REQUEST_WAITS: -32002,
  HAZARD_REFUSED: -32003,
  RATE_LIMITED: -32005,
  TOKEN_MISSING: 4100,
  TOKEN_INVALID: 4100,
  SCOPE_MISSING: 4100,
  USER_TOKEN_REQUIRED: 4100,
  USER_TOKEN_INVALID: 4100,
  USER_TOKEN_UNSUPPORTED: 4100,
  INTERNAL: -32603,
};

const NO_JSON = -32700;
const NO_CALL = -32600;
const INVALID_PARAMS = -32602;
const DENIED = -32003;
const REFUSED = -32000;

/** The answer to a call that failed. The log gets the code, and the details of an unforeseen error. */
export function refusedAs(thrown: unknown, log: Log): Refused {
  const { code, status, message, problems, details } = refusalOf(thrown, log);
  const said = code === 'NODE_REFUSED' ? nodeError(details['refused']) : undefined;
  if (said !== undefined) return { error: said, isOfNode: true, status };
  const words = code === 'BROADCAST_REFUSED' ? nodeWords(message) : undefined;
  const { id, state } = details;
  const isTaken = code === 'REQUEST_WAITS' || state !== undefined;
  return {
    error: {
      code: words?.code ?? numberOf(code, { status, isDenied: state === 'denied' }),
      // One fault of one field is the whole message.
      message: words?.message ?? problems[0]?.text ?? message,
      data: { code, ...(isTaken && { id }) },
    },
    isOfNode: words !== undefined,
    // Clients repeat a call after a status of 500 or more, and this one would be another request.
    status: isTaken ? 400 : status,
  };
}

function numberOf(code: ErrorCode, { status, isDenied }: { readonly status: number; readonly isDenied: boolean }) {
  if (isDenied) return DENIED;
  return numbers[code] ?? (status === 400 ? INVALID_PARAMS : REFUSED);
}

/** The answer to a body that is no call. */
export function bodyRefusedAs(thrown: unknown, log: Log): Refused {
  const refused = refusedAs(thrown, log);
  const { error } = refused;
  if (error.code !== INVALID_PARAMS) return refused;
  const isNoJson = thrown instanceof CustosError && JSON.stringify(thrown.details).includes('"rule":"json"');
  return { ...refused, error: { ...error, code: isNoJson ? NO_JSON : NO_CALL } };
}

export function answered(id: CallId, result: unknown): RpcAnswer {
  return { jsonrpc: '2.0', id, result };
}

export function refused(id: CallId, error: RpcError): RpcAnswer {
  return { jsonrpc: '2.0', id, error };
}

/** What a node said when it refused the bytes, as the journal keeps it: place, words and number. */
function nodeWords(text: string): { readonly code: number; readonly message: string } {
  const [, words = text, code] = /^(?:\S+ at \S+: )?(.*?)(?: \(code (-?\d{1,9})\))?\.?$/s.exec(text) ?? [];
  return { code: code === undefined ? REFUSED : Number(code), message: words };
}

function nodeError(value: unknown): RpcError | undefined {
  if (typeof value !== 'object' || value === null || !('code' in value) || !('message' in value)) return undefined;
  const { code, message } = value;
  if (typeof code !== 'number' || typeof message !== 'string') return undefined;
  return { code, message, ...('data' in value && value.data !== undefined && { data: value.data }) };
}
