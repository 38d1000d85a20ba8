import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRegistry } from '../../../src/chains/registry.js';
import {
  type CarrierOptions,
  CustosError,
  createStore,
  type Judge,
  openStore,
  type Question,
  Secret,
  type Transaction,
  type Wallet,
  type WalletStore,
} from '../../../src/index.js';
import { type Server, startServer } from '../../support/http.js';

const directory = mkdtempSync(join(tmpdir(), 'custos-carrier-'));
const options = { location: join(directory, 'store.db'), password: Secret.text('password of a program') };
const ethereum = createRegistry().get('ETH');
let store: WalletStore;
let wallet: Wallet;
let node: Server;
const sent: string[] = [];
let number = 0;

const idOf = (raw: unknown) => ethereum.codec.readSigned?.(String(raw), 'testnet').txId;

/** A node that takes whatever is signed, and has it in its newest block at once. */
function answerOf(method: string, [first]: readonly unknown[]): unknown {
  const block = { number: '0x10', hash: `0x${'bb'.repeat(32)}` };
  if (method === 'eth_sendRawTransaction') {
    sent.push(String(first));
    return idOf(first);
  }
  const isSent = sent.some((raw) => idOf(raw) === first);
  const receipt = { transactionHash: first, blockNumber: block.number, blockHash: block.hash, status: '0x1' };
  const answers: Readonly<Record<string, unknown>> = {
    eth_chainId: '0xaa36a7',
    eth_blockNumber: block.number,
    eth_getBlockByNumber: block,
    eth_getTransactionByHash: isSent ? { hash: first } : null,
    eth_getTransactionReceipt: isSent ? receipt : null,
  };
  return answers[method] ?? null;
}

