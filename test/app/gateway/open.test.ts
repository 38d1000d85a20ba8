import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/app/config/config.js';
import { openGateway } from '../../../src/app/gateway/open.js';
import { createHouse } from '../../../src/app/house.js';
import { createRegistry } from '../../../src/chains/registry.js';
import { silentTerminal } from '../../support/silent-terminal.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'custos-gateway-work-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const url = 'http://127.0.0.1:1';
const key = { CUSTOS_GATEWAY_API_KEY: 'a key for tests only', CUSTOS_LOG_LEVEL: 'silent' };

async function open(flags: Record<string, unknown>): Promise<string> {
  const config = readConfig({ port: '0', testnet: true, ...flags }, key, home);
  const gateway = await openGateway(createHouse(config, silentTerminal));
  await gateway.close();
  return gateway.url;
}

const registry = createRegistry();
const served = registry.ids.filter((id) => registry.get(id).builder !== undefined);

describe('a gateway at its start', () => {
  test.each(registry.ids.filter((id) => !served.includes(id)))(
    'a gateway refuses to offer %s at its start',
    async (id) => {
      const said = { code: 'CONFIG_INVALID', message: expect.stringContaining(`offers nothing for ${id}`) };
      await expect(open({ node: [`${id}=${url}`, `ETH=${url}`] })).rejects.toMatchObject(said);
    },
  );

  test('a gateway takes a node of every chain that it offers', async () => {
    expect(await open({ node: served.map((id) => `${id}=${url}`) })).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test('a gateway takes methods that the operator allows', async () => {
    const allowMethod = ['ETH=debug_traceTransaction,ETH=txpool_status', 'eth=trace_block'];
    expect(await open({ node: `ETH=${url}`, allowMethod })).toContain('http://');
  });

  test.each([
    ['ETH', 'is not CHAIN=METHOD'],
    ['ETH=', 'is not CHAIN=METHOD'],
    ['ETH=debug_*', 'is not CHAIN=METHOD'],
    ['=debug_traceTransaction', 'is not CHAIN=METHOD'],
    ['BSC=debug_traceTransaction', 'no --node for BSC'],
  ])('a gateway refuses --allow-method %s', async (allowed, text) => {
    const said = { code: 'CONFIG_INVALID', message: expect.stringContaining(text) };
    await expect(open({ node: `ETH=${url}`, allowMethod: [allowed] })).rejects.toMatchObject(said);
  });
});
