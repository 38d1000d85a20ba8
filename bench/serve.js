// `custos serve` in the same run as a bare hono server on this machine: tokens and validation alone, tokens of users, reading a
// transaction, durable requests and repeated ones by 32 callers, and from a request to its bytes at the node, at 100 a second. Server,
// bare server and node with callers are three processes.
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import {
  ask,
  at,
  authorizationOf,
  bareServer,
  custos,
  end,
  endAll,
  ethereumNode,
  inTurns,
  listening,
  newStore,
  program,
  rateRow,
  urlOf,
} from './serving.js';
import { report } from './support.js';

const RATE = 100;
const CARRIED = 1_000;
const SENDERS = 20;
/** Requests that are read and repeated in turn: more than the server remembers. */
const KNOWN = 3_000;
const oneCaller = { callers: 1, requests: 200 };

/** The smallest one. */
const policy = {
  ...{ custosPolicy: 1, version: 1, timeZone: 'UTC', assets: {}, books: {}, groups: {} },
  ...{ permits: [], forbids: [], limits: [] },
};

/** When which bytes came, by transaction id. */
const came = new Map();
let told = () => {};
const node = await ethereumNode((txId) => {
  came.set(txId, performance.now());
  told();
});

/** Transactions of one sender go one after another. */
const wallets = newStore(SENDERS).map(({ signatureId }) => signatureId);
const authorization = authorizationOf();
let number = 0;
function payment() {
  const nonce = number++;
  const fixed = { to: `0x${'12'.repeat(20)}`, gas: '21000', gasPrice: '1000000000', chainId: 11155111 };
  const unsigned = JSON.stringify({ ...fixed, nonce, value: String(nonce + 1) });
  const body = { kind: 'raw', chain: 'ETH', keys: [{ wallet: wallets[nonce % SENDERS] }], unsigned };
  return { body, headers: { authorization, 'idempotency-key': `bench-${nonce}` } };
}

/** A token of the tenant's identity provider, which this process is. */
async function userToken() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'ES256' }];
  const issuer = await listening((_question, answer) => answer.end(JSON.stringify({ keys })));
  custos('tenant', 'set', 'default', '--oidc-issuer', issuer, '--oidc-audience', 'bench', '--oidc-jwks', issuer);
  const claims = new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'bench' }).setSubject('u-17');
  return claims.setIssuer(issuer).setAudience('bench').setIssuedAt().setExpirationTime('5m').sign(privateKey);
}

/** Milliseconds from requests, at 100 a second, to their bytes at the node. */
async function carried(url) {
  const asked = [];
  const begin = performance.now();
  for (let place = 0; place < CARRIED; place++) {
    const due = begin + (place * 1000) / RATE - performance.now();
    if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
    const start = performance.now();
    asked.push(ask(url, 'POST', payment()).then(({ text }) => ({ start, id: JSON.parse(text).id })));
  }
  // The bytes tell their id; nothing is asked while they are measured.
  const taken = await Promise.all(asked);
  while (came.size < CARRIED) await new Promise((resolve) => (told = resolve));
  const waits = [];
  // The first tenth warms up.
  for (const { start, id } of taken.slice(CARRIED / 10)) {
    const { txId } = JSON.parse((await ask(`${url}/${id}`, 'GET', { headers: { authorization } })).text);
    waits.push(came.get(txId) - start);
  }
  return waits;
}

const serve = ['serve', '--testnet', `--node=ETH=${node}`, '--listen', '127.0.0.1:0'];
try {
  const proof = await userToken();
  const carrying = await urlOf([program, ...serve]);
  const waits = await carried(`${carrying.url}/v1/transactions`);
  await end(carrying);

  const accepting = await urlOf([program, ...serve, '--no-signer']);
  const url = `${accepting.url}/v1/transactions`;
  const known = Array.from({ length: KNOWN }, payment);
  const ids = [];
  for (const one of known) ids.push(JSON.parse((await ask(url, 'POST', one)).text).id);
  let turn = 0;
  const next = (list) => list[turn++ % KNOWN];
  // To check a small policy takes a token and validation, and nothing of the database.
  const check = { body: { policy }, headers: { authorization: authorizationOf('--scope', 'policies:read') } };
  const withUser = { ...check, headers: { ...check.headers, 'custos-user-token': proof } };
  const checked = (asked) => () => ask(`${accepting.url}/v1/policies/check`, 'POST', asked);
  const hono = await bareServer();
  const found = await inTurns({
    bareGet: [hono, () => ask(`${hono.url}/`, 'GET')],
    barePost: [hono, () => ask(`${hono.url}/`, 'POST', next(known))],
    validated: [accepting, checked(check)],
    proven: [accepting, checked(withUser)],
    get: [accepting, () => ask(`${url}/${next(ids)}`, 'GET', { headers: { authorization } })],
    replayed: [accepting, () => ask(url, 'POST', next(known))],
    durable: [accepting, () => ask(url, 'POST', payment())],
    bareAlone: [hono, () => ask(`${hono.url}/`, 'POST', next(known)), oneCaller],
    twiceAlone: [hono, () => ask(`${hono.url}/twice`, 'POST', next(known)), oneCaller],
    alone: [accepting, () => ask(url, 'POST', payment()), oneCaller],
  });
  const { bareGet, barePost, validated, proven, get, replayed, durable, bareAlone, twiceAlone, alone } = found;
  await end(accepting);
  await end(hono);

  const [p50, p99] = [at(waits, 0.5), at(waits, 0.99)];
  // What a POST is slower than a GET where nothing is done.
  const asPost = { rate: (get.rate * barePost.rate) / bareGet.rate, cost: get.cost + barePost.cost - bareGet.cost };
  report('serve', [
    rateRow('token and validation, no database; limit: bare POST', validated, { limit: barePost, goal: 0.6 }),
    rateRow("the same with a known user's token; limit: bare POST", proven, { limit: barePost, goal: 0.5 }),
    rateRow('a transaction is read; limit: bare GET', get, { limit: bareGet, goal: 0.3 }),
    rateRow('durable POST; limit: bare POST', durable, { limit: barePost, goal: 0.1 }),
    {
      what: 'durable POST, 99th percentile beyond that of the bare POST',
      figure: `${(durable.p99 - barePost.p99).toFixed(0)} ms`,
      goal: '50 ms',
      met: durable.p99 - barePost.p99 <= 50,
    },
    {
      what: `durable POST of one caller, median (bare POST: ${bareAlone.p50.toFixed(2)} ms); limit: bare POST with two fsyncs of 4 kB`,
      figure: `${alone.p50.toFixed(2)} ms`,
      limit: `${twiceAlone.p50.toFixed(2)} ms`,
      ratio: alone.p50 / twiceAlone.p50,
      goal: 'at most 1',
      met: alone.p50 <= twiceAlone.p50,
    },
    rateRow('a repeated POST; limit: reading a transaction', replayed, { limit: get, goal: 1 }),
    rateRow('the same; limit: reading, as much slower as a bare POST is than a bare GET', replayed, {
      limit: asPost,
      goal: 1,
    }),
    {
      what: `request to bytes at the node at ${RATE}/s, median and 99th percentile`,
      figure: `${p50.toFixed(1)} ms, ${p99.toFixed(1)} ms`,
      goal: '25, 100 ms',
      met: p50 <= 25 && p99 <= 100,
    },
  ]);
} finally {
  endAll();
}
