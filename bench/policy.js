// How long a policy of 1,000 rules takes to judge one transaction: where every rule may be about it, where no permit covers it, and
// where most rules are about other chains and wallets. The limit beside it is the least that such a judge does: to look an address up
// in 1,000 small sets.
import { readPolicy } from '../dist/policy/document/read.js';
import { compilePolicy } from '../dist/policy/judging/compile.js';
import { judgePolicy } from '../dist/policy/judging/judge.js';
import { report } from './support.js';

const RULES = 1000;
const RUNS = 20_000;
const sender = '0x1111111111111111111111111111111111111111';
const chains = ['ETH', ...Array.from({ length: 19 }, (_, at) => `C${at}`)];
const address = (at) => `0x${at.toString(16).padStart(40, '0')}`;
const assets = Object.fromEntries(chains.map((chain) => [chain, { network: 'mainnet', chain, decimals: 18 }]));

function policyOf(scope) {
  const places = Array.from({ length: RULES }, (_, at) => at);
  const rule = (at) => ({ id: `rule-${at}`, ...scope(at) });
  const permits = places
    .slice(0, 900)
    .map((at) => ({ ...rule(at), asset: 'ETH', to: [address(at), address(at + 5000)], max: '10' }));
  const forbids = places.slice(900, 950).map((at) => ({ ...rule(at), to: address(at) }));
  const limits = places.slice(950).map((at) => ({ ...rule(at), asset: 'ETH', rolling: '24h', max: '1000' }));
  const text = {
    custosPolicy: 1,
    version: 1,
    timeZone: 'UTC',
    assets,
    books: {},
    groups: {},
    permits,
    forbids,
    limits,
  };
  return compilePolicy(readPolicy(JSON.stringify(text)));
}

const facts = (at, to = address(at % 900)) => ({
  chain: 'ETH',
  network: 'mainnet',
  coin: 'ETH',
  wallets: [{ id: '00000000-0000-4000-8000-000000000001', tags: [`tag-${at % 50}`] }],
  signers: [sender],
  isOwn: () => false,
  effects: [
    { op: 'transfer', from: sender, to, asset: 'ETH', amount: 10n ** 18n },
    { op: 'fee', from: sender, asset: 'ETH', amount: 10n ** 15n },
  ],
  now: 1_784_116_800_000,
  used: () => 0n,
  approvals: [],
});

/** Microseconds of each run, in order. */
function times(work) {
  const found = new Float64Array(RUNS);
  for (let run = -2000; run < RUNS; run++) {
    const start = process.hrtime.bigint();
    work(run + 2000);
    if (run >= 0) found[run] = Number(process.hrtime.bigint() - start) / 1000;
  }
  return found.sort();
}

const open = policyOf(() => ({}));
const indexed = policyOf((at) => ({ chain: [chains[at % 20]], tags: [`tag-${at % 50}`] }));
const sets = Array.from({ length: RULES }, (_, at) => new Set([address(at), address(at + 5000)]));

const all = times((run) => judgePolicy(open, facts(run)));
const denied = times((run) => judgePolicy(open, facts(run, address(run + 10_000))));
const few = times((run) => judgePolicy(indexed, facts(run)));
const bare = times((run) => {
  const to = address(run % 900);
  return sets.reduce((sum, set) => sum + (set.has(to) ? 1 : 0), 0);
});
const at = (list, part) => list[Math.floor(list.length * part)];
const micro = (time) => `${time.toFixed(1)} µs`;
const row = (what, time, limit, goal) => ({
  what,
  figure: micro(time),
  limit: micro(limit),
  ratio: time / limit,
  goal: micro(goal),
  met: time <= goal,
});
report('policy', [
  row('1,000 rules about one chain and any wallet, p99', at(all, 0.99), at(bare, 0.99), 200),
  row('1,000 rules about one chain and any wallet, median', at(all, 0.5), at(bare, 0.5), 200),
  row('the same, denied, p99', at(denied, 0.99), at(bare, 0.99), 200),
  row('the same, denied, median', at(denied, 0.5), at(bare, 0.5), 200),
  row('1,000 rules of 20 chains and 50 tags, p99', at(few, 0.99), at(bare, 0.99), 200),
  row('1,000 rules of 20 chains and 50 tags, median', at(few, 0.5), at(bare, 0.5), 10),
]);
