import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nextTurn } from '../../../src/core/turn.js';
import {
  type Carrier,
  type CarrierOptions,
  createStore,
  type Judge,
  openStore,
  type Request,
  Secret,
  type Wallet,
  type WalletStore,
} from '../../../src/index.js';
import { startTakingNode, type TakingNode, txIdOf } from '../../support/taking-node.js';

const directory = mkdtempSync(join(tmpdir(), 'custos-accept-'));
const options = { location: join(directory, 'store.db'), password: Secret.text('password of a program') };
const allow: Judge = { name: 'yes', decide: async () => ({ kind: 'allow' }) };
let store: WalletStore;
let wallet: Wallet;
let node: TakingNode;
let number = 0;

beforeAll(async () => {
  node = await startTakingNode();
  ({ store } = await createStore(options));
});
afterAll(async () => {
  await store.close();
  await node.close();
  rmSync(directory, { recursive: true });
});
beforeEach(async () => {
  number += 1;
  node.sent.length = 0;
  wallet = await store.createWallet({ chain: 'ETH', network: 'testnet', kind: 'key' });
});

/** A payment of this test's number, whose nonce is Custos's to give. */
function request(more: Partial<Request> = {}): Request {
  const fields = { to: `0x${'11'.repeat(20)}`, value: String(number), gas: '21000', gasPrice: '1000000000' };
  const unsigned = JSON.stringify({ ...fields, chainId: 11155111 });
  const keys = [{ signatureId: wallet.signatureId }];
  return { chain: 'ETH', keys, unsigned, idempotencyKey: `key ${number}`, ...more };
}

async function withCarrier<T>(work: (carrier: Carrier) => Promise<T>, change: Partial<CarrierOptions> = {}) {
  const given = { network: 'testnet', nodes: { ETH: node.url }, judges: [allow], ...change } as const;
  const carrier = await store.carrier(given);
  try {
    return await work(carrier);
  } finally {
    await carrier.close();
  }
}

const code = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: { code?: string }) => error.code,
  );

/** The nonce of a legacy transaction: the first item of its list (RLP); small numbers are one byte. */
function nonceOf(raw = ''): number {
  const bytes = Buffer.from(raw.slice(2), 'hex');
  const first = bytes[bytes[0] === 0xf8 ? 2 : 1] ?? 0;
  return first === 0x80 ? 0 : first;
}

