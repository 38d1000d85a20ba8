import { type Context, Hono } from 'hono';
import { CustosError } from '../core/errors.js';
import { readTypedJson } from '../http/body.js';
import { hostCheck, noContent } from '../http/guard.js';
import type { Limits } from '../http/limits.js';
import { type ListenOptions, listen, type Peer } from '../http/listen.js';
import { allowOf, methodsOf } from '../http/methods.js';
import { requestInvalid } from '../http/problems.js';
import type { ServerTls } from '../http/tls.js';
import { callerOf, headersOf, newInstance, refuseBody } from './answering/asked.js';
import { plainAnswers } from './answering/plain.js';
import type { Authenticator } from './authenticator.js';
import type { Caller } from './caller.js';
import { personOf, showsSession } from './console/guard.js';
import type { ConsoleDoor } from './console/parts.js';
import { addConsole } from './console/routes.js';
import { openApiDocument } from './openapi.js';
import type { ApiParts, GivenParts } from './parts.js';
import { problemAnswer } from './problem.js';
import { type Answer, openRoute, type RawRequest, type Route } from './route.js';
import type { ApiEnvironment } from './rpc/environment.js';
import type { GivenRpcParts, RpcParts } from './rpc/parts.js';
import { addRpcRoutes, plainCalls } from './rpc/routes.js';
import { routes } from './table.js';
import { refuseHalves } from './validate.js';

/** How long `close` waits for running requests, in milliseconds. */
const GRACE = 5_000;
/** Of these, how long a request may wait for what it asked for. */
const PATIENCE = 2_000;
/** An answer may be waited for (`Prefer: wait`), and a stream of events is silent for a while. */
const limits: Limits = { connections: 4096, headerTime: 10_000, requestTime: 60_000, silence: 330_000 };

export interface ApiOptions {
  readonly parts: GivenParts;
  readonly authenticator: Authenticator;
  /** Absent: no JSON-RPC. */
  readonly rpc?: GivenRpcParts;
  /** Answers under `/v2`, `/v3` and `/v4`, each request with a key of its own. Absent: nothing is there. */
  readonly tatum?: ((request: Request, peer: Peer) => Promise<Response>) | undefined;
  /** Absent: there is no console. */
  readonly console?: ConsoleDoor | undefined;
  readonly host: string;
  /** Absent: plain HTTP. */
  readonly tls?: ServerTls;
  /** Further names by which it is reached. */
  readonly allowedHosts?: readonly string[];
  /** Replace the defaults. */
  readonly limits?: Partial<Limits>;
}

/** The API while it listens. */
export interface RunningApi {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** As parts have it. */
  readonly closing: AbortSignal;
  /**
   * Takes no new requests, and resolves when all connections are closed. Streams end at once, whoever waits is answered after two
   * seconds, and after five every other connection is cut.
   */
  close(): Promise<void>;
}

type ApiContext = Context<ApiEnvironment>;

/** What the routes of a running server work with. */
interface Served extends Omit<ApiOptions, 'parts' | 'rpc'> {
  readonly parts: ApiParts;
  readonly rpc?: RpcParts | undefined;
}

/** The API as functions from request to answer, without a port. */
function createApi(options: Served): Pick<ListenOptions, 'answer' | 'answerPlain'> {
  const app = new Hono<ApiEnvironment>();
  const { log } = options.parts;
  const checkHost = hostCheck(options.host, options.allowedHosts ?? []);
  const routes = allRoutes(options.parts.version);
  app.use('*', async (context, next) => {
    const instance = newInstance();
    context.set('instance', instance);
    checkHost(context.req.header('host') ?? new URL(context.req.url).host);
    await next();
    if (!context.get('isFinished')) finish(context.res.headers, instance);
  });
  const { tatum } = options;
  if (tatum !== undefined) {
    for (const path of ['/v2', '/v3/*', '/v4/*']) app.all(path, ({ req, env }) => tatum(req.raw, env));
  }
  app.use('*', noContent);
  for (const route of routes) {
    app.on(route.method, honoPath(route.path), (context) => answer(context, route, options));
  }
  if (options.console !== undefined) addConsole(app, options.console);
  if (options.rpc !== undefined) addRpcRoutes(app, { parts: options.rpc, authenticator: options.authenticator });
  app.notFound((context) => unknownRoute(app, context, options));
  app.onError((error, context) => {
    const refusal = problemAnswer(error, { log, instance: context.get('instance') });
    finish(refusal.headers, context.get('instance'));
    return refusal;
  });
  const plain = plainAnswers({ ...options, routes, checkHost });
  const { rpc, authenticator } = options;
  const calls = rpc && plainCalls({ parts: rpc, authenticator }, checkHost);
  return {
    answer: async (request, peer) => app.fetch(request, peer),
    answerPlain: (exchange, peer) => calls?.(exchange, peer) === true || plain(exchange, peer),
  };
}

/**
 * Starts the API.
 * @param options - as for `createApi`; `port` 0 takes any free one
 * @throws CustosError PORT_IN_USE
 */
