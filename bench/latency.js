// From a sign request to its signed bytes through a signer process, at 100 a second, beyond the bare curve operation.

import { signRecoverable } from 'tiny-secp256k1';
import { keeperProgram, signerProgramBelow } from '../dist/app/signer/program.js';
import { createRegistry } from '../dist/chains/registry.js';
import { Secret } from '../dist/core/secret.js';
import { createSignerClient } from '../dist/signing/signer-client.js';
import { makeRootKey, makeSlot, makeStoreId } from '../dist/vault/key-slots.js';
import { openVault } from '../dist/vault/vault.js';
import { report, signRequest } from './support.js';

const RATE = 100;
const REQUESTS = 1500;

const chains = createRegistry();
const [rootKey, storeId, password] = [makeRootKey(), makeStoreId(), Secret.text('bench password')];
const vault = openVault({ rootKey, storeId, chains });
const { sealed, wallet } = await vault.create('ETH', 'testnet', { kind: 'key' });
const slots = [await makeSlot(rootKey, password, { kind: 'password', storeId })];
const log = { debug() {}, info() {}, warn() {}, error() {} };
const signer = createSignerClient({
  ...signerProgramBelow(keeperProgram().nodeFlags),
  slots,
  storeId,
  password,
  rules: new Map(),
  count: 1,
  log,
});
await signer.unlock();

const requestOf = (nonce) => signRequest({ sealed, wallet }, nonce);
for (let warm = 0; warm < 200; warm++) await signer.sign(requestOf(warm));

const times = [];
const asked = [];
const begin = performance.now();
for (let at = 0; at < REQUESTS; at++) {
  const due = begin + (at * 1000) / RATE;
  const wait = due - performance.now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
  const start = performance.now();
  asked.push(signer.sign(requestOf(at)).then(() => times.push(performance.now() - start)));
}
await Promise.all(asked);
await signer.close();

const bare = Array.from({ length: 2000 }, () => {
  const start = performance.now();
  signRecoverable(Buffer.alloc(32, 7), Buffer.alloc(32, 9));
  return performance.now() - start;
});
const quantile = (list, part) => list.sort((a, b) => a - b)[Math.floor(list.length * part)];
const [p50, p99, curve] = [quantile(times, 0.5), quantile(times, 0.99), quantile(bare, 0.5)];
report('latency', [
  {
    what: `request to signed bytes at ${RATE}/s, 99th percentile beyond the curve operation`,
    figure: `${(p99 - curve).toFixed(2)} ms`,
    limit: `curve operation ${curve.toFixed(2)} ms`,
    goal: '< 10 ms',
    met: p99 - curve < 10,
  },
  { what: 'median', figure: `${p50.toFixed(2)} ms`, ratio: p50 / curve },
]);
process.exit(0);
