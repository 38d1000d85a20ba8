// How fast wallets are made, durable and printed, as a ratio to the raw cryptography measured in the same run.
import { spawnSync } from 'node:child_process';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { pointFromScalar } from 'tiny-secp256k1';
import { childNode, masterNode } from '../dist/crypto/hd-key.js';
import { report, temporaryHome, time } from './support.js';

const program = fileURLToPath(new URL('../bin/custos.js', import.meta.url));
const home = temporaryHome();
const env = { PATH: process.env.PATH, HOME: home, CUSTOS_PASSWORD: 'bench password' };

function custos(...args) {
  const result = spawnSync(process.execPath, [program, ...args], { env, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (result.status !== 0) throw new Error(result.stderr);
  return result.stdout;
}

/** Wallets a second beyond the fixed cost of starting and of opening the store. */
async function createRate(count, ...flags) {
  const one = await time(() => custos('wallet', 'create', 'ETH', ...flags));
  const many = await time(() => {
    const lines = custos('wallet', 'create', 'ETH', ...flags, '--count', String(count))
      .trim()
      .split('\n').length;
    if (lines !== count) throw new Error(`${lines} lines for ${count} wallets`);
  });
  return count / ((many - one) / 1000);
}

async function rawRate(count, work) {
  return count / ((await time(() => Array.from({ length: count }, work))) / 1000);
}

custos('init');
const rawKeys = await rawRate(5000, () => pointFromScalar(randomBytes(32), true));
const rawMnemonics = await rawRate(300, () => {
  let node = masterNode(pbkdf2Sync('bench', randomBytes(16), 2048, 64, 'sha512'));
  for (const step of [0x8000002c, 0x8000003c, 0x80000000, 0, 0]) node = childNode(node, step);
});
const first = await createRate(2500, '--private-key');
const keys = await createRate(10_000, '--private-key');
const mnemonics = await createRate(1000);

const row = (what, rate, raw, goal) => ({
  what,
  figure: `${Math.round(rate)}/s`,
  limit: `${Math.round(raw)}/s`,
  ratio: rate / raw,
  goal: `>= ${goal}`,
  met: rate / raw >= goal,
});
report('wallets', [
  row('10,000 private-key wallets / raw public keys', keys, rawKeys, 0.33),
  row('1,000 mnemonic wallets / PBKDF2 and five derivations', mnemonics, rawMnemonics, 0.5),
  row('linear: rate at 10,000 / rate at 2,500', keys, first, 0.8),
]);
