import { decodeFunctionData, erc20Abi } from 'viem';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tokenCalls, tokenCreationCode } from '../support/contracts.js';
import { type Answer, type Running, signatureId, startRunning } from './running.js';

const to = '0x687422eEA2cB73B5d3e242bA5456b782919AFc85';
const lower = to.toLowerCase();
let running: Running;
let token: string;

beforeAll(async () => {
  running = await startRunning();
  const from = running.node.accounts[0]?.address;
  const hash = await running.node.rpc('eth_sendTransaction', [{ from, data: tokenCreationCode(10n ** 21n) }]);
  token = String((await running.node.receipt(String(hash))).contractAddress);
});
afterAll(() => running.close());

/** The unsigned transaction that a submission queued. */
async function queued(answer: Answer): Promise<Record<string, unknown>> {
  expect(answer).toMatchObject({ status: 200, body: { signatureId: expect.stringMatching(/^[0-9a-f]{24}$/) } });
  const { body } = await running.pending(answer);
  return JSON.parse(body.serializedTransaction);
}

function problems(answer: Answer): string[] {
  expect(answer).toMatchObject({ status: 400, body: { errorCode: 'validation.failed', statusCode: 400 } });
  return answer.body.data.map((problem: { property: string }) => problem.property);
}

describe('native transfer', () => {
  const native = { to, amount: '0.1', currency: 'ETH', signatureId };
  const send = (change: object = {}, path = '/v3/ethereum/transaction') => running.post(path, { ...native, ...change });

  test('the documented form becomes a pending transaction of the API', async () => {
    const answer = await send({ index: 3, nonce: 0, data: '4d79', fee: { gasLimit: '40000', gasPrice: '20' } });
    const { body } = await running.pending(answer);
    expect(body).toEqual({
      id: answer.body.signatureId,
      chain: 'ETH',
      hashes: [signatureId],
      index: 3,
      serializedTransaction: expect.any(String),
      ...{ state: 'pending', final: false, meaning: 'no daemon has fetched it yet' },
    });
    const transaction = JSON.parse(body.serializedTransaction);
    expect(transaction.to.toLowerCase()).toBe(lower);
    expect(BigInt(transaction.value)).toBe(10n ** 17n);
    expect([BigInt(transaction.nonce), BigInt(transaction.chainId)]).toEqual([0n, 31337n]);
    expect([BigInt(transaction.gas), BigInt(transaction.gasPrice)]).toEqual([40000n, 20n * 10n ** 9n]);
    expect(transaction.data).toBe('0x4d79');
  });

  test('the daemon fills in omitted members', async () => {
    const transaction = await queued(await send());
    for (const field of ['nonce', 'gas', 'gasLimit', 'gasPrice', 'maxFeePerGas']) {
      expect(transaction).not.toHaveProperty(field);
    }
  });

  test.each([
    ['bsc', 'BSC'],
    ['polygon', 'MATIC'],
    ['klaytn', 'KLAY'],
    ['one', 'ONE'],
    ['kcs', 'KCS'],
    ['xdc', 'XDC'],
    ['avalanche', 'AVAX'],
    ['optimism', 'OPTIMISM'],
    ['cronos', 'CRO'],
    ['fantom', 'FTM'],
    ['flare', 'FLR'],
    ['base', 'BASE'],
  ])('%s takes its own coin %s', async (slug, currency) => {
    const answer = await send({ currency }, `/v3/${slug}/transaction`);
    expect(BigInt(String((await queued(answer))['value']))).toBe(10n ** 17n);
    expect((await running.pending(answer)).body.chain).toBe(currency);
  });

  test('Celo takes a fee currency', async () => {
    const plain = await send({ currency: 'CELO', feeCurrency: 'CELO' }, '/v3/celo/transaction');
    expect(await queued(plain)).not.toHaveProperty('feeCurrency');
    const stable = await send({ currency: 'CELO', feeCurrency: 'CUSD' }, '/v3/celo/transaction');
    expect((await queued(stable))['feeCurrency']).toMatch(/^0x[0-9a-f]{40}$/i);
  });

  test('a fee currency on a chain without them is refused', async () => {
    expect((await send({ feeCurrency: 'CUSD' })).status).toBe(400);
  });

  test('an address with the prefix of XDC is taken', async () => {
    const answer = await send({ to: `xdc${lower.slice(2)}`, currency: 'XDC' }, '/v3/xdc/transaction');
    expect(String((await queued(answer))['to'])).toContain(lower.slice(2));
  });

  test('text in data is sent as its bytes', async () => {
    expect((await queued(await send({ data: 'hello' })))['data']).toBe('0x68656c6c6f');
    expect((await queued(await send({ data: '0xABCD' })))['data']).toBe('0xabcd');
    expect(problems(await send({ data: '0xabc' }))).toEqual(['data']);
  });

  test('EIP-1559 and EIP-2930 fields are carried along', async () => {
    const caps = { maxFeePerGas: '30.5', maxPriorityFeePerGas: '2' };
    const feeMarket = await queued(await send({ type: '0x2', ...caps, fee: { gasLimit: '21000' } }));
    expect(BigInt(String(feeMarket['maxFeePerGas']))).toBe(30_500_000_000n);
    expect(BigInt(String(feeMarket['maxPriorityFeePerGas']))).toBe(2_000_000_000n);
    expect(Number(feeMarket['type'])).toBe(2);
    const accessList = [{ address: to, storageKeys: [`0x${'00'.repeat(31)}01`] }];
    const listed = await queued(await send({ type: '0x1', accessList, fee: { gasLimit: '60000', gasPrice: '20' } }));
    expect(Number(listed['type'])).toBe(1);
    expect(listed['accessList']).toHaveLength(1);
  });

  test.each([
    ['a missing destination', { to: undefined }, 'to'],
    ['a short address', { to: '0x1234' }, 'to'],
    ['a wrong checksum', { to: to.replace('eEA', 'EEA') }, 'to'],
    ['a missing amount', { amount: undefined }, 'amount'],
    ['an amount as number', { amount: 1 }, 'amount'],
    ['a negative amount', { amount: '-1' }, 'amount'],
    ['too many decimals', { amount: '0.0000000000000000001' }, 'amount'],
    ['an amount above all coins', { amount: '9'.repeat(100) }, 'amount'],
    ['a missing signature ID', { signatureId: undefined }, 'signatureId'],
    ['a signature ID that is none', { signatureId: 'x' }, 'signatureId'],
    ['an index below zero', { index: -1 }, 'index'],
    ['an index of 2^31', { index: 2 ** 31 }, 'index'],
    ['an index as text', { index: '1' }, 'index'],
    ['a nonce with a fraction', { nonce: 1.5 }, 'nonce'],
    ['a fee without gas limit', { fee: { gasPrice: '20' } }, 'fee.gasLimit'],
    ['a fee without gas price', { fee: { gasLimit: '21000' } }, 'fee.gasPrice'],
    ['a gas limit below the intrinsic gas', { fee: { gasLimit: '20000', gasPrice: '20' } }, 'body'],
    ['a gas price beside fee caps', { fee: { gasLimit: '1', gasPrice: '1' }, maxFeePerGas: '1' }, 'fee'],
    ['a priority fee above the cap', { maxFeePerGas: '1', maxPriorityFeePerGas: '2' }, 'body'],
    ['an unknown type', { type: '0x3' }, 'type'],
  ])('%s is refused by name', async (_name, change, property) => {
    expect(problems(await send(change))).toContain(property);
  });

  test('a named token points to the token route', async () => {
    const answer = await send({ currency: 'USDT' });
    expect(answer).toMatchObject({ status: 501, body: { errorCode: 'NOT_OFFERED' } });
    expect(answer.body.message).toContain('/v3/blockchain/token/transaction');
  });
});

