// What clients, node, journal, events and webhook say at the end, and whether they agree.
import { receiver, UNITS } from './soak.mjs';

/** @returns {Promise<Record<string, number>>} mistakes by kind: all are 0 when all is well */
export async function judge({ requests, owners, node, caller, wallets, followed, hook, ids }) {
  const arrived = await arrivals(node);
  const listed = await all(caller, '/v1/transactions');
  const events = await allEvents(caller);
  const completed = events.filter(({ type }) => type === 'transaction.completed');
  const keys = Array.from({ length: requests }, (_, number) => `payment-${number}`);
  const idOf = new Map(keys.map((key) => [key, [...ids.get(key)][0]]));
  const byId = new Map(listed.map((one) => [one.id, one]));
  const once = perReceiver(arrived);
  const told = tally(completed);
  await hook?.came(completed.length);
  return {
    lost: count(keys, (_, number) => !once.has(receiver(number))),
    doubled: count(keys, (_, number) => (once.get(receiver(number))?.length ?? 0) > 1),
    'of another amount': count(arrived, ({ value }) => BigInt(value) !== UNITS),
    'that no request asked for': arrived.length - count(keys, (_, number) => once.has(receiver(number))),
    'requests with several ids': count(keys, (key) => ids.get(key).size !== 1),
    'ids of several requests': keys.length - new Set(idOf.values()).size,
    'rows too many': listed.length - requests,
    'rows not completed': count(listed, ({ state }) => state !== 'completed'),
    'rows whose transaction is another': count(keys, (key, number) => {
      const { reference, txId } = byId.get(idOf.get(key)) ?? {};
      return reference !== key || txId !== once.get(receiver(number))?.[0]?.hash;
    }),
    'senders with a gap': await gaps(node, { wallets, arrived }),
    'owners with several wallets': count(wallets, (_, owner) => ids.get(`owner-${owner}`).size !== 1),
    'wallets too many': (await all(caller, '/v1/wallets')).length - owners,
    'owners too many': (await all(caller, '/v1/owners')).length - owners,
    'events twice': events.length - new Set(events.map(({ id }) => id)).size,
    'not completed once in events': count(keys, (key) => told.get(idOf.get(key)) !== 1),
    'events that a cursor missed or repeated': differences(followed, events),
    ...(hook && {
      'events that the webhook missed': count(completed, ({ id }) => !hook.got.has(id)),
      'events that the webhook made up': hook.got.size - count(completed, ({ id }) => hook.got.has(id)),
    }),
  };
}

function count(list, isSo) {
  return list.filter((one, place) => isSo(one, place)).length;
}

function tally(events) {
  const told = new Map();
  for (const { data } of events) told.set(data.transaction, (told.get(data.transaction) ?? 0) + 1);
  return told;
}

function perReceiver(arrived) {
  const found = new Map();
  for (const one of arrived) found.set(one.to, [...(found.get(one.to) ?? []), one]);
  return found;
}

/** Both lists are of the same order. */
function differences(one, other) {
  const longest = one.length > other.length ? one : other;
  return count(longest, (_, place) => one[place]?.id !== other[place]?.id);
}

/** Every transaction of the chain, from its blocks. */
async function arrivals(node) {
  const found = [];
  const last = Number(await node.rpc('eth_blockNumber'));
  for (let number = 1; number <= last; number++) {
    const { transactions } = await node.rpc('eth_getBlockByNumber', [`0x${number.toString(16)}`, true]);
    found.push(...transactions);
  }
  return found;
}

/** The numbers of a sender are 0, 1, 2 and so on, as many as it has payments. */
async function gaps(node, { wallets, arrived }) {
  let odd = 0;
  for (const { address } of wallets) {
    const from = address.toLowerCase();
    const nonces = arrived.filter((one) => one.from === from).map(({ nonce }) => Number(nonce));
    const next = Number(await node.rpc('eth_getTransactionCount', [address, 'latest']));
    const isWhole = nonces.toSorted((one, other) => one - other).every((nonce, place) => nonce === place);
    if (!isWhole || next !== nonces.length) odd += 1;
  }
  return odd;
}

async function all(caller, path) {
  const found = [];
  for (let after = ''; ; ) {
    const { data, next } = await caller.ask(`GET ${path}?limit=200${after}`);
    found.push(...data);
    if (next === null) return found;
    after = `&after=${encodeURIComponent(next)}`;
  }
}

async function allEvents(caller) {
  const found = [];
  for (let after = ''; ; ) {
    const { data, next } = await caller.ask(`GET /v1/events?limit=200${after}`);
    if (data.length === 0) return found;
    found.push(...data);
    after = `&after=${encodeURIComponent(next)}`;
  }
}
