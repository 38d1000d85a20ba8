import type { Chain } from '../../core/chain/chain.js';
import { type Asked, type Question, Relayed } from '../../core/chain/questions.js';
import { CustosError } from '../../core/errors.js';
import { parseIndex, quote } from '../../core/ids.js';
import { readForm } from '../../http/body.js';
import { isRecord } from '../../http/json.js';
import { checkField, requestInvalid } from '../../http/problems.js';
import { answer } from '../answers.js';
import { callerOf, type GatewayRequest, type RoleRoutes, requireChain } from '../caller.js';
import type { GatewayContext } from '../context.js';

/** Who may ask what does not change anything. */
const asking = ['read', 'sign'] as const;
const segmentForm = /^[A-Za-z0-9._:-]{1,128}$/;

/** What is asked, by whom. */
interface Asking {
  readonly request: GatewayRequest;
  readonly chain: Chain;
  /** Of the operation, each `:`. */
  readonly parts: readonly string[];
}

/** Routes of the questions that applications ask beside what they sign; the nodes of their chains answer. */
export function questionRoutes(routes: RoleRoutes, gateway: GatewayContext): void {
  for (const chain of gateway.chains.ids.map((id) => gateway.chains.get(id))) {
    refuseOthers(routes, chain);
    addQuestions(routes, gateway, chain);
  }
  routes.get(`/v3/${gateway.slugs.any}/address/:xpub/:index{[0-9]+}`, asking, (request) => addressOf(gateway, request));
  routes.get('/v3/blockchain/token/balance/:chain/:token/:address', asking, (request) =>
    ofChain(gateway, request, { name: 'tokenBalance', parts: ['token', 'address'] }),
  );
  routes.get('/v3/blockchain/sc/address/:chain/:hash', asking, (request) =>
    ofChain(gateway, request, { name: 'contractAddress', parts: ['hash'] }),
  );
  routes.post('/v3/blockchain/estimate', asking, async (request) => {
    const body = await readForm(request);
    const chain = checkField('chain', () => gateway.chains.get(textIn(body, 'chain')));
    return ask(gateway, { request, chain, parts: [] }, { question: chain.tatum?.questions?.estimate, body });
  });
  for (const version of ['v3', 'v4']) {
    routes.get(`/${version}/data/utxos`, asking, (request) => {
      const chain = gateway.chainOfNode(request.req.query('chain') ?? '');
      return ask(gateway, { request, chain, parts: [] }, { question: chain.tatum?.questions?.outputs });
    });
  }
}

/** Documented operations whose path a question of another form would take for its own. */
function refuseOthers(routes: RoleRoutes, { id, slug, tatum }: Chain): void {
  const lines = (tatum?.operations ?? []).map((line) => line.split(' ')).filter(([method]) => method === 'GET');
  const asked = Object.keys(tatum?.questions?.operations ?? {});
  for (const path of lines.flatMap(([, ...paths]) => paths)) {
    if (!/^(address|block)\/[a-z]+(\/|$)/.test(path) || asked.includes(`GET ${path}`)) continue;
    routes.get(`/v3/${slug}/${path.replace(/:$/, ':part')}`, asking, () => {
      throw new CustosError('NOT_OFFERED', `the self-hosted gateway does not offer this operation for ${id}`);
    });
  }
}

function addQuestions(routes: RoleRoutes, gateway: GatewayContext, chain: Chain): void {
  for (const [operation, question] of Object.entries(chain.tatum?.questions?.operations ?? {})) {
    const [method, path = ''] = operation.split(' ');
    const names: string[] = [];
    const route = path.replaceAll(/(?<=^|\/):/g, () => {
      names.push(`part${names.length}`);
      return `:${names.at(-1)}`;
    });
    const add = method === 'POST' ? routes.post : routes.get;
    add(`/v3/${chain.slug}/${route}`, asking, async (request) => {
      const parts = names.map((name) => request.req.param(name) ?? '');
      const body = method === 'POST' ? await readForm(request) : {};
      return ask(gateway, { request, chain, parts }, { question, body });
    });
  }
}

