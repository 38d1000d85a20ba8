import { describe, expect, it } from 'vitest';
import { algorand } from '../../../src/chains/algorand/index.js';
import { CustosError } from '../../../src/core/errors.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import { keyOf } from '../signing.js';
import { algodOf, requestOf, testGenesis } from './asking.js';

const key = keyOf(algorand);
const other = keyOf(algorand, 0x22);
const context = { network: 'testnet' as const, from: key.address, signers: [key] };
const completed = requestOf(key, other);
const signed = await algorand.codec.parse(completed, context).sign([key]);
const recorded = { ...signed, completed, sender: key.address };
const look = `/v2/transactions/pending/${signed.txId}`;
/** Blocks of all rounds in which the transaction is valid. */
const blocks = Object.fromEntries(
  Array.from({ length: 21 }, (_, at) => [`/v2/blocks/${1000 + at}/txids`, { blockTxids: at % 2 === 0 ? ['X'] : null }]),
);
const over = { '/v2/status': { 'last-round': 1021 } };
const found = { [look]: { 'pool-error': '', 'confirmed-round': 1003 } };

describe('an algod that is asked for what is missing', () => {
  const params = {
    fee: 0,
    'min-fee': 1000,
    'last-round': 5000,
    'genesis-hash': testGenesis,
    'genesis-id': 'testnet-v1.0',
  };
  const complete = async (change: Record<string, unknown>, answers: Record<string, unknown>) => {
    const received = {
      id: '5'.repeat(24),
      chain: 'ALGO',
      hashes: ['26d3883e-4e17-48b3-a0ee-09a3e484ac83'],
      serializedTransaction: requestOf(key, other, change),
    };
    const pending = parsePending(received, algorand.id, 'testnet');
    const node = algodOf(answers);
    const text = await algorand.node.complete(pending, { ...context, node, nextNonce: async (count) => count });
    return { fields: JSON.parse(text) as Record<string, unknown>, text, asked: node.asked, pending };
  };
  const bare = {
    fee: undefined,
    flatFee: undefined,
    firstRound: undefined,
    lastRound: undefined,
    genesisHash: undefined,
  };

  it('algod gives fee, rounds and genesis', async () => {
    const { fields, text } = await complete(bare, { '/v2/transactions/params': params });
    expect(fields).toMatchObject({
      fee: 0,
      firstRound: 5000,
      lastRound: 6000,
      genesisHash: testGenesis,
      amount: 1_000_000,
    });
    expect(algorand.codec.parse(text, context).summary.fee.amount).toBe(1000n);
    const flat = await complete({ ...bare, flatFee: true }, { '/v2/transactions/params': params });
    expect(flat.fields['fee']).toBe(1000);
  });

  it('algod changes nothing that was given, and is not asked where nothing is missing', async () => {
    const { fields } = await complete(
      { ...bare, fee: 5000, flatFee: true, firstRound: 4900 },
      { '/v2/transactions/params': params },
    );
    expect(fields).toMatchObject({ fee: 5000, firstRound: 4900, lastRound: 5900 });
    const { asked, text, pending } = await complete({}, {});
    expect([asked, text]).toEqual([[], pending.serialized]);
  });

  it('an algod of another network does not make a transaction of it', async () => {
    const foreign = { ...params, 'genesis-hash': 'wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8=' };
    const { text } = await complete({ ...bare, genesisID: undefined }, { '/v2/transactions/params': foreign });
    expect(() => algorand.codec.parse(text, context)).toThrow(expect.objectContaining({ code: 'CHAIN_ID_MISMATCH' }));
  });

  it.each([[null], ['words'], [{ ...params, fee: -1 }], [{ ...params, 'genesis-hash': 7 }]])(
    'the answer %j of algod is not accepted',
    async (answer) => {
      await expect(complete(bare, { '/v2/transactions/params': answer })).rejects.toMatchObject({
        code: 'NODE_ANSWER_INVALID',
      });
    },
  );
});

describe('an algod that is handed signed bytes', () => {
  it('algod gives the id that was computed', async () => {
    const node = algodOf({ '/v2/transactions': { txId: signed.txId } });
    expect(await algorand.node.broadcast!(recorded, node)).toBe(signed.txId);
    expect(node.asked).toEqual([{ path: '/v2/transactions', body: new Uint8Array(Buffer.from(signed.raw, 'hex')) }]);
    const strange = algodOf({ '/v2/transactions': { txId: 'X' } });
    await expect(algorand.node.broadcast!(recorded, strange)).rejects.toMatchObject({ code: 'NODE_ANSWER_INVALID' });
  });

  it('an algod that refuses bytes has taken them if it knows them', async () => {
    expect(await algorand.node.broadcast!(recorded, algodOf(found))).toBe(signed.txId);
    const thrownOut = {
      [look]: { 'pool-error': 'overspend', 'confirmed-round': 0 },
      '/v2/status': { 'last-round': 1010 },
    };
    await expect(algorand.node.broadcast!(recorded, algodOf(thrownOut))).rejects.toMatchObject({
      code: 'BROADCAST_REFUSED',
    });
  });

  it('an algod that refuses bytes after their rounds has refused for good only if it has kept the blocks', async () => {
    await expect(algorand.node.broadcast!(recorded, algodOf({ ...over, ...blocks }))).rejects.toMatchObject({
      code: 'BROADCAST_REFUSED',
    });
    await expect(algorand.node.broadcast!(recorded, algodOf(over))).rejects.toMatchObject({
      code: 'NODE_ANSWER_INVALID',
    });
  });

  it('an algod that cannot be reached is asked again later', async () => {
    const away = new CustosError('NODE_UNREACHABLE', 'no route');
    await expect(algorand.node.broadcast!(recorded, algodOf({ '/v2/transactions': away }))).rejects.toMatchObject({
      code: 'NODE_UNREACHABLE',
    });
    await expect(algorand.node.fate!(recorded, algodOf({ [look]: away }))).rejects.toMatchObject({
      code: 'NODE_UNREACHABLE',
    });
  });
});

describe('signed bytes', () => {
  const fate = (answers: Record<string, unknown>) => algorand.node.fate!(recorded, algodOf(answers));

  it('signed bytes are known in the pool and in a block', async () => {
    expect(await fate(found)).toBe('known');
    expect(await fate({ [look]: { 'pool-error': '' } })).toBe('known');
    // Older than the thousand rounds in which a node looks by itself.
    expect(await fate({ ...over, ...blocks, '/v2/blocks/1007/txids': { blockTxids: ['X', signed.txId] } })).toBe(
      'known',
    );
  });

  it('signed bytes are open until their last round is over', async () => {
    expect(await fate({})).toBe('open');
    expect(await fate({ '/v2/status': { 'last-round': 1020 }, ...blocks })).toBe('open');
  });

  it('signed bytes are dead when all blocks of their rounds lack them, and open when one of these blocks is missing', async () => {
    expect(await fate({ ...over, ...blocks })).toBe('dead');
    expect(await fate({ ...over, ...blocks, '/v2/blocks/1020/txids': undefined })).toBe('open');
    expect(await fate({ ...over, ...blocks, '/v2/blocks/1000/txids': 'words' })).toBe('open');
  });
});
