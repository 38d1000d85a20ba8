import type { IncomingMessage } from 'node:http';
import { CustosError } from '../../core/errors.js';
import type { Peer } from '../../http/listen.js';
import { goneSignal, type PlainAnswer, type PlainExchange, plainBody, writePlain } from '../../http/plain.js';
import { problemOf } from '../problem.js';
import type { Answer, RawRequest, Route } from '../route.js';
import { refuseHalves } from '../validate.js';
import { type Answering, callerOf, headersOf, newInstance, refuseBody } from './asked.js';

interface PlainAnswering extends Answering {
  readonly routes: readonly Route[];
  /** @throws CustosError HOST_NOT_ALLOWED */
  checkHost(header: string | undefined): void;
}

interface Found {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Answers plain requests for operations, which is nearly all of them, as the routes behind it do.
 * @returns false for a request that those have to answer: another path or method, or an operation that answers with a stream
 */
export function plainAnswers(answering: PlainAnswering): (exchange: PlainExchange, peer: Peer) => boolean {
  const find = finderOf(answering.routes);
  return (exchange, peer) => {
    const { method = '', url = '' } = exchange.incoming;
    const found = find(method, url);
    if (found === undefined) return false;
    void answer(found, { ...exchange, peer }, answering);
    return true;
  };
}

async function answer(found: Found, exchange: PlainExchange & { readonly peer: Peer }, answering: PlainAnswering) {
  const instance = newInstance();
  const own = headersOf(instance);
  try {
    const { status, headers, body, stream } = await answered(found, exchange, answering);
    if (stream !== undefined) throw new CustosError('INTERNAL', 'an operation answered with an unexpected stream');
    const text = body === undefined ? undefined : JSON.stringify(body);
    const type = text === undefined ? undefined : { 'content-type': 'application/json' };
    writePlain(exchange, { status, headers: { ...type, ...own, ...headers }, text });
  } catch (error) {
    const { status, headers, text }: PlainAnswer = problemOf(error, { log: answering.parts.log, instance });
    writePlain(exchange, { status, headers: { ...headers, ...own }, text });
  }
}

async function answered(
  { route, params }: Found,
  { incoming, outgoing, peer }: PlainExchange & { readonly peer: Peer },
  answering: PlainAnswering,
): Promise<Answer> {
  const header = headerOf(incoming);
  const body = route.body === undefined ? undefined : plainBody(incoming);
  answering.checkHost(header('host'));
  const caller = route.scope === undefined ? undefined : await callerOf(header, peer, answering);
  refuseBody(route, header);
  // Whoever waits asks for it again and again.
  let gone: AbortSignal | undefined;
  const request: RawRequest = {
    ...{ params, query: {}, header, cut: peer.cut },
    body: async () => {
      const json = await body?.();
      refuseHalves(json);
      return json;
    },
    signal: () => {
      gone ??= goneSignal(outgoing);
      return gone;
    },
  };
  return route.answer(request, answering.parts, caller);
}

function headerOf({ headers }: IncomingMessage): RawRequest['header'] {
  return (name) => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
}

/** One part of a path: itself, or the name of what may stand there. */
type Step = { readonly text: string } | { readonly name: string };

/** Of several that a path fits, the first one, as with the routes behind. */
function finderOf(routes: readonly Route[]): (method: string, path: string) => Found | undefined {
  const candidates = new Map<string, { readonly route: Route; readonly steps: readonly Step[] }[]>();
  for (const route of routes.filter(({ answers }) => !Object.values(answers).some(isStream))) {
    const steps = route.path.split('/').map(stepOf);
    const key = `${route.method} ${steps.length}`;
    candidates.set(key, [...(candidates.get(key) ?? []), { route, steps }]);
  }
  return (method, path) => {
    const parts = path.split('/');
    for (const { route, steps } of candidates.get(`${method} ${parts.length}`) ?? []) {
      const params = paramsOf(steps, parts);
      if (params !== undefined) return { route, params };
    }
    return undefined;
  };
}

function isStream({ type }: Route['answers'][number]): boolean {
  return type !== undefined;
}

function stepOf(part: string): Step {
  const [, name] = /^\{(\w+)\}$/.exec(part) ?? [];
  return name === undefined ? { text: part } : { name };
}

function paramsOf(steps: readonly Step[], parts: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [at, step] of steps.entries()) {
    const part = parts[at] ?? '';
    if ('name' in step) params[step.name] = part;
    else if (step.text !== part) return undefined;
  }
  return params;
}
