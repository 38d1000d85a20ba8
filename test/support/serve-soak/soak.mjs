// Payments over HTTP while the servers are killed. Nothing of Custos is imported: what is judged is what clients and the node see.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Caller } from './caller.mjs';
import { Fleet } from './fleet.mjs';
import { judge } from './judge.mjs';

const CALLERS = 32;
/** Requests that are on their way when a server is killed after so many answers. */
const IN_FLIGHT = 4;
/** Milliseconds between two looks. */
const PERIOD = 5;
/** A transfer, in coins and in the smallest unit. */
const AMOUNT = '0.000001';
export const UNITS = 1_000_000_000_000n;

/** The account that a payment of this number goes to, and no other. */
export function receiver(number) {
  return `0x${(0x1_0000_0000 + number).toString(16).padStart(40, '0')}`;
}

/**
 * @param given - see serve-soak.d.mts
 */
export async function soakServe({ nextDeath, onProgress = () => {}, ...given }) {
  const { program, env, token, servers, node, requests, owners, hasWebhook = false } = given;
  const hook = await startReceiver();
  const args = ['serve', '--testnet', '--node', `ETH=${node.url}`, '--webhook-host', hook.host, '--period', '0.5'];
  const fleet = new Fleet({ program, args, env, servers });
  const caller = new Caller(fleet.urls, token);
  const tally = { begun: 0, answered: 0, ids: new Map(), most: Number.POSITIVE_INFINITY };
  const end = new AbortController();
  try {
    const types = ['transaction.completed'];
    if (hasWebhook) await caller.ask('POST /v1/webhooks', { body: { url: hook.url, types } });
    const follower = follow(caller, end.signal);
    const killed = killAll({ fleet, tally, nextDeath, onProgress, end: end.signal, servers: servers.length });
    const wallets = await spread(owners, (owner) => ownWallet({ caller, tally, owner }));
    for (const { address } of wallets) await node.rpc('anvil_setBalance', [address, '0x8ac7230489e80000']);
    await spread(requests, (number) => pay({ caller, tally, number, wallet: wallets[number % owners] }));
    await spread(requests, (number) => ended({ caller, node, id: [...idsOf(tally, `payment-${number}`)][0] }));
    end.abort();
    await killed;
    const followed = await follower;
    const verdict = await judge({
      ...given,
      caller,
      wallets,
      followed,
      hook: hasWebhook ? hook : undefined,
      ids: tally.ids,
    });
    return { verdict, fleet, broken: caller.broken };
  } finally {
    end.abort();
    await fleet.close();
    caller.close();
    hook.close();
  }
}

/** Does something for each number, many at a time. */
async function spread(count, work) {
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const number = next++;
      results[number] = await work(number);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, worker));
  return results;
}

function idsOf({ ids }, key) {
  const found = ids.get(key) ?? new Set();
  ids.set(key, found);
  return found;
}

/** How a request is asked for: one in ten loses its answer, one in ten comes twice at once, one in twenty waits. */
function manners(number) {
  return { isLost: number % 10 === 3, times: number % 10 === 7 ? 2 : 1, waits: number % 20 === 1 };
}

async function asked({ caller, tally, key, number }, operation, given) {
  while (tally.begun >= tally.most) await wait(PERIOD);
  tally.begun += 1;
  const { isLost, times, waits } = manners(number);
  const headers = { ...given.headers, ...(waits && { prefer: 'wait=5' }) };
  const answers = Array.from({ length: times }, () => caller.ask(operation, { ...given, headers, isLost }));
  const found = await Promise.all(answers);
  for (const { id } of found) idsOf(tally, key).add(id);
  tally.answered += 1;
  return found[0];
}

function ownWallet({ caller, tally, owner }) {
  const operation = `PUT /v1/owners/owner-${owner}/wallets/ETH`;
  return asked({ caller, tally, key: `owner-${owner}`, number: owner }, operation, { body: { kind: 'key' } });
}

function pay({ caller, tally, number, wallet }) {
  const key = `payment-${number}`;
  const body = { kind: 'transfer', chain: 'ETH', from: { wallet: wallet.id }, to: receiver(number), amount: AMOUNT };
  return asked({ caller, tally, key, number }, 'POST /v1/transactions', {
    body: { ...body, reference: key },
    headers: { 'idempotency-key': key },
  });
}

/** `unknown`: it was taken over, and is gone. */
const ends = new Set(['completed', 'failed', 'denied', 'cancelled', 'unknown']);

async function ended({ caller, node, id }) {
  for (;;) {
    const look = caller.ask(`GET /v1/transactions/${id}`, { headers: { prefer: 'wait=20' } });
    const { state } = await look.catch((error) => {
      if (error.status === 404) return { state: 'unknown' };
      throw error;
    });
    if (ends.has(state)) return;
    await wait(50);
    // A chain that mines at once may leave some behind on a busy machine.
    await node.rpc('evm_mine');
  }
}

/**
 * Kills again and again, always after at least so many more answers that a restarted server has begun its work. Where a death says after how
 * many, only a few requests more begin before it, so that every death meets some.
 */
async function killAll({ fleet, tally, nextDeath, onProgress, end, servers }) {
  for (let number = 0; ; number++) {
    const death = nextDeath(number);
    if (death === undefined) break;
    const wanted = tally.answered + (death.after ?? 1);
    tally.most = death.after === undefined ? Number.POSITIVE_INFINITY : wanted + IN_FLIGHT;
    while (tally.answered < wanted && !end.aborted) await wait(PERIOD);
    await wait(death.pause ?? 0, undefined, { signal: end }).catch(() => {});
    if (end.aborted) return;
    onProgress(tally.answered);
    await fleet.kill(death.kind, death.place ?? number % servers);
  }
  tally.most = Number.POSITIVE_INFINITY;
}

/** Reads events with a cursor, from the first to the last. @returns those that it got */
async function follow(caller, end) {
  const got = [];
  let after = '';
  for (;;) {
    const isLast = end.aborted;
    const { data, next } = await caller.ask(`GET /v1/events?limit=200${after}${isLast ? '' : '&wait=1'}`);
    got.push(...data);
    after = `&after=${encodeURIComponent(next)}`;
    if (isLast && data.length === 0) return got;
  }
}

/** What a webhook brings. Each event may come more than once. */
async function startReceiver() {
  const got = new Map();
  const watchers = new Set();
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const id = request.headers['webhook-id'];
      got.set(id, (got.get(id) ?? 0) + 1);
      response.writeHead(204).end();
      for (const look of watchers) look();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  return {
    ...{ got, url: `http://127.0.0.1:${port}/`, host: '127.0.0.1' },
    /** Resolves when so many events have come. */
    came: (count) =>
      new Promise((resolve) => {
        const look = () => got.size >= count && resolve();
        watchers.add(look);
        look();
      }),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
