import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base } from '../../../src/chains/evm/chains/base.js';
import { celo } from '../../../src/chains/evm/chains/celo/index.js';
import { ethereum } from '../../../src/chains/evm/chains/ethereum.js';
import { klaytn } from '../../../src/chains/evm/chains/klaytn.js';
import { one } from '../../../src/chains/evm/chains/one.js';
import { optimism } from '../../../src/chains/evm/chains/optimism.js';
import { xdc } from '../../../src/chains/evm/chains/xdc.js';
import { createRegistry } from '../../../src/chains/registry.js';
import { CustosError, type ErrorCode } from '../../../src/core/errors.js';
import { evmChainIds } from '../../support/vectors.js';
import { codeOf } from '../codes.js';
import { contextOf, keyOf, legacyJson } from '../signing.js';

const key = keyOf(ethereum);
const fees = { gasPrice: undefined, maxFeePerGas: 10, maxPriorityFeePerGas: 1 };
const refusals: [string, Record<string, unknown>, ErrorCode][] = [
  ['a foreign sender', { from: '0x1111111111111111111111111111111111111111' }, 'SENDER_MISMATCH'],
  ['a sender that is not an address', { from: 'me' }, 'SENDER_MISMATCH'],
  ['a sender whose checksum is wrong', { from: '0x19e7E376E7C213B7E7e7e46cc70A5dD086DAff2A' }, 'SENDER_MISMATCH'],
  ['the sender number 1', { from: 1 }, 'SENDER_MISMATCH'],
  ['the chain id of another chain', { chainId: 56 }, 'CHAIN_ID_MISMATCH'],
  ['the chain id of the other network', { chainId: 11155111 }, 'CHAIN_ID_MISMATCH'],
  ['no chain id', { chainId: undefined }, 'TRANSACTION_INVALID'],
  ['chain id 0', { chainId: 0 }, 'CHAIN_ID_MISMATCH'],
  ['a chain id that is not a number', { chainId: 'one' }, 'CHAIN_ID_MISMATCH'],
  ['no nonce', { nonce: undefined }, 'TRANSACTION_INVALID'],
  ['a negative nonce', { nonce: -1 }, 'TRANSACTION_INVALID'],
  ['a fractional nonce', { nonce: 1.5 }, 'TRANSACTION_INVALID'],
  ['a nonce of 2^64-1 (EIP-2681)', { nonce: '18446744073709551615' }, 'TRANSACTION_INVALID'],
  ['a nonce with leading zeros', { nonce: '007' }, 'TRANSACTION_INVALID'],
  ['a value of 2^128', { value: (2n ** 128n).toString() }, 'AMOUNT_INVALID'],
  ['a value of 2^256-1', { value: `0x${'f'.repeat(64)}` }, 'AMOUNT_INVALID'],
  ['a negative value', { value: '-1' }, 'AMOUNT_INVALID'],
  ['a value in coins', { value: '1.5' }, 'AMOUNT_INVALID'],
  ['a value with an exponent', { value: '1e18' }, 'AMOUNT_INVALID'],
  ['a value above 2^53 as a JSON number', { value: 2 ** 53 }, 'AMOUNT_INVALID'],
  ['a value that is a list', { value: [1] }, 'AMOUNT_INVALID'],
  ['a value that is true', { value: true }, 'AMOUNT_INVALID'],
  ['an empty value', { value: '' }, 'AMOUNT_INVALID'],
  ['a value without digits', { value: '0x' }, 'AMOUNT_INVALID'],
  ['no gas', { gas: undefined }, 'TRANSACTION_INVALID'],
  ['gas below 21000', { gas: 20999 }, 'GAS_TOO_LOW'],
  ['gas below the price of its data', { gas: 21000 + 3 * 16 + 2 * 4 - 1, data: '0xffffff0000' }, 'GAS_TOO_LOW'],
  ['gas below the price of a contract creation', { gas: 53000 + 16 + 1, to: undefined, data: '0xff' }, 'GAS_TOO_LOW'],
  [
    'gas below the price of its access list',
    { gas: 21000 + 2400 + 1900 - 1, accessList: [{ address: key.address, storageKeys: [`0x${'00'.repeat(32)}`] }] },
    'GAS_TOO_LOW',
  ],
  ['gas and gasLimit that differ', { gasLimit: 99999 }, 'TRANSACTION_INVALID'],
  ['data and input that differ', { data: '0x01', input: '0x02' }, 'TRANSACTION_INVALID'],
  ['an odd number of digits in data', { data: '0x123' }, 'TRANSACTION_INVALID'],
  ['data without 0x', { data: '1234' }, 'TRANSACTION_INVALID'],
  ['data with other characters', { data: '0xzz' }, 'TRANSACTION_INVALID'],
  ['neither destination nor data', { to: undefined }, 'TRANSACTION_INVALID'],
  ['a destination with a wrong checksum', { to: '0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266' }, 'ADDRESS_INVALID'],
  ['a destination of 19 bytes', { to: `0x${'11'.repeat(19)}` }, 'ADDRESS_INVALID'],
  ['a destination of another chain', { to: `xdc${'11'.repeat(20)}` }, 'ADDRESS_INVALID'],
  ['an empty destination', { to: '' }, 'ADDRESS_INVALID'],
  ['no fee', { gasPrice: undefined }, 'TRANSACTION_INVALID'],
  ['a fractional gas price', { gasPrice: '0.5' }, 'FEE_INVALID'],
  ['both gas price and fee caps', { maxFeePerGas: 5, maxPriorityFeePerGas: 1 }, 'FEE_INVALID'],
  ['type 2 with a gas price', { type: '0x2' }, 'FEE_INVALID'],
  ['type 1 with fee caps', { ...fees, type: '0x1' }, 'FEE_INVALID'],
  ['type 0 with fee caps', { ...fees, type: 0 }, 'FEE_INVALID'],
  ['a priority fee above the fee cap', { ...fees, maxPriorityFeePerGas: 11 }, 'FEE_INVALID'],
  ['only one of the fee caps', { ...fees, maxPriorityFeePerGas: undefined }, 'TRANSACTION_INVALID'],
  [
    'type 0 with an access list',
    { type: 0, accessList: [{ address: key.address, storageKeys: [] }] },
    'TRANSACTION_INVALID',
  ],
  ['an access list that is not a list', { accessList: 'all' }, 'TRANSACTION_INVALID'],
  ['an access list entry without keys', { accessList: [{ address: key.address }] }, 'TRANSACTION_INVALID'],
  ['an access list entry that is null', { accessList: [null] }, 'TRANSACTION_INVALID'],
  [
    'a storage key of 31 bytes',
    { accessList: [{ address: key.address, storageKeys: [`0x${'00'.repeat(31)}`] }] },
    'TRANSACTION_INVALID',
  ],
  ['type 3', { type: '0x3' }, 'TRANSACTION_UNSUPPORTED'],
  ['type 4', { type: 4 }, 'TRANSACTION_UNSUPPORTED'],
  ['a type of another chain', { type: '0x7b', ...fees }, 'TRANSACTION_UNSUPPORTED'],
  ['a type in words', { type: 'VALUE_TRANSFER' }, 'TRANSACTION_UNSUPPORTED'],
  ['a type that is not a type', { type: -1 }, 'TRANSACTION_UNSUPPORTED'],
  ['blobs', { blobVersionedHashes: [] }, 'TRANSACTION_UNSUPPORTED'],
  ['an authorization list', { authorizationList: [] }, 'TRANSACTION_UNSUPPORTED'],
  ['a fee payer', { feePayer: key.address }, 'TRANSACTION_UNSUPPORTED'],
  ['a fee currency where there is none', { feeCurrency: key.address }, 'TRANSACTION_UNSUPPORTED'],
];

