import { base58 } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { primaryTypeOf, requireHex, typedDataText, unsignedOf } from '../../src/client/evm-forms.js';
import { CustosClientError } from '../../src/client/index.js';
import { signatureBytes } from '../../src/client/solana.js';

describe('forms of the adapters', () => {
  it('a signature of Solana is read as base58 says, and nothing else is one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (bytes) => {
        expect(signatureBytes(base58.encode(bytes))).toEqual(bytes);
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.uint8Array({ maxLength: 63 }).map(base58.encode)), (text) => {
        expect(() => signatureBytes(text)).toThrow(CustosClientError);
      }),
    );
    expect(signatureBytes(base58.encode(new Uint8Array(64)))).toEqual(new Uint8Array(64));
  });

  it('a transaction keeps its numbers of any size, its type, and nothing that the library adds', () => {
    const text = unsignedOf({
      to: '0x1',
      value: 2n ** 100n,
      gas: undefined,
      nonce: 0,
      type: 'eip1559',
      account: {},
      gasPrice: null,
    });
    expect(JSON.parse(text)).toEqual({ type: 2, nonce: 0, to: '0x1', value: (2n ** 100n).toString() });
    for (const name of ['blobs', 'sidecars', 'kzg']) expect(() => unsignedOf({ [name]: [] })).toThrow(name);
  });

  it('typed data get the type of their domain, and a primary type only where there is one', () => {
    const field = (type: string) => [{ name: 'a', type }];
    const data = {
      domain: { chainId: 5n, name: 'x' },
      types: { A: field('uint8') },
      primaryType: 'A',
      message: { a: 1n },
    };
    expect(JSON.parse(typedDataText(data))).toEqual({
      types: {
        EIP712Domain: [
          { name: 'name', type: 'string' },
          { name: 'chainId', type: 'uint256' },
        ],
        A: field('uint8'),
      },
      ...{ primaryType: 'A', domain: { chainId: '5', name: 'x' }, message: { a: '1' } },
    });
    expect(primaryTypeOf({ Inner: field('uint8'), Outer: field('Inner[2][]'), EIP712Domain: [] })).toBe('Outer');
    for (const types of [{}, { A: field('uint8'), B: field('uint8') }, { A: field('A') }]) {
      expect(() => primaryTypeOf(types)).toThrow(/exactly one type/);
    }
  });

  it('what a server calls bytes is hexadecimal digits or an error', () => {
    expect([requireHex('0x00fF'), requireHex('ab')]).toEqual(['0x00fF', '0xab']);
    for (const text of ['', '0x', '0x0', '0xzz', 'ab\n']) expect(() => requireHex(text)).toThrow(CustosClientError);
  });
});
