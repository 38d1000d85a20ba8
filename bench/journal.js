// The processor time of the journal's part of a drained transaction, by itself: claim, signed bytes, end; and with the reservation
// of two budgets and the audit log. The least of many short rounds, so that it also says something on a busy machine.
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Secret } from '../dist/core/secret.js';
import { parsePending } from '../dist/core/signing/pending.js';
import { AuditWriter } from '../dist/storage/audit/writer.js';
import { createStore } from '../dist/storage/open-store.js';
import { journalKeyOf } from '../dist/vault/journal-key.js';
import { makeSlot, makeStoreId } from '../dist/vault/key-slots.js';
import { pendingId, randomHex, report, temporaryHome } from './support.js';

const ROUNDS = 24;
const TRANSACTIONS = 128;
/** As a daemon claims them. */
const BATCH = 32;
const HOUR = 3_600_000;

const summary = {
  from: `0x${randomHex(20)}`,
  to: `0x${randomHex(20)}`,
  amount: '0.1',
  text: 'sends 0.1 ETH '.repeat(8),
};
const clock = { now: () => Date.now(), wait: async () => {} };

function pendingOf(wallet) {
  const form = { from: 0, to: `0x${randomHex(20)}`, value: '1000000', nonce: 0, gas: '21000', gasPrice: '1000000000' };
  const one = { id: pendingId(), chain: 'ETH', hashes: [wallet], serializedTransaction: JSON.stringify(form) };
  return parsePending(one, 'ETH', 'mainnet');
}

const chargesOf = (wallet) => [
  { budget: 'daily mainnet ETH', since: Date.now() - 24 * HOUR, amount: 121_000n, max: 2n ** 80n },
  { budget: `pace ${wallet}`, since: Date.now() - HOUR, amount: 1n, max: 1000n },
];

async function carry({ journal, approvals }, lease, { wallet, limited }) {
  const filled = {
    sender: `0x${randomHex(20)}`,
    nonce: 7n,
    completed: JSON.stringify({ data: randomHex(80) }),
    summary,
  };
  const before = {};
  if (limited) {
    await approvals.of(lease.id);
    const charges = chargesOf(wallet);
    before.budgets = await journal.reserveBudgets(lease, { attempt: '0', sender: filled.sender, charges });
    await approvals.of(lease.id);
  }
  const bytes = { signed: `0x${randomHex(110)}`, txId: `0x${randomHex(32)}` };
  await journal.advance(lease, 'signed', { filled, ...before, ...bytes }, 'signed');
  await journal.advance(lease, 'completed', { sent: {} }, 'completed');
}

/** @returns the least microseconds for one transaction */
async function measure(limited) {
  const storeId = makeStoreId();
  const rootKey = randomBytes(32);
  const password = Secret.text('a password of a benchmark');
  const slot = await makeSlot(rootKey, password, { kind: 'password', storeId });
  const store = await createStore(join(temporaryHome(), 'store.db'), { storeId, slots: [slot] }, clock);
  await store.unlockJournal({ key: journalKeyOf(rootKey, storeId), mayAdopt: false });
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const wallets = Array.from({ length: TRANSACTIONS }, () => randomUUID());
    const start = process.cpuUsage();
    for (let at = 0; at < TRANSACTIONS; at += BATCH) {
      const batch = wallets.slice(at, at + BATCH);
      const claims = await store.journal.claim(batch.map(pendingOf));
      await Promise.all(claims.map(({ lease }, place) => carry(store, lease, { wallet: batch[place], limited })));
    }
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / TRANSACTIONS);
  }
  await store.close();
  return least;
}

const limited = await measure(true);
// What the steps record is dropped.
AuditWriter.prototype.recordAll = async () => () => undefined;
const plain = await measure(false);
report('journal', [
  { what: 'a transaction in the journal, without the audit log', figure: `${Math.round(plain)} us` },
  {
    what: 'with two budgets, two looks for approvals and the audit log',
    figure: `${Math.round(limited)} us`,
    ratio: limited / plain,
  },
]);
process.exit(0);
