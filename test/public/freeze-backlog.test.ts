import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../dist/app/config/config.js';
import { runDaemon } from '../../dist/app/daemon/run.js';
import { endFreeze } from '../../dist/app/freezes/end.js';
import { freezeMacs } from '../../dist/app/freezes/macs.js';
import { makeFreeze } from '../../dist/app/freezes/make.js';
import { createHouse, type House } from '../../dist/app/house.js';
import { createLog } from '../../dist/app/process/log.js';
import type { Journal } from '../../dist/core/store/journal.js';
import type { Store } from '../../dist/core/store/store.js';
import { storeOf } from '../support/home-store.js';
import { keeperOfProcess } from '../support/keeper-of-process.mjs';
import { type Kms, startKms, transfer } from '../support/kms.js';
import { freshSchema, whyNoPostgres } from '../support/postgres.js';
import { silentTerminal } from '../support/silent-terminal.js';

const BACKLOG = 200;
/** Wallets in turn, so that many are signed at the same time. */
const senders = ['key', 'other'] as const;

let kms: Kms | undefined;
const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
  await kms?.close();
}, 240_000);

interface Serving {
  /** Resolves when the daemon said that it saw a freeze. */
  readonly saw: Promise<void>;
  /** Signatures and first broadcasts that it began afterwards. */
  readonly late: string[];
}

function house(of: Kms): House {
  const flags = { testnet: true, period: '0.1', idlePeriod: '0.1', concurrency: '64' };
  return createHouse(readConfig(flags, { ...storeOf(of.home), ...of.env }, of.home), silentTerminal);
}

/** A daemon in this process, whose steps are compared with the moment at which it saw a freeze. */
async function serve(of: Kms): Promise<Serving> {
  const own = house(of);
  const stop = new AbortController();
  const late: string[] = [];
  let isSeen = false;
  let resolve = () => {};
  const saw = new Promise<void>((done) => {
    resolve = done;
  });
  const log = createLog('info', (line) => {
    if (!line.includes('"event":"frozen"')) return;
    // What had passed its last look in this very turn has begun by the end of it.
    setImmediate(() => {
      isSeen = true;
      resolve();
    });
  });
  const watched = async (): Promise<Store> => {
    const store = await own.store();
    const advance: Journal['advance'] = (lease, to, fact, event) => {
      if (isSeen && to === 'signed' && fact.signed !== undefined) late.push(`recorded ${lease.id}`);
      return store.journal.advance(lease, to, fact, event);
    };
    return { ...store, journal: { ...store.journal, advance } };
  };
  const { config, chains, clock } = own;
  const { keeper, close } = keeperOfProcess(own);
  let ended: Promise<unknown> = Promise.resolve();
  const ready = new Promise<void>((begin) => {
    ended = runDaemon(
      { config, chains, clock, log, keeper, store: watched },
      {
        signal: stop.signal,
        onReady: () => begin(),
        trace: (step, moment, _, id) => {
          if (isSeen && moment === 'begin' && (step === 'sign' || step === 'broadcast')) late.push(`${step} ${id}`);
        },
      },
    );
  });
  open.push(async () => {
    stop.abort();
    await ended;
    await close();
    await own.close();
  });
  await Promise.race([ready, ended]);
  return { saw, late };
}

describe.each([
  ['sqlite', 1],
  ['postgres', 2],
] as const)('a freeze in the middle of a backlog on %s, with %i daemons', (kind, daemons) => {
  it('nothing is signed or sent after a daemon saw it, and everything goes on afterwards', async ({ skip }) => {
    const why = kind === 'postgres' ? await whyNoPostgres() : undefined;
    if (why !== undefined) skip(why);
    const used = await startKms(kind === 'postgres' ? { CUSTOS_STORE: await freshSchema() } : {});
    kms = used;
    const backlog = Array.from({ length: BACKLOG }, (_, at) => {
      const sender = senders[at % senders.length] ?? 'key';
      return transfer(randomUUID().replaceAll('-', ''), used.ids[sender], {
        request: { nonce: Math.floor(at / senders.length) },
      });
    });
    used.stub.queue('ETH').push(...backlog);
    const person = house(used);
    open.push(() => person.close());
    const store = await person.store();
    const macs = freezeMacs(await person.rootKey(), store.storeId);
    const { storeId, freezes } = store;

    const serving = await Promise.all(Array.from({ length: daemons }, () => serve(used)));
    await used.stub.until(() => used.stub.broadcasts.length > 20, 240_000);
    const freeze = makeFreeze({ storeId, scope: { kind: 'all' }, reason: 'test', now: Date.now() }, macs);
    await freezes.add(freeze);
    await Promise.all(serving.map(({ saw }) => saw));
    const journal = await person.journal();
    // All of them are held or were on their way: so the daemons have tried each again since the freeze.
    const isStill = async () => {
      const waiting = await journal.find({ states: ['held', 'signed'], limit: BACKLOG });
      return (
        waiting.every(({ errorCode }) => errorCode === 'FROZEN') &&
        waiting.length + used.stub.broadcasts.length >= BACKLOG
      );
    };
    while (!(await isStill())) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(serving.map(({ late }) => late)).toEqual(serving.map(() => []));
    expect(used.stub.broadcasts.length).toBeLessThan(BACKLOG);

    for (const one of serving) one.late.length = 0;
    const parts = { freezes, journal, storeId, constitution: undefined, ...macs };
    await endFreeze(parts, { id: freeze.id, signatures: [], now: Date.now() });
    await used.stub.until(() => used.stub.broadcasts.length >= BACKLOG, 240_000);
    expect(new Set(used.stub.broadcasts.map(({ body }) => body['signatureId'])).size).toBe(BACKLOG);
  });
});
