import type { z } from 'zod';
import type { Scope } from '../core/access/scopes.js';
import { CustosError } from '../core/errors.js';
import { textOf } from '../http/body.js';
import { ReadBodies, ReadBody } from './answering/read-bodies.js';
import { type Caller, requireAnyScope } from './caller.js';
import type { ApiParts } from './parts.js';
import { jsonOf, type noMembers, read } from './validate.js';

const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const;
type Method = (typeof methods)[number];

/** What an operation answers. */
export interface Answer {
  readonly status: number;
  /** Becomes JSON; absent: no body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Begins a body that is not JSON, in the place of `body`. Not called for HEAD, whose answer nobody reads, ends or pays for. */
  readonly stream?: () => ReadableStream<Uint8Array> | Promise<ReadableStream<Uint8Array>>;
}

/** A request before its parts are validated. */
export interface RawRequest {
  readonly params: unknown;
  readonly query: unknown;
  /** Reads the body once. */
  body(): Promise<unknown>;
  /** The body as it came, in the place of `body`. Absent: it has to be made from what came. */
  bytes?(): Promise<Uint8Array>;
  header(name: string): string | undefined;
  /** Aborted when the client is gone. Made for whoever waits: most requests do not. */
  signal(): AbortSignal;
  /** Ends the connection. */
  cut(): void;
}

/** What an answer of one status is, for the document. */
export interface AnswerKind {
  readonly about: string;
  readonly schema?: z.ZodType;
  /** Media type; JSON by default. */
  readonly type?: string;
}

/** A header that an operation reads. */
interface HeaderKind {
  readonly about: string;
  readonly required?: true;
}

/** One operation as data: routing, validation, the OpenAPI document and docs/api.md are all made from it. */
interface Described<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly method: Method;
  /** As OpenAPI writes it: `/v1/wallets/{id}`. */
  readonly path: string;
  /** Name for generated clients. */
  readonly id: string;
  readonly about: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** It has an idempotency key, and a client without an answer sends it again: what its body says is remembered for that. */
  readonly isSentAgain?: true;
  readonly headers?: Readonly<Record<string, HeaderKind>>;
  /** Successful answers by status; refusals are problems. */
  readonly answers: Readonly<Record<number, AnswerKind>>;
}

/** A validated request. */
interface Call<P, Q, B> extends Pick<RawRequest, 'header' | 'signal' | 'cut'> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** What an idempotency key is bound to. */
  digest(): string;
}

export interface Route extends Described<z.ZodType, z.ZodType, z.ZodType> {
  /** Absent: it needs no token. Of several one is enough; the operation says which, by what is asked for. */
  readonly scope?: Scope | readonly Scope[];
  /** @throws CustosError REQUEST_INVALID, SCOPE_MISSING, and what the operation throws */
  answer(request: RawRequest, parts: ApiParts, caller: Caller | undefined): Promise<Answer>;
}

type Nothing = typeof noMembers;

interface OpenSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> extends Described<P, Q, B> {
  handle(call: Call<z.output<P>, z.output<Q>, z.output<B>>, parts: ApiParts): Promise<Answer>;
}

interface Spec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> extends Described<P, Q, B> {
  readonly scope: Scope | readonly Scope[];
  handle(call: Call<z.output<P>, z.output<Q>, z.output<B>>, parts: ApiParts, caller: Caller): Promise<Answer>;
}

/** An operation that needs a token. */
export function route<
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = z.ZodUndefined,
>(spec: Spec<P, Q, B>): Route {
  const scopes = [spec.scope].flat();
  // Nothing that a person asks for goes without its event. What only reads is asked for all the time.
  const isChange = spec.method !== 'GET' && !scopes.every((scope) => scope.endsWith(':read'));
  const bodyOf = bodyReader(spec);
  return {
    ...spec,
    async answer(request, parts, caller) {
      if (caller === undefined) throw new CustosError('INTERNAL', 'an operation was reached without a token');
      requireAnyScope(caller, scopes);
      const before = beforeBody(spec, request);
      const body = await bodyOf(request, parts, caller);
      if (isChange) await caller.person?.asked({ operation: spec.id, path: pathOf(spec.path, request.params) });
      return spec.handle({ ...before, body: body.value, digest: () => body.digest() }, parts, caller);
    },
  };
}

/** An operation that anybody may ask for. */
export function openRoute<
  P extends z.ZodType = Nothing,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = z.ZodUndefined,
>(spec: OpenSpec<P, Q, B>): Route {
  return {
    ...spec,
    async answer(request, parts) {
      const before = beforeBody(spec, request);
      const body = new ReadBody(read(spec.body, spec.body && (await request.body()), 'body'));
      return spec.handle({ ...before, body: body.value, digest: () => body.digest() }, parts);
    },
  };
}

/** Reads the bodies of an operation. Each server remembers those that came to it. */
function bodyReader<B extends z.ZodType>({
  body,
  isSentAgain,
}: Pick<Described<z.ZodType, z.ZodType, B>, 'body' | 'isSentAgain'>) {
  const known = new WeakMap<ApiParts, ReadBodies<z.output<B>>>();
  return async (request: RawRequest, parts: ApiParts, { id }: Caller): Promise<ReadBody<z.output<B>>> => {
    const key = isSentAgain && request.header('idempotency-key');
    if (key === undefined || request.bytes === undefined) {
      return new ReadBody(read(body, body && (await request.body()), 'body'));
    }
    const bytes = await request.bytes();
    const bodies = known.get(parts) ?? new ReadBodies();
    known.set(parts, bodies);
    // No id of a token has a blank.
    return bodies.read(`${id} ${key}`, bytes, () => read(body, jsonOf(textOf(bytes)), 'body'));
  };
}

/** The path that was asked, of a template such as `/v1/freezes/{id}/end`. */
function pathOf(template: string, params: unknown): string {
  const given = new Map(Object.entries(params ?? {}));
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(given.get(name))));
}

function beforeBody<P extends z.ZodType, Q extends z.ZodType>(
  { params, query }: Pick<Described<P, Q, z.ZodType>, 'params' | 'query'>,
  request: RawRequest,
): Omit<Call<z.output<P>, z.output<Q>, unknown>, 'body' | 'digest'> {
  return {
    params: read(params, request.params, 'path'),
    query: read(query, request.query, 'query'),
    header: request.header,
    signal: request.signal,
    cut: request.cut,
  };
}
