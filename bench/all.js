// Runs the named benchmarks (`npm run bench -- drain latency`), or all of them, and compares their ratios with those of the last
// release: a run that is more than a tenth slower is repeated twice, and then fails. Each benchmark prints its table and writes
// bench/results/<name>.json. With --keep the figures become those that later runs are compared with, and that
// docs/performance.md shows (`npm run docs`).
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compareRows, fasterRows } from './comparison.js';

const REPEATS = 2;
const names = [
  'start',
  'chains',
  'policy',
  'sweep',
  'latency',
  'signer',
  'poll',
  'wallets',
  'drain',
  'drain-asked',
  'drain-postgres',
  'mixed',
  'open-large',
  'lookup',
  'approvals',
  'keeper',
  'audit',
  'budgets',
  'journal',
  'accept',
  'serve',
  'serve-signing',
  'serve-streams',
  'webhooks',
  'freeze',
  'control',
];
const { wanted, keeps } = readArguments(process.argv.slice(2));
const figuresFile = new URL('./figures.json', import.meta.url);
const figures = readJson(figuresFile);
for (const name of wanted.length > 0 ? wanted : names) {
  if (!measure(name)) process.exitCode = 1;
}
if (keeps) writeFileSync(figuresFile, `${JSON.stringify(figures, null, 2)}\n`);

function readArguments(given) {
  const wanted = given.filter((word) => word !== '--keep');
  for (const name of wanted) if (!names.includes(name)) throw new Error(`${name} is none of ${names.join(', ')}`);
  return { wanted, keeps: wanted.length < given.length };
}

/** @returns false where the benchmark failed or was too slow */
function measure(name) {
  const kept = figures.find((one) => one.name === name)?.rows ?? [];
  let result = run(name);
  for (let repeat = 0; result !== undefined && isSlow(result, kept) && repeat < REPEATS; repeat++) {
    console.log(`${name} is slower than in the last release: once more`);
    const again = run(name);
    result = again && { ...again, rows: fasterRows(again.rows, result.rows) };
  }
  if (result === undefined) return false;
  if (keeps) keep(result);
  const compared = compareRows(result.rows, kept);
  if (compared.length > 0) {
    console.log(`${name} beside the last release`);
    console.table(compared.map(printed));
  }
  return keeps || !compared.some(({ isSlower }) => isSlower);
}

function run(name) {
  const program = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  const { status } = spawnSync(process.execPath, [program], { stdio: 'inherit' });
  return status === 0 ? readJson(new URL(`./results/${name}.json`, import.meta.url)) : undefined;
}

function isSlow({ rows }, kept) {
  return compareRows(rows, kept).some(({ isSlower }) => isSlower);
}

function printed({ what, before, now, speed, isSlower }) {
  const ratios = { before: before.toFixed(2), now: now.toFixed(2) };
  return { what, ...ratios, speed: speed.toFixed(2), '': isSlower ? 'TOO SLOW' : '' };
}

/** Keeps the figures of one benchmark in the order in which all run. */
function keep(result) {
  const others = figures.filter(({ name }) => name !== result.name);
  figures.splice(0, Number.POSITIVE_INFINITY, ...others, result);
  figures.sort((one, other) => names.indexOf(one.name) - names.indexOf(other.name));
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
