import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../../src/app/config/config.js';
import { openGateway } from '../../../src/app/gateway/open.js';
import { createHouse } from '../../../src/app/house.js';
import { createGatewayKey, listGatewayKeys, revokeGatewayKey } from '../../../src/cli/commands/service/gateway-keys.js';
import { parseToken } from '../../../src/core/access/token-text.js';
import { runInProcess } from '../../support/in-process.js';
import { silentTerminal } from '../../support/silent-terminal.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'custos-keys-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const quiet = { CUSTOS_LOG_LEVEL: 'silent' };
const house = () => createHouse(readConfig({}, quiet, home), silentTerminal);

test('a gateway without a key in its settings starts once a key was made, and not after the last one ended', async () => {
  const flags = { port: '0', testnet: true, node: ['ETH=http://127.0.0.1:1'] };
  const start = () => openGateway(createHouse(readConfig(flags, quiet, home), silentTerminal));
  await expect(start()).rejects.toMatchObject({ code: 'API_KEY_MISSING' });
  const wished = { role: ['submit', 'read'], tenant: 'shop', json: true, expiresIn: '90' };
  const made = await runInProcess(house(), createGatewayKey, { args: ['shop-2026'], flags: wished });
  const [{ id, key, tenant } = {}] = made.results;
  expect([parseToken(String(key))?.id, tenant]).toEqual([id, 'shop']);
  const gateway = await start();
  const status = async (operation: string) => {
    const [method = '', path = ''] = operation.split(' ');
    return (await fetch(gateway.url + path, { method, headers: { 'x-api-key': String(key) } })).status;
  };
  expect([await status('POST /v3/ethereum/transaction'), await status('GET /v3/kms/pending/ETH')]).toEqual([400, 403]);
  const [listed] = (await runInProcess(house(), listGatewayKeys, { flags: { json: true } })).results;
  expect(listed).toMatchObject({ id, state: 'active', name: 'shop-2026', tenant: 'shop', roles: ['submit', 'read'] });
  expect(JSON.stringify(listed)).not.toContain(String(key).split('_')[2]);
  await runInProcess(house(), revokeGatewayKey, { args: [String(id)] });
  expect(await status('POST /v3/ethereum/transaction')).toBe(401);
  await gateway.close();
  await expect(start()).rejects.toMatchObject({ code: 'API_KEY_MISSING' });
  const [ended] = (await runInProcess(house(), listGatewayKeys, { flags: { json: true } })).results;
  expect(ended).toMatchObject({ id, state: 'revoked' });
});

test('a key names one tenant or all of them, and roles that there are', async () => {
  const make = (flags: Record<string, string | boolean | string[]>) =>
    runInProcess(house(), createGatewayKey, { args: ['x'], flags: { json: true, ...flags } });
  const role = ['sign'];
  expect((await make({ role, allTenants: true })).results).toMatchObject([{ tenant: null }]);
  expect((await make({ role })).results).toMatchObject([{ tenant: 'default' }]);
  await expect(make({ role, allTenants: true, tenant: 'shop' })).rejects.toMatchObject({ code: 'USAGE' });
  await expect(make({ role, tenant: 'Not a tenant' })).rejects.toMatchObject({ code: 'TENANT_INVALID' });
  await expect(make({ role: ['admin'] })).rejects.toMatchObject({ code: 'TOKEN_FACTS_INVALID' });
  await expect(make({})).rejects.toMatchObject({ code: 'TOKEN_FACTS_INVALID' });
  const unknown = runInProcess(house(), revokeGatewayKey, { args: ['0'.repeat(16)] });
  await expect(unknown).rejects.toMatchObject({ code: 'TOKEN_UNKNOWN' });
});