describe('a request that a program hands over', () => {
  it('an accepted request waits in the journal, and a round carries it to its end', async () => {
    const { accepted, found } = await withCarrier(async (carrier) => {
      const accepted = await carrier.accept(request({ reference: 'payout-4711' }));
      await carrier.runOnce();
      return { accepted, found: await carrier.find(accepted.id) };
    });
    expect(accepted).toEqual({ id: accepted.id, state: 'claimed', replayed: false });
    expect(accepted.id).toMatch(/^[0-9a-f]{24}$/);
    expect(found).toEqual({ id: accepted.id, state: 'completed', txId: txIdOf(node.sent[0] ?? '') });
    expect(node.sent).toHaveLength(1);
  });

  it('a running carrier begins with a request at once, however far the next round is', async () => {
    await withCarrier(async (carrier) => {
      const stop = new AbortController();
      const running = carrier.run({ signal: stop.signal, period: 3_600_000 });
      // The first rounds are over when what was carried before them is.
      const first = await carrier.accept(request());
      const ended = async (id: string) => (await carrier.find(id))?.state === 'completed';
      while (!(await ended(first.id))) await nextTurn();
      const second = await carrier.accept(request({ idempotencyKey: `another ${number}` }));
      while (!(await ended(second.id))) await nextTurn();
      stop.abort();
      await running;
    });
    expect(node.sent).toHaveLength(2);
  });

  it('the same request under its key is the known one, also in another process years later', async () => {
    const first = await withCarrier(async (carrier) => {
      const accepted = await carrier.accept(request());
      await carrier.runOnce();
      return accepted;
    });
    await store.close();
    store = await openStore(options);
    const again = await withCarrier((carrier) => carrier.accept(request()));
    expect(again).toMatchObject({ id: first.id, state: 'completed', replayed: true });
    expect(node.sent).toHaveLength(1);
  });

  it.each<[string, Partial<Request>]>([
    ['transaction', { unsigned: '{}' }],
    ['delivery', { delivery: 'return' }],
    ['reference', { reference: 'other' }],
    ['time', { expiresIn: 60_000 }],
  ])('the key of a request with another %s is refused, and nothing is done', async (_what, change) => {
    await withCarrier(async (carrier) => {
      await carrier.accept(request());
      expect(await code(carrier.accept(request(change)))).toBe('IDEMPOTENCY_CONFLICT');
    });
  });

  it('equal requests at the same time are one', async () => {
    const { said, found } = await withCarrier(async (carrier) => {
      const said = await Promise.all(Array.from({ length: 50 }, () => carrier.accept(request())));
      // It carries what other tests left, too.
      await carrier.runOnce();
      return { said, found: await carrier.find(said[0]?.id ?? '') };
    });
    expect(new Set(said.map(({ id }) => id)).size).toBe(1);
    expect(said.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(node.sent.filter((raw) => txIdOf(raw) === found?.txId)).toHaveLength(1);
  });

  it('bytes that are to be returned are signed, never sent, and keep their nonce from others', async () => {
    const [given, next] = await withCarrier(async (carrier) => {
      const { id } = await carrier.accept(request({ delivery: 'return' }));
      await carrier.runOnce();
      const { id: other } = await carrier.accept(request({ idempotencyKey: `next ${number}` }));
      await carrier.runOnce();
      return [await carrier.find(id), await carrier.find(other)];
    });
    expect(given).toMatchObject({ state: 'completed', txId: txIdOf(given?.signed ?? '') });
    expect(next).toMatchObject({ state: 'completed' });
    expect(next).not.toHaveProperty('signed');
    expect(node.sent).toHaveLength(1);
    expect([nonceOf(given?.signed), nonceOf(node.sent[0])]).toEqual([0, 1]);
  });

  it('what a judge refuses is not handed out', async () => {
    const deny: Judge = { name: 'no', decide: async () => ({ kind: 'deny', rule: 'all', reason: 'no' }) };
    const found = await withCarrier(
      async (carrier) => {
        const { id } = await carrier.accept(request({ delivery: 'return' }));
        await carrier.runOnce();
        return carrier.find(id);
      },
      { judges: [deny] },
    );
    expect(found).toMatchObject({ state: 'denied', error: { code: 'JUDGE_DENIED' } });
    expect(found).not.toHaveProperty('signed');
  });

  it.each<[string, object]>([
    ['no key', { idempotencyKey: undefined }],
    ['an empty key', { idempotencyKey: '' }],
    ['a key of 256 characters', { idempotencyKey: 'k'.repeat(256) }],
    ['an id', { id: 'x' }],
    ['another delivery', { delivery: 'post' }],
    ['no time', { expiresIn: 0 }],
    ['part of a millisecond', { expiresIn: 0.5 }],
  ])('a request with %s is refused', async (_what, change) => {
    const given = { ...request(), ...change } as Request;
    expect(await code(withCarrier((carrier) => carrier.accept(given)))).toBe('ARGUMENT_INVALID');
  });

  it('a request of a chain without a node is refused', async () => {
    const given = request({ chain: 'BTC' });
    expect(await code(withCarrier((carrier) => carrier.accept(given)))).toBe('ARGUMENT_INVALID');
  });

  it('an unknown id is not found, and what is no id is refused', async () => {
    await withCarrier(async (carrier) => {
      expect(await carrier.find('00'.repeat(12))).toBeUndefined();
      expect(await code(carrier.find('../'))).toBe('PENDING_INVALID');
    });
  });
});
