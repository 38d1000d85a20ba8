// What control costs: drains of ready ETH transactions with a policy, budgets and the audit log, and without any of them, in turn.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bareRate, drain, drainRow, makeStore, readyTransactions, TRANSACTIONS, WALLETS } from './draining.js';
import { ethPolicy } from './policies.js';
import { report } from './support.js';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);

/** Two limits count every payment, and one of them for each wallet. */
const policy = ethPolicy({
  permits: [{ id: 'pay', asset: 'ETH', to: 'any', max: '1' }],
  limits: [
    { id: 'daily', asset: 'ETH', rolling: '24h', max: '1000000' },
    { id: 'pace', per: 'wallet', count: 1000, rolling: '1h' },
  ],
});

function publish(home) {
  const file = join(home, 'policy.json');
  writeFileSync(file, JSON.stringify(policy));
  const program = fileURLToPath(new URL('../bin/custos.js', import.meta.url));
  const env = { HOME: home, PATH: process.env.PATH, CUSTOS_PASSWORD: 'bench password' };
  const { status, stderr } = spawnSync(process.execPath, [program, 'policy', 'publish', file], {
    env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
}

const plain = makeStore(WALLETS);
const controlled = makeStore(WALLETS);
publish(controlled.home);
/** Other wallets in each round, so that each pays with its first numbers. */
const pendingOf = ({ ids }, round) => readyTransactions(ids.slice(round * Math.ceil(TRANSACTIONS / 2)));
const rates = { plain: [], controlled: [], bare: [] };
for (let round = 0; round < ROUNDS; round++) {
  rates.bare.push(await bareRate(TRANSACTIONS));
  const without = await drain({ home: plain.home, pending: pendingOf(plain, round), audit: false });
  const within = await drain({ home: controlled.home, pending: pendingOf(controlled, round) });
  rates.plain.push(without.rate);
  rates.controlled.push(within.rate);
}
const middle = (list) => [...list].sort((one, other) => one - other)[Math.floor(list.length / 2)];
const ratio = middle(rates.controlled) / middle(rates.plain);
report('control', [
  {
    what: `${TRANSACTIONS} ready transactions with a policy, two budgets and the audit log, median of ${ROUNDS}`,
    figure: `${Math.round(middle(rates.controlled))}/s`,
    limit: `without ${Math.round(middle(rates.plain))}/s`,
    ratio,
    goal: '>= 0.9',
    met: ratio >= 0.9,
  },
  drainRow('the same', { rate: middle(rates.controlled) }, middle(rates.bare), 0.45),
]);
process.exit(0);