describe('a transaction', () => {
  it.each(refusals)('a transaction with %s is refused', (_what, change, code) => {
    expect(() => ethereum.codec.parse(legacyJson(change), contextOf(key))).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    ['', 'TRANSACTION_INVALID'],
    ['not json', 'TRANSACTION_INVALID'],
    ['null', 'TRANSACTION_INVALID'],
    ['[]', 'TRANSACTION_INVALID'],
    ['"0xf86c"', 'TRANSACTION_INVALID'],
    ['{}', 'TRANSACTION_INVALID'],
    [`${legacyJson()}x`, 'TRANSACTION_INVALID'],
    [legacyJson().replace('{', '{"to":"0x1111111111111111111111111111111111111111",'), 'TRANSACTION_INVALID'],
    [legacyJson().replace('{', '{"\\u0074o" : "0x1111111111111111111111111111111111111111",'), 'TRANSACTION_INVALID'],
    ['['.repeat(100_000), 'TRANSACTION_INVALID'],
  ])('a transaction that reads %j is refused', (text, code) => {
    expect(() => ethereum.codec.parse(text, contextOf(key))).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    ['is absent', undefined],
    ['is null', null],
    ['is the number 0', 0],
    ['is the signer in lower case', key.address],
    ['is the signer in upper case', `0x${key.address.slice(2).toUpperCase()}`],
  ])('a transaction is accepted when the sender %s', (_what, from) => {
    expect(ethereum.codec.parse(legacyJson({ from }), contextOf(key)).summary.from).toBe(key.address);
  });

  it('a transaction may not name a member twice, however deep', () => {
    const entry = `"accessList":[{"address":"0x${'11'.repeat(20)}","address":"0x${'22'.repeat(20)}","storageKeys":[]}]`;
    const json = (list: string) => `${legacyJson({ type: 1 }).slice(0, -1)},${list}}`;
    expect(codeOf(() => ethereum.codec.parse(json(entry), contextOf(keyOf(ethereum))))).toBe('TRANSACTION_INVALID');
    const once = entry.replace(/"address":"0x1+",/, '');
    expect(codeOf(() => ethereum.codec.parse(json(once), contextOf(keyOf(ethereum))))).toBe('nothing');
    for (const again of ['"nonce":"7"', '"n\\u006fnce":"7"', '"nonce" : null']) {
      const twice = `${legacyJson().slice(0, -1)},${again}}`;
      expect(codeOf(() => ethereum.codec.parse(twice, contextOf(keyOf(ethereum))))).toBe('TRANSACTION_INVALID');
    }
  });

  it.each([optimism, base, ethereum])('a transaction of a layer above Ethereum names the unbounded fee', (chain) => {
    const [chainId] = { OPTIMISM: [10], BASE: [8453] }[chain.id as string] ?? [1];
    const { summary } = chain.codec.parse(legacyJson({ chainId }), contextOf(keyOf(chain)));
    const isLayer = chain !== ethereum;
    expect(summary.notes?.some(({ name }) => name === 'fee for data')).toBe(isLayer);
    expect(summary.text.endsWith('and what its data cost on Ethereum')).toBe(isLayer);
  });

  it('a transaction may name its gas and its data twice when both say the same', async () => {
    const text = legacyJson({ gasLimit: '0x186a0', data: '0xab', input: '0xAB' });
    expect(await ethereum.codec.parse(text, contextOf(key)).sign([key])).toEqual(
      await ethereum.codec.parse(legacyJson({ data: '0xab' }), contextOf(key)).sign([key]),
    );
  });

  it('a transaction keeps nonce 0, and members without effect change nothing', () => {
    const unsigned = ethereum.codec.parse(
      legacyJson({ nonce: 0, note: { nonce: 5, from: 'x' }, chain: 'x' }),
      contextOf(key),
    );
    expect(unsigned.nonce).toBe(0n);
    expect(unsigned.summary.nonce).toBe(0n);
  });

  it('a transaction may hold its own names inside texts and inner objects', () => {
    const text = legacyJson({ note: '{"to":1,"to":2}\\"', inner: { to: 1 } });
    expect(ethereum.codec.parse(text, contextOf(key)).summary.kind).toBe('transfer');
  });

  it('a transaction of a development chain is accepted only when that chain was named', () => {
    const text = legacyJson({ chainId: 31337 });
    expect(() => ethereum.codec.parse(text, contextOf(key))).toThrow(
      expect.objectContaining({ code: 'CHAIN_ID_MISMATCH' }),
    );
    expect(ethereum.codec.parse(text, contextOf(key, { developmentChainId: 31337n })).summary.chainId).toBe(31337n);
  });

  it('a transaction of a closed test network is still accepted on testnet', () => {
    for (const chainId of [11155111, 17000, 560048, 5, 3, 4, 42]) {
      const context = contextOf(key, { network: 'testnet' });
      expect(ethereum.codec.parse(legacyJson({ chainId }), context).summary.chainId).toBe(BigInt(chainId));
    }
  });

  it('a transaction of Klaytn may name less gas than Ethereum requires', () => {
    const text = legacyJson({ chainId: 8217, gas: 1000 });
    expect(klaytn.codec.parse(text, contextOf(key)).summary.fee.amount).toBe(1000n * 20_000_000_000n);
  });

  it('a transaction may be sent to an address in the own form of its chain', async () => {
    const plain = (chainId: number) => legacyJson({ chainId, to: '0x0b585f8daefbc68a311fbd4cb20d9174ad174016' });
    const toOne = legacyJson({ chainId: 1666600000, to: 'one1pdv9lrdwl0rg5vglh4xtyrv3wjk3wsqket7zxy' });
    expect(await one.codec.parse(toOne, contextOf(key)).sign([key])).toEqual(
      await one.codec.parse(plain(1666600000), contextOf(key)).sign([key]),
    );
    const xdcKey = keyOf(xdc);
    const toXdc = legacyJson({ chainId: 50, from: xdcKey.address, to: 'xdc0b585f8daefbc68a311fbd4cb20d9174ad174016' });
    const signed = await xdc.codec.parse(toXdc, contextOf(xdcKey)).sign([xdcKey]);
    expect(signed).toEqual(await xdc.codec.parse(plain(50), contextOf(xdcKey)).sign([xdcKey]));
  });
});