interface OfChain {
  readonly name: 'tokenBalance' | 'contractAddress';
  /** Names of the parameters of the path. */
  readonly parts: readonly string[];
}

function ofChain(gateway: GatewayContext, request: GatewayRequest, { name, parts }: OfChain): Promise<Response> {
  const chain = checkField('chain', () => gateway.chains.get(request.req.param('chain') ?? ''));
  const given = parts.map((part) => request.req.param(part) ?? '');
  return ask(gateway, { request, chain, parts: given }, { question: chain.tatum?.questions?.[name] });
}

/**
 * Asks the node of a chain.
 * @throws CustosError NOT_OFFERED: the chain has no such question, or no node; REQUEST_INVALID, SCOPE_MISSING, NODE_*
 */
export async function ask(
  gateway: GatewayContext,
  { request, chain, parts }: Asking,
  { question, body = {} }: { readonly question: Question | undefined; readonly body?: unknown },
): Promise<Response> {
  requireChain(callerOf(request), chain.id);
  if (question === undefined) throw new CustosError('NOT_OFFERED', `nodes of ${chain.id} do not answer this`);
  for (const part of parts) checkPart(part);
  const asked: Asked = { parts, query: (name) => queryOf(request, name), body: isRecord(body) ? body : {} };
  const node = gateway.node(chain);
  const place = { node: node.client, network: gateway.network };
  // What is wrong with what was asked is the client's, what the node says is not.
  const found = await question(asked, place).catch((error: unknown) => checkField('path', () => rethrow(error)));
  if (found === undefined) return missing(request);
  if (!(found instanceof Relayed)) return request.json(found as object);
  const { path } = found.request;
  const { status, text } = await node.relay({ method: 'GET', path });
  if (status === 404) return missing(request);
  if (status >= 400) throw new CustosError('NODE_REFUSED', `the ${chain.id} node refused the question (${status})`);
  return new Response(text, { headers: { 'content-type': 'application/json' } });
}

function rethrow(error: unknown): never {
  throw error;
}

function checkPart(part: string): void {
  if (segmentForm.test(part) && !/^\.+$/.test(part)) return;
  const text = `${quote(part)} must be letters and digits`;
  throw requestInvalid([{ property: 'path', rule: 'form', text }]);
}

function queryOf(request: GatewayRequest, name: string): string | undefined {
  const given = request.req.query(name);
  if (given !== undefined && !segmentForm.test(given)) {
    throw requestInvalid([{ property: name, rule: 'form', text: 'must be letters and digits' }]);
  }
  return given;
}

/** The API has one code for a transaction that is not there, and one for an output. */
function missing(request: GatewayRequest): Response {
  const { path } = request.req;
  if (/\/utxo\//.test(path)) {
    return answer(403, 'tx.hash.index.spent', 'No such UTXO for transaction and index.');
  }
  const isTransaction = /\/(transaction|sc\/address)\//.test(path);
  return answer(
    404,
    isTransaction ? 'tx.not.found' : 'not.found',
    `${isTransaction ? 'Transaction' : 'It is'} not found.`,
  );
}

/** Derives an address from public keys alone, so that no node is asked. */
function addressOf(gateway: GatewayContext, request: GatewayRequest): Response {
  const chain = gateway.chainOf(request.req.param('slug') ?? '');
  const { hd, address } = chain.keys;
  if (hd?.publicKey === undefined) throw new CustosError('NOT_OFFERED', `${chain.id} has no addresses from an xpub`);
  const { publicKey } = hd;
  const index = checkField('index', () => parseIndex(Number(request.req.param('index'))));
  const key = checkField('xpub', () => publicKey(request.req.param('xpub') ?? '', index));
  return request.json({ address: (hd.address ?? address)(key, gateway.network) });
}

function textIn(body: unknown, name: string): string {
  const value = isRecord(body) ? body[name] : undefined;
  return typeof value === 'string' ? value : '';
}
