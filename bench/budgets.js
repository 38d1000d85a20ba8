// Reservations of two budgets a second on both databases, as a ratio to the same step of the journal without budgets, and how
// long the question takes that comes before it. Every minute of the window has a charge: more of them change no number of rows.
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Secret } from '../dist/core/secret.js';
import { parsePending } from '../dist/core/signing/pending.js';
import { createStore } from '../dist/storage/open-store.js';
import { journalKeyOf } from '../dist/vault/journal-key.js';
import { makeSlot, makeStoreId } from '../dist/vault/key-slots.js';
import { startPostgres } from './postgres.js';
import { report, temporaryHome } from './support.js';

const TRANSACTIONS = 1_000;
const ROUNDS = 5;
const QUESTIONS = 500;
const MINUTES = 24 * 60;
const MINUTE = 60_000;

let moment = Date.now();
const clock = { now: () => moment, wait: async () => {} };
const storeId = makeStoreId();
const rootKey = randomBytes(32);
const slot = await makeSlot(rootKey, Secret.text('a password of a benchmark'), { kind: 'password', storeId });

const median = (list) => list.sort((one, other) => one - other)[Math.floor(list.length / 2)];
const charges = (amount = 1n) =>
  ['day mainnet ETH', 'few count'].map((budget) => ({
    budget,
    since: moment - MINUTES * MINUTE,
    amount,
    max: 2n ** 80n,
  }));

async function leasesOf(journal, count) {
  const pending = Array.from({ length: count }, () => {
    const one = { id: randomUUID(), chain: 'ETH', hashes: [randomUUID()], serializedTransaction: '{}' };
    return parsePending(one, 'ETH', 'mainnet');
  });
  return (await journal.claim(pending)).map(({ lease }) => lease);
}

/** Rate of a step that every transaction takes at the same time, as in a drain. */
async function rate(leases, step) {
  const start = performance.now();
  await Promise.all(leases.map(step));
  return (leases.length * 1000) / (performance.now() - start);
}

async function measure(location) {
  const store = await createStore(location, { storeId, slots: [slot] }, clock);
  try {
    await store.unlockJournal({ key: journalKeyOf(rootKey, storeId), mayAdopt: false });
    const { journal } = store;
    const end = moment;
    const earlier = await leasesOf(journal, MINUTES);
    for (const [place, lease] of earlier.entries()) {
      moment = end - (MINUTES - place) * MINUTE;
      await journal.reserveBudgets(lease, { attempt: '0', charges: charges(10n ** 18n) });
    }
    moment = end;
    const rounds = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const bare = await rate(await leasesOf(journal, TRANSACTIONS), (lease) =>
        journal.advance(lease, 'claimed', { completed: '{}' }, 'filled'),
      );
      const reserved = await rate(await leasesOf(journal, TRANSACTIONS), (lease) =>
        journal.reserveBudgets(lease, { attempt: '0', charges: charges() }),
      );
      // The first one warms up.
      if (round > 0) rounds.push({ bare, reserved, ratio: reserved / bare });
    }
    const start = performance.now();
    for (let one = 0; one < QUESTIONS; one++) await journal.budgetsUsed(charges(), { id: 'x', attempt: '0' });
    const question = (performance.now() - start) / QUESTIONS;
    return {
      question,
      ...Object.fromEntries(
        ['bare', 'reserved', 'ratio'].map((name) => [name, median(rounds.map((one) => one[name]))]),
      ),
    };
  } finally {
    await store.close();
  }
}

function rowsOf(name, { bare, reserved, ratio, question }) {
  return [
    {
      what: `${name}: reservations of two budgets, all at once`,
      figure: `${reserved.toFixed(0)}/s`,
      limit: `the step alone ${bare.toFixed(0)}/s`,
      ratio,
    },
    {
      what: `${name}: the question about both budgets before`,
      figure: `${question.toFixed(2)} ms`,
      goal: '5 ms',
      met: question <= 5,
    },
  ];
}

const sqlite = await measure(join(temporaryHome(), 'store.db'));
const server = await startPostgres('budgets');
const postgres = await measure(server.url);
await server.stop();
report('budgets', [...rowsOf('SQLite', sqlite), ...rowsOf('PostgreSQL', postgres)]);
