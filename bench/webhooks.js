// From an event that is durable to its message at the receiver, at 500 events a second on SQLite: with one receiver, and beside one
// that takes connections and never answers. The receivers are a process of their own.
import { fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { servedWebhooks } from '../dist/app/serve/webhooks.js';
import { systemClock } from '../dist/core/clock.js';
import { silentLog } from '../dist/core/log.js';
import { newRequestId } from '../dist/core/network/request-id.js';
import { Secret } from '../dist/core/secret.js';
import { parsePending } from '../dist/core/signing/pending.js';
import { journalMac } from '../dist/core/store/journal-mac.js';
import { createStore } from '../dist/storage/open-store.js';
import { journalKeyOf } from '../dist/vault/journal-key.js';
import { makeSlot, makeStoreId } from '../dist/vault/key-slots.js';
import { report, temporaryHome } from './support.js';

const RATE = 500;
const EVENTS = 2_000;
const GOAL = 200;

/** Milliseconds since 1970 with their fractions: two processes share this clock. */
const now = () => performance.timeOrigin + performance.now();
const at = (list, part) => list.toSorted((one, other) => one - other)[Math.floor(list.length * part)];

async function receive() {
  const came = new Map();
  const live = createServer(async (request, response) => {
    const time = now();
    let text = '';
    for await (const part of request) text += part;
    response.writeHead(204).end();
    const { transaction } = JSON.parse(text).data;
    if (!came.has(transaction)) came.set(transaction, time);
  });
  const dead = createServer(() => undefined);
  for (const server of [live, dead]) await once(server.listen(0, '127.0.0.1'), 'listening');
  process.on('message', (wanted) => {
    const wait = () => (came.size < wanted ? setTimeout(wait, 20) : process.send([...came]) && came.clear());
    wait();
  });
  process.send([live, dead].map((server) => server.address().port));
}

async function measure(receivers, ports) {
  const [storeId, rootKey] = [makeStoreId(), randomBytes(32)];
  const slot = await makeSlot(rootKey, Secret.text('a password of a benchmark'), { kind: 'password', storeId });
  const store = await createStore(join(temporaryHome(), 'store.db'), { storeId, slots: [slot] });
  const key = journalKeyOf(rootKey, storeId);
  const mac = journalMac(key);
  await store.unlockJournal({ key, mayAdopt: false });
  const parts = { store, mac, clock: systemClock, log: silentLog, allowedHosts: ['127.0.0.1'] };
  const { service, deliverer } = servedWebhooks(parts);
  const feed = { tenant: 'default', network: 'mainnet' };
  for (const port of ports) await service.create({ ...feed, url: `http://127.0.0.1:${port}/` });
  deliverer.start();
  const written = new Map();
  const accept = async () => {
    const id = newRequestId(Date.now());
    const received = { id, chain: 'ETH', hashes: [randomUUID()], serializedTransaction: '{"to":"0x1","value":"1"}' };
    const pending = parsePending(received, 'ETH', 'mainnet');
    const facts = { tenant: 'default', source: 'api', kind: 'transaction', delivery: 'broadcast' };
    await store.journal.accept({ ...facts, pending });
    written.set(id, now());
  };
  const asked = [];
  const idle = process.cpuUsage();
  const begin = performance.now();
  for (let place = 0; place < EVENTS; place++) {
    const early = begin + (place * 1000) / RATE - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    asked.push(accept());
  }
  await Promise.all(asked);
  const spent = performance.now() - begin;
  receivers.send(EVENTS);
  const [came] = await once(receivers, 'message');
  const { user, system } = process.cpuUsage(idle);
  await deliverer.close();
  await store.close();
  // The first second warms up.
  const waits = came.map(([id, time]) => Math.max(0, time - written.get(id))).slice(RATE);
  return {
    p50: at(waits, 0.5),
    p99: at(waits, 0.99),
    rate: (EVENTS * 1000) / spent,
    cpu: (user + system) / 1000 / EVENTS,
  };
}

if (argv[2] === 'receive') await receive();
else {
  const receivers = fork(fileURLToPath(import.meta.url), ['receive']);
  const [[live, dead]] = await once(receivers, 'message');
  const rows = [];
  for (const [what, ports] of [
    ['one receiver', [live]],
    ['beside one that never answers', [dead, live]],
  ]) {
    const { p50, p99, rate, cpu } = await measure(receivers, ports);
    const figure = `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms at ${rate.toFixed(0)}/s; CPU ${cpu.toFixed(2)} ms each`;
    rows.push({ what: `event to first delivery, ${what}`, figure, goal: `p99 ≤ ${GOAL} ms`, met: p99 <= GOAL });
  }
  receivers.kill('SIGTERM');
  report('webhooks', rows);
}
