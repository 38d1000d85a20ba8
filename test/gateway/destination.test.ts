import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokenCreationCode } from '../support/contracts.js';
import { type Answer, type Running, signatureId, startRunning } from './running.js';

const zero = `0x${'00'.repeat(20)}`;
const friend = '0x687422eea2cb73b5d3e242ba5456b782919afc85';
let running: Running;
let token: string;
let dumb: string;
let boaster: string;

async function deploy(data: string): Promise<string> {
  const from = running.node.accounts[0]!.address;
  const hash = await running.node.rpc('eth_sendTransaction', [{ from, data }]);
  return String((await running.node.receipt(String(hash))).contractAddress);
}

beforeAll(async () => {
  running = await startRunning();
  token = await deploy(tokenCreationCode(10n ** 24n));
  // One byte of code, STOP: a contract that knows no method, and so tells no decimals.
  dumb = await deploy('0x600160005360016000f3');
  // Answers 2^256-1 to whatever it is asked.
  boaster = await deploy('0x6a60001960005260206000f3600052600b6015f3');
});
afterAll(() => running.close());

const coins = (slug: string, currency: string, change: object = {}) =>
  running.post(`/v3/${slug}/transaction`, { to: friend, amount: '1', currency, signatureId, ...change });
const tokens = (change: object = {}) =>
  running.post('/v3/blockchain/token/transaction', {
    ...{ chain: 'ETH', to: friend, contractAddress: token, amount: '1', digits: 18, signatureId },
    ...change,
  });
const approval = (change: object = {}) =>
  running.post('/v3/blockchain/token/approve', {
    ...{ chain: 'ETH', spender: friend, contractAddress: token, amount: '1', digits: 18, signatureId },
    ...change,
  });
const inputs = (types: string[]) => ({ inputs: types.map((type) => ({ type })) });
const call = (name: string, types: string[], params: unknown[], change: object = {}) =>
  running.post('/v3/ethereum/smartcontract', {
    ...{ contractAddress: token, methodName: name, methodABI: inputs(types), params, signatureId },
    ...change,
  });

function problem({ status, body }: Answer): unknown[] {
  return [
    status,
    ...(body.data ?? []).flatMap(({ property, constraints }: Record<string, object>) => [
      property,
      ...Object.keys(constraints ?? {}),
    ]),
  ];
}

describe('payments that could never be spent', () => {
  test.each([
    ['ethereum', 'ETH'],
    ['xdc', 'XDC'],
    ['one', 'ONE'],
    ['celo', 'CELO'],
  ])('coins to the zero address are refused on %s', async (slug, currency) => {
    const to = currency === 'XDC' ? zero.replace('0x', 'xdc') : zero;
    expect(problem(await coins(slug, currency, { to }))).toEqual([400, 'to', 'unspendable']);
    expect(problem(await coins(slug, currency, { to, data: 'text' }))).toEqual([400, 'to', 'unspendable']);
    expect((await coins(slug, currency)).status).toBe(200);
  });

  test('coins to a contract of the network itself are refused', async () => {
    const to = `0x${'00'.repeat(19)}04`;
    expect(problem(await coins('ethereum', 'ETH', { to }))).toEqual([400, 'to', 'unspendable']);
    expect(problem(await coins('ethereum', 'ETH', { to, data: '0x01' }))).toEqual([400, 'to', 'unspendable']);
    expect((await coins('ethereum', 'ETH', { to, amount: '0', data: '0x01' })).status).toBe(200);
  });

  test.each([`0x${'00'.repeat(18)}03ff`, `0x${'00'.repeat(18)}dead`, `0x${'ee'.repeat(20)}`])(
    'coins and tokens to %s are refused, as the daemon would refuse them',
    async (to) => {
      expect(problem(await coins('ethereum', 'ETH', { to }))).toEqual([400, 'to', 'unspendable']);
      expect(problem(await tokens({ to }))).toEqual([400, 'to', 'unspendable']);
    },
  );

  test('coins to a contract of one network are taken', async () => {
    expect((await coins('one', 'ONE', { to: `0x${'00'.repeat(18)}00fc`, data: '0x01' })).status).toBe(200);
  });

  test('tokens to the zero address, or to their own contract, are refused', async () => {
    expect(problem(await tokens({ to: zero }))).toEqual([400, 'to', 'unspendable']);
    expect(problem(await tokens({ to: token }))).toEqual([400, 'to', 'unspendable']);
    expect((await tokens()).status).toBe(200);
  });

  test.each([
    ['transfer', ['address', 'uint256'], [zero, '1']],
    ['transferFrom', ['address', 'address', 'uint256'], [friend, zero, '1']],
    ['safeTransferFrom', ['address', 'address', 'uint256'], [friend, zero, '1']],
    ['safeTransferFrom', ['address', 'address', 'uint256', 'uint256', 'bytes'], [friend, zero, '1', '1', '0x']],
  ])('lost payments are refused as calls of %s', async (name, types, params) => {
    expect(problem(await call(name, types, params))).toEqual([400, 'params', 'unspendable']);
    const own = params.map((one) => (one === zero ? token : one));
    expect(problem(await call(name, types, own))).toEqual([400, 'params', 'unspendable']);
  });

  test('lost payments are refused as the data of a transfer', async () => {
    const data = `0xa9059cbb${token.slice(2).padStart(64, '0')}${'1'.padStart(64, '0')}`;
    const answer = await coins('ethereum', 'ETH', { to: token, amount: '0', data });
    expect(problem(answer)).toEqual([400, 'data', 'unspendable']);
  });
});

