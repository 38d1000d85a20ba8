import { describe, expect, it } from 'vitest';
import { bsc } from '../../../src/chains/evm/chains/bsc.js';
import { celo } from '../../../src/chains/evm/chains/celo/index.js';
import { ethereum } from '../../../src/chains/evm/chains/ethereum.js';
import { kcs } from '../../../src/chains/evm/chains/kcs.js';
import { klaytn } from '../../../src/chains/evm/chains/klaytn.js';
import { one } from '../../../src/chains/evm/chains/one.js';
import { polygon } from '../../../src/chains/evm/chains/polygon.js';
import { sonic } from '../../../src/chains/evm/chains/sonic.js';
import { xdc } from '../../../src/chains/evm/chains/xdc.js';
import type { Chain } from '../../../src/core/chain/chain.js';
import { CustosError, type ErrorCode } from '../../../src/core/errors.js';
import { type Answers, all, complete, mainnetIds, to, usual } from '../asking.js';
import { keyOf } from '../signing.js';

/** The chain id of mainnet, as nodes of the chain say it. */
function chainIdAnswers({ builder }: Chain): Answers {
  const id = builder?.kind === 'evm' ? `0x${builder.chainIds.mainnet[0]?.toString(16)}` : undefined;
  return { eth_chainId: id, klay_chainID: id };
}

describe('completing', () => {
  it('completing asks nothing when nothing is missing', async () => {
    const legacy = await complete(ethereum, all);
    expect(legacy.questions).toEqual([]);
    expect(legacy.completed).toMatchObject({
      type: '0x0',
      chainId: '1',
      nonce: '3',
      gas: '21000',
      gasPrice: '5',
      data: '0x',
    });
    for (const chain of [ethereum, bsc, xdc, celo]) {
      const capped = {
        ...all,
        chainId: mainnetIds[chain.id],
        gasPrice: undefined,
        maxFeePerGas: 9,
        maxPriorityFeePerGas: 2,
      };
      const { completed, questions } = await complete(chain, capped);
      expect(questions).toEqual([]);
      expect(completed).toMatchObject({ type: '0x2', maxFeePerGas: '9', maxPriorityFeePerGas: '2', accessList: [] });
    }
  });

  it('completing gives a complete result: completing it again changes nothing', async () => {
    const { completed } = await complete(ethereum, {}, { answers: usual });
    expect((await complete(ethereum, completed)).completed).toEqual(completed);
  });

  it.each([ethereum, bsc, polygon, klaytn, kcs, one, xdc, celo, sonic])(
    'the estimate of a call on $id says who sends, how much and what',
    async (chain) => {
      const request = { ...all, gas: undefined, value: '7', data: '0x12345678', chainId: undefined };
      const name = chain === klaytn ? 'klay_estimateGas' : 'eth_estimateGas';
      const { params } = await complete(chain, request, {
        answers: { ...usual, [name]: '0x9c40', ...chainIdAnswers(chain) },
      });
      const [call] = params[name] as Record<string, unknown>[];
      expect(call).toMatchObject({ value: '0x7', data: '0x12345678', to: to.toLowerCase() });
      expect(String(call?.['from']).toLowerCase()).toBe(keyOf(ethereum).address.toLowerCase());
    },
  );

  it('completing keeps nonce 0 on every chain', async () => {
    for (const chain of [ethereum, bsc, polygon, celo, klaytn, xdc, sonic]) {
      const request = { ...all, nonce: 0, chainId: mainnetIds[chain.id] };
      const { completed, questions } = await complete(chain, request, { answers: { eth_estimateGas: '0x5208' } });
      expect(completed['nonce']).toBe('0');
      expect(questions).not.toContain('count');
    }
  });

  it('completing asks for the nonce last, and passes the counted number to the nonce keeper', async () => {
    const counts: bigint[] = [];
    const nextNonce = async (count: bigint) => {
      counts.push(count);
      return count + 4n;
    };
    const { completed, questions } = await complete(ethereum, {}, { answers: usual, nextNonce });
    expect(questions.at(-1)).toBe('count');
    expect(counts).toEqual([9n]);
    expect(completed['nonce']).toBe('13');
  });

  it('completing takes no nonce when the gas of the node is too low', async () => {
    const nextNonce = () => Promise.reject(new Error('a nonce was taken'));
    const answers = { ...usual, eth_estimateGas: '0x1' };
    await expect(complete(ethereum, {}, { answers, nextNonce })).rejects.toMatchObject({ code: 'GAS_TOO_LOW' });
  });

  it.each<[string, Record<string, unknown>, ErrorCode]>([
    ['a foreign sender', { from: to }, 'SENDER_MISMATCH'],
    ['a foreign chain id', { chainId: 56 }, 'CHAIN_ID_MISMATCH'],
    ['too little gas', { gas: 20000 }, 'GAS_TOO_LOW'],
    ['a value that is not a number', { value: 'NaN' }, 'AMOUNT_INVALID'],
    ['a wrong checksum', { to: '0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266' }, 'ADDRESS_INVALID'],
    ['a type that is not supported', { type: 3 }, 'TRANSACTION_UNSUPPORTED'],
  ])('completing asks nothing for a transaction with %s', async (_what, change, code) => {
    await expect(complete(ethereum, change, { answers: usual })).rejects.toMatchObject({ code, asked: [] });
  });

  it('completing refuses a node of another chain, and asks it nothing more', async () => {
    await expect(complete(ethereum, {}, { answers: { ...usual, eth_chainId: '0x38' } })).rejects.toMatchObject({
      code: 'CHAIN_ID_MISMATCH',
      asked: ['eth_chainId'],
    });
  });

  it.each<[string, Answers]>([
    ['a chain id that is null', { eth_chainId: null }],
    ['a chain id in decimal', { eth_chainId: 1 }],
    ['gas that is not a quantity', { eth_estimateGas: '0x' }],
    ['gas that is an object', { eth_estimateGas: {} }],
    ['a count that is negative', { count: -1 }],
    ['a count that is fractional', { count: 1.5 }],
    ['a count that is a text of letters', { count: 'many' }],
    ['fee advice that is null', { fee: null }],
    ['fee advice without a medium fee', { fee: { fast: 5 } }],
    ['a medium fee that is fractional', { fee: { medium: 0.5 } }],
  ])('completing refuses %s', async (_what, answers) => {
    const answered = Object.fromEntries(
      Object.entries({ ...usual, ...answers }).map(([name, answer]) => [name, answer ?? 'null']),
    );
    await expect(complete(ethereum, {}, { answers: answered })).rejects.toMatchObject({ code: 'NODE_ANSWER_INVALID' });
  });

  it('completing passes on what the node refuses', async () => {
    const answers = { ...usual, eth_estimateGas: new CustosError('NODE_REFUSED', 'execution reverted') };
    await expect(complete(ethereum, {}, { answers })).rejects.toMatchObject({
      code: 'NODE_REFUSED',
      message: 'execution reverted',
    });
  });
});

