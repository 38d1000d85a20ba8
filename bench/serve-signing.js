// `eth_signTransaction` over JSON-RPC with a policy in force, from the call to the signed bytes: 32 callers beside the rate of keeper
// and signer with the same policy, which sign for as many callers, and beside a signer process alone; and then one caller. All of them
// are measured when the code of their processes is compiled; the first calls are a row of their own. Each call is a row of the
// journal: accepted and claimed, then signed and handed out, each on the disk.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { signRecoverable } from 'tiny-secp256k1';
import { keeperProgram, signerProgramBelow } from '../dist/app/signer/program.js';
import { createRegistry } from '../dist/chains/registry.js';
import { Secret } from '../dist/core/secret.js';
import { createSignerClient } from '../dist/signing/signer-client.js';
import { makeRootKey, makeSlot, makeStoreId } from '../dist/vault/key-slots.js';
import { openVault } from '../dist/vault/vault.js';
import { keeperWith, policyOf, rateOf } from './keepers.js';
import { ethPolicy } from './policies.js';
import {
  ask,
  at,
  authorizationOf,
  CALLERS,
  custos,
  end,
  endAll,
  ethereumNode,
  measure,
  newStore,
  program,
  urlOf,
} from './serving.js';
import { report, signRequest, temporaryHome } from './support.js';

const SENDERS = 64;
/** Requests of 32 callers, and those before them until V8 has compiled what they run. */
const [MANY, WARMING] = [8000, 4000];
const to = `0x${'12'.repeat(20)}`;
const policy = ethPolicy();

/** Signatures a second of a signer process that nobody judges for, asked by as many callers. */
async function signerRate(requests) {
  const chains = createRegistry();
  const [rootKey, storeId, password] = [makeRootKey(), makeStoreId(), Secret.text('bench password')];
  const vault = openVault({ rootKey, storeId, chains });
  const { sealed, wallet } = await vault.create('ETH', 'testnet', { kind: 'key' });
  const slots = [await makeSlot(rootKey, password, { kind: 'password', storeId })];
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const programs = signerProgramBelow(keeperProgram().nodeFlags);
  const signer = createSignerClient({ ...programs, slots, storeId, password, rules: new Map(), count: 1, log });
  await signer.unlock();
  const run = async (count) => {
    let left = count;
    const caller = async () => {
      while (left > 0) await signer.sign(signRequest({ sealed, wallet }, left--));
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
  };
  await run(WARMING);
  const begin = performance.now();
  await run(requests);
  const rate = (requests * 1000) / (performance.now() - begin);
  await signer.close();
  return rate;
}

function curveTime() {
  const times = Array.from({ length: 1000 }, () => {
    const begin = performance.now();
    signRecoverable(Buffer.alloc(32, 7), Buffer.alloc(32, 9));
    return performance.now() - begin;
  });
  return at(times, 0.5);
}

try {
  const node = await ethereumNode();
  const accounts = newStore(SENDERS).map(({ address }) => address);
  const file = join(temporaryHome(), 'policy.json');
  writeFileSync(file, JSON.stringify(policy));
  custos('policy', 'publish', file);
  const authorization = authorizationOf();
  const server = await urlOf([program, 'serve', '--testnet', `--node=ETH=${node}`, '--listen', '127.0.0.1:0']);
  let number = 0;
  const sign = async () => {
    const nonce = number++;
    const members = { from: accounts[nonce % SENDERS], to, gas: '0x5208', gasPrice: '0x3b9aca00', value: '0x1' };
    const params = [{ ...members, nonce: `0x${Math.floor(nonce / SENDERS).toString(16)}`, chainId: '0xaa36a7' }];
    const body = { jsonrpc: '2.0', id: nonce, method: 'eth_signTransaction', params };
    const answer = await ask(`${server.url}/rpc/ETH`, 'POST', { body, headers: { authorization } });
    return JSON.parse(answer.text).result === undefined ? { status: 500, text: answer.text } : answer;
  };
  const cold = await measure(server, sign, { callers: 1, requests: 300 });
  await measure(server, sign, { requests: WARMING });
  const many = await measure(server, sign, { requests: MANY });
  const alone = await measure(server, sign, { callers: 1, requests: 500 });
  await end(server);
  const [curve, signer] = [curveTime(), await signerRate(MANY)];
  const judging = await keeperWith('permit', policyOf({}));
  await rateOf(judging.client, { count: WARMING, callers: CALLERS });
  const judged = await rateOf(judging.client, { count: MANY, callers: CALLERS });
  await judging.close();
  report('serve-signing', [
    {
      what: 'eth_signTransaction of one caller, median; limit: the bare curve operation',
      figure: `${alone.p50.toFixed(1)} ms`,
      limit: `${curve.toFixed(2)} ms`,
      goal: 'curve + 5 ms',
      met: alone.p50 <= curve + 5,
    },
    { what: 'the same, 99th percentile', figure: `${alone.p99.toFixed(1)} ms`, goal: '20 ms', met: alone.p99 <= 20 },
    {
      what: 'the first 300 after the start, median and 99th percentile',
      figure: `${cold.p50.toFixed(1)} ms, ${cold.p99.toFixed(1)} ms`,
    },
    {
      what: `eth_signTransaction of ${CALLERS} callers; limit: keeper and signer with the same policy`,
      figure: `${many.rate.toFixed(0)}/s`,
      limit: `${judged.toFixed(0)}/s`,
      ratio: many.rate / judged,
      goal: '0.5',
      met: many.rate / judged >= 0.5,
    },
    {
      what: 'the same; limit: a signer process alone, without keeper and policy',
      figure: `${many.rate.toFixed(0)}/s`,
      limit: `${signer.toFixed(0)}/s`,
      ratio: many.rate / signer,
    },
  ]);
} finally {
  endAll();
}
process.exit(0);
