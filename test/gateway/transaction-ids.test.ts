import { randomBytes, randomUUID } from 'node:crypto';
import { base58 } from '@scure/base';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { createNodes } from '../../src/cloud/nodes.js';
import { createCloud } from '../../src/cloud/tatum.js';
import { systemClock } from '../../src/core/clock.js';
import { parseSignatureId } from '../../src/core/ids.js';
import type { Cloud } from '../../src/core/network/cloud.js';
import { Secret } from '../../src/core/secret.js';
import { signVector } from '../chains/replay.js';
import { loadVectors } from '../support/vectors.js';
import { apiKey, type Running, startRunning } from './running.js';

const registry = createRegistry();
let running: Running;
let cloud: Cloud;

beforeAll(async () => {
  running = await startRunning();
  const options = { baseUrl: running.gateway.url, apiKey: Secret.text(apiKey), version: '0', clock: systemClock };
  const nodes = createNodes({ ...options, network: 'testnet', ownNodes: new Map() });
  cloud = createCloud({ ...options, nodes });
});
afterAll(() => running.close());

async function queued(ticker: string): Promise<string> {
  const { id } = registry.get(ticker);
  const hashes = [parseSignatureId(randomUUID())];
  return running.queue.enqueue({ chain: id, network: 'testnet', hashes, serializedTransaction: '{}' });
}

/** Ids that the chain itself made of recorded transactions; Flow's are made by the network. */
async function idsOf(ticker: string): Promise<readonly string[]> {
  if (ticker === 'FLOW') return ['0b7b1d2f6e0a9c4f2b7f7f1c1a6d0e7d9b3a5c8e4f6071829304a5b6c7d8e9f0'];
  const vectors = loadVectors(ticker).transactions.filter(({ deterministic }) => deterministic);
  const signed = await Promise.all(vectors.map((vector) => signVector(registry.get(ticker), vector).catch(() => [])));
  return signed.flatMap((one) => ('txId' in one ? [one.txId] : []));
}

describe('a transaction id', () => {
  test.each(registry.ids)('a transaction id of %s closes a pending transaction', async (ticker) => {
    const ids = await idsOf(ticker);
    expect(ids.length).toBeGreaterThan(0);
    for (const txId of ids) {
      const id = await queued(ticker);
      await cloud.complete(id, txId);
      await cloud.complete(id, txId);
      expect(await cloud.status(id)).toEqual({ kind: 'completed', txId });
    }
  });

  test('a transaction id of Solana has 64 bytes, however many letters it has', async () => {
    const all = [255, 1, ...randomBytes(50)].map((first) => base58.encode(Buffer.from([first, ...randomBytes(63)])));
    const short = base58.encode(Buffer.concat([Buffer.alloc(8), randomBytes(56)]));
    expect(new Set(all.map(({ length }) => length)).size).toBeGreaterThan(1);
    for (const txId of [...all, short]) {
      const id = await queued('SOL');
      await cloud.complete(id, txId);
      expect(await cloud.status(id)).toEqual({ kind: 'completed', txId });
    }
  });

  const hash = 'ab'.repeat(32);
  test.each([
    ['ETH', hash.slice(2)],
    ['ETH', `0x${hash}00`],
    ['ETH', `0x0x${hash}`],
    ['BTC', `0x${hash}`],
    ['BTC', `${hash.slice(1)}g`],
    ['SOL', hash],
    ['SOL', base58.encode(randomBytes(63))],
    ['SOL', base58.encode(randomBytes(65))],
    ['SOL', `0${base58.encode(randomBytes(64)).slice(1)}`],
    ['ALGO', 'A'.repeat(51)],
    ['ALGO', `${'A'.repeat(51)}B`],
    ['ALGO', hash],
    ['XRP', '1'.repeat(63)],
    ['TRON', 'null'],
    ['VET', 'undefined'],
  ])('a transaction id that %s cannot have is refused: %s', async (ticker, txId) => {
    const id = await queued(ticker);
    const answer = await running.call('PUT', `/v3/kms/${id}/${txId}`);
    expect(answer).toMatchObject({ status: 400, body: { data: [{ property: 'txId' }] } });
    expect(await cloud.status(id)).toEqual({ kind: 'pending' });
  });

  test('a transaction id without 0x, or in capitals, is also valid in the Ethereum family', async () => {
    for (const txId of [hash, `0x${hash.toUpperCase()}`]) {
      const id = await queued('ETH');
      await cloud.complete(id, txId);
      expect(await cloud.status(id)).toMatchObject({ kind: 'completed' });
    }
  });
});
