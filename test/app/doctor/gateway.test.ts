import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../../src/app/config/config.js';
import { gatewayFindings } from '../../../src/app/doctor/gateway.js';
import { systemClock } from '../../../src/core/clock.js';
import { apiKey, eth, type Running, startRunning } from '../../gateway/running.js';

let home: string;
let running: Running;
let late = 0;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'custos-doctor-gateway-'));
  const clock = { now: () => Date.now() + late, wait: systemClock.wait };
  running = await startRunning({ clock });
});
afterAll(async () => {
  await running.close();
  await rm(home, { recursive: true, force: true });
});

async function findings(cloudUrl: string, key = apiKey) {
  const config = readConfig({ testnet: true, cloudUrl }, { CUSTOS_API_KEY: key, CUSTOS_LOG_LEVEL: 'silent' }, home);
  const found = await gatewayFindings(config);
  return found.map(({ check, state, text }) => `${check} ${state} ${text}`);
}

test('a gateway reports which nodes are down, what no daemon fetches, and what was given up', async () => {
  const form = { to: `0x${'11'.repeat(20)}`, amount: '1', currency: 'ETH', signatureId: randomUUID() };
  const first = await running.post('/v3/ethereum/transaction', form);
  await running.post('/v3/ethereum/transaction', { ...form, signatureId: randomUUID() });
  expect((await findings(running.gateway.url)).join('\n')).not.toContain('queue');
  late = 3_600_000;
  await running.queue.report([{ id: first.body.signatureId, error: 'GAS_TOO_LOW: x', final: true }]);
  const found = await findings(`${running.gateway.url}/`);
  expect(found).toContainEqual(expect.stringMatching(/^gateway queue warning ETH: 1 that no daemon has fetched/));
  expect(found).toContain('gateway queue warning ETH: 1 that their daemon gave up');
  expect((await findings(running.gateway.url, 'another key')).join('\n')).not.toContain('queue');
});

test('a node that is down is named with its code, and the others are not', async () => {
  const one = await startRunning({ nodes: new Map([[eth, 'http://127.0.0.1:1']]) });
  try {
    const [down, ...more] = await findings(one.gateway.url);
    expect(down).toMatch(/^gateway problem not ready: node, ETH, NODE_UNREACHABLE/);
    expect(more).toEqual([]);
  } finally {
    await one.close();
  }
});

test.each(['nothing at all', '{"status":"ok"}', '{"reasons":"none"}'])(
  'a cloud that answers %j is not a gateway',
  async (answer) => {
    const server = createServer((_request, response) => response.end(answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await findings(`http://127.0.0.1:${port}`)).toEqual([]);
    server.close();
    server.closeAllConnections();
  },
);

test('no question is sent where the cloud is the vendor, or is unreachable', async () => {
  expect(await findings('https://api.tatum.io')).toEqual([]);
  expect(await findings('http://127.0.0.1:1')).toEqual([]);
});
