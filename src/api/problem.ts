import { type CustosError, type ErrorCode, errorKinds } from '../core/errors.js';
import type { Log } from '../core/log.js';
import type { PlainAnswer } from '../http/plain.js';
import { type Problem, refusalOf } from '../http/problems.js';

/** A refusal as RFC 9457 writes it. */
interface ApiProblem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Of the request; the header `x-request-id` has it too. */
  readonly instance: string;
  readonly code: ErrorCode;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly errors?: readonly Fault[];
}

/** One fault of the request. */
interface Fault {
  readonly in: string;
  /** RFC 6901; empty: the whole part. */
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** Seconds of `Retry-After` where an error says when. */
const RETRY_AFTER = 1;

interface Failed {
  readonly log: Log;
  readonly instance: string;
}

/** The answer to a request that failed. */
export function problemAnswer(thrown: unknown, failed: Failed): Response {
  const { status, headers, text } = problemOf(thrown, failed);
  return new Response(text, { status, headers });
}

/** The same before it is an answer of the Fetch standard. */
export function problemOf(thrown: unknown, { log, instance }: Failed): PlainAnswer {
  const { code, status, message, problems, details } = refusalOf(thrown, log);
  const kind: CustosError['kind'] = errorKinds[code];
  const problem: ApiProblem = {
    type: `/errors/${code}`,
    title: titleOf(code),
    status,
    detail: message,
    instance,
    code,
    retryable: kind.retry === true,
    ...(problems.length > 0 && { errors: problems.map(faultOf) }),
  };
  return { status, headers: headersOf(status, details), text: JSON.stringify(problem) };
}

function headersOf(status: number, { retryAfter, allow }: Readonly<Record<string, unknown>>): Record<string, string> {
  return {
    'content-type': 'application/problem+json',
    ...(status === 401 && { 'www-authenticate': 'Bearer realm="custos"' }),
    ...((status === 429 || status === 503) && { 'retry-after': String(retryAfter ?? RETRY_AFTER) }),
    ...(typeof allow === 'string' && { allow }),
  };
}

function titleOf(code: ErrorCode): string {
  return `${code.charAt(0)}${code.slice(1).toLowerCase().replaceAll('_', ' ')}`;
}

function faultOf({ property, rule, text }: Problem): Fault {
  const at = property.indexOf('/');
  const [part, pointer] = at < 0 ? [property, ''] : [property.slice(0, at), property.slice(at)];
  return { in: part, pointer, code: rule, detail: text };
}
