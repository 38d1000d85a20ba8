import { utils } from 'tronweb';
import { describe, expect, it } from 'vitest';
import { celo } from '../../../src/chains/evm/chains/celo/index.js';
import { ethereum } from '../../../src/chains/evm/chains/ethereum.js';
import { createRegistry } from '../../../src/chains/registry.js';
import type { Chain } from '../../../src/core/chain/chain.js';
import { byteVariants, expectEveryChangeTold, jsonVariants } from '../../support/every-field.js';
import { evmChainIds, loadVectors, type TransactionVector } from '../../support/vectors.js';
import { alice, bob } from '../calls.js';
import { completeVector, contextOfVector, keysOfVector } from '../replay.js';
import { contextOf, keyOf, legacyJson } from '../signing.js';
import { methodRows } from './rows.js';

const registry = createRegistry();

/** Variants of a recorded transaction, as its chain completes it. */
async function changesTold(chain: Chain, vector: TransactionVector, repaired = (text: string) => [text]) {
  const keys = await keysOfVector(chain, vector);
  const completed = await completeVector(chain, vector);
  const context = contextOfVector(chain, vector, keys);
  const variants = [...jsonVariants(completed, [alice, bob])].flatMap(repaired);
  return await expectEveryChangeTold({ chain, completed, context, keys }, variants);
}

/** All of those whose forms are their own; of the others one of each kind. */
function chosenOf(id: string): readonly TransactionVector[] {
  const { transactions } = loadVectors(id);
  if (['ETH', 'CELO', 'VET'].includes(id)) return transactions;
  const chosen = transactions.filter(({ name }) => /all-given|creation$/.test(name));
  return chosen.length > 0 ? chosen : transactions.slice(0, 1);
}

describe.each([...evmChainIds, 'VET'])('%s', (id) => {
  it.each(chosenOf(id))('the summary hides no field of $name', async (vector) => {
    expect(await changesTold(registry.get(id), vector)).toBeGreaterThan(5);
  });
});

describe('TRON', () => {
  const tron = registry.get('TRON');
  // What is broadcast is JSON, in which other things than the signed bytes differ, too.
  const chain: Chain = {
    ...tron,
    codec: {
      ...tron.codec,
      parse(completed, context) {
        const unsigned = tron.codec.parse(completed, context);
        return {
          ...unsigned,
          async sign(keys) {
            const { txId } = await unsigned.sign(keys);
            return { raw: txId, txId };
          },
        };
      },
    },
  };

  it.each(loadVectors('TRON').transactions)('the summary of TRON hides no field of $name', async (vector) => {
    expect(await changesTold(chain, vector, withHash)).toBeGreaterThan(5);
  });
});

/** The form with the bytes and the id that the official library makes of it, where it makes any. */
function withHash(text: string): string[] {
  try {
    const transaction = JSON.parse(text);
    const pb = utils.transaction.txJsonToPb({ ...transaction, visible: false, txID: '', raw_data_hex: '' });
    const raw_data_hex = utils.transaction.txPbToRawDataHex(pb).toLowerCase();
    const txID = utils.transaction.txPbToTxID(pb).replace(/^0x/, '');
    return [JSON.stringify({ ...transaction, raw_data_hex, txID })];
  } catch {
    // What the library cannot write is tried as it is.
    return [text];
  }
}

describe('Ethereum', () => {
  const key = keyOf(ethereum);
  const place = { chain: ethereum, context: contextOf(key), keys: [key] };

  it.each(methodRows)('the summary hides no byte of the arguments of %s', async (_signature, data) => {
    const json = (hex: string) => legacyJson({ value: 0, gas: 10_000_000, data: hex, type: 2, ...caps });
    const bytes = Buffer.from(data.slice(2), 'hex');
    const all = [...byteVariants(bytes, (changed) => json(`0x${Buffer.from(changed).toString('hex')}`))];
    // One bit of each byte, another one in the next.
    const variants = all.filter((_, at) => at % 4 === Math.floor(at / 4) % 4);
    expect(await expectEveryChangeTold({ ...place, completed: json(data) }, variants)).toBe(bytes.length);
  });

  it('the summary hides no field of a transaction with fee caps and an access list', async () => {
    const accessList = [{ address: alice, storageKeys: [`0x${'01'.repeat(32)}`] }];
    const completed = legacyJson({ ...caps, type: '0x2', accessList });
    expect(await expectEveryChangeTold({ ...place, completed }, jsonVariants(completed, [bob]))).toBeGreaterThan(20);
  });
});

const caps = { gasPrice: undefined, maxFeePerGas: '20000000000', maxPriorityFeePerGas: '1000000000' };

describe('Celo', () => {
  it.each([{ type: '0x7b', ...caps }, {}])('the summary of Celo hides no field of a fee in a token', async (form) => {
    const key = keyOf(celo);
    const completed = legacyJson({ chainId: 42220, feeCurrency: alice, ...form });
    const place = { chain: celo, context: contextOf(key), keys: [key], completed };
    expect(await expectEveryChangeTold(place, jsonVariants(completed, [bob]))).toBeGreaterThan(10);
  });
});
