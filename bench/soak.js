// A soak: node bench/soak.js [TRANSACTIONS] [sqlite|postgres]. Every few seconds it kills a daemon (and starts it again) or a
// signer with SIGKILL, while five of a hundred answers of cloud and node are faults. PostgreSQL has two daemons. At the end it checks the
// chain: every payment arrived once, and every sender's nonce is the number of its payments.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as ask, createServer } from 'node:http';
import { readConfig } from '../dist/app/config/config.js';
import { startLocalChain } from '../dist/app/demo/local-chain.js';
import { createHouse } from '../dist/app/house.js';
import { makeStore } from './draining.js';
import { startPostgres } from './postgres.js';
import { report } from './support.js';

const TRANSACTIONS = Number(process.argv[2] ?? 10_000);
const KIND = process.argv[3] ?? 'sqlite';
const SENDERS = 200;
const DAEMONS = KIND === 'postgres' ? 2 : 1;
/** Transactions that wait at the cloud at the same time. */
const LISTED = 400;
const FAULTS = 0.05;
/** Requests per second that cloud and node each accept. */
const A_SECOND = 2000;
/** Milliseconds until the soak gives up. */
const LIMIT = 40 * 60_000;
const AMOUNT = 1_000_000_000_000n;
const CHAIN_ID = 31_337;

const secrets = { CUSTOS_PASSWORD: 'bench password', CUSTOS_API_KEY: 'bench-key' };
const postgres = KIND === 'postgres' ? await startPostgres('soak') : undefined;
const anvil = await startLocalChain(CHAIN_ID);
const { home, ids } = makeStore(SENDERS, ...(postgres ? [postgres.url] : []));
const flags = { testnet: true, logLevel: 'silent', ...(postgres && { store: postgres.url }) };
const addresses = await readAddresses();
for (const address of addresses) await anvil.rpc('anvil_setBalance', [address, '0x8ac7230489e80000']);

const waiting = new Map();
const done = new Map();
let made = 0;
let faults = 0;
let answers = 0;
const cloud = await serve(answerAsCloud);
const node = await serve(passOn);

const counts = { daemons: 0, signers: 0 };
const begin = performance.now();
const daemons = Array.from({ length: DAEMONS }, startDaemon);
while (done.size < TRANSACTIONS) {
  fill();
  const before = done.size;
  // A restarted process must have begun its work before it is killed again, however slow the machine is.
  while (done.size === before && isInTime()) {
    await pause(100);
    fill();
  }
  for (let left = 2000 + Math.random() * 3000; left > 0 && done.size < TRANSACTIONS; left -= 100) {
    await pause(100);
    fill();
  }
  const place = Math.floor(Math.random() * DAEMONS);
  if (Math.random() < 0.3) killSigner(daemons[place]);
  else {
    daemons[place].kill('SIGKILL');
    await ended(daemons[place]);
    counts.daemons += 1;
    daemons[place] = startDaemon();
  }
  const minutes = ((performance.now() - begin) / 60_000).toFixed(1);
  process.stderr.write(`${minutes} min: ${done.size} of ${TRANSACTIONS} done (+${done.size - before})\n`);
  if (!isInTime()) break;
}
for (const daemon of daemons) daemon.kill('SIGTERM');
await Promise.all(daemons.map(ended));
const seconds = (performance.now() - begin) / 1000;

const verdict = await judge();
report(`soak-${KIND}`, [
  {
    what: 'transactions completed',
    figure: String(done.size),
    goal: String(TRANSACTIONS),
    met: done.size === TRANSACTIONS,
  },
  {
    what: 'payments that arrived once',
    figure: String(verdict.once),
    goal: String(TRANSACTIONS),
    met: verdict.once === TRANSACTIONS,
  },
  { what: 'lost', figure: String(verdict.lost), goal: '0', met: verdict.lost === 0 },
  { what: 'doubled', figure: String(verdict.doubled), goal: '0', met: verdict.doubled === 0 },
  {
    what: 'senders whose nonce is not their number of payments',
    figure: String(verdict.odd),
    goal: '0',
    met: verdict.odd === 0,
  },
  { what: 'daemons killed', figure: String(counts.daemons) },
  { what: 'signers killed', figure: String(counts.signers) },
  { what: 'faulty answers', figure: `${faults} of ${answers}` },
  { what: 'time', figure: `${Math.round(seconds)} s` },
]);
await anvil.close();
await postgres?.stop();
process.exit(verdict.lost + verdict.doubled + verdict.odd === 0 && done.size === TRANSACTIONS ? 0 : 1);

function isInTime() {
  return performance.now() - begin < LIMIT;
}