describe('calls that would move nothing', () => {
  test('a token, an allowance or a call at an address without a contract is refused', async () => {
    const nowhere = { contractAddress: friend };
    expect(problem(await tokens({ ...nowhere, to: token }))).toEqual([400, 'contractAddress', 'code']);
    expect(problem(await approval(nowhere))).toEqual([400, 'contractAddress', 'code']);
    expect(problem(await call('anything', ['uint256'], ['1'], nowhere))).toEqual([400, 'contractAddress', 'code']);
    const data = `0xa9059cbb${'11'.repeat(20).padStart(64, '0')}${'1'.padStart(64, '0')}`;
    expect(problem(await coins('ethereum', 'ETH', { amount: '0', data }))).toEqual([400, 'to', 'code']);
  });

  test('text in the data of a transfer to a wallet is taken', async () => {
    expect((await coins('ethereum', 'ETH', { data: 'invoice 4711' })).status).toBe(200);
  });
});

describe('decimals', () => {
  test.each([0, 6, 8, 17, 19])('amounts with %i decimals for a token of 18 are refused', async (digits) => {
    expect(problem(await tokens({ digits }))).toEqual([400, 'digits', 'decimals']);
    expect(problem(await approval({ digits }))).toEqual([400, 'digits', 'decimals']);
  });

  test('impossible decimals of a token count as missing', async () => {
    expect((await tokens({ contractAddress: boaster, digits: 8 })).status).toBe(200);
    expect(problem(await approval({ contractAddress: boaster, digits: undefined }))[1]).toBe('contractAddress');
  });

  test('given decimals are accepted where the contract states none', async () => {
    expect((await tokens({ contractAddress: dumb, digits: 8 })).status).toBe(200);
    expect((await approval({ contractAddress: dumb, digits: 8 })).status).toBe(200);
    expect(problem(await approval({ contractAddress: dumb, digits: undefined }))[1]).toBe('contractAddress');
  });
});

test('a node that does not answer is not proof that a contract is missing', async () => {
  const down = await startRunning();
  try {
    await down.node.close();
    const form = { chain: 'ETH', to: friend, contractAddress: token, amount: '1', digits: 18, signatureId };
    expect(await down.post('/v3/blockchain/token/transaction', form)).toMatchObject({ status: 503 });
  } finally {
    await down.close();
  }
});
