// How fast the daemon drains ready transactions: 2,000 of 1,000 wallets out of 25,000, against a stub cloud on loopback.
import { fork, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pointFromScalar, signRecoverable } from 'tiny-secp256k1';
import { readConfig } from '../dist/app/config.js';
import { runDaemon } from '../dist/app/daemon-work.js';
import { createHouse } from '../dist/app/house.js';
import { randomHex, report, temporaryHome } from './support.js';

const WALLETS = 25_000;
const SENDERS = 1000;
const TRANSACTIONS = 2000;

const home = temporaryHome();
const terminal = { interactive: false, note() {} };
const makeHouse = (flags, environment) =>
  createHouse(readConfig({ testnet: true, logLevel: 'silent', ...flags }, environment, home), terminal);
const secrets = { CUSTOS_PASSWORD: 'bench password', CUSTOS_API_KEY: 'bench-key' };

// The store is made in a process of its own, so that the daemon's memory is the daemon's alone.
const made = spawnSync(
  process.execPath,
  [fileURLToPath(new URL('./make-store.js', import.meta.url)), home, String(WALLETS)],
  {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  },
);
if (made.status !== 0) throw new Error(made.stderr);
const ids = JSON.parse(made.stdout);

const stub = fork(fileURLToPath(new URL('./stub-cloud.js', import.meta.url)), { stdio: 'inherit' });
const ask = (message) =>
  new Promise((resolve) => {
    stub.once('message', resolve);
    stub.send(message);
  });
process.once('exit', () => stub.kill('SIGKILL'));
const pending = Array.from({ length: TRANSACTIONS }, (_, at) => ({
  id: randomHex(12),
  chain: 'ETH',
  hashes: [ids[at % SENDERS]],
  serializedTransaction: JSON.stringify({
    from: 0,
    to: `0x${randomHex(20)}`,
    value: String(1_000_000 + at),
    nonce: Math.floor(at / SENDERS),
    gas: '21000',
    gasPrice: '1000000000',
    chainId: 11155111,
  }),
}));
const { url } = await ask({ kind: 'serve', pending });

const spent = new Map();
let begin = 0;
let peak = 0;
const house = makeHouse({ runOnce: true, cloudUrl: url }, secrets);
let signerPid = 0;
const sample = setInterval(() => {
  peak = Math.max(peak, rss(process.pid) + rss(signerPid));
  if (process.env.DBG) console.log(rss(process.pid), rss(signerPid), process.memoryUsage());
}, 50);
const tally = await runDaemon(house, {
  signal: new AbortController().signal,
  onReady: (signer) => {
    signerPid = Number(/\d+/.exec(signer.name)?.[0]);
    begin = performance.now();
  },
  trace: (step, moment, microseconds) => {
    if (moment === 'end') spent.set(step, (spent.get(step) ?? 0) + microseconds);
  },
});
const seconds = (performance.now() - begin) / 1000;
clearInterval(sample);
await house.close();
const { broadcasts } = await ask({ kind: 'count' });
if (tally.completed !== TRANSACTIONS || broadcasts !== TRANSACTIONS) {
  throw new Error(`completed ${tally.completed}, broadcast ${broadcasts} of ${TRANSACTIONS}`);
}
stub.kill('SIGKILL');

const hash = Buffer.alloc(32, 7);
const key = Buffer.alloc(32, 9);
if (!pointFromScalar(key)) throw new Error('no key');
const rawStart = performance.now();
for (let at = 0; at < 2000; at++) signRecoverable(hash, key);
const raw = 2000 / ((performance.now() - rawStart) / 1000);

const rate = TRANSACTIONS / seconds;
const total = [...spent].filter(([step]) => step !== 'open').reduce((sum, [, value]) => sum + value, 0);
report('daemon', [
  {
    what: 'transactions a second',
    figure: `${Math.round(rate)}/s`,
    limit: `raw signatures ${Math.round(raw)}/s`,
    ratio: rate / raw,
    goal: '>= 300/s',
    met: rate >= 300,
  },
  { what: 'daemon and signer, peak RSS', figure: `${Math.round(peak)} MB`, goal: '< 250 MB', met: peak < 250 },
  ...[...spent].map(([step, value]) => ({
    what: `time in step "${step}" (waiting included, works overlap)`,
    figure: `${Math.round(value / 1000)} ms`,
    ratio: value / total,
  })),
]);
process.exit(0);

function rss(pid) {
  try {
    const status = readFileSync(join('/proc', String(pid), 'status'), 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
