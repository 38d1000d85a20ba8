// The cloud of the mixed loads and the nodes behind it, in a process of its own. It lists transactions of many chains, lets all
// chains begin at the same moment, and keeps what was broadcast, in order. The node of a dead chain takes connections and
// does not answer, until it is revived.
import { createServer } from 'node:http';
import { createRegistry } from '../dist/chains/registry.js';
import { createWorld } from './mixed-nodes.js';

const registry = createRegistry();
const chains = registry.ids.map((id) => registry.get(id));
const chainOfSlug = new Map(chains.map(({ slug, id }) => [slug, id]));

let waiting = new Map();
let left = 0;
let dead = new Set();
let world;
const held = [];
const unanswered = [];
let begin;
const arrivals = [];
const seen = new Set();

const server = createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const body = parts.length > 0 ? JSON.parse(Buffer.concat(parts)) : undefined;
    const write = (value, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    serve({ path: request.url, body, write });
  });
});

function serve({ path, body, write }) {
  const [, polled] = /^\/v3\/kms\/pending\/(.+)$/.exec(path) ?? [];
  if (polled !== undefined) return poll(polled, write);
  if (path === '/v3/tatum/kms/batch') {
    process.send({ kind: 'reported', errors: body.errors });
    return write({});
  }
  const [, slug] = /^\/v3\/([^/]+)\/broadcast$/.exec(path) ?? [];
  const chain = chainOfSlug.get(slug) ?? world.chainOf(path)?.id;
  if (dead.has(chain)) return unanswered.push({ path, body, write });
  // FLOW's own operation of that name has no pending transaction.
  if (slug !== undefined && body.signatureId !== undefined) return write({ txId: broadcast(chain, body) });
  const { status, value } = world.answer({ path, body });
  write(value, status);
}

/** Holds polls back until all chains have asked, so that all start at the same time. */
function poll(chain, write) {
  const answer = () => write([...(waiting.get(chain)?.values() ?? [])]);
  if (begin !== undefined || !waiting.has(chain)) return answer();
  held.push(answer);
  if (held.length < waiting.size) return;
  begin = performance.now();
  for (const one of held.splice(0)) one();
}

function broadcast(chain, { signatureId: id, txData }) {
  begin ??= performance.now();
  const at = performance.now() - begin;
  arrivals.push({ id, chain, txData, at });
  const listed = waiting.get(chain);
  if (!seen.has(id)) left -= 1;
  seen.add(id);
  if (listed?.delete(id) === true && listed.size === 0) process.send({ kind: `drained ${chain}`, seconds: at / 1000 });
  if (left === 0) process.send({ kind: 'drained', seconds: at / 1000 });
  return `0x${String(arrivals.length).padStart(64, '0')}`;
}

process.on('message', (message) => {
  if (message.kind === 'count') return process.send({ kind: 'counted', arrivals });
  if (message.kind === 'revive') {
    dead = new Set();
    return unanswered.splice(0).forEach(serve);
  }
  take(message);
  server.listen(0, '127.0.0.1', () =>
    process.send({ kind: 'serving', url: `http://127.0.0.1:${server.address().port}` }),
  );
});

/** @param expects - how many broadcasts come, where nothing is listed */
function take({ pending = [], expects = pending.length, facts = {}, deadChains = [] }) {
  world = createWorld(chains, facts);
  waiting = new Map();
  for (const one of pending) {
    if (!waiting.has(one.chain)) waiting.set(one.chain, new Map());
    waiting.get(one.chain).set(one.id, one);
  }
  left = expects;
  dead = new Set(deadChains);
}
