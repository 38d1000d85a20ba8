import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { House } from '../../src/app/house.js';
import { list, show } from '../../src/cli/commands/transaction.js';
import { parseTenantId } from '../../src/core/ids.js';
import { pendingOf } from '../lifecycle/carrying.js';
import { openHouse, runInProcess } from '../support/in-process.js';

const home = mkdtempSync(join(tmpdir(), 'custos-requests-'));
const expiresAt = Date.now() + 3_600_000;
let house: House;
beforeAll(async () => {
  house = await openHouse(home);
  await (await house.journal()).claim([pendingOf('cloud')]);
});
afterAll(async () => {
  await house.close();
  rmSync(home, { recursive: true });
});

test('a journal of what a cloud queued is shown as ever', async () => {
  const { results } = await runInProcess(house, list);
  expect(results[0]?.[0]).toEqual(['ID', 'CHAIN', 'NETWORK', 'STATE', 'UPDATED', 'TX ID', 'WHAT']);
  const { results: lines } = await runInProcess(house, list, { flags: { json: true } });
  expect(lines[0]).not.toHaveProperty('source');
});

test('a request is shown with door, tenant, reference, delivery and end', async () => {
  const facts = { tenant: parseTenantId('shop'), source: 'api', kind: 'transaction', delivery: 'return' } as const;
  const idempotency = { key: 'k', digest: 'd' };
  const request = { ...facts, idempotency, reference: 'payout-4711', initiator: 'token-1', expiresAt };
  await (await house.journal()).accept({ ...request, pending: pendingOf('own') });
  const expires = new Date(expiresAt).toISOString();
  const { results } = await runInProcess(house, list);
  const rows = results[0] as unknown as string[][];
  expect(rows.map((row) => row.slice(7))).toEqual([
    ['SOURCE', 'TENANT', 'REFERENCE', 'DELIVERY', 'EXPIRES'],
    ['api', 'shop', 'payout-4711', 'return', expires],
    ['cloud', '', '', '', ''],
  ]);
  const { results: shown } = await runInProcess(house, show, { args: ['own'] });
  const named = { ...facts, idempotencyKey: 'k', reference: 'payout-4711', initiator: 'token-1', expires };
  expect(shown[0]).toMatchObject({ id: 'own', ...named, verified: true });
});
