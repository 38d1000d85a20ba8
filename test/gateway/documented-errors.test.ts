import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../src/app/gateway/keys.js';
import { createRegistry } from '../../src/chains/registry.js';
import { canBuild } from '../../src/core/chain/builder.js';
import { silentLog } from '../../src/core/log.js';
import { errorAnswer } from '../../src/gateway/answers.js';
import { type Running, signatureId, startRunning } from './running.js';

const registry = createRegistry();
const to = '0x687422eea2cb73b5d3e242ba5456b782919afc85';
const wanted = { name: 'shop', roles: ['read'], tenant: undefined } as const;
const read = (name: string) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));
const { operations } = read('documented-errors') as { operations: Readonly<Record<string, readonly string[]>> };

/** What nodes say of a transaction that they do not have, by method or path. */
const unknown: readonly (readonly [RegExp, unknown])[] = [
  [/getTransactionBy|getTransactionReceipt/, null],
  [/^getSignatureStatuses/, { value: [null] }],
  [/^tx$/, { error: 'txnNotFound' }],
  [/\/search\/transactions$/, { transactions: [], total_count: 0 }],
  [/^\/transactions\/0x/, null],
  [/^\/wallet(solidity)?\/gettransaction/, {}],
  // What they need beside to say so.
  [/\/network\/status$/, { current_block_timestamp: 1, current_block_identifier: { index: 1, hash: '00' } }],
  [/^\/ledgers/, { _embedded: { records: [{ sequence: 1, closed_at: '2020-01-01T00:00:00Z' }] } }],
  [/getnowblock$/, { block_header: { raw_data: { timestamp: 1, number: 1 } } }],
  [/^\/blocks\/best$/, { id: `0x00000001${'00'.repeat(28)}`, number: 1 }],
];

