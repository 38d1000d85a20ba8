import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ethereum } from '../../../src/chains/evm/chains/ethereum.js';
import { klaytn } from '../../../src/chains/evm/chains/klaytn.js';
import { xdc } from '../../../src/chains/evm/chains/xdc.js';
import { createRegistry } from '../../../src/chains/registry.js';
import type { NodeClient } from '../../../src/core/chain/node.js';
import { CustosError } from '../../../src/core/errors.js';

const txId = `0x${'ab'.repeat(32)}`;
const rival = `0x${'cd'.repeat(32)}`;
const account = `0x${'11'.repeat(20)}`;
const recorded = { raw: '0x02', txId, completed: JSON.stringify({ nonce: '7', from: account }), sender: account };
const hash = (fill: string) => `0x${fill.repeat(32)}`;
const receipt = { transactionHash: txId, blockHash: hash('01'), blockNumber: '0x10', status: '0x1' };
const hex = (value: number) => `0x${value.toString(16)}`;

type Answer = unknown | ((params: readonly unknown[]) => unknown);

/** Answers by method without its prefix; what is not there is refused. */
function nodeOf(answers: Record<string, Answer>, asked: string[] = []): NodeClient {
  return {
    async rpc(method, params) {
      asked.push(`${method} ${JSON.stringify(params)}`);
      const answer = answers[method.replace(/^(eth|klay)_/, '')];
      const value: unknown = typeof answer === 'function' ? answer(params) : answer;
      if (value === undefined) throw new CustosError('NODE_REFUSED', `${method}: missing trie node`);
      return value;
    },
    http: () => Promise.reject(new CustosError('NODE_REFUSED', 'no such interface')),
  };
}

const included = {
  blockNumber: '0x12',
  getTransactionReceipt: receipt,
  getBlockByNumber: { hash: hash('01') },
  getTransactionByHash: { hash: txId },
};

describe('where the chain has a transaction', () => {
  const inclusion = (answers: Record<string, Answer>) => ethereum.node.inclusion?.(recorded, nodeOf(answers));

  it('the place of a transaction is its block and the number of blocks behind it', async () => {
    expect(await inclusion(included)).toEqual({ kind: 'included', depth: 3, block: hash('01') });
  });

  it('the place is never a block that the chain has dropped, even if the node still gives its receipt', async () => {
    const other = { ...included, getBlockByNumber: { hash: hash('02') } };
    expect(await inclusion(other)).toEqual({ kind: 'waiting' });
    expect(await inclusion({ ...other, getTransactionByHash: null })).toEqual({ kind: 'absent' });
    expect(await inclusion({ ...included, getBlockByNumber: null, getTransactionByHash: null })).toEqual({
      kind: 'absent',
    });
  });

  it('the place says that a transaction was reverted', async () => {
    const answers = { ...included, getTransactionReceipt: { ...receipt, status: '0x0' } };
    expect(await inclusion(answers)).toMatchObject({ kind: 'included', reverted: true });
  });

  it('the place is at least one block deep, even at a node that lags', async () => {
    expect(await inclusion({ ...included, blockNumber: '0x3' })).toMatchObject({ depth: 1 });
  });

  it('a transaction is waiting when the receipt names no block', async () => {
    const waiting = { ...receipt, blockHash: null, blockNumber: null };
    expect(await inclusion({ ...included, getTransactionReceipt: waiting })).toEqual({ kind: 'waiting' });
  });

  it('the place is asked of Klaytn under its own method names', async () => {
    const asked: string[] = [];
    await klaytn.node.inclusion?.(recorded, nodeOf(included, asked));
    expect(asked.every((question) => question.startsWith('klay_'))).toBe(true);
  });

  it.each([
    ['the receipt of another transaction', { ...receipt, transactionHash: rival }],
    ['a receipt without a hash', { ...receipt, transactionHash: undefined }],
    ['a block number in decimal', { ...receipt, blockNumber: 16 }],
    ['a block number beyond all blocks', { ...receipt, blockNumber: '0xffffffffffffff' }],
    ['a block hash that is none', { ...receipt, blockHash: '0x1' }],
    ['an unknown status', { ...receipt, status: '0x2' }],
    ['a text', 'receipt'],
    ['a list', [receipt]],
  ])('%s gives no place', async (_what, answer) => {
    await expect(inclusion({ ...included, getTransactionReceipt: answer })).rejects.toMatchObject({
      code: 'NODE_ANSWER_INVALID',
    });
  });

  it('the place is a coded error or a well-formed answer, whatever the node says', async () => {
    const names = fc.constantFrom(...Object.keys(included));
    const value = fc.oneof(fc.jsonValue(), fc.record({ hash: fc.jsonValue(), ...receiptParts() }));
    await fc.assert(
      fc.asyncProperty(names, value, async (name, answer) => {
        const outcome = await inclusion({ ...included, [name]: () => answer })?.catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'NODE_ANSWER_INVALID' });
        else expect(outcome).toMatchObject({ kind: expect.stringMatching(/^(absent|waiting|included)$/) });
      }),
    );
  });
});