describe('the chains', () => {
  it('Ethereum takes the medium fee of the cloud, also where the gas price is 0', async () => {
    for (const gasPrice of [undefined, null, 0, '0', '0x0']) {
      const { completed } = await complete(ethereum, { ...all, gasPrice }, { answers: usual });
      expect(completed['gasPrice']).toBe('50');
    }
  });

  it('Ethereum estimates the gas of a withdrawal although gas is given', async () => {
    const { completed } = await complete(ethereum, all, { answers: usual, withdrawalId: '7'.repeat(24) });
    expect(completed['gas']).toBe('50000');
  });

  it('BNB Smart Chain asks for the estimate, keeps the gas that is given, and has a constant price', async () => {
    const { completed, questions } = await complete(bsc, { ...all, chainId: 56, gasPrice: 0 }, { answers: usual });
    expect(questions).toEqual(['eth_estimateGas']);
    expect(completed).toMatchObject({ gas: '21000', gasPrice: '10000000000' });
  });

  it('BNB Smart Chain does not sign what the node says would fail', async () => {
    const answers = { eth_estimateGas: new CustosError('NODE_REFUSED', 'execution reverted') };
    await expect(complete(bsc, { ...all, chainId: 56 }, { answers })).rejects.toMatchObject({ code: 'NODE_REFUSED' });
  });

  it('XDC replaces the gas that is given by the estimate, and keeps a gas price of 0', async () => {
    const { completed } = await complete(xdc, { ...all, gas: 100, gasPrice: '0', chainId: 50 }, { answers: usual });
    expect(completed).toMatchObject({ gas: '50000', gasPrice: '0' });
  });

  it('Polygon asks the gas station, and the node where the station fails or talks nonsense', async () => {
    const station = 'https://gasstation.polygon.technology/v2';
    const price = async (answer: unknown) =>
      (
        await complete(
          polygon,
          { ...all, gasPrice: undefined, chainId: 137 },
          { answers: { ...usual, [station]: answer } },
        )
      ).completed['gasPrice'];
    expect(await price({ fast: { maxFee: 117.37 } })).toBe('118000000000');
    expect(await price({ fast: { maxFee: 3 } })).toBe('30000000000');
    const useless = [
      new CustosError('NODE_UNREACHABLE', 'gone'),
      'html',
      {},
      { fast: { maxFee: '9' } },
      { fast: { maxFee: 1e30 } },
    ];
    for (const answer of useless) expect(await price(answer)).toBe('100');
  });

  it('Klaytn is asked under its own names, with the pending count', async () => {
    const answers = {
      klay_chainID: '0x2019',
      klay_gasPrice: '0x5',
      klay_estimateGas: '0x6000',
      klay_getTransactionCount: '0x2',
    };
    const { completed, params } = await complete(klaytn, {}, { answers });
    expect(completed).toMatchObject({ chainId: '8217', gasPrice: '5', gas: '24576', nonce: '2' });
    expect(params['klay_getTransactionCount']).toEqual([keyOf(klaytn).address, 'pending']);
  });

  it('Celo adds its margin to the estimate, and asks for the price in the currency of the fee', async () => {
    const feeCurrency = '0xd8763cba276a3738e6de85b4b3bf5fded6d6ca73';
    const answers = { ...usual, eth_chainId: '0xa4ec' };
    const { completed, params } = await complete(celo, { feeCurrency, gasLimit: '0' }, { answers });
    expect(completed).toMatchObject({ gas: '150000', gasPrice: '100', feeCurrency });
    expect(completed).not.toHaveProperty('type');
    expect(params['eth_gasPrice']).toEqual([feeCurrency]);
  });

  it('a plain chain asks the node for everything', async () => {
    const answers = { ...usual, eth_chainId: '0x92' };
    const { completed, questions } = await complete(sonic, {}, { answers });
    expect(questions).toEqual(['eth_chainId', 'eth_gasPrice', 'eth_estimateGas', 'eth_getTransactionCount']);
    expect(completed).toMatchObject({ chainId: '146', gasPrice: '100', gas: '50000', nonce: '9' });
  });
});