describe('contract creation', () => {
  const send = (change: object) => running.post('/v3/ethereum/transaction', { signatureId, ...change });

  test('data without a destination is creation code', async () => {
    const data = tokenCreationCode(1n);
    const transaction = await queued(await send({ data }));
    expect(transaction).not.toHaveProperty('to');
    expect(transaction['data']).toBe(data);
  });

  test('coins cannot be sent along, so a forgotten destination burns nothing', async () => {
    expect(problems(await send({ data: '0x6000', amount: '1' }))).toEqual(['amount']);
    expect((await send({ data: '0x6000', amount: '0' })).status).toBe(200);
  });

  test('text is not creation code', async () => {
    expect(problems(await send({ data: 'hello' }))).toEqual(['data']);
  });
});

describe('tokens', () => {
  const transfer = (change: object = {}) =>
    running.post('/v3/blockchain/token/transaction', {
      ...{ chain: 'ETH', to, contractAddress: token, amount: '1.5', digits: 18, signatureId },
      ...change,
    });

  test('a transfer calls the contract with the exact amount', async () => {
    const transaction = await queued(await transfer());
    expect(String(transaction['to']).toLowerCase()).toBe(token);
    expect(BigInt(String(transaction['value'] ?? 0))).toBe(0n);
    const { functionName, args } = decodeFunctionData({ abi: erc20Abi, data: transaction['data'] as `0x${string}` });
    expect([functionName, args]).toEqual(['transfer', [to, 15n * 10n ** 17n]]);
  });

  test.each(['BSC', 'MATIC', 'KLAY', 'XDC', 'ONE', 'KCS', 'CELO'])('%s also has tokens', async (chain) => {
    const answer = await transfer({ chain, feeCurrency: chain === 'CELO' ? 'CELO' : undefined });
    expect((await running.pending(answer)).body.chain).toBe(chain);
  });

  test.each([
    ['digits', { digits: 31 }],
    ['digits', { digits: undefined }],
    ['amount', { amount: '0.0000000000000000001' }],
    ['contractAddress', { contractAddress: '0x12' }],
    ['to', { to: 'nobody' }],
    ['chain', { chain: 'NOPE' }],
  ])('a wrong %s is refused', async (property, change) => {
    expect(problems(await transfer(change))).toContain(property);
  });

  test('an allowance asks the contract for its decimals', async () => {
    const form = { chain: 'ETH', spender: to, contractAddress: token, amount: '2', signatureId };
    const transaction = await queued(await running.post('/v3/blockchain/token/approve', form));
    const { functionName, args } = decodeFunctionData({ abi: erc20Abi, data: transaction['data'] as `0x${string}` });
    expect([functionName, args]).toEqual(['approve', [to, 2n * 10n ** 18n]]);
    const nowhere = await running.post('/v3/blockchain/token/approve', { ...form, contractAddress: to });
    expect(problems(nowhere)).toEqual(['contractAddress']);
  });
});

