import { CustosError } from '../../core/errors.js';
import { textOf } from '../../http/body.js';
import type { Peer } from '../../http/listen.js';
import { goneSignal, type PlainAnswer, PlainBody, type PlainExchange, writePlain } from '../../http/plain.js';
import { problemOf } from '../problem.js';
import type { Answer, RawRequest, Route } from '../route.js';
import { jsonOf } from '../validate.js';
import { type Answering, callerSoon, headerOf, headersOf, newInstance, refuseBody } from './asked.js';

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
    const { incoming, outgoing } = exchange;
    const body = found.route.body === undefined ? undefined : new PlainBody(incoming);
    void answer({ found, exchange: { incoming, outgoing, body }, peer }, answering);
    return true;
  };
}

interface Asked {
  readonly found: Found;
  readonly exchange: PlainExchange;
  readonly peer: Peer;
}

async function answer(asked: Asked, answering: PlainAnswering): Promise<void> {
  const { exchange } = asked;
  const instance = newInstance();
  const own = headersOf(instance);
  try {
    const { status, headers, body, stream } = await answered(asked, answering);
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
  { found: { route, params }, exchange: { incoming, outgoing, body }, peer }: Asked,
  answering: PlainAnswering,
): Promise<Answer> {
  const header = headerOf(incoming);
  answering.checkHost(header('host'));
  const asker = route.scope === undefined ? undefined : callerSoon(header, peer, answering);
  if (asker instanceof Promise) body?.receive();
  const caller = asker instanceof Promise ? await asker : asker;
  refuseBody(route, header);
  // Whoever waits asks for it again and again.
  let gone: AbortSignal | undefined;
  const request: RawRequest = {
    ...{ params, query: nothing, header, cut: peer.cut },
    body: async () => body && jsonOf(textOf(await body.bytes())),
    ...(body && { bytes: () => body.bytes() }),
    signal: () => {
      gone ??= goneSignal(outgoing);
      return gone;
    },
  };
  return route.answer(request, answering.parts, caller);
}

const nothing = {};

/** One part of a path: itself, or the name of what may stand there. */
type Step = { readonly text: string } | { readonly name: string };

interface Candidate {
  readonly route: Route;
  readonly steps: readonly Step[];
}

/** Of several that a path fits, the first one, as with the routes behind. */
function finderOf(routes: readonly Route[]): (method: string, path: string) => Found | undefined {
  const candidates = new Map<string, Candidate[]>();
  for (const route of routes.filter(({ answers }) => !Object.values(answers).some(isStream))) {
    const steps = route.path.split('/').map(stepOf);
    const key = `${route.method} ${steps.length}`;
    candidates.set(key, [...(candidates.get(key) ?? []), { route, steps }]);
  }
  const find = (method: string, path: string): Found | undefined => {
    const parts = path.split('/');
    const fitting = candidates.get(`${method} ${parts.length}`)?.find(({ steps }) => fits(steps, parts));
    return fitting && { route: fitting.route, params: paramsOf(fitting.steps, parts) };
  };
  // Paths without a name in them are found without a look at the others.
  const whole = new Map<string, Found | undefined>();
  for (const { method, path } of routes) {
    if (!path.includes('{')) whole.set(`${method} ${path}`, find(method, path));
  }
  return (method, path) => whole.get(`${method} ${path}`) ?? find(method, path);
}

function isStream({ type }: Route['answers'][number]): boolean {
  return type !== undefined;
}

function stepOf(part: string): Step {
  const [, name] = /^\{(\w+)\}$/.exec(part) ?? [];
  return name === undefined ? { text: part } : { name };
}

function fits(steps: readonly Step[], parts: readonly string[]): boolean {
  return steps.every((step, at) => 'name' in step || step.text === parts[at]);
}

function paramsOf(steps: readonly Step[], parts: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [at, step] of steps.entries()) if ('name' in step) params[step.name] = parts[at] ?? '';
  return params;
}
