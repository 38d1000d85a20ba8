// A soak of the API: node bench/soak-serve.js [REQUESTS] [sqlite|postgres]. Clients ask `custos serve` for payments by HTTP with
// Idempotency-Key and repeat each request until they know the answer, while every few seconds a server, its front, its keeper or a signer is
// killed, or a server gets SIGTERM. PostgreSQL has two servers, and tries go to them in turn. At the end node, journal, owners, events and a
// webhook are compared.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { freePort, startLocalChain } from '../dist/app/demo/local-chain.js';
import { soakServe } from '../test/support/serve-soak/soak.mjs';
import { startPostgres } from './postgres.js';
import { report, temporaryHome } from './support.js';

const REQUESTS = Number(process.argv[2] ?? 10_000);
const KIND = process.argv[3] ?? 'sqlite';
const OWNERS = Math.min(500, REQUESTS);
/** Milliseconds until the soak gives up. */
const LIMIT = 60 * 60_000;
const kinds = ['server', 'front', 'server', 'signer', 'server', 'stop', 'server', 'keeper'];
const scopes =
  'wallets:create,wallets:read,owners:read,transactions:create,transactions:read,events:read,webhooks:manage';

const program = fileURLToPath(new URL('../bin/custos.js', import.meta.url));
const postgres = KIND === 'postgres' ? await startPostgres('soak') : undefined;
const env = {
  PATH: process.env.PATH,
  HOME: temporaryHome(),
  CUSTOS_PASSWORD: 'password of a benchmark',
  CUSTOS_LOG_LEVEL: process.env.SOAK_LOG ?? 'silent',
  ...(postgres && { CUSTOS_STORE: postgres.url }),
};
const chain = await startLocalChain(11_155_111);
custos('init');
const [token] = /custos_[0-9a-f_]+/.exec(custos('token', 'create', 'soak', '--rate', '100000', '--scope', scopes));
const servers = [];
for (let count = postgres ? 2 : 1; count > 0; count--) servers.push({ port: await freePort() });

const begin = performance.now();
const minutes = () => ((performance.now() - begin) / 60_000).toFixed(1);
setTimeout(() => {
  console.error(`the soak gives up after ${minutes()} minutes`);
  process.exit(1);
}, LIMIT).unref();
const { verdict, fleet, broken } = await soakServe({
  ...{ program, env, token, servers, node: chain, requests: REQUESTS, owners: OWNERS, hasWebhook: true },
  nextDeath: (number) => ({ kind: kinds[number % kinds.length], pause: 4000 + Math.random() * 5000 }),
  onProgress: (answered) => process.stderr.write(`${minutes()} min: ${answered} of ${REQUESTS + OWNERS} answered\n`),
});
const { deaths, slowestStop, badStops } = fleet;
const mistakes = Object.entries({ ...verdict, 'ends in order that were none': badStops });
report(`soak-serve-${KIND}`, [
  { what: 'requests', figure: String(REQUESTS) },
  ...mistakes.map(([what, figure]) => ({ what, figure: String(figure), goal: '0', met: figure === 0 })),
  { what: 'killed', figure: `${deaths.server} servers, ${deaths.front} fronts, ${deaths.keeper} keepers` },
  { what: 'killed signers; SIGTERM', figure: `${deaths.signer}; ${deaths.stop}` },
  { what: 'slowest end after SIGTERM', figure: `${(slowestStop / 1000).toFixed(1)} s` },
  { what: 'tries without an answer', figure: String(broken) },
  { what: 'time', figure: `${Math.round((performance.now() - begin) / 1000)} s` },
]);
await chain.close();
await postgres?.stop();
process.exit(mistakes.every(([, figure]) => figure === 0) ? 0 : 1);

function custos(...args) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