describe('contract calls', () => {
  const method = (name: string, inputs: string[], outputs: string[] = []) => ({
    methodName: name,
    methodABI: {
      name,
      type: 'function',
      stateMutability: 'view',
      inputs: inputs.map((type) => ({ internalType: type, name: '', type })),
      outputs: outputs.map((type) => ({ internalType: type, name: '', type })),
    },
  });
  const send = (change: object) => running.post('/v3/ethereum/smartcontract', { contractAddress: token, ...change });

  test('a call with a signature ID is queued', async () => {
    const form = { ...method('transfer', ['address', 'uint256']), params: [to, '0x632'], signatureId, amount: '0' };
    expect((await queued(await send(form)))['data']).toBe(tokenCalls.transfer(to, 0x632n));
  });

  test('a question without a signature ID is answered by the contract', async () => {
    const owner = running.node.accounts[0]?.address;
    const answer = await send({ ...method('balanceOf', ['address'], ['uint256']), params: [owner] });
    expect(answer).toEqual({ status: 200, body: { data: (10n ** 21n).toString() } });
  });

  test('a contract that reverts is an answer of the API', async () => {
    const answer = await send({ ...method('nothing', []), params: [] });
    expect(answer).toMatchObject({ status: 403, body: { errorCode: 'ethereum.sc.invalid', statusCode: 403 } });
  });

  test('a wrong parameter is refused by its place', async () => {
    const form = { ...method('transfer', ['address', 'uint256']), params: [to, 'many'], signatureId };
    const { status, body } = await send(form);
    expect([status, body.errorCode]).toEqual([403, 'ethereum.sc.invalid']);
    expect(body.message).toContain('params.1: ');
  });

  test('a contract call with a caller is not offered', async () => {
    expect((await send({ caller: to, ...method('m', []), params: [] })).status).toBe(501);
  });
});

describe('Idempotency-Key', () => {
  const form = { to, amount: '1', currency: 'ETH', signatureId };
  const send = (key: string, body: object | string) =>
    running.post('/v3/ethereum/transaction', body, { 'idempotency-key': key });

  test('20 submissions at the same time are one pending transaction', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('twenty', form)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.signatureId)).size).toBe(1);
  });

  test('white space and the order of fields do not change a request', async () => {
    const { body } = await send('order', form);
    const turned = JSON.stringify(Object.fromEntries(Object.entries(form).reverse()), null, 2);
    expect((await send('order', turned)).body).toEqual(body);
  });

  test('the same key for another request is a conflict', async () => {
    await send('other', form);
    const answer = await send('other', { ...form, amount: '2' });
    expect(answer).toMatchObject({ status: 409, body: { errorCode: 'IDEMPOTENCY_CONFLICT', statusCode: 409 } });
  });

  test('X-Idempotency-Key is the same key by another name, and two that differ are refused', async () => {
    const path = '/v3/ethereum/transaction';
    const { body } = await send('alias', form);
    expect((await running.post(path, form, { 'x-idempotency-key': 'alias' })).body).toEqual(body);
    const both = { 'idempotency-key': 'alias', 'x-idempotency-key': 'alias' };
    expect((await running.post(path, form, both)).body).toEqual(body);
    expect(problems(await running.post(path, form, { ...both, 'x-idempotency-key': 'b' }))).toEqual([
      'Idempotency-Key',
    ]);
  });

  test('without a key, every submission is a separate transaction', async () => {
    const [one, other] = [await running.post('/v3/ethereum/transaction', form), await send('own', form)];
    expect(one?.body.signatureId).not.toBe(other?.body.signatureId);
  });

  test('a key of 256 characters is refused', async () => {
    expect(problems(await send('k'.repeat(256), form))).toEqual(['Idempotency-Key']);
    expect((await send('k'.repeat(255), form)).status).toBe(200);
  });
});
