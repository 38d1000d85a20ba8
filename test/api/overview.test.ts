import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Checkpoints } from '../../src/app/audit/checkpoints.js';
import { verifyProof } from '../../src/app/audit/proof.js';
import { verifyExport } from '../../src/app/audit/verify.js';
import { readLogKey } from '../../src/app/audit/witness.js';
import { readConfig } from '../../src/app/config/config.js';
import type { ChainId } from '../../src/core/ids.js';
import { auditKeyLine, auditSeedOf, checkpointSigner } from '../../src/vault/audit-key.js';
import { storeId } from '../storage/support.js';
import { type Anvil, startAnvil } from '../support/anvil.js';
import { anyPayment, dayLimit, sealer } from '../support/control.js';
import { freshApi, rootKey } from './support.js';

const sealed = sealer({ rootKey, storeId });
const key = auditKeyLine(auditSeedOf(rootKey, storeId), storeId);
const ETH = 'ETH' as ChainId;

describe('how the server is, over the API', () => {
  const test = freshApi(
    undefined,
    {},
    {
      async before() {
        const variables = {
          ...{ TATUM_API_KEY: 'planted-key', CUSTOS_PASSWORD: 'planted-password' },
          CUSTOS_CLOUD_URL: 'http://127.0.0.1:9/?key=planted',
        };
        test.config = readConfig({ testnet: true, store: '/nowhere/store.db' }, variables, '/nowhere');
      },
    },
  );
  let node: Anvil;
  let token: string;

  beforeAll(async () => {
    node = await startAnvil({ chainId: 11155111 });
    test.node = node.url;
  });
  afterAll(() => node.close());
  beforeEach(async () => {
    token = await test.token({ scopes: ['health:read', 'audit:read'] });
  });

  const read = async (path: string) => (await test.ask(`GET ${path}`, { token })).body;
  const pay = async (wallet: string, amount: string) => {
    const to = node.accounts[0]?.address ?? '';
    const body = { chain: 'ETH', kind: 'transfer', from: { wallet }, to, amount };
    const headers = { 'idempotency-key': randomUUID() };
    return test.ask('POST /v1/transactions', { token: await test.token(), body, headers });
  };
  const payer = async () => {
    const { signatureId, address } = await test.wallet();
    await node.rpc('anvil_setBalance', [address, '0x8ac7230489e80000']);
    return signatureId;
  };
  /** Signs the log, as a daemon does. */
  const signLog = async () => {
    const signer = checkpointSigner(storeId, [auditSeedOf(rootKey, storeId)]);
    await new Checkpoints(test.store.audit, signer.sign, Date.now).signAll();
    signer.wipe();
  };

  it('only a token that is for the whole store and has the scope sees it', async () => {
    const paths = ['/v1/activity', '/v1/chains', '/v1/budgets', '/v1/findings'];
    const bound = await test.token({ scopes: ['health:read'], chains: [ETH] });
    for (const path of paths) {
      for (const other of [bound, await test.token({ scopes: ['transactions:read', 'audit:read'] })]) {
        const { status, body } = await test.ask(`GET ${path}`, { token: other });
        expect([status, body['code']]).toEqual([403, 'SCOPE_MISSING']);
      }
      expect((await test.ask(`GET ${path}`, { token })).status).toBe(200);
    }
  });

  it('the activity counts what was accepted and signed, and how long that took', async () => {
    await pay(await payer(), '1');
    await test.signAll();
    const { data } = (await read('/v1/activity')) as {
      data: { accepted: number; signed: number; signedAfter: object }[];
    };
    expect(data).toHaveLength(96);
    expect(data.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(1);
    const last = data.find(({ signed }) => signed === 1);
    expect(last?.signedAfter).toEqual({ half: expect.any(Number), most: expect.any(Number) });
  });

  it('a chain says what is open there, when it was polled, and since when the way to it is shut', async () => {
    await pay(await payer(), '1');
    test.lanes.meter.polled(ETH, 'ok', 5);
    test.lanes.meter.polled(ETH, 'failed', 5);
    test.lanes.meter.breaker(ETH, 'open');
    const { data } = (await read('/v1/chains')) as { data: Record<string, unknown>[] };
    expect(data).toEqual([
      {
        chain: 'ETH',
        open: expect.arrayContaining([{ state: 'claimed', count: 1 }]),
        oldestAt: expect.any(String),
        way: { polledAt: expect.any(String), failedPolls: 1, shutAt: expect.any(String) },
      },
    ]);
  });

  it('budgets say how full the limits in force are, those of single wallets too', async () => {
    await test.store.approvals.addConstitution(sealed.constitution());
    const ofWallet = { ...dayLimit(4e18), id: 'wallet', per: 'wallet' };
    const policy = { permits: [anyPayment], limits: [dayLimit(10e18), ofWallet] };
    await test.store.policies.add(sealed.policy(policy), 'narrow');
    expect((await read('/v1/budgets'))['data']).toMatchObject([{ part: null, used: '0', thousandths: 0 }]);
    const wallet = await payer();
    await pay(wallet, '2');
    await test.signAll();
    await expect
      .poll(async () => (await read('/v1/budgets'))['data'], { timeout: 10_000 })
      .toMatchObject([
        { limit: 'wallet', part: `wallet ${wallet}`, max: '4', thousandths: 500, since: expect.any(String) },
        { limit: expect.any(String), part: null, max: '10', thousandths: 200 },
      ]);
  });

  it('the findings are those of the doctor, and name no secret', async () => {
    const body = await read('/v1/findings');
    const checks = (body['data'] as { check: string }[]).map(({ check }) => check);
    expect(checks).toEqual(expect.arrayContaining(['wallet store', 'Node.js', 'setting CUSTOS_API_KEY']));
    expect(JSON.stringify(body)).not.toContain('planted');
  });

  it('an export that comes through the API is verified by the key alone, and is recorded', async () => {
    await pay(await payer(), '1');
    await test.signAll();
    await signLog();
    const get = async (query: string) => {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${test.api.url}/v1/audit/export${query}`, { headers })).text();
    };
    const text = await get(`?key=${encodeURIComponent(key)}`);
    async function* lines() {
      yield* text.trimEnd().split('\n');
    }
    expect((await verifyExport(lines(), key)).events).toBeGreaterThan(1);
    expect(text.split('\n')[0]).toContain(key);
    expect((await get('?key=none')).startsWith('{"type"')).toBe(true);
    expect((await read('/v1/audit?event=audit.exported'))['data']).toMatchObject([
      { detail: { file: 'GET /v1/audit/export' } },
    ]);
  });

  it('an event and the growth of the log are proved through the API', async () => {
    await pay(await payer(), '1');
    await test.signAll();
    await signLog();
    const proof = await read('/v1/audit/proof?event=main/0');
    expect(verifyProof(proof, readLogKey(key))).toMatchObject({ writer: 'main', subject: 'event main/0' });
    const before = String(proof['checkpoint']);
    const size = Number(before.split('\n')[1]);
    await pay(await payer(), '1');
    await test.signAll();
    await signLog();
    const growth = await read(`/v1/audit/growth?writer=main&size=${size}`);
    expect(Number(String(growth['checkpoint']).split('\n')[1])).toBeGreaterThan(size);
    const { checkpoint, proof: hashes } = growth;
    const shown = { custosAuditProof: 1, store: storeId, former: before, checkpoint, proof: hashes };
    expect(verifyProof(shown, readLogKey(key)).subject).toBe(`head of ${size} events`);
    for (const [path, code] of [
      ['/v1/audit/proof?event=main/9999', 'AUDIT_EVENT_UNKNOWN'],
      ['/v1/audit/growth?writer=main&size=9999', 'AUDIT_EVENT_UNKNOWN'],
    ]) {
      expect((await test.ask(`GET ${path}`, { token })).body['code']).toBe(code);
    }
  });
});
