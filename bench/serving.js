// What the benchmarks of `custos serve` share: the program itself in a home of its own, a node, and callers.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { temporaryHome } from './support.js';

export const CALLERS = 32;
const REQUESTS = 2_000;
const home = temporaryHome();
export const program = fileURLToPath(new URL('../bin/custos.js', import.meta.url));
const env = {
  PATH: process.env.PATH,
  HOME: home,
  CUSTOS_PASSWORD: 'password of a benchmark',
  CUSTOS_LOG_LEVEL: 'error',
};
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const children = [];
const servers = [];

export const at = (list, part) => list.toSorted((one, other) => one - other)[Math.floor(list.length * part)];

/** Starts a program and waits for the URL that it prints. */
export async function urlOf(args) {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /(http:\/\/127\.0\.0\.1:\d+)/.exec(line) ?? [];
    if (url !== undefined) return { url, child };
  }
  throw new Error(`${args.join(' ')} has ended`);
}

export async function end({ child }) {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

/** Ends what is still there, whatever has happened. */
export function endAll() {
  for (const child of children) child.kill('SIGKILL');
  agent.destroy();
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
}

export function custos(...args) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** Makes a store with wallets. @returns their ids and addresses */
export function newStore(wallets) {
  custos('init');
  const made = custos('wallet', 'create', 'ETH', '--testnet', '--private-key', '--count', String(wallets));
  return made
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** @returns the header of a token that no rate holds up */
export function authorizationOf(...flags) {
  return `Bearer ${/custos_[0-9a-f_]+/.exec(custos('token', 'create', 'bench', '--rate', '100000', ...flags))[0]}`;
}

export function ask(url, method, { body, headers = {} } = {}) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const all = {
    ...headers,
    ...(text && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: all, agent }, (answer) => {
      let said = '';
      answer.on('data', (part) => (said += part)).on('end', () => resolve({ status: answer.statusCode, text: said }));
    });
    sent.on('error', reject).end(text);
  });
}

/** Milliseconds of processor time that a process has used, where the system tells (Linux). */
function processorTime({ child }) {
  try {
    const [, , , , , , , , , , , , , user, system] = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(' ');
    return (Number(user) + Number(system)) * 10;
  } catch {
    return Number.NaN;
  }
}

/**
 * Rate and milliseconds of a step that so many callers take one after another, and the server's processor time for each; the first
 * tenth warms up.
 */
export async function measure(
  server,
  step,
  { callers = CALLERS, requests = REQUESTS, wanted = (status) => status < 300 } = {},
) {
  const times = [];
  const run = async (count) => {
    let left = count;
    const caller = async () => {
      while (left > 0) {
        left -= 1;
        const begin = performance.now();
        const { status, text } = await step();
        if (!wanted(status)) throw new Error(text);
        times.push(performance.now() - begin);
      }
    };
    await Promise.all(Array.from({ length: callers }, caller));
  };
  await run(requests / 10);
  times.length = 0;
  const [begin, used] = [performance.now(), processorTime(server)];
  await run(requests);
  const cost = (processorTime(server) - used) / requests;
  return { rate: (requests * 1000) / (performance.now() - begin), cost, p50: at(times, 0.5), p99: at(times, 0.99) };
}

/**
 * Measures several steps in turns, so that whatever slows the machine for a while slows all of them.
 * @param steps - each with its server, its step and options, by name
 * @returns medians of the rounds
 */
export async function inTurns(steps, rounds = 5) {
  const found = new Map(Object.keys(steps).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, [server, step, options]] of Object.entries(steps)) {
      found.get(name).push(await measure(server, step, options));
    }
  }
  const middle = (all, member) =>
    at(
      all.map((one) => one[member]),
      0.5,
    );
  const medians = (all) =>
    Object.fromEntries(['rate', 'cost', 'p50', 'p99'].map((member) => [member, middle(all, member)]));
  return Object.fromEntries([...found].map(([name, all]) => [name, medians(all)]));
}

/** The second figure is what stays right on a busy machine. */
export const perSecond = ({ rate, cost }) => `${rate.toFixed(0)}/s, ${cost.toFixed(2)} ms`;

/** A row whose figure is a rate, beside another one. */
export function rateRow(what, one, { limit, goal }) {
  const [ratio, byTime] = [one.rate / limit.rate, limit.cost / one.cost];
  const both = {
    what: `${what} (by processor time ${byTime.toFixed(2)})`,
    figure: perSecond(one),
    limit: perSecond(limit),
  };
  return { ...both, ratio, goal: String(goal), met: ratio >= goal };
}

/** Listens on this machine. @returns the URL */
export async function listening(answer) {
  const server = createServer(answer);
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `http://127.0.0.1:${server.address().port}`;
}

/** A node that makes a block each second of everything that came. @param onBytes - called with the id of what came first */
export function ethereumNode(onBytes = () => {}) {
  const start = Date.now();
  const hex = (number) => `0x${number.toString(16)}`;
  const height = () => Math.floor((Date.now() - start) / 1000) + 1;
  const hashOf = (number) => `0x${number.toString(16).padStart(64, '0')}`;
  /** In which block each transaction is. */
  const blocks = new Map();
  const take = (raw) => {
    const id = `0x${Buffer.from(keccak_256(Buffer.from(raw.slice(2), 'hex'))).toString('hex')}`;
    if (!blocks.has(id)) onBytes(id);
    if (!blocks.has(id)) blocks.set(id, height() + 1);
    return id;
  };
  const receiptOf = (transactionHash) => {
    const number = blocks.get(transactionHash);
    if (number === undefined || number > height()) return null;
    return { transactionHash, blockNumber: hex(number), blockHash: hashOf(number), status: '0x1' };
  };
  const answers = {
    eth_chainId: () => '0xaa36a7',
    eth_blockNumber: () => hex(height()),
    eth_gasPrice: () => '0x1',
    eth_getTransactionCount: () => '0x0',
    eth_sendRawTransaction: take,
    eth_getTransactionReceipt: receiptOf,
    eth_getTransactionByHash: (hash) => (blocks.has(hash) ? { hash } : null),
    eth_getBlockByNumber: (number) => ({ number, hash: hashOf(Number(number)) }),
  };
  return listening(async (question, answer) => {
    let text = '';
    for await (const part of question) text += part;
    const { id, method, params } = JSON.parse(text);
    const result = answers[method]?.(...params) ?? null;
    answer.setHeader('content-type', 'application/json').end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
}

/** A server that does nothing else than a hono server has to. */
export function bareServer() {
  // What a durable request writes, and what the smallest durable write is.
  const file = JSON.stringify(join(temporaryHome(), 'file'));
  const source = `import { fsyncSync, openSync, writeSync } from 'node:fs';
    import { serve } from '@hono/node-server'; import { Hono } from 'hono';
    const file = openSync(${file}, 'w');
    const durable = (bytes) => { writeSync(file, Buffer.alloc(bytes), 0, bytes, 0); fsyncSync(file); };
    const app = new Hono().get('/', (c) => c.json({ a: 1 })).post('/', async (c) => c.json(await c.req.json(), 202))
      .post('/twice', async (c) => { const body = await c.req.json(); durable(4096); durable(4096); return c.json(body, 202); });
    serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.log('http://127.0.0.1:' + port));`;
  return urlOf(['--input-type=module', '-e', source]);
}
