// The bare loop with the promises of a daemon and nothing else: a process apart signs and proves its signatures, and each
// transaction is on the disk when it is claimed, before its bytes leave, and when it has ended. All that waits at the same time
// shares a commit, as in the product. There is one narrow table with one key; no story, audit log, MAC, sealed record, decoding,
// judging or lease.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { openSqlite } from '../dist/storage/sqlite/connection.js';
import { post } from './bare-work.js';

const LONGEST_GATHERING = 4;
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

process.on('message', async ({ url, pending, concurrency, file }) => {
  const writer = await openWriter(file);
  const signer = openSigner();
  const waiting = pending.entries();
  const lane = async () => {
    for (const [nonce, one] of waiting) {
      const { id } = one;
      await writer.write('claim', [id, JSON.stringify(one)]);
      const signed = await signer.sign({ id, nonce });
      await writer.write('sign', [signed, id]);
      const { txId } = await post(`${url}/v3/ethereum/broadcast`, { txData: signed, signatureId: id });
      await writer.write('end', [txId, id]);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  const cpu = process.cpuUsage();
  signer.close();
  process.send({ kind: 'done', cpu, commits: writer.commits() }, () => process.exit(0));
});

async function openWriter(file) {
  const database = await openSqlite(file);
  database.exec('PRAGMA journal_mode=wal; PRAGMA synchronous=FULL; PRAGMA cache_size=-16384');
  database.exec('CREATE TABLE transactions (id TEXT PRIMARY KEY, state TEXT, pending TEXT, signed TEXT, tx_id TEXT)');
  const statements = {
    claim: database.prepare("INSERT INTO transactions (id, state, pending) VALUES (?, 'claimed', ?)"),
    sign: database.prepare("UPDATE transactions SET state = 'signed', signed = ? WHERE id = ? AND state = 'claimed'"),
    end: database.prepare("UPDATE transactions SET state = 'completed', tx_id = ? WHERE id = ? AND state = 'signed'"),
  };
  let waiting = [];
  let commits = 0;
  let isRunning = false;
  let last = { end: 0, took: 0 };
  const drain = async () => {
    await nextTurn();
    while (waiting.length > 0) {
      const rest = last.end + Math.min(last.took, LONGEST_GATHERING) - performance.now();
      if (rest >= 1) await new Promise((resolve) => setTimeout(resolve, rest));
      const start = performance.now();
      const group = waiting;
      waiting = [];
      database.exec('BEGIN IMMEDIATE');
      for (const { step, values } of group) statements[step].run(...values);
      database.exec('COMMIT');
      commits += 1;
      last = { end: performance.now(), took: performance.now() - start };
      for (const { tell } of group) tell();
      await nextTurn();
    }
    isRunning = false;
  };
  return {
    commits: () => commits,
    write: (step, values) =>
      new Promise((tell) => {
        waiting.push({ step, values, tell });
        if (isRunning) return;
        isRunning = true;
        void drain();
      }),
  };
}

function openSigner() {
  const child = fork(fileURLToPath(new URL('./promises-signer.js', import.meta.url)), { serialization: 'advanced' });
  const asked = new Map();
  let batch = [];
  child.on('message', (answers) => {
    for (const { id, text } of answers) asked.get(id)(text);
  });
  const send = () => {
    child.send(batch);
    batch = [];
  };
  return {
    close: () => child.disconnect(),
    sign: (request) =>
      new Promise((resolve) => {
        asked.set(request.id, resolve);
        if (batch.push(request) === 1) setImmediate(send);
      }),
  };
}