describe('fee caps', () => {
  const capped = { ...all, type: 2, gasPrice: undefined };

  it('fee caps are twice the price of the node and its priority fee, where both are missing', async () => {
    const { completed } = await complete(ethereum, capped, { answers: usual });
    expect(completed).toMatchObject({ maxFeePerGas: '200', maxPriorityFeePerGas: '7' });
  });

  it('fee caps are kept where given: the priority fee never rises above the cap', async () => {
    const { completed } = await complete(ethereum, { ...capped, maxFeePerGas: 4 }, { answers: usual });
    expect(completed).toMatchObject({ maxFeePerGas: '4', maxPriorityFeePerGas: '4' });
    const tipped = await complete(ethereum, { ...capped, maxPriorityFeePerGas: 900 }, { answers: usual });
    expect(tipped.completed).toMatchObject({ maxFeePerGas: '900', maxPriorityFeePerGas: '900' });
  });

  it('fee caps and the estimate are asked for in the currency of the fee (CIP-64)', async () => {
    const feeCurrency = '0x765de816845861e75a25fca122bb6898b8b1282a';
    const { completed, params } = await complete(
      celo,
      { ...capped, type: '0x7b', chainId: 42220, gas: undefined, feeCurrency },
      { answers: usual },
    );
    expect(completed).toMatchObject({ type: '0x7b', maxFeePerGas: '200', maxPriorityFeePerGas: '7', feeCurrency });
    expect(params['eth_maxPriorityFeePerGas']).toEqual([feeCurrency]);
    expect(params['eth_estimateGas']).toMatchObject([{ feeCurrency }]);
  });
});

describe('an own node', () => {
  it('an own node is asked by JSON-RPC alone: gas price, a whole call, and both counts', async () => {
    for (const chain of [ethereum, polygon, klaytn, xdc, celo, sonic]) {
      const chainId = `0x${mainnetIds[chain.id]?.toString(16)}`;
      const asked = await complete(chain, {}, { answers: { ...usual, eth_chainId: chainId }, isCloud: false });
      expect(asked.completed).toMatchObject({ gasPrice: '100', nonce: '9' });
      expect(asked.questions.slice(-2)).toEqual(['eth_getTransactionCount', 'eth_getTransactionCount']);
      const counted = [expect.stringMatching(/^0x[0-9a-fA-F]{40}$/), 'pending'];
      expect(asked.params['eth_getTransactionCount']).toEqual(counted);
      expect(asked.params['eth_estimateGas']).toEqual([
        { from: expect.stringMatching(/^0x[0-9a-f]{40}$/), to, value: '0x1' },
      ]);
    }
  });

  it('an own node gives the nonce keeper the count in the chain, and the count with those that wait', async () => {
    const told: unknown[][] = [];
    const nextNonce = async (...counts: [bigint, bigint?]) => {
      told.push(counts);
      return counts[0];
    };
    const counted = (latest: string, pending: string) => ({
      ...usual,
      eth_getTransactionCount: ([, block]: readonly unknown[]) => (block === 'latest' ? latest : pending),
    });
    await complete(ethereum, {}, { answers: counted('0x3', '0x5'), isCloud: false, nextNonce });
    // Between two questions a block may come, and a node behind the same address may lag.
    await complete(ethereum, {}, { answers: counted('0x5', '0x3'), isCloud: false, nextNonce });
    await complete(ethereum, {}, { answers: usual, nextNonce });
    expect(told).toEqual([[3n, 5n], [5n, 5n], [9n]]);
  });

  it.each(['0x', null, 5, '-0x1', {}])('the count %j of an own node is not accepted', async (count) => {
    const answers = { ...usual, eth_getTransactionCount: () => count };
    await expect(complete(ethereum, {}, { answers, isCloud: false })).rejects.toMatchObject({
      code: 'NODE_ANSWER_INVALID',
    });
  });
});