describe('a Celo transaction', () => {
  it.each<[string, Record<string, unknown>, ErrorCode]>([
    ['a gateway fee', { gatewayFee: '1' }, 'TRANSACTION_UNSUPPORTED'],
    ['type 2 and a fee currency', { type: 2, ...fees, feeCurrency: key.address }, 'TRANSACTION_INVALID'],
    ['type 0 and a fee currency', { type: 0, feeCurrency: key.address }, 'TRANSACTION_INVALID'],
    ['CIP-64 and a gas price', { type: 123, feeCurrency: key.address }, 'FEE_INVALID'],
    ['the chain id of Ethereum', { chainId: 1 }, 'CHAIN_ID_MISMATCH'],
  ])('a Celo transaction with %s is refused', (_what, change, code) => {
    const text = legacyJson({ chainId: 42220, ...change });
    expect(() => celo.codec.parse(text, contextOf(key))).toThrow(expect.objectContaining({ code }));
  });
});

describe('signing', () => {
  const unsigned = ethereum.codec.parse(legacyJson(), contextOf(key));

  it('signing without a key is refused', async () => {
    await expect(unsigned.sign([])).rejects.toMatchObject({ code: 'KEY_MISSING' });
  });

  it('signing with the key of another sender is refused, whatever address stands beside it', async () => {
    const other = { ...keyOf(ethereum, 0x22), address: key.address };
    await expect(unsigned.sign([other])).rejects.toMatchObject({ code: 'SENDER_MISMATCH' });
  });

  it('signing with a private key that does not fit its public key reveals nothing', async () => {
    const mixed = { ...key, sign: keyOf(ethereum, 0x22).sign };
    await expect(unsigned.sign([mixed])).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
  });

  it('signing takes the right key among several', async () => {
    expect(await unsigned.sign([keyOf(ethereum, 0x22), key])).toEqual(await unsigned.sign([key]));
  });
});

