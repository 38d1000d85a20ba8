import { createHmac, timingSafeEqual } from 'node:crypto';
import { isObject, tryJson } from '../core/json.js';
import type { Secret } from '../core/secret.js';
import type { ApproverAnswer } from '../core/signing/approver.js';
import type { Distrust, HoldCause, Verdict } from '../core/signing/judge.js';

/** The question, and the requirements for its answer. */
export interface Asked {
  readonly method: 'GET' | 'POST';
  readonly digest: string;
  readonly nonce: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The answer must be signed with it. */
  readonly secret?: Secret;
}

export const RULE = 'four-eye';
/** Largest difference between the clocks of both sides, with the time of the transfer, in milliseconds. */
const CLOCK_SKEW = 60_000;

type Decision = 'APPROVE' | 'REJECT' | 'RETRY';

/** Statuses of intermediate servers, or that ask for a retry: not the service's answer about the transaction. */
const aboutTheWay: ReadonlySet<number> = new Set([407, 408, 413, 421, 425, 426, 429, 431, 511]);

/**
 * Reads the answer of the four-eye service. A yes is a decision in JSON with status 200 or 201; in the form of Tatum KMS (GET)
 * also 200 and 204 without a decision. A no is `approved: false`, `REJECT`, or a 4xx. Any other answer holds the transaction, and
 * so does an answer to another question or one without a valid signature.
 */
export function readVerdict(answer: ApproverAnswer, asked: Asked): Verdict {
  const { status } = answer;
  if (status >= 500 || aboutTheWay.has(status)) return hold('silent', `the service answered with status ${status}`);
  const content = contentOf(answer);
  if (content.kind === 'page') return hold('invalid', `a page (HTML or XML) came with status ${status}`);
  if (content.kind === 'broken') return hold('invalid', 'the answer calls itself JSON but is not');
  if (asked.method === 'POST' && content.kind === 'other' && status < 400 && status !== 202) {
    return hold('invalid', `an answer without JSON came with status ${status}`);
  }
  const stated = decisionIn(content.value);
  if (stated === 'unreadable') return hold('invalid', 'the decision in the answer cannot be read');
  const wrong = aboutAnother(content.value, asked);
  if (wrong !== undefined) return distrusted(wrong, `the answer names another ${wrong} than the question`);
  const decision = decided(status, asked.method, stated);
  if (decision === undefined) {
    return hold(status === 202 ? 'undecided' : 'invalid', `status ${status} came without a decision that counts`);
  }
  return checkSignature(answer, asked, decision) ?? verdictOf(decision, status, stated);
}

function verdictOf(decision: Decision, status: number, stated: Decision | undefined): Verdict {
  if (decision === 'APPROVE') return { kind: 'allow' };
  const reason = stated === decision ? `the service said ${decision}` : `the service answered with status ${status}`;
  return decision === 'RETRY' ? hold('undecided', reason) : { kind: 'deny', rule: RULE, reason };
}

/** The decision of an answer. A no in either place is a no; the status must not contradict a yes. */
function decided(status: number, method: 'GET' | 'POST', stated: Decision | undefined): Decision | undefined {
  if (stated === 'RETRY') return 'RETRY';
  if (status >= 400 || stated === 'REJECT') return 'REJECT';
  if (stated === 'APPROVE') return status === 200 || status === 201 ? 'APPROVE' : undefined;
  return method === 'GET' && (status === 200 || status === 204) ? 'APPROVE' : undefined;
}

type Content =
  | { readonly kind: 'json' | 'other'; readonly value: unknown }
  | { readonly kind: 'page' | 'broken'; readonly value?: undefined };

function contentOf({ headers, text }: ApproverAnswer): Content {
  const [type = ''] = (headers.get('content-type') ?? '').toLowerCase().split(';');
  const body = text.replace(/^\uFEFF/, '').trim();
  if (/html/.test(type) || body.startsWith('<')) return { kind: 'page' };
  const value = tryJson(body);
  const isNamedJson = /^(application|text)\/([a-z0-9.+-]+\+)?json$/.test(type.trim());
  if (isNamedJson && value === undefined && body !== '') return { kind: 'broken' };
  return { kind: isNamedJson && body !== '' ? 'json' : 'other', value };
}

/** `approved` is true or false, `decision` is one of three words; if both are present, they must agree. */
function decisionIn(value: unknown): Decision | undefined | 'unreadable' {
  if (value === false) return 'REJECT';
  if (!isObject(value)) return undefined;
  const found = new Set<Decision | 'unreadable'>();
  if (Object.hasOwn(value, 'approved')) {
    const { approved } = value;
    found.add(approved === true ? 'APPROVE' : approved === false ? 'REJECT' : 'unreadable');
  }
  if (Object.hasOwn(value, 'decision')) {
    const { decision } = value;
    found.add(decision === 'APPROVE' || decision === 'REJECT' || decision === 'RETRY' ? decision : 'unreadable');
  }
  const [first] = found;
  // With `{"approved": false, "decision": "RETRY"}` a service says that it has not decided yet.
  if (found.has('REJECT') && found.has('RETRY')) return 'RETRY';
  return found.size > 1 ? 'unreadable' : first;
}

/** An answer need not repeat digest and nonce, but if it does, they must be those of the question. */
function aboutAnother(value: unknown, { digest, nonce }: Asked): 'digest' | 'nonce' | undefined {
  if (!isObject(value)) return undefined;
  if (Object.hasOwn(value, 'digest') && value['digest'] !== digest) return 'digest';
  return Object.hasOwn(value, 'nonce') && value['nonce'] !== nonce ? 'nonce' : undefined;
}

/**
 * The signature is HMAC-SHA256 in hexadecimal digits over `<x-custos-timestamp>.<nonce>.<digest>.<decision>`. Digest and nonce
 * are those of the question, so an answer to anything else does not verify.
 */
function checkSignature({ headers }: ApproverAnswer, asked: Asked, decision: Decision): Verdict | undefined {
  const { secret, nonce, digest, now } = asked;
  if (secret === undefined) return undefined;
  const time = headers.get('x-custos-timestamp') ?? '';
  const signature = headers.get('x-custos-signature') ?? '';
  if (time === '' || signature === '') return distrusted('unsigned', 'the answer is not signed');
  const expected = answerSignature(secret, `${time}.${nonce}.${digest}.${decision}`);
  if (!isEqual(signature, expected)) {
    return distrusted('signature', `the signature of the answer is not right for ${decision}, this digest and nonce`);
  }
  if (!/^\d{1,15}$/.test(time) || Math.abs(Number(time) - now) > CLOCK_SKEW) {
    return distrusted('time', 'the answer was signed at another time; do the clocks agree?');
  }
  return undefined;
}

function answerSignature(secret: Secret, text: string): Buffer {
  return createHmac('sha256', secret.exposeBytes()).update(text).digest();
}

/** Compares in constant time. */
function isEqual(hex: string, expected: Buffer): boolean {
  return /^[0-9a-f]{64}$/i.test(hex) && timingSafeEqual(Buffer.from(hex, 'hex'), expected);
}

function distrusted(distrust: Distrust, reason: string): Verdict {
  return { ...hold('invalid', reason), distrust };
}

/** Without a valid answer the transaction waits, and the service is asked again. */
export function hold(because: HoldCause, reason: string) {
  return { kind: 'hold', rule: RULE, reason, because } as const;
}
