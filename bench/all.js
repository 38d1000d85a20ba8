// Runs the named benchmarks (`npm run bench -- drain latency`), or all of them. Each prints its table and writes
// bench/results/<name>.json.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const names = [
  'start',
  'chains',
  'policy',
  'sweep',
  'latency',
  'poll',
  'wallets',
  'drain',
  'drain-asked',
  'drain-postgres',
  'open-large',
  'lookup',
  'approvals',
  'keeper',
  'audit',
  'budgets',
  'accept',
  'serve',
  'serve-signing',
  'serve-streams',
  'webhooks',
  'freeze',
  'control',
];
const wanted = process.argv.slice(2);
for (const name of wanted) if (!names.includes(name)) throw new Error(`${name} is none of ${names.join(', ')}`);
for (const name of wanted.length > 0 ? wanted : names) {
  const { status } = spawnSync(process.execPath, [fileURLToPath(new URL(`./${name}.js`, import.meta.url))], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
