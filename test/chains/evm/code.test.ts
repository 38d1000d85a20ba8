import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ethereum } from '../../../src/chains/evm/chains/ethereum.js';
import { klaytn } from '../../../src/chains/evm/chains/klaytn.js';
import { vechain } from '../../../src/chains/vechain/index.js';
import type { NodeClient } from '../../../src/core/chain/node.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import { makeNodes } from '../../cloud/parts.js';
import { type Anvil, startAnvil } from '../../support/anvil.js';
import { tokenCalls, tokenCreationCode } from '../../support/contracts.js';
import { all, complete, usual } from '../asking.js';
import { alice, contract, unlimited } from '../calls.js';
import { contextOf, keyOf } from '../signing.js';
import { call } from './rows.js';

const transfer = { to: contract, data: call('transfer(address,uint256)', [alice, 5n]), value: '0', gas: 100_000 };
const delegated = `0xef0100${'11'.repeat(20)}`;

describe('a call of a known method', () => {
  const asked = (code: unknown, change: object = {}) =>
    complete(
      ethereum,
      { ...all, ...transfer, ...change },
      { answers: { ...usual, eth_getCode: code }, isCloud: false },
    );

  it('a call of a known method is not completed where the own node sees no contract, because it would succeed and move nothing', async () => {
    await expect(asked('0x')).rejects.toMatchObject({ code: 'RECEIVER_UNFIT', asked: ['eth_getCode'] });
    const approve = { data: call('approve(address,uint256)', [alice, unlimited]) };
    await expect(asked('0x', approve)).rejects.toMatchObject({ code: 'RECEIVER_UNFIT' });
  });

  it.each(['0x60', '0xEF', delegated])('a call is completed where the code is %s', async (code) => {
    expect((await asked(code)).questions).toEqual(['eth_getCode']);
  });

  it.each([null, 'none', '0x6', 5, {}])('a call waits for a better answer than %j', async (code) => {
    await expect(asked(code === null ? 'null' : code)).rejects.toMatchObject({ code: 'NODE_ANSWER_INVALID' });
  });

  it('the code of a call is also checked on nodes with other method names', async () => {
    const answers = { ...usual, eth_getCode: '0x' };
    const klay = complete(klaytn, { ...all, ...transfer, chainId: 8217 }, { answers, isCloud: false });
    await expect(klay).rejects.toMatchObject({ code: 'RECEIVER_UNFIT' });
  });

  it('the check for code sends no question through the cloud', async () => {
    expect((await complete(ethereum, { ...all, ...transfer }, { answers: usual })).questions).toEqual([]);
  });
});

it.each(['0x', '0x696e766f6963652031', '0xdeadbeef'])(
  'data %s, which no contract has to understand, cause no question',
  async (data) => {
    const { questions } = await complete(ethereum, { ...all, gas: 100_000, data }, { answers: usual, isCloud: false });
    expect(questions).toEqual([]);
  },
);

describe('a node of the Ethereum family', () => {
  let anvil: Anvil;
  beforeAll(async () => {
    anvil = await startAnvil({ chainId: 11155111 });
  });
  afterAll(() => anvil.close());

  it('a node shows whether an address is a token or has no code', async () => {
    const [{ address: from } = { address: '' }] = anvil.accounts;
    const sent = await anvil.rpc('eth_sendTransaction', [{ from, data: tokenCreationCode(1000n) }]);
    const { contractAddress } = await anvil.receipt(String(sent));
    const key = keyOf(ethereum);
    const node = makeNodes('http://127.0.0.1:9', { ownNodes: new Map([[ethereum.id, anvil.url]]) }).client(ethereum);
    const send = (to: string) => {
      const request = {
        to,
        data: tokenCalls.transfer(alice, 5n),
        gas: 100_000,
        gasPrice: 1,
        nonce: 0,
        chainId: 11155111,
      };
      const pending = { id: 'a', chain: 'ETH', serializedTransaction: JSON.stringify(request) };
      const context = { ...contextOf(key, { network: 'testnet' }), node, nextNonce: async (count: bigint) => count };
      return ethereum.node.complete(parsePending(pending, ethereum.id, 'testnet'), context);
    };
    expect(await send(String(contractAddress))).toContain('"nonce":"0"');
    await expect(send(contract)).rejects.toMatchObject({ code: 'RECEIVER_UNFIT' });
  });
});

describe('VeChain', () => {
  const key = keyOf(vechain);
  const paths: string[] = [];
  const nodeWith = (hasCode: unknown): NodeClient => ({
    rpc: () => Promise.reject(new Error('no JSON-RPC here')),
    async http({ path }) {
      paths.push(path);
      return path.startsWith('/accounts/0x') ? { balance: '0x0', hasCode } : [{ gasUsed: 0, reverted: false }];
    },
  });
  const completed = (hasCode: unknown, data: string) => {
    const body = { to: contract, value: '0', data, chainTag: 39, blockRef: '0x0121eac0b88d7bd2', nonce: 7 };
    const pending = { id: 'a', chain: 'VET', serializedTransaction: JSON.stringify(body) };
    const context = { ...contextOf(key, { network: 'testnet' }), node: nodeWith(hasCode), nextNonce: async () => 0n };
    paths.length = 0;
    return vechain.node.complete(parsePending(pending, vechain.id, 'testnet'), context);
  };

  it('VeChain is asked for the contract of a known method, and for nothing else', async () => {
    await expect(completed(false, transfer.data)).rejects.toMatchObject({ code: 'RECEIVER_UNFIT' });
    await expect(completed('no', transfer.data)).rejects.toMatchObject({ code: 'NODE_ANSWER_INVALID' });
    expect(await completed(true, transfer.data)).toContain(contract);
    expect(paths).toEqual([`/accounts/${contract}`, '/accounts/*?revision=best']);
    expect(await completed(false, '0x696e766f69636521')).toContain(contract);
    expect(paths).toEqual(['/accounts/*?revision=best']);
  });
});
