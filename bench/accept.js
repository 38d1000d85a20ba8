// Requests a second that the journal accepts durably at concurrency 32, on both databases, as a ratio to a bare insert of two rows in a
// transaction of its own by the same number of callers: what a row and its event cost without MACs, keys and groups.
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { newRequestId } from '../dist/core/network/request-id.js';
import { Secret } from '../dist/core/secret.js';
import { parsePending } from '../dist/core/signing/pending.js';
import { openDatabase } from '../dist/storage/open-database.js';
import { createStore } from '../dist/storage/open-store.js';
import { journalKeyOf } from '../dist/vault/journal-key.js';
import { makeSlot, makeStoreId } from '../dist/vault/key-slots.js';
import { startPostgres } from './postgres.js';
import { report, temporaryHome } from './support.js';

const REQUESTS = 1_000;
const CALLERS = 32;
const ROUNDS = 5;
const storeId = makeStoreId();
const rootKey = randomBytes(32);
const slot = await makeSlot(rootKey, Secret.text('a password of a benchmark'), { kind: 'password', storeId });

const middle = (list) => list.sort((one, other) => one - other)[Math.floor(list.length / 2)];

function request() {
  const id = newRequestId(Date.now());
  const received = { id, chain: 'ETH', hashes: [randomUUID()], serializedTransaction: '{"to":"0x1","value":"1"}' };
  const facts = { tenant: 'default', source: 'api', kind: 'transaction', delivery: 'broadcast', reference: id };
  return { ...facts, pending: parsePending(received, 'ETH', 'mainnet'), idempotency: { key: id, digest: 'd' } };
}

/** Rate of a step that so many callers take one after another, and the milliseconds of each. */
async function rate(step, callers = CALLERS, count = REQUESTS) {
  const times = [];
  let left = count;
  const start = performance.now();
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      const begin = performance.now();
      await step();
      times.push(performance.now() - begin);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return {
    rate: (count * 1000) / (performance.now() - start),
    p50: middle(times),
    p99: times.at(Math.floor(count * 0.99)),
  };
}

/** The same two rows through the same queue of writes, with nothing read, authenticated or parsed. */
function bareInsert(database) {
  return () => {
    const id = newRequestId(Date.now());
    const row = { id, chain: 'ETH', network: 'mainnet', state: 'completed', generation: 1, digest: 'd', pending: '{}' };
    const times = { attempts: 0, next_attempt_at: 0, created_at: 1, updated_at: 1, events: 1 };
    const event = { transaction_id: id, place: 1, at: 1, event: 'accepted', fact: '{}' };
    return database.write(async (db) => {
      await db
        .insertInto('transactions')
        .values({ ...row, ...times })
        .execute();
      await db.insertInto('transaction_events').values(event).execute();
    });
  };
}

async function measure(location) {
  const store = await createStore(location, { storeId, slots: [slot] });
  const database = await openDatabase(location);
  try {
    await store.unlockJournal({ key: journalKeyOf(rootKey, storeId), mayAdopt: false });
    const { journal } = store;
    const rounds = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const bare = await rate(bareInsert(database));
      const accepted = await rate(() => journal.accept(request()));
      // The first one warms up.
      if (round > 0)
        rounds.push({ bare: bare.rate, accepted: accepted.rate, ratio: accepted.rate / bare.rate, p99: accepted.p99 });
    }
    const alone = await rate(() => journal.accept(request()), 1, 100);
    const known = request();
    await journal.accept(known);
    const replayed = await rate(() => journal.repeated(known.tenant, known.idempotency));
    const medians = ['bare', 'accepted', 'ratio', 'p99'].map((name) => [name, middle(rounds.map((one) => one[name]))]);
    return { ...Object.fromEntries(medians), alone: alone.p50, replayed: replayed.rate };
  } finally {
    await database.close();
    await store.close();
  }
}

function rowsOf(name, { bare, accepted, ratio, p99, alone, replayed }) {
  return [
    {
      what: `${name}: requests accepted durably, ${CALLERS} callers (p99 ${p99.toFixed(0)} ms, one caller ${alone.toFixed(1)} ms)`,
      figure: `${accepted.toFixed(0)}/s`,
      limit: `${bare.toFixed(0)}/s bare insert`,
      ratio,
    },
    { what: `${name}: repeated requests recognized, ${CALLERS} callers`, figure: `${replayed.toFixed(0)}/s` },
  ];
}

const sqlite = await measure(join(temporaryHome(), 'store.db'));
const server = await startPostgres('accept');
const postgres = await measure(server.url);
await server.stop();
report('accept', [...rowsOf('SQLite', sqlite), ...rowsOf('PostgreSQL', postgres)]);