export async function startApi(options: ApiOptions & { readonly port: number }): Promise<RunningApi> {
  const { host, port, authenticator, tls } = options;
  const { log, feeds } = options.parts;
  const end = new AbortController();
  const closing = end.signal;
  const { parts, rpc } = { parts: { ...options.parts, closing }, rpc: options.rpc && { ...options.rpc, closing } };
  const {
    url,
    port: taken,
    close,
  } = await listen({
    ...{ host, port, log, portName: 'API ' },
    ...(tls && { tls }),
    limits: { ...limits, ...options.limits },
    ...createApi({ ...options, parts, rpc }),
    refuse: (error) => problemAnswer(error, { log, instance: newInstance() }),
  });
  return {
    url,
    port: taken,
    closing,
    close: async () => {
      // Streams end first: they do not end by themselves.
      feeds.close();
      const late = setTimeout(() => end.abort(), PATIENCE);
      await close(GRACE).finally(() => clearTimeout(late));
      end.abort();
      await authenticator.flush();
    },
  };
}

/** The table with the document that is made from it. */
export function allRoutes(version: string): readonly Route[] {
  let text: string | undefined;
  const document = openRoute({
    method: 'GET',
    path: '/v1/openapi.json',
    id: 'getDocument',
    about: 'this document',
    answers: { 200: { about: 'OpenAPI 3.1' } },
    handle: async () => {
      text ??= JSON.stringify(openApiDocument(all, version));
      return { status: 200, body: JSON.parse(text) };
    },
  });
  const all: readonly Route[] = [...routes, document];
  return all;
}

/** Handlers in front of all routes. */
const GUARDS = 2;

function finish(headers: Headers, instance: string): void {
  for (const [name, value] of Object.entries(headersOf(instance))) {
    if (name !== 'cache-control' || !headers.has(name)) headers.set(name, value);
  }
}

async function answer(context: ApiContext, route: Route, served: Served): Promise<Response> {
  const { parts } = served;
  const caller = route.scope === undefined ? undefined : await askerOf(context, served);
  refuseBody(route, (name) => context.req.header(name));
  const answered = await route.answer(requestOf(context), parts, caller);
  const response = await responseOf(answered, context.req.method, context.get('instance'));
  context.set('isFinished', true);
  // Only sessions set cookies, and to look for them costs as much as the token.
  if (served.console === undefined || !showsSession(context, served.console.persons.site())) return response;
  for (const cookie of context.res.headers.getSetCookie()) response.headers.append('set-cookie', cookie);
  return response;
}

/** An application by its token, or a person by the session of the console. */
async function askerOf(context: ApiContext, served: Served): Promise<Caller> {
  const { req, env } = context;
  const { console: page } = served;
  if (page === undefined || !showsSession(context, page.persons.site())) {
    return callerOf((name) => req.header(name), env, served);
  }
  const { caller } = await personOf(context, page.persons);
  return { ...caller, ...(env.address !== undefined && { address: env.address }) };
}

function requestOf(context: ApiContext): RawRequest {
  const { req, env } = context;
  return {
    params: req.param(),
    query: queryOf(req.queries()),
    body: () => jsonBody(context),
    header: (name) => req.header(name),
    signal: () => req.raw.signal,
    cut: env.cut,
  };
}

async function jsonBody(context: ApiContext): Promise<unknown> {
  const body = await readTypedJson(context);
  refuseHalves(body);
  return body;
}

/** @throws CustosError REQUEST_INVALID: of two values some readers take the first and others the last */
function queryOf(queries: Readonly<Record<string, string[]>>): Readonly<Record<string, string>> {
  const twice = Object.entries(queries).filter(([, values]) => values.length > 1);
  if (twice.length > 0) {
    const text = 'stands more than once';
    throw requestInvalid(twice.map(([name]) => ({ property: `query/${name.slice(0, 100)}`, rule: 'twice', text })));
  }
  return Object.fromEntries(Object.entries(queries).map(([name, [value = '']]) => [name, value]));
}

async function responseOf(
  { status, body, headers: own, stream }: Answer,
  method: string,
  instance: string,
): Promise<Response> {
  const headers = { ...headersOf(instance), ...own };
  if (stream !== undefined) return new Response(method === 'HEAD' ? null : await stream(), { status, headers });
  if (body === undefined) return new Response(null, { status, headers });
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}

function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}

/** A path with other methods gets an answer that lists them. */
function unknownRoute(app: Hono<ApiEnvironment>, context: ApiContext, { parts }: Served): Response {
  const { req } = context;
  const allow = allowOf([...methodsOf(app, req.path, GUARDS)]);
  if (allow !== '' && req.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } });
  const error =
    allow === ''
      ? new CustosError('ROUTE_UNKNOWN', 'the API has no such path')
      : new CustosError('METHOD_UNKNOWN', `the operation is asked by ${allow}`, { details: { allow } });
  return problemAnswer(error, { log: parts.log, instance: context.get('instance') });
}