/** A node of any chain that has no transaction, and refuses everything else: by JSON-RPC, or by its HTTP interface. */
async function startRefusing() {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const text = Buffer.concat(parts).toString();
      const { id, method } = text.startsWith('{') ? JSON.parse(text) : {};
      const error = { code: -32000, message: 'the bytes are refused' };
      const name = String(method ?? request.url);
      const known = unknown.find(([form]) => form.test(name));
      const isRpc = method !== undefined;
      const status = known !== undefined || isRpc ? 200 : name.startsWith('/transactions/') ? 404 : 400;
      response.writeHead(status, { 'content-type': 'application/json' });
      if (known === undefined) response.end(JSON.stringify(isRpc ? { id, error } : { message: error.message, error }));
      else response.end(JSON.stringify(isRpc ? { id, result: known[1] } : known[1]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}

describe('codes of the documented API', () => {
  let refusing: Awaited<ReturnType<typeof startRefusing>>;
  let running: Running;
  let refused: Running;
  beforeAll(async () => {
    refusing = await startRefusing();
    running = await startRunning();
    refused = await startRunning({ nodes: new Map(registry.ids.map((id) => [id, refusing.url])) });
  });
  afterAll(async () => {
    await running.close();
    await refused.close();
    refusing.close();
  });

  const chains = registry.ids.map((id) => registry.get(id)).filter(canBuild);

  /** Of the others a daemon sends the bytes itself. */
  const sent = chains.filter(({ id, codec }) => {
    const [{ txData }] = read(`chains/${id}`).transactions;
    return codec.readSigned?.(txData, 'testnet').raw !== undefined;
  });

  test.each(sent)(
    'bytes of $id that a node refuses get the code that is documented for its broadcast',
    async ({ id, slug, tatum }) => {
      const [{ txData }] = read(`chains/${id}`).transactions;
      const answer = await refused.post(`/v3/${slug}/broadcast`, { txData });
      expect(answer).toMatchObject({ status: 403, body: { statusCode: 403, message: expect.any(String) } });
      const documented = operations[`POST /v3/${slug}/broadcast`] ?? [
        tatum?.errors?.broadcast ?? `${slug}.broadcast.failed`,
      ];
      expect(documented).toContain(answer.body.errorCode);
    },
  );

  const contracts = chains.filter(({ builder }) => builder?.kind === 'evm');
  test.each(contracts)(
    'a call on $id whose parameters do not fit, or which its contract refuses, has the documented code',
    async ({ slug, tatum }) => {
      const call = {
        ...{ contractAddress: to, methodName: 'm', methodABI: { inputs: [{ type: 'uint256' }] }, params: ['many'] },
      };
      const own = `${slug}.sc.invalid`;
      const documented = operations[`POST /v3/${slug}/smartcontract`] ?? [tatum?.errors?.contract ?? own];
      const scenes = documented.some((code) => code.endsWith('.sc.invalid')) ? documented : [own];
      for (const body of [call, { ...call, signatureId }, { ...call, params: [] }]) {
        const { status, body: said } = await running.post(`/v3/${slug}/smartcontract`, body);
        expect([status, said.statusCode]).toEqual([403, 403]);
        expect(scenes).toContain(said.errorCode);
        expect(said.message).toMatch(/^Invalid parameters for smart contract invocation: params/);
      }
    },
  );

  const form = { to, amount: '1', currency: 'ETH', signatureId };
  const missing = `5e6645712b55823de7ea82f1`;
  const hash = `0x${'ab'.repeat(32)}`;
  test.each([
    ['POST /v3/ethereum/transaction', {}, 400, 'validation.failed'],
    // The API has `ethereum.transaction.body` for it, and lists the member as required.
    ['POST /v3/ethereum/transaction', { ...form, currency: undefined }, 400, 'validation.failed'],
    ['POST /v3/bitcoin/transaction', { to: [{ address: to, value: 1 }] }, 403, 'transaction.invalid.body'],
    [`GET /v3/kms/${missing}`, undefined, 403, 'kms.missing'],
    [`DELETE /v3/kms/${missing}`, undefined, 403, 'kms.missing'],
    [`PUT /v3/kms/${missing}/${hash}`, undefined, 403, 'kms.missing'],
    [`GET /v3/ethereum/transaction/${hash}`, undefined, 404, 'tx.not.found'],
    // Of the ledger.
    [`PUT /v3/offchain/withdrawal/${missing}/${hash}`, undefined, 501, 'NOT_OFFERED'],
  ] as const)('%s with %j is answered by %s %s', async (operation, body, status, errorCode) => {
    const [method = '', path = ''] = operation.split(' ');
    const answer = await (body === undefined ? running.call(method, path) : running.post(path, body));
    expect(answer).toMatchObject({ status, body: { errorCode, statusCode: status, message: expect.any(String) } });
    if (status !== 400) return expect(answer.body).not.toHaveProperty('data');
    for (const problem of answer.body.data) {
      expect(problem).toEqual({ target: {}, property: expect.any(String), constraints: expect.any(Object) });
    }
  });

  test('a key that is wrong or missing is an invalid subscription, and one that ended a subscription that is not active', async () => {
    const { id, text } = await createKey(running.queue.keys, { ...wanted, expiresAt: undefined }, Date.now());
    const old = await createKey(running.queue.keys, { ...wanted, expiresAt: 1 }, 0);
    const ask = async (key: string) => (await running.get(`/v3/kms/${missing}`, { 'x-api-key': key })).body;
    expect(await ask(text.exposeText())).toMatchObject({ statusCode: 403, errorCode: 'kms.missing' });
    expect(await ask('another')).toMatchObject({ statusCode: 401, errorCode: 'subscription.invalid' });
    const ended = { statusCode: 401, errorCode: 'subscription.not.active' };
    expect(await ask(old.text.exposeText())).toMatchObject(ended);
    await running.queue.keys.revoke(id, Date.now());
    expect(await ask(text.exposeText())).toMatchObject(ended);
    // Without its secret nobody learns that there was such a key.
    const forged = `${text.exposeText().slice(0, -4)}0000`;
    expect(await ask(forged)).toMatchObject({ statusCode: 401, errorCode: 'subscription.invalid' });
    expect((await running.get('/ready', { 'x-api-key': old.text.exposeText() })).body).not.toHaveProperty('errorCode');
  });

  test.each(['xrp', 'xlm', 'tron', 'vet', 'celo', 'ethereum'])(
    'a node of %s that cannot be reached is no fault of the request',
    async (slug) => {
      const chain = chains.find((one) => one.slug === slug);
      if (chain === undefined) throw new Error(slug);
      const [{ txData }] = read(`chains/${chain.id}`).transactions;
      const away = await startRunning({ nodes: new Map([[chain.id, 'http://127.0.0.1:9']]) });
      const answer = await away.post(`/v3/${slug}/broadcast`, { txData });
      await away.close();
      expect(answer).toMatchObject({ status: 503, body: { errorCode: 'NODE_UNREACHABLE', statusCode: 503 } });
    },
  );

  test('what nobody foresaw says nothing of itself', async () => {
    const answer = errorAnswer(new Error('a secret'), silentLog);
    expect([answer.status, await answer.json()]).toEqual([
      500,
      { statusCode: 500, message: 'Internal server error', errorCode: 'INTERNAL' },
    ]);
  });
});
