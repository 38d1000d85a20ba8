import { randomUUID } from 'node:crypto';
import { PublicKey, SystemProgram, TransactionMessage } from '@solana/web3.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { solana } from '../../src/chains/solana/index.js';
import { PLACEHOLDER_BLOCKHASH } from '../../src/chains/solana/message.js';
import { keyOf } from '../chains/signing.js';
import { custos } from '../support/custos.js';
import { type Kms, startKms } from '../support/kms.js';
import { type SvmNode, startSvmNode } from '../support/svm-node.js';

const key = keyOf(solana);
const friend = keyOf(solana, 0x33).address;
const wallet = randomUUID();
const LAMPORTS = 1_000_000;

let kms: Kms;
let node: SvmNode;
beforeEach(async () => {
  [kms, node] = await Promise.all([startKms(), startSvmNode()]);
  node.fund(key.address, 10_000_000_000n);
  const made = {
    [wallet]: { privateKey: solana.keys.encodePrivateKey(key.privateKey, 'testnet'), chain: 'SOL', testnet: true },
  };
  const { home, env } = kms;
  const imported = await custos(['wallet', 'import'], { home, env, input: JSON.stringify(made) });
  expect(imported).toMatchObject({ code: 0 });
});
afterEach(() => Promise.all([kms.close(), node.close()]));

/** The same payout under another id. */
function payout(id: string) {
  const payerKey = new PublicKey(key.address);
  const toPubkey = new PublicKey(friend);
  const instructions = [SystemProgram.transfer({ fromPubkey: payerKey, toPubkey, lamports: LAMPORTS })];
  const message = new TransactionMessage({ payerKey, recentBlockhash: PLACEHOLDER_BLOCKHASH, instructions });
  const txData = message.compileToLegacyMessage().serialize().toString('hex');
  return { id, chain: 'SOL', hashes: [wallet], serializedTransaction: JSON.stringify({ txData }) };
}

async function round() {
  return kms.daemon('--testnet', '--chain=SOL', `--node=SOL=${node.url}`);
}

async function stories(ids: readonly string[]) {
  return Promise.all(ids.map((id) => kms.story(id)));
}

it('equal payouts in one round move their amount once for each payout', async () => {
  const ids = ['one', 'two', 'three', 'four'];
  kms.stub.queue('SOL').push(...ids.map(payout));
  const before = node.balance(friend);
  await round();
  const told = await stories(ids);
  expect(told.map(({ state }) => state)).toEqual(ids.map(() => 'completed'));
  expect(new Set(told.map(({ txId }) => txId)).size).toBe(ids.length);
  expect(node.balance(friend) - before).toBe(BigInt(ids.length * LAMPORTS));
});

it('while the chain offers no new blockhash, equal payouts wait, lose no try, and are paid one by one', async () => {
  const ids = ['one', 'two', 'three'];
  kms.stub.queue('SOL').push(...ids.map(payout));
  node.questionsABlock = 0;
  const before = node.balance(friend);
  await round();
  expect(node.balance(friend) - before).toBe(BigInt(LAMPORTS));
  const told = await stories(ids);
  expect(told.map(({ state, attempts }) => ({ state, attempts }))).toEqual([
    { state: 'completed', attempts: 0 },
    { state: 'claimed', attempts: 0 },
    { state: 'claimed', attempts: 0 },
  ]);
  expect(told[1]?.error?.code).toBe('DUPLICATE_DEFERRED');
  expect(kms.stub.reports).toEqual([]);
  node.questionsABlock = 1;
  // What waits is put off for a second.
  for (let rounds = 0; rounds < 30 && (await stories(ids)).some(({ state }) => state !== 'completed'); rounds++) {
    await round();
  }
  expect(node.balance(friend) - before).toBe(BigInt(ids.length * LAMPORTS));
});