function receiptParts() {
  const part = fc.oneof(fc.jsonValue(), fc.constantFrom(txId, hash('01'), '0x10', '0x1', '0x0'));
  return { transactionHash: part, blockHash: part, blockNumber: part, status: part };
}

/** A chain of `head` blocks in which the sender's count became 8 with block `at`; older states than `oldest` are not kept. */
function chainOf({ head, at, oldest = 0, taker = {} }: { head: number; at: number; oldest?: number; taker?: object }) {
  return {
    blockNumber: hex(head),
    getTransactionByHash: null,
    getTransactionCount([, block]: readonly unknown[]) {
      const height = block === 'latest' ? head : Number(block);
      if (height < oldest) return undefined;
      return height >= at ? '0x9' : '0x7';
    },
    getBlockByNumber: ([block]: readonly unknown[]) => ({
      transactions:
        Number(block) === at
          ? [null, { from: rival, nonce: '0x7' }, { from: account, nonce: '0x7', hash: rival, ...taker }]
          : [],
    }),
  };
}

describe('the fate of bytes whose number is used up', () => {
  const fate = (answers: Record<string, Answer>, asked?: string[]) =>
    ethereum.node.fate?.(recorded, nodeOf(answers, asked));

  it('bytes are dead when a settled block shows the transaction that used their number', async () => {
    for (const at of [1, 500, 870, 900, 987, 988]) expect(await fate(chainOf({ head: 1000, at }))).toBe('dead');
  });

  it('bytes are dead only when the block is final, where the node reports final blocks', async () => {
    const final = (number: number, at: number) => {
      const chain = chainOf({ head: 1000, at });
      const getBlockByNumber = ([block]: readonly unknown[]) =>
        block === 'finalized' ? { number: hex(number) } : chain.getBlockByNumber([block]);
      return fate({ ...chain, getBlockByNumber });
    };
    expect(await final(930, 930)).toBe('dead');
    expect(await final(930, 931)).toBe('open');
    // A node that calls everything final is not believed for the newest blocks.
    expect(await final(1000, 988)).toBe('dead');
    expect(await final(1000, 989)).toBe('open');
  });

  it.each([
    ['MATIC', 256],
    ['BSC', 64],
    ['ETH', 12],
  ])(
    'bytes of %s are dead %i blocks behind the newest one, where the node reports no final blocks',
    async (id, depth) => {
      const { fate: fateOf } = createRegistry().get(id).node;
      const node = (at: number) => nodeOf(chainOf({ head: 1000, at }));
      expect(await fateOf?.(recorded, node(1000 - depth))).toBe('dead');
      expect(await fateOf?.(recorded, node(1001 - depth))).toBe('open');
    },
  );

  it('the fate of bytes is found with few questions at nodes that keep only the last 128 states', async () => {
    for (let at = 875; at <= 988; at++) {
      const asked: string[] = [];
      expect(await fate(chainOf({ head: 1000, at, oldest: 873 }), asked)).toBe('dead');
      expect(asked.length).toBeLessThan(22);
    }
  });

  it('the fate of bytes stays open when the block is not settled', async () => {
    for (const at of [989, 995, 1000]) expect(await fate(chainOf({ head: 1000, at }))).toBe('open');
  });

  it('the fate of bytes stays open when the node has no state of that time: a missing answer proves nothing', async () => {
    for (const at of [0, 1, 500, 872]) expect(await fate(chainOf({ head: 1000, at, oldest: 873 }))).toBe('open');
    expect(await fate(chainOf({ head: 1000, at: 500, oldest: 999 }))).toBe('open');
  });

  it('the fate of bytes stays open at a node that answers every question about the past with the present', async () => {
    expect(await fate({ ...chainOf({ head: 1000, at: 0 }), getTransactionCount: '0x9' })).toBe('open');
  });

  it('the fate of bytes stays open when no transaction in the block shows the number', async () => {
    for (const taker of [{ from: rival }, { nonce: '0x8' }, { hash: 'x' }, { from: null }]) {
      expect(await fate(chainOf({ head: 1000, at: 900, taker }))).toBe('open');
    }
  });

  it('the fate of bytes is known when they used the number, even if the node does not find them by their hash', async () => {
    expect(await fate(chainOf({ head: 1000, at: 900, taker: { hash: txId.toUpperCase().replace('X', 'x') } }))).toBe(
      'known',
    );
  });

  it('the fate of bytes is found with addresses of XDC', async () => {
    const own = { ...recorded, sender: `xdc${'11'.repeat(20)}` };
    for (const from of [account, own.sender]) {
      expect(await xdc.node.fate?.(own, nodeOf(chainOf({ head: 1000, at: 900, taker: { from } })))).toBe('dead');
    }
  });

  it('the fate of bytes stays open, with no further question, when the bytes do not show their number', async () => {
    for (const completed of ['', '{}', '[]', '{"nonce":7}', '{"nonce":"x"}', '{"data":{"nonce":"7"}}', '"nonce":"7"']) {
      const asked: string[] = [];
      const node = nodeOf(chainOf({ head: 1000, at: 900 }), asked);
      expect(await ethereum.node.fate?.({ ...recorded, completed }, node)).toBe('open');
      expect(asked).toHaveLength(1);
    }
  });

  it('the fate of bytes is a coded error or a word, whatever the node says', async () => {
    const usual = chainOf({ head: 1000, at: 900 });
    const names = fc.constantFrom(...Object.keys(usual));
    await fc.assert(
      fc.asyncProperty(names, fc.jsonValue(), async (name, answer) => {
        const outcome = await fate({ ...usual, [name]: () => answer })?.catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'NODE_ANSWER_INVALID' });
        else expect(outcome).toMatch(/^(known|open|dead)$/);
      }),
    );
  });
});

