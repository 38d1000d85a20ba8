import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalKey } from '../dist/vault/lending/local-key.js';

/** A key that signs as the vault's do. @param privateKey - in the chain's own byte form */
export function keyIn({ keys }, privateKey, address) {
  const publicKey = keys.publicKey(privateKey);
  const rawKey = (own) => keys.rawKey?.(own) ?? { kind: keys.curves[0], bytes: own };
  return new LocalKey({ privateKey, address, publicKey: () => publicKey, rawKey }, publicKey);
}

/** A payment of ETH for a signer. @param made - a wallet that has one key, with its sealed record */
export function signRequest({ sealed, wallet }, nonce) {
  return {
    pending: { chain: 'ETH', network: 'testnet', keys: [{ signatureId: wallet.signatureId }] },
    sealed: [sealed],
    completed: JSON.stringify({
      chainId: '11155111',
      nonce: String(nonce),
      from: wallet.address,
      to: `0x${'12'.repeat(20)}`,
      value: '1000',
      data: '0x',
      gas: '21000',
      gasPrice: '1000000000',
    }),
  };
}

/** Milliseconds of one run of `work`. */
export async function time(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Median milliseconds of each function; every run calls each once. */
export async function medians(runs, works) {
  const times = works.map(() => []);
  for (let run = 0; run < runs; run++) {
    for (const [place, work] of works.entries()) times[place].push(await time(work));
  }
  return times.map((list) => list.sort((one, other) => one - other)[Math.floor(runs / 2)]);
}

/** Median milliseconds of one function. */
export async function median(runs, work) {
  const [found] = await medians(runs, [work]);
  return found;
}

/** A temporary home that is removed at the end of the process. */
export function temporaryHome() {
  const home = mkdtempSync(join(tmpdir(), 'custos-bench-'));
  process.once('exit', () => rmSync(home, { recursive: true, force: true }));
  return home;
}

/** Fields of /proc/PID/stat behind the name: parent, and the times of the process and of its ended children in hundredths of a second. */
const PARENT = 1;
const TIMES = [11, 12, 13, 14];

/** Processor time in seconds of this process and of all that it started, with their children; undefined where there is no /proc. */
export function processorTime() {
  let names;
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return undefined;
  }
  const found = new Map(names.flatMap((name) => processIn(name)));
  const isOurs = (pid) => pid === process.pid || (found.has(pid) && isOurs(found.get(pid).parent));
  const ours = [...found].filter(([pid]) => isOurs(pid));
  return ours.reduce((sum, [, { ticks }]) => sum + ticks, 0) / 100;
}

function processIn(name) {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = TIMES.reduce((sum, field) => sum + Number(fields[field]), 0);
    return [[Number(name), { parent: Number(fields[PARENT]), ticks }]];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

export const randomHex = (bytes) => randomBytes(bytes).toString('hex');

let lastTime = Date.now() - 3_600_000;

/** The next id of a pending transaction as a cloud gives it: its time, here one a millisecond, and random digits; 24 digits together. */
export function pendingId() {
  lastTime += 1;
  return lastTime.toString(16).padStart(12, '0') + randomHex(6);
}

/** Prints rows as a table and keeps them as JSON in bench/results/. A row that misses its goal is marked. */
export function report(name, rows) {
  const printed = rows.map(({ what, figure, limit, ratio, goal, met }) => ({
    what,
    figure,
    limit: limit ?? '',
    ratio: ratio === undefined ? '' : ratio.toFixed(2),
    goal: goal ?? '',
    met: met === undefined ? '' : met ? 'yes' : 'NO',
  }));
  console.log(`\n${name}`);
  console.table(printed);
  const directory = new URL('./results/', import.meta.url);
  mkdirSync(directory, { recursive: true });
  const machine = { node: process.version, cpu: cpus()[0]?.model, cores: cpus().length };
  writeFileSync(
    new URL(`${name}.json`, directory),
    `${JSON.stringify({ name, at: new Date().toISOString(), machine, rows }, null, 2)}\n`,
  );
}
