// How fast wallets are made, durable and printed, as a ratio to the raw cryptography measured in the same run.
import { spawn } from 'node:child_process';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pointFromScalar } from 'tiny-secp256k1';
import { childNode, masterNode } from '../dist/crypto/hd-key.js';
import { report, temporaryHome, time } from './support.js';

const COUNT = Number(process.env.BENCH_CREATE ?? 100_000);
const program = fileURLToPath(new URL('../bin/custos.js', import.meta.url));
const home = temporaryHome();
const env = { PATH: process.env.PATH, HOME: home, CUSTOS_PASSWORD: 'bench password' };

/** Runs a command and notes the times of output lines: `marks` are the numbers of these lines. */
function custos(args, marks = []) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const times = new Map();
    let lines = 0;
    createInterface(child.stdout).on('line', () => {
      lines += 1;
      if (marks.includes(lines)) times.set(lines, performance.now());
    });
    child.once('close', (code) => (code === 0 ? resolve(times) : reject(new Error(`exit code ${code}`))));
  });
}

/** Wallets a second between two lines of the output, so that the start of the program does not count. */
async function createRates(count, ...flags) {
  const marks = [16, Math.round(count / 4), Math.round((count * 3) / 4), count];
  const times = await custos(['wallet', 'create', 'ETH', ...flags, '--count', String(count)], marks);
  const rate = (from, to) => ((to - from) * 1000) / (times.get(to) - times.get(from));
  const [first, quarter, threeQuarters, last] = marks;
  return { whole: rate(first, last), early: rate(first, quarter), late: rate(threeQuarters, last) };
}

async function rawRate(count, work) {
  return (
    (count * 1000) /
    (await time(() => {
      for (let turn = 0; turn < count; turn++) work();
    }))
  );
}

const rawKey = () => pointFromScalar(randomBytes(32), true);
const rawMnemonic = () => {
  let node = masterNode(pbkdf2Sync('bench', randomBytes(16), 2048, 64, 'sha512'));
  for (const step of [0x8000002c, 0x8000003c, 0x80000000, 0, 0]) node = childNode(node, step);
};
/** Measured before and after, because the speed of a machine changes meanwhile. */
const between = async (raw, work) => {
  const before = await raw();
  const rates = await work();
  return { ...rates, raw: (before + (await raw())) / 2 };
};

await custos(['init']);
await rawRate(2000, rawKey);
const keys = await between(
  () => rawRate(10_000, rawKey),
  () => createRates(COUNT, '--private-key'),
);
const mnemonics = await between(
  () => rawRate(300, rawMnemonic),
  () => createRates(1000),
);

const row = (what, { whole, raw }, goal) => ({
  what,
  figure: `${Math.round(whole)}/s`,
  limit: `${Math.round(raw)}/s`,
  ratio: whole / raw,
  goal: `>= ${goal}`,
  met: whole / raw >= goal,
});
report('wallets', [
  row(`${COUNT} private-key wallets / raw public keys`, keys, 0.4),
  {
    what: 'linear: rate of the last quarter / rate of the first quarter',
    figure: `${Math.round(keys.late)}/s`,
    limit: `${Math.round(keys.early)}/s`,
    ratio: keys.late / keys.early,
    goal: '>= 0.9',
    met: keys.late / keys.early >= 0.9,
  },
  row('1,000 mnemonic wallets / PBKDF2 and five derivations', mnemonics, 0.5),
]);
