import { CustosApiError, type Fault } from './errors.js';
import { isPassing, retryAfterOf } from './retries.js';

/** Characters of a text of the server that an error shows. */
const SHOWN = 500;

/** The request that was refused. */
export interface Refused {
  readonly token: string;
  readonly key: string | undefined;
  /** Whether an attempt at it may have been taken. */
  readonly mayHaveHappened: boolean;
}

/** Reads a refusal. What is no problem of Custos comes from something between, such as a proxy, and is not shown. */
export function refusalOf(response: Response, text: string, { token, key, mayHaveHappened }: Refused): CustosApiError {
  const { status, headers } = response;
  const problem = recordOf(parsed(text));
  const isOwn = typeof problem['code'] === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(problem['code']);
  const clean = (value: unknown) => shown(value, token);
  const detail = isOwn ? clean(problem['detail']) : 'the answer is not one of Custos';
  const faults = isOwn ? faultsOf(problem['errors'], clean) : [];
  const places = faults.map((fault) => `${fault.in}${fault.pointer}: ${fault.detail}`);
  return new CustosApiError({
    ...{ status, faults, mayHaveHappened, key },
    code: isOwn ? String(problem['code']) : `HTTP_${status}`,
    message: places.length === 0 ? detail : `${detail} (${places.join('; ')})`,
    retryable: isOwn ? problem['retryable'] === true : isPassing(status),
    requestId: headers.has('x-request-id') ? clean(headers.get('x-request-id')) : undefined,
    retryAfter: retryAfterOf(headers.get('retry-after'), Date.now()),
  });
}

/** @returns undefined: not JSON */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The members of an object; of anything else none. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function faultsOf(errors: unknown, clean: (value: unknown) => string): readonly Fault[] {
  if (!Array.isArray(errors)) return [];
  return errors.map((one) => {
    const { pointer, code, detail, in: part } = recordOf(one);
    return { in: clean(part), pointer: clean(pointer), code: clean(code), detail: clean(detail) };
  });
}

/** A text that a log may show: without the token, on one line, of a sane length. */
function shown(value: unknown, token: string): string {
  if (typeof value !== 'string') return '';
  const plain = value.replaceAll(token, '[token]').replace(/[\p{Cc}\u2028\u2029]/gu, ' ');
  return plain.slice(0, SHOWN);
}
