import fc from 'fast-check';
import { type AbiParameter, decodeFunctionData, encodeAbiParameters, encodeFunctionData } from 'viem';
import { expect, test } from 'vitest';
import { decodeResult, encodeCall } from '../../../src/gateway/ethereum/abi.js';

const address = '0x687422eea2cb73b5d3e242ba5456b782919afc85';
const read = (text: string) => text.toLowerCase();

function call(inputs: readonly AbiParameter[], params: readonly unknown[]) {
  return encodeCall({ methodName: 'm', methodABI: { name: 'm', inputs: [...inputs] }, params: [...params] }, read);
}

function oracle(inputs: readonly AbiParameter[], args: readonly unknown[]) {
  return encodeFunctionData({
    abi: [{ type: 'function', name: 'm', inputs, outputs: [], stateMutability: 'nonpayable' }],
    functionName: 'm',
    args,
  });
}

const tuple = {
  type: 'tuple',
  name: 't',
  components: [
    { name: 'a', type: 'uint256' },
    { name: 'b', type: 'bytes' },
  ],
};

test.each([
  ['no parameters', [], [], []],
  ['a number as decimal', [{ type: 'uint256' }], ['1000'], [1000n]],
  ['a number as hexadecimal', [{ type: 'uint256' }], ['0x632'], [0x632n]],
  ['a JSON number', [{ type: 'uint8' }], [7], [7]],
  ['a negative number', [{ type: 'int64' }], ['-5'], [-5n]],
  ['the short name of a type', [{ type: 'uint' }], ['1'], [1n]],
  ['address and amount', [{ type: 'address' }, { type: 'uint256' }], [address, '1'], [address, 1n]],
  ['a truth value', [{ type: 'bool' }, { type: 'bool' }], [true, 'false'], [true, false]],
  ['text and bytes', [{ type: 'string' }, { type: 'bytes' }], ['größe', '0xabcd'], ['größe', '0xabcd']],
  ['fixed bytes', [{ type: 'bytes4' }], ['0x01020304'], ['0x01020304']],
  ['a list', [{ type: 'uint256[]' }], [['1', '2']], [[1n, 2n]]],
  ['a list of lists', [{ type: 'uint16[2][]' }], [[['1', '2']]], [[[1, 2]]]],
  ['a tuple as object', [tuple], [{ a: '1', b: '0x' }], [{ a: 1n, b: '0x' }]],
  ['a tuple as list', [tuple], [['1', '0xff']], [{ a: 1n, b: '0xff' }]],
])('the ABI encoder encodes %s as another library does', (_name, inputs, params, args) => {
  const canonical = inputs.map((input) => (input.type === 'uint' ? { ...input, type: 'uint256' } : input));
  expect(call(inputs, params)).toBe(oracle(canonical, args));
});

test.each([
  ['too few parameters', [{ type: 'uint256' }], []],
  ['a number out of range', [{ type: 'uint8' }], ['256']],
  ['a negative unsigned number', [{ type: 'uint8' }], ['-1']],
  ['a fraction', [{ type: 'uint256' }], ['1.5']],
  ['bytes of the wrong length', [{ type: 'bytes4' }], ['0x01']],
  ['a list of the wrong length', [{ type: 'uint8[2]' }], [['1']]],
  ['an unknown type', [{ type: 'fixed' }], ['1']],
  ['a tuple without its field', [tuple], [{ a: '1' }]],
])('the ABI encoder refuses %s', (_name, inputs, params) => {
  expect(() => call(inputs, params)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
});

test('the ABI encoder refuses a method that is not the one of the ABI', () => {
  const methodABI = { name: 'approve', inputs: [] };
  expect(() => encodeCall({ methodName: 'transfer', methodABI, params: [] }, read)).toThrow(/methodName/);
  expect(encodeCall({ methodName: 'approve()', methodABI, params: [] }, read)).toBe('0x12424e3f');
});

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('the method name %s does no harm', (name) => {
  const work = () => encodeCall({ methodName: name, methodABI: { inputs: [] }, params: [] }, read);
  try {
    expect(work()).toMatch(/^0x[0-9a-f]{8}$/);
  } catch (error) {
    expect(error).toMatchObject({ code: 'REQUEST_INVALID' });
  }
});

test('every pair of address and amount is read back by another library', () => {
  const inputs = [{ type: 'address' }, { type: 'uint256' }];
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 20, maxLength: 20 }),
      fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
      (bytes, amount) => {
        const to = `0x${Buffer.from(bytes).toString('hex')}`;
        const data = call(inputs, [to, amount.toString()]) as `0x${string}`;
        const abi = [{ type: 'function', name: 'm', inputs, outputs: [], stateMutability: 'nonpayable' }];
        const { args } = decodeFunctionData({ abi, data });
        expect([String(args?.[0]).toLowerCase(), args?.[1]]).toEqual([to, amount]);
      },
    ),
  );
});

test('a single result is given directly, several by place and name', () => {
  const one = encodeAbiParameters([{ type: 'uint256' }], [5n]);
  expect(decodeResult([{ type: 'uint256' }], one)).toBe('5');
  const outputs = [{ type: 'address', name: 'owner' }, { type: 'bytes' }, { type: 'uint8[]' }];
  const several = encodeAbiParameters(outputs, [address, '0x01', [1, 2]]);
  const owner = '0x687422eEA2cB73B5d3e242bA5456b782919AFc85';
  expect(decodeResult(outputs, several)).toEqual({ 0: owner, 1: '0x01', 2: ['1', '2'], owner });
});

test('an answer that does not fit the ABI is a coded error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const answer = `0x${Buffer.from(bytes).toString('hex')}`;
      try {
        decodeResult([{ type: 'string' }, { type: 'uint256[]' }], answer);
      } catch (error) {
        expect(error).toMatchObject({ code: 'NODE_ANSWER_INVALID' });
      }
    }),
  );
});