beforeAll(async () => {
  node = await startServer((response, { body }) => {
    const { id, method, params } = JSON.parse(body);
    const answer = { jsonrpc: '2.0', id, result: answerOf(method, params) };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  ({ store } = await createStore(options));
  wallet = await store.createWallet({ chain: 'ETH', network: 'testnet', kind: 'key' });
});
afterAll(async () => {
  await store.close();
  await node.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  number += 1;
  sent.length = 0;
});

/** Complete as it is: nothing has to be asked of a node before it is judged. */
function payment(): Transaction {
  const fields = { to: `0x${'11'.repeat(20)}`, value: '1', nonce: number, gas: '21000', gasPrice: '1000000000' };
  const unsigned = JSON.stringify({ ...fields, chainId: 11155111 });
  return { id: `payment-${number}`, chain: 'ETH', keys: [{ signatureId: wallet.signatureId }], unsigned };
}

const allow: Judge = { name: 'yes', decide: async () => ({ kind: 'allow' }) };

async function withCarrier<T>(
  change: Partial<CarrierOptions>,
  work: (carrier: Awaited<ReturnType<WalletStore['carrier']>>) => Promise<T>,
): Promise<T> {
  const given = { network: 'testnet', nodes: { ETH: node.url }, judges: [allow], ...change } as const;
  const carrier = await store.carrier(given);
  try {
    return await work(carrier);
  } finally {
    await carrier.close();
  }
}

/** What plain JavaScript may hand in. */
const deciding = (decide: (question: Question) => unknown): Judge => ({
  name: 'own',
  decide: decide as Judge['decide'],
});

describe('a judge of the program', () => {
  it.each<readonly [string, () => unknown, object]>([
    ['throws', () => Promise.reject(new TypeError('canary')), { state: 'denied', code: 'JUDGE_DENIED' }],
    [
      'throws at once',
      () => {
        throw 'canary';
      },
      { state: 'denied', code: 'JUDGE_DENIED' },
    ],
    [
      'throws a coded error',
      () => {
        throw new CustosError('JUDGE_DENIED', 'no');
      },
      { state: 'denied', code: 'JUDGE_DENIED' },
    ],
    ['says nothing', () => undefined, { state: 'held', code: 'JUDGE_ANSWER_INVALID' }],
    ['says true', () => true, { state: 'held', code: 'JUDGE_ANSWER_INVALID' }],
    ['says a word', () => ({ kind: 'ALLOW' }), { state: 'held', code: 'JUDGE_ANSWER_INVALID' }],
    ['holds without a cause', () => ({ kind: 'hold' }), { state: 'held', code: 'JUDGE_ANSWER_INVALID' }],
    ['holds', () => ({ kind: 'hold', because: 'undecided' }), { state: 'held', code: 'JUDGE_UNDECIDED' }],
    ['denies', () => ({ kind: 'deny' }), { state: 'denied', code: 'JUDGE_DENIED' }],
  ])('a judge that %s prevents signing', async (_name, decide, expected) => {
    const carried = await withCarrier({ judges: [allow, deciding(decide)] }, (carrier) => carrier.carry(payment()));
    expect({ state: carried.state, code: carried.error?.code }).toEqual(expected);
    expect(carried).not.toHaveProperty('txId');
    expect([sent, JSON.stringify(carried).includes('canary')]).toEqual([[], false]);
  });

  it('a judge gets wallet, sender, summary and effects', async () => {
    const asked: Question[] = [];
    const judge = deciding((question) => asked.push(question) && { kind: 'deny' });
    await withCarrier({ judges: [judge] }, (carrier) => carrier.carry(payment()));
    expect(asked).toMatchObject([{ wallets: [wallet], sender: wallet.address, summary: { value: { amount: 1n } } }]);
    expect(asked[0]?.effects).toMatchObject([{ op: 'transfer', from: wallet.address, amount: 1n }, { op: 'fee' }]);
  });
});

describe('a transaction that is handed over', () => {
  it('a transaction is sent once, however often and in however many places it is handed over', async () => {
    const carried = await withCarrier({}, async (carrier) => {
      const first = await carrier.carry(payment());
      return [first, await carrier.carry(payment())];
    });
    const done = { id: payment().id, state: 'completed', txId: idOf(sent[0]) };
    expect(carried).toEqual([done, done]);
    expect(sent).toHaveLength(1);
    const changed = { ...payment(), unsigned: payment().unsigned.replace('"value":"1"', '"value":"2"') };
    await expect(withCarrier({}, (carrier) => carrier.carry(changed))).rejects.toMatchObject({
      code: 'PENDING_CHANGED',
    });
  });

  it('a transaction keeps its bytes while no node can be reached, and the next process sends them', async () => {
    const away = await startServer((response) => response.end());
    await away.close();
    const kept = await withCarrier({ nodes: { ETH: away.url } }, (carrier) => carrier.carry(payment()));
    expect(kept).toMatchObject({ state: 'signed', error: { code: 'NODE_UNREACHABLE' } });
    await store.close();
    store = await openStore(options);
    const stop = new AbortController();
    const done: string[] = [];
    const completed = (id: string, txId: string) => {
      done.push(`${id} ${txId}`);
      if (id === payment().id) stop.abort();
    };
    const source = { pending: () => [], completed };
    await withCarrier({ source }, (carrier) => carrier.run({ signal: stop.signal, period: 100 }));
    // What judges held before goes on beside it.
    expect(done).toContain(`${payment().id} ${kept.txId}`);
    expect(sent.map(idOf).filter((id) => id === kept.txId)).toHaveLength(1);
    expect(new Set(sent).size).toBe(sent.length);
  });
});

describe('a source of the program', () => {
  it('a source is polled, and hears of ends and refusals', async () => {
    const told: unknown[] = [];
    const source = {
      pending: async () => [payment(), { ...payment(), id: 'wrong', unsigned: 7 } as unknown as Transaction],
      completed: async (id: string) => void told.push(id),
      failed: async (id: string, error: string) => void told.push(`${id} ${error.split(':')[0]}`),
    };
    const tally = await withCarrier({ source }, (carrier) => carrier.runOnce());
    expect(tally).toMatchObject({ completed: 1, refused: 1, pollErrors: 0 });
    expect(told).toContain(payment().id);
  });

  it.each<readonly [string, () => unknown]>([
    ['throws', () => Promise.reject(new Error('canary'))],
    [
      'throws at once',
      () => {
        throw new Error('canary');
      },
    ],
    ['returns no list', () => ({ length: 1 })],
  ])('a source that %s is a failed poll, and the log says so', async (_name, pending) => {
    const lines: string[] = [];
    const write = (fields: object, event: string) => {
      lines.push(JSON.stringify({ ...fields, event }));
      throw new Error('a log must not end anything');
    };
    const log = { debug: write, info: write, warn: write, error: write };
    const source = { pending: pending as () => Transaction[] };
    const tally = await withCarrier({ source, log }, (carrier) => carrier.runOnce());
    expect(tally).toMatchObject({ pollErrors: 1 });
    expect(lines.join()).toContain('SOURCE_FAILED');
    expect(lines.join()).not.toContain('canary');
  });
});