describe('a refusal because of the number', () => {
  const words = [
    'nonce too low: next nonce 8, tx nonce 7',
    'Nonce too low',
    'OldNonce, Current nonce: 8, nonce of rejected tx: 7',
    'Transaction nonce is too low. Try incrementing the nonce.',
    'invalid nonce; got 7, expected 8: invalid sequence',
  ];
  const refusal = (text: string, answers: Record<string, Answer>) =>
    ethereum.node.refusal?.(recorded, text, nodeOf(answers));

  it.each(words)('a refusal of %s is for good only when a settled block has the number', async (text) => {
    expect(await refusal(text, chainOf({ head: 1000, at: 900 }))).toBe('final');
    expect(await refusal(text, chainOf({ head: 1000, at: 995 }))).toBe('later');
    expect(await refusal(text, chainOf({ head: 1000, at: 1001 }))).toBe('later');
  });

  it('a refusal is for good where the number was used long ago and the node cannot show what used it', async () => {
    expect(await refusal('nonce too low', chainOf({ head: 1000, at: 100, oldest: 873 }))).toBe('final');
    expect(await refusal('nonce too low', {})).toBe('final');
  });

  it('a refusal allows new bytes only where the number was filled in', () => {
    const pending = (serialized: string) =>
      ({ serialized }) as Parameters<NonNullable<typeof ethereum.codec.displacement>>[0];
    expect(ethereum.codec.displacement?.(pending('{"to":"0x1"}'))).toBe('renewed');
    expect(ethereum.codec.displacement?.(pending('{"nonce":null}'))).toBe('renewed');
    expect(ethereum.codec.displacement?.(pending('{"nonce":7}'))).toBe('final');
    expect(ethereum.codec.displacement?.(pending('{"nonce":"0x0"}'))).toBe('final');
  });
});
