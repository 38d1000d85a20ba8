// What a signature of each chain costs in the signer, as a ratio to the bare curve operation, and how long the signer's code loads.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRegistry } from '../dist/chains/registry.js';
import { CustosError } from '../dist/core/errors.js';
import { parsePending } from '../dist/core/signing/pending.js';
import { signBchSchnorr, verifyBchSchnorr } from '../dist/crypto/bch-schnorr.js';
import { publicKeyOf, signExtended } from '../dist/crypto/bip32-ed25519.js';
import * as ed25519 from '../dist/crypto/ed25519.js';
import { mnemonicToEntropy, mnemonicToSeed } from '../dist/crypto/mnemonic.js';
import * as secp256k1 from '../dist/crypto/secp256k1.js';
import { keyIn, median, report } from './support.js';

const ROUNDS = 5;
/** Microseconds of this process's own time for one measurement. */
const SLICE = 100_000;
/** Runs before the measurement: a daemon signs as many in its first seconds. */
const WARM = 1_000;

/** Runs of `work` per second of this process's own time, so that other processes do not count. */
async function rate(work) {
  const start = process.cpuUsage();
  let count = 0;
  let spent = 0;
  while (spent < SLICE) {
    await work();
    count += 1;
    const { user, system } = process.cpuUsage(start);
    spent = user + system;
  }
  return (count * 1e6) / spent;
}

/** Runs both in turns and returns the round with the median ratio: a slow machine slows both. */
async function compare(work, bareWork) {
  for (let warm = 0; warm < WARM; warm++) await work();
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push({ limit: await rate(bareWork), figure: await rate(work) });
  return rounds.sort((one, other) => one.figure / one.limit - other.figure / other.limit)[Math.floor(ROUNDS / 2)];
}

const message = new Uint8Array(32).fill(7);
const secret = new Uint8Array(32).fill(9);
const points = { secp256k1: secp256k1.publicKey(secret), ed25519: ed25519.publicKey(secret) };
const bare = {
  secp256k1: () =>
    secp256k1.verify(message, secp256k1.signHash(message, secret).signature, {
      signer: points.secp256k1,
      half: 'low',
    }),
  ed25519: () => ed25519.verify(message, ed25519.sign(message, secret, points.ed25519), points.ed25519),
};

// Extended keys such as Cardano's are not seeds: only a JavaScript library signs with them.
const extended = new Uint8Array(64).fill(8);
const extendedPoint = publicKeyOf(extended);
const own = {
  ADA: () => ed25519.verify(message, signExtended(message, extended, extendedPoint), extendedPoint),
  // Schnorr signatures of Bitcoin Cash are not those of BIP-340.
  BCH: () => verifyBchSchnorr(message, signBchSchnorr(message, secret, points.secp256k1), points.secp256k1),
};

const registry = createRegistry();
const rows = [];
for (const id of [...registry.ids].sort()) {
  const chain = registry.get(id);
  const signed = await prepare(chain);
  const { figure, limit } = await compare(
    () => signed.unsigned().sign(signed.keys),
    own[id] ?? bare[chain.keys.curves.includes('secp256k1') ? 'secp256k1' : 'ed25519'],
  );
  rows.push({
    what: `${id}: decode, sign, verify`,
    figure: `${Math.round(figure)}/s`,
    limit: `${Math.round(limit)}/s`,
    ratio: figure / limit,
    goal: '>= 0.4',
    met: figure >= 0.4 * limit,
  });
}
const program = fileURLToPath(new URL('../dist/program/signer-main-signer-vault.js', import.meta.url));
const load = (...code) => spawnSync(process.execPath, ['--input-type=module', '-e', ...code], { stdio: 'ignore' });
const empty = await median(5, () => load('0'));
const whole = await median(5, () => load(`await import(${JSON.stringify(program)})`));
rows.push({
  what: 'loading the signer with all chains, beyond an empty Node',
  figure: `${Math.round(whole - empty)} ms`,
  limit: `${Math.round(empty)} ms`,
  ratio: (whole - empty) / empty,
  goal: '< 400 ms',
  met: whole - empty < 400,
});
report('chains', rows);

/** The first recorded transaction of the chain with the fewest keys, completed from the recorded answers. */
async function prepare(chain) {
  const file = JSON.parse(readFileSync(new URL(`../test/vectors/chains/${chain.id}.json`, import.meta.url), 'utf8'));
  for (const vector of file.transactions) {
    const network = vector.testnet ? 'testnet' : 'mainnet';
    try {
      const pending = parsePending(vector.pending, chain.id, network);
      const refs = chain.codec.keyRefs?.(pending) ?? pending.keys;
      if (refs.length !== 1) continue;
      const keys = await Promise.all(
        refs.map((ref) => keyOf(chain, network, { wallet: vector.wallets[ref.signatureId], index: ref.index })),
      );
      const context = { network, from: keys[0].address, signers: keys };
      const completed = await chain.node.complete(pending, {
        ...context,
        node: nodeOf(vector.rpc ?? []),
        // The outputs that recordings spend never existed, so their amounts cannot be proved.
        allowUnproved: true,
        nextNonce: async (count) => count,
      });
      const unsigned = () => chain.codec.parse(completed, context);
      await unsigned().sign(keys);
      return { keys, unsigned };
    } catch {
      // This recording cannot be completed here; another one of the chain can.
    }
  }
  throw new Error(`no recorded transaction of ${chain.id} can be signed`);
}

async function keyOf(chain, network, { wallet, index }) {
  const { hd } = chain.keys;
  let privateKey;
  if (wallet.mnemonic === undefined || index === undefined) {
    privateKey = chain.keys.decodePrivateKey(wallet.privateKey ?? wallet.secret, network);
  } else {
    const source = hd.source === 'entropy' ? mnemonicToEntropy(wallet.mnemonic) : await mnemonicToSeed(wallet.mnemonic);
    privateKey = hd.privateKey(hd.account(source, network).node, index);
  }
  const publicKey = chain.keys.publicKey(privateKey);
  const own = wallet.mnemonic === undefined ? undefined : hd.address?.(publicKey, network);
  return keyIn(chain, privateKey, own ?? chain.keys.address(publicKey, network));
}

/** Answers by method, otherwise by the end of the path. */
function nodeOf(calls) {
  const answerOf = (call) => {
    if (call === undefined) throw new CustosError('NODE_REFUSED', 'not recorded');
    return 'status' in call.response && 'body' in call.response ? call.response.body : call.response;
  };
  const placeOf = ({ request }) => request.url ?? request.path;
  const ask = async ({ path }) => answerOf(calls.find((call) => placeOf(call).endsWith(path)));
  return {
    rpc: async (method) => answerOf(calls.find(({ request }) => request.body?.method === method)).result,
    http: ask,
    cloud: ask,
    transactionCount: async () => 7,
    feeAdvice: async () => ({ slow: 1, medium: 1, fast: 1 }),
    publicService: (url) => ask({ path: new URL(url).pathname + new URL(url).search }),
  };
}
