import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRegistry } from '../../../src/chains/registry.js';
import { type RunningGateway, startGateway } from '../../../src/gateway/server.js';
import { type OpenQueue, openQueue } from '../../../src/storage/queue/queue.js';
import { client, optionsFor } from '../running.js';

interface Vectors {
  readonly addresses: readonly { testnet: boolean; xpub: string; index: number; address: string }[];
}

const registry = createRegistry();
const chains = registry.ids.map((id) => registry.get(id)).filter(({ keys }) => keys.hd?.publicKey !== undefined);
let directory: string;
let queue: OpenQueue;
let gateway: RunningGateway;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'custos-addresses-'));
  queue = await openQueue(join(directory, 'queue.db'));
  // No node is there: an address comes from public keys alone.
  gateway = await startGateway({ ...optionsFor('http://127.0.0.1:9', queue), nodes: new Map(), port: 0 });
});
afterAll(async () => {
  await gateway.close();
  await queue.close();
  await rm(directory, { recursive: true, force: true });
});

test.each(chains.filter(({ closedNetwork }) => closedNetwork === undefined).map(({ id, slug }) => [id, slug]))(
  'the addresses of an xpub of %s are those of the recorded clients',
  async (id, slug) => {
    const text = readFileSync(new URL(`../../vectors/chains/${id}.json`, import.meta.url), 'utf8');
    const { addresses } = JSON.parse(text) as Vectors;
    const known = addresses.filter(({ testnet }) => testnet).slice(0, 3);
    const { get } = client(gateway.url);
    for (const { xpub, index, address } of known) {
      expect((await get(`/v3/${slug}/address/${xpub}/${index}`)).body).toEqual({ address });
    }
    expect(await get(`/v3/${slug}/address/xpub1/0`)).toMatchObject({ status: 400 });
    expect(await get(`/v3/${slug}/address/${known[0]?.xpub ?? 'x'}/4294967295`)).toMatchObject({ status: 400 });
  },
);