describe('whatever text comes', () => {
  const registry = createRegistry();
  const names = ['from', 'to', 'value', 'data', 'input', 'nonce', 'gas', 'gasLimit', 'gasPrice', 'chainId', 'type'];
  const more = ['maxFeePerGas', 'maxPriorityFeePerGas', 'accessList', 'feeCurrency', '__proto__', 'constructor'];
  const values = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.integer(),
    fc.bigInt().map(String),
    fc.constant('0x'),
    fc.constant(null),
  );

  it('any text gives a transaction or a coded error', async () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc.dictionary(fc.constantFrom(...names, ...more), values).map((change) => legacyJson(change)),
      fc
        .tuple(fc.nat(300), fc.string({ maxLength: 2 }))
        .map(([at, part]) => legacyJson().slice(0, at) + part + legacyJson().slice(at + 1)),
    );
    await fc.assert(
      fc.asyncProperty(texts, fc.constantFrom(...evmChainIds), async (text, id) => {
        const chain = registry.get(id);
        const own = keyOf(chain);
        try {
          const unsigned = chain.codec.parse(text, contextOf(own, { developmentChainId: 1n }));
          expect((await unsigned.sign([own])).raw).toMatch(/^0x[0-9a-f]+$/);
        } catch (error) {
          expect(error).toBeInstanceOf(CustosError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