function fill() {
  while (made < TRANSACTIONS && waiting.size < LISTED) {
    const id = made.toString(16).padStart(24, '0');
    const serializedTransaction = JSON.stringify({ to: recipient(made), value: String(AMOUNT) });
    waiting.set(id, { id, chain: 'ETH', hashes: [ids[made % SENDERS]], serializedTransaction });
    made += 1;
  }
}

function recipient(number) {
  return `0x${(0x1_0000_0000 + number).toString(16).padStart(40, '0')}`;
}

async function judge() {
  let once = 0;
  let lost = 0;
  let doubled = 0;
  for (let number = 0; number < TRANSACTIONS; number++) {
    const balance = BigInt(await anvil.rpc('eth_getBalance', [recipient(number), 'latest']));
    if (balance === AMOUNT) once += 1;
    else if (balance === 0n) lost += 1;
    else doubled += 1;
  }
  let odd = 0;
  for (const [place, address] of addresses.entries()) {
    const expected = Math.ceil((TRANSACTIONS - place) / SENDERS);
    if (Number(await anvil.rpc('eth_getTransactionCount', [address, 'latest'])) !== expected) odd += 1;
  }
  return { once, lost, doubled, odd };
}

async function readAddresses() {
  const house = createHouse(readConfig(flags, secrets, home), { interactive: false, note() {} });
  const store = await house.store();
  const vault = await house.vault();
  const sealed = new Map((await store.wallets.get(ids)).map((wallet) => [wallet.signatureId, wallet]));
  const found = ids.map((signatureId) => vault.identify(sealed.get(signatureId), { signatureId }).address);
  await house.close();
  return found;
}

function startDaemon() {
  const options = [
    '--testnet',
    '--period',
    '0.5',
    '--log-level',
    'error',
    '--chain',
    'ETH',
    '--chain-id',
    `ETH=${CHAIN_ID}`,
  ];
  const child = spawn(process.execPath, ['bin/custos.js', 'daemon', ...options, '--node', `ETH=${node}`], {
    env: {
      PATH: process.env.PATH,
      HOME: home,
      ...secrets,
      CUSTOS_CLOUD_URL: cloud,
      ...(postgres && { CUSTOS_STORE: postgres.url }),
    },
    stdio: ['ignore', 'ignore', process.env.SOAK_LOG ? 'inherit' : 'ignore'],
  });
  return child;
}

/** The signer is the daemon's child process. */
function killSigner(daemon) {
  const found = spawn('pkill', ['-KILL', '-P', String(daemon.pid)], { stdio: 'ignore' });
  found.once('exit', (code) => {
    if (code === 0) counts.signers += 1;
  });
}

function ended(child) {
  return child.exitCode !== null || child.signalCode !== null ? undefined : once(child, 'exit');
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/**
 * A server that answers five of a hundred requests with a fault, before or after it handles them. It also answers 429 to a
 * client that asks more often than `A_SECOND`: a random 429 would only make a daemon ask ever more slowly.
 */
async function serve(answer) {
  let second = 0;
  let asked = 0;
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    answers += 1;
    const now = Math.floor(performance.now() / 1000);
    asked = now === second ? asked + 1 : 1;
    second = now;
    if (asked > A_SECOND) return response.writeHead(429, { 'retry-after': '1' }).end();
    const fault = Math.random() < FAULTS ? Math.floor(Math.random() * 4) : undefined;
    if (fault !== undefined) faults += 1;
    if (fault === 0) return request.destroy();
    if (fault === 1) return response.writeHead(503).end('overloaded');
    const { status, text } = await answer(request, body);
    if (fault === 2) return request.destroy();
    if (fault === 3)
      return response.writeHead(200, { 'content-type': 'application/json' }).end(text.slice(0, text.length / 2));
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${server.address().port}`;
}

async function answerAsCloud({ method, url }, _body) {
  const ok = (value) => ({ status: 200, text: JSON.stringify(value) });
  if (url.startsWith('/v3/kms/pending/')) return ok([...waiting.values()]);
  const [, , , id, txId] = url.split('/');
  if (method === 'PUT') {
    if (waiting.delete(id)) done.set(id, txId);
    return { status: 204, text: '' };
  }
  if (method === 'GET' && url.startsWith('/v3/kms/')) {
    if (done.has(id)) return ok({ id, txId: done.get(id) });
    if (waiting.has(id)) return ok({ id });
    return { status: 404, text: JSON.stringify({ errorCode: 'kms.missing', message: 'no such transaction' }) };
  }
  return ok({});
}

function passOn(_request, body) {
  return new Promise((resolve) => {
    const options = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const question = ask(anvil.url, options, async (answer) => {
      const parts = [];
      for await (const part of answer) parts.push(part);
      resolve({ status: answer.statusCode, text: Buffer.concat(parts).toString() });
    });
    question.once('error', () => resolve({ status: 502, text: 'gone' }));
    question.end(body);
  });
}
