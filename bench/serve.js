// `custos serve` in the same run as a bare hono server on this machine: reading a transaction, durable requests and repeated ones by 32
// callers, and from a request to its bytes at the node, at 100 a second. Server, bare server and node with callers are three processes.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { report, temporaryHome } from './support.js';

const CALLERS = 32;
const REQUESTS = 1_000;
const RATE = 100;
const CARRIED = 1_000;
const SENDERS = 20;
const home = temporaryHome();
const program = fileURLToPath(new URL('../bin/custos.js', import.meta.url));
const env = {
  PATH: process.env.PATH,
  HOME: home,
  CUSTOS_PASSWORD: 'password of a benchmark',
  CUSTOS_LOG_LEVEL: 'error',
};
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const children = [];

const at = (list, part) => list.toSorted((one, other) => one - other)[Math.floor(list.length * part)];

/** Starts a program and waits for the URL that it prints. */
async function urlOf(args) {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /(http:\/\/127\.0\.0\.1:\d+)/.exec(line) ?? [];
    if (url !== undefined) return { url, child };
  }
  throw new Error(`${args.join(' ')} has ended`);
}

async function end({ child }) {
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

function custos(...args) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

function ask(url, method, { body, headers = {} } = {}) {
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

/** Rate and milliseconds of a step that so many callers take one after another; the first tenth warms up. */
async function measure(step) {
  const times = [];
  const run = async (count) => {
    let left = count;
    const caller = async () => {
      while (left > 0) {
        left -= 1;
        const begin = performance.now();
        const { status, text } = await step();
        if (status >= 300) throw new Error(text);
        times.push(performance.now() - begin);
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
  };
  await run(REQUESTS / 10);
  times.length = 0;
  const begin = performance.now();
  await run(REQUESTS);
  return { rate: (REQUESTS * 1000) / (performance.now() - begin), p99: at(times, 0.99) };
}

/** When which bytes came, by transaction id. */
const came = new Map();
const node = createServer(async (question, answer) => {
  let text = '';
  for await (const part of question) text += part;
  const { id, method, params } = JSON.parse(text);
  const results = {
    eth_chainId: '0xaa36a7',
    eth_blockNumber: '0x1',
    eth_gasPrice: '0x1',
    eth_getTransactionCount: '0x0',
  };
  let result = results[method] ?? null;
  if (method === 'eth_sendRawTransaction') {
    result = `0x${Buffer.from(keccak_256(Buffer.from(params[0].slice(2), 'hex'))).toString('hex')}`;
    // What no block holds yet is sent again after a while.
    if (!came.has(result)) came.set(result, performance.now());
  }
  answer.setHeader('content-type', 'application/json').end(JSON.stringify({ jsonrpc: '2.0', id, result }));
});
await once(node.listen(0, '127.0.0.1'), 'listening');

custos('init');
/** Transactions of one sender go one after another. */
const made = custos('wallet', 'create', 'ETH', '--testnet', '--private-key', '--count', String(SENDERS));
const wallets = made
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line).signatureId);
const authorization = `Bearer ${/custos_[0-9a-f_]+/.exec(custos('token', 'create', 'bench', '--rate', '100000'))[0]}`;
let number = 0;
function payment() {
  const nonce = number++;
  const fixed = { to: `0x${'12'.repeat(20)}`, gas: '21000', gasPrice: '1000000000', chainId: 11155111 };
  const unsigned = JSON.stringify({ ...fixed, nonce, value: String(nonce + 1) });
  const body = { kind: 'raw', chain: 'ETH', keys: [{ wallet: wallets[nonce % SENDERS] }], unsigned };
  return { body, headers: { authorization, 'idempotency-key': `bench-${nonce}` } };
}
const serve = ['serve', '--testnet', `--node=ETH=http://127.0.0.1:${node.address().port}`, '--listen', '127.0.0.1:0'];

const source = `import { serve } from '@hono/node-server'; import { Hono } from 'hono';
const app = new Hono().get('/', (c) => c.json({ a: 1 })).post('/', async (c) => c.json(await c.req.json(), 202));
serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.log('http://127.0.0.1:' + port));`;
try {
  const hono = await urlOf(['--input-type=module', '-e', source]);
  const bareGet = await measure(() => ask(`${hono.url}/`, 'GET'));
  const barePost = await measure(() => ask(`${hono.url}/`, 'POST', payment()));
  number = 0;
  await end(hono);

  const carrying = await urlOf([program, ...serve]);
  const transactions = `${carrying.url}/v1/transactions`;
  const waits = [];
  const asked = [];
  const begin = performance.now();
  for (let place = 0; place < CARRIED; place++) {
    const due = begin + (place * 1000) / RATE - performance.now();
    if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
    const start = performance.now();
    asked.push(ask(transactions, 'POST', payment()).then(({ text }) => ({ start, id: JSON.parse(text).id })));
  }
  // The bytes tell their id; nothing is asked while they are measured.
  const taken = await Promise.all(asked);
  while (came.size < CARRIED) await new Promise((resolve) => node.once('request', () => setImmediate(resolve)));
  for (const { start, id } of taken) {
    const { txId } = JSON.parse((await ask(`${transactions}/${id}`, 'GET', { headers: { authorization } })).text);
    waits.push(came.get(txId) - start);
  }
  await end(carrying);

  const accepting = await urlOf([program, ...serve, '--no-signer']);
  const url = `${accepting.url}/v1/transactions`;
  const known = payment();
  const { id } = JSON.parse((await ask(url, 'POST', known)).text);
  const get = await measure(() => ask(`${url}/${id}`, 'GET', { headers: { authorization } }));
  const replayed = await measure(() => ask(url, 'POST', known));
  const durable = await measure(() => ask(url, 'POST', payment()));
  await end(accepting);

  const perSecond = ({ rate }) => `${rate.toFixed(0)}/s`;
  const row = (what, one, limit, goal) => {
    const ratio = one.rate / limit.rate;
    return { what, figure: perSecond(one), limit: perSecond(limit), ratio, goal: String(goal), met: ratio >= goal };
  };
  const warm = waits.slice(CARRIED / 10);
  const [p50, p99] = [at(warm, 0.5), at(warm, 0.99)];
  report('serve', [
    row('a transaction is read; limit: bare GET', get, bareGet, 0.3),
    row(
      `durable POST, p99 ${durable.p99.toFixed(0)} ms; limit: bare POST, p99 ${barePost.p99.toFixed(0)} ms`,
      durable,
      barePost,
      0.1,
    ),
    row('a repeated POST; limit: reading a transaction', replayed, get, 1),
    {
      what: `request to bytes at the node at ${RATE}/s, median and 99th percentile`,
      figure: `${p50.toFixed(1)} ms, ${p99.toFixed(1)} ms`,
      goal: '25, 100 ms',
      met: p50 <= 25 && p99 <= 100,
    },
  ]);
} finally {
  for (const child of children) child.kill('SIGKILL');
  agent.destroy();
  node.close();
  node.closeAllConnections();
}
