import type { Context, Hono } from 'hono';
import type { Chain } from '../../core/chain/chain.js';
import type { EndSignal } from '../../core/end-signal.js';
import { CustosError } from '../../core/errors.js';
import { readTypedJson, textOf as utf8Of } from '../../http/body.js';
import { parseBody } from '../../http/json.js';
import type { Peer } from '../../http/listen.js';
import { goneEnding, type PlainAnswer, PlainBody, type PlainExchange, writePlain } from '../../http/plain.js';
import { headerOf, headersOf, newInstance } from '../answering/asked.js';
import type { Authenticator } from '../authenticator.js';
import { type Caller, USER_HEADER, withUser } from '../caller.js';
import { bodyDigest, idempotencyOf } from '../idempotency.js';
import { type Answered, answerBody, type Session } from './answering.js';
import type { ApiEnvironment } from './environment.js';
import { addEth1Routes } from './eth1.js';
import type { RpcParts } from './parts.js';

/** The JSON-RPC of a server. */
export interface RpcOptions {
  readonly parts: RpcParts;
  readonly authenticator: Authenticator;
}

/** How a token looks in a path. */
const TOKEN = '{custos_[0-9a-f_]{1,120}}';

/**
 * Adds JSON-RPC to a server: `/` as Web3Signer answers it, with status 400 for its own refusals, and `/rpc/{chain}`, whose
 * answers have status 200. A token may stand at the end of the path, for clients that can only set a URL.
 */
export function addRpcRoutes(app: Hono<ApiEnvironment>, options: RpcOptions): void {
  for (const path of ['/', `/:token${TOKEN}`]) {
    app.post(path, async (context) => {
      const given = await answered(askedOf(context), options, usual(options));
      return answerOf(textOf(given, statusOfSigner));
    });
  }
  for (const path of ['/rpc/:chain', `/rpc/:chain/:token${TOKEN}`]) {
    app.post(path, async (context) => {
      const chain = () => named(options.parts, context.req.param('chain') ?? '');
      return answerOf(textOf(await answered(askedOf(context), options, chain), statusOfRpc));
    });
  }
  addEth1Routes(app, { ...options, authenticate: (context) => authenticate(askedOf(context), options) });
}

/** Clients send the blobs of a transaction along, 128 KiB each and in hexadecimal digits, although they are not signed. */
const BODY_BYTES = 4 * 1024 * 1024;

type ApiContext = Context<ApiEnvironment>;

/** A request, however it was read. */
interface Asked {
  header(name: string): string | undefined;
  /** Of the path. */
  readonly token: string | undefined;
  readonly peer: Peer;
  /** @throws CustosError CONTENT_TYPE_UNSUPPORTED, REQUEST_* */
  body(): Promise<unknown>;
  readonly signal: EndSignal;
}

function askedOf(context: ApiContext): Asked {
  const { req, env } = context;
  return {
    header: (name) => req.header(name),
    token: req.param('token'),
    peer: env,
    body: () => readTypedJson(context, BODY_BYTES),
    signal: req.raw.signal,
  };
}

/** Answers plain calls of `/rpc/{chain}` as the route does. @returns false for a request that the routes have to answer */
export function plainCalls(
  options: RpcOptions,
  checkHost: (header: string | undefined) => void,
): (exchange: PlainExchange, peer: Peer) => boolean {
  return (exchange, peer) => {
    const { incoming, outgoing } = exchange;
    const { method, url = '', headers } = incoming;
    const [, name] = (method === 'POST' && url.startsWith('/rpc/') && /^\/rpc\/(\w+)$/.exec(url)) || [];
    if (name === undefined) return false;
    try {
      checkHost(headers.host);
    } catch {
      return false;
    }
    const body = new PlainBody(incoming);
    body.receive();
    const asked = {
      header: headerOf(incoming),
      token: undefined,
      peer,
      body: async () => parseBody(utf8Of(await body.bytes())),
      signal: goneEnding(outgoing),
    };
    void answered(asked, options, () => named(options.parts, name)).then((given) => {
      const { status, headers: own, text } = textOf(given, statusOfRpc);
      writePlain({ ...exchange, body }, { status, headers: { ...own, ...headersOf(newInstance()) }, text });
    });
    return true;
  };
}

async function answered(asked: Asked, options: RpcOptions, chain: Session['chain']): Promise<Answered> {
  const key = asked.header('idempotency-key');
  const session: Session = {
    parts: options.parts,
    authenticate: () => authenticate(asked, options),
    chain,
    signal: asked.signal,
    ...(key !== undefined && { idempotency: (body: unknown) => idempotencyOf(key, () => bodyDigest(withoutId(body))) }),
  };
  return answerBody(session, asked.body);
}

/** @throws CustosError TOKEN_*, USER_TOKEN_*, ISSUER_*, RATE_LIMITED */
async function authenticate(asked: Asked, { authenticator, parts }: RpcOptions): Promise<Caller> {
  const header = asked.header('authorization') ?? (asked.token === undefined ? undefined : `Bearer ${asked.token}`);
  const known = header === undefined ? undefined : authenticator.known(header, asked.peer);
  if (known !== undefined) return withUser(known, asked.header(USER_HEADER), parts.users);
  const token = await authenticator.authenticate(bearerOf(header), asked.peer);
  return withUser(token, asked.header(USER_HEADER), parts.users);
}

/** Clients that know Basic alone send the token as the password, or as the name. */
function bearerOf(header: string | undefined): string | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/=]{1,1000}) *$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return header;
  const [name = '', password = ''] = Buffer.from(encoded, 'base64').toString().split(':');
  return `Bearer ${password === '' ? name : password}`;
}

/** A repeated call has another number, and is the same call. */
function withoutId(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== 'id'));
}

function usual({ parts }: RpcOptions): Session['chain'] {
  return () => {
    if (parts.chain !== undefined) return parts.chain;
    throw new CustosError('METHOD_NOT_OFFERED', 'this path has no chain: the server was started without --rpc-chain');
  };
}

/** @throws CustosError METHOD_NOT_OFFERED: unknown, or not of the Ethereum family */
function named({ chains }: RpcParts, name: string): Chain {
  const id = chains.ids.find((one) => one === name.toUpperCase());
  const chain = id === undefined ? undefined : chains.get(id);
  if (chain?.builder?.kind === 'evm') return chain;
  throw new CustosError('METHOD_NOT_OFFERED', 'no such chain has JSON-RPC here');
}

type StatusOf = (answered: Answered) => number;

const statusOfSigner: StatusOf = ({ refused }) => {
  if (refused === undefined || refused.isOfNode) return 200;
  return [401, 408, 413, 415, 429].includes(refused.status) || refused.status >= 500 ? refused.status : 400;
};

/** Only what comes before any call has another status than 200. */
const statusOfRpc: StatusOf = ({ refused }) =>
  refused !== undefined && [401, 408, 413, 415].includes(refused.status) ? refused.status : 200;

function textOf(given: Answered, statusOf: StatusOf): PlainAnswer & { readonly text: string } {
  const status = statusOf(given);
  const headers = { 'content-type': 'application/json', ...(status === 401 && asksForToken) };
  return { status, headers, text: JSON.stringify(given.body) };
}

function answerOf({ status, headers, text }: PlainAnswer & { readonly text: string }): Response {
  return new Response(text, { status, headers });
}

const asksForToken = { 'www-authenticate': 'Bearer realm="custos", Basic realm="custos"' };
