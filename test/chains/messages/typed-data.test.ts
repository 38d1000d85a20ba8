import fc from 'fast-check';
import { hashTypedData, recoverTypedDataAddress } from 'viem';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../../src/chains/registry.js';
import { messageContent } from '../../../src/core/chain/message-content.js';
import { CustosError } from '../../../src/core/errors.js';
import { keyOf } from '../signing.js';
import { parseMessage } from './messages.js';
import {
  nft,
  owner,
  permit2,
  rows,
  safe,
  spender,
  type TypedRow,
  token,
  typedJson,
  typedObject,
} from './typed-data-rows.js';

const registry = createRegistry();
const eth = registry.get('ETH');
const key = keyOf(eth);
const parse = (json: string, change = {}) => parseMessage(eth, messageContent({ kind: 'typed-data', json }), change);
const effectsOf = (row: TypedRow) => parse(typedJson(row)).effects;
const all = Object.entries(rows) as [keyof typeof rows, TypedRow][];

describe('the hash of typed data', () => {
  it('the example of EIP-712 has the published hash', () => {
    expect(parse(typedJson(rows.mail)).digest).toBe('be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2');
  });

  it.each(all)('%s has the hash that viem gives it, and is signed for it', async (_name, row) => {
    const object = typedObject(row);
    const decoded = parse(typedJson(row));
    expect(`0x${decoded.digest}`).toBe(hashTypedData(object as never));
    const { signature } = await decoded.sign([key]);
    const signer = await recoverTypedDataAddress({ ...object, signature } as never);
    expect(signer.toLowerCase()).toBe(key.address);
  });

  it('a domain that declares no type has that of its members', () => {
    const { EIP712Domain: _, ...types } = typedObject(rows.permit).types;
    expect(parse(typedJson(rows.permit, { types })).digest).toBe(parse(typedJson(rows.permit)).digest);
  });

  it('any struct has the hash that viem gives it', () => {
    fc.assert(
      fc.property(structs, ({ fields, message }) => {
        const row = {
          domain: rows.permit.domain,
          types: { Any: fields, Inner: 'uint8 a,string b' },
          primaryType: 'Any',
          message,
        };
        expect(`0x${parse(typedJson(row)).digest}`).toBe(hashTypedData(typedObject(row) as never));
      }),
      { numRuns: 200 },
    );
  });
});

const hex = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`);
const values: Record<string, fc.Arbitrary<unknown>> = {
  uint8: fc.integer({ min: 0, max: 255 }),
  uint256: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map(String),
  int16: fc.integer({ min: -32768, max: 32767 }),
  int256: fc.bigInt({ min: -(2n ** 255n), max: 2n ** 255n - 1n }).map(String),
  bool: fc.boolean(),
  address: hex(20),
  bytes4: hex(4),
  bytes32: hex(32),
  bytes: fc.uint8Array({ maxLength: 70 }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`),
  string: fc.string({ unit: 'grapheme', maxLength: 40 }),
  Inner: fc.record({ a: fc.integer({ min: 0, max: 255 }), b: fc.string() }),
  'uint256[]': fc.array(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map(String), { maxLength: 4 }),
  'Inner[2]': fc.array(fc.record({ a: fc.constant(1), b: fc.string() }), { minLength: 2, maxLength: 2 }),
  'bool[2][]': fc.array(fc.array(fc.boolean(), { minLength: 2, maxLength: 2 }), { maxLength: 3 }),
};
const structs = fc.array(fc.constantFrom(...Object.keys(values)), { minLength: 1, maxLength: 6 }).chain((types) =>
  fc.record({
    fields: fc.constant(types.map((type, at) => `${type} f${at}`).join(',')),
    message: fc.record(Object.fromEntries(types.map((type, at) => [`f${at}`, values[type] ?? fc.constant(null)]))),
  }),
);

describe('what typed data let contracts do', () => {
  it('a permit of a token is an allowance beside the typed data', () => {
    const { summary, effects } = parse(typedJson(rows.permit));
    expect(effects).toEqual([
      expect.objectContaining({ op: 'typed-data', contract: token, method: 'Permit', from: key.address }),
      {
        op: 'approve',
        code: 'allowance',
        from: owner,
        to: spender,
        asset: token,
        amount: 1_000_000n,
        contract: token,
        method: 'Permit',
      },
      expect.objectContaining({ op: 'fee', amount: 0n }),
    ]);
    expect(effects[0]).not.toHaveProperty('code');
    expect(effects[0]?.args).toContainEqual({ name: 'spender', value: spender });
    expect(effects[0]?.args).toContainEqual({ name: 'domain.chainId', value: '1' });
    expect(summary).toMatchObject({ kind: 'typed-data', to: token, chainId: 1n, opaque: false });
    expect(summary.text).toBe(
      `${key.address} signs the typed data Permit of "USD Coin" for contract ${token}: allows ${spender} to take 1000000 smallest units of token ${token}`,
    );
  });

  it.each([
    ['daiPermit', [{ op: 'approve', code: 'unlimited-allowance', from: owner, to: spender, asset: token }]],
    ['itemPermit', [{ op: 'approve', code: 'allowance', to: spender, asset: nft, tokenId: 77n }]],
    ['permitSingle', [{ op: 'approve', code: 'unlimited-allowance', to: spender, asset: token }]],
    [
      'permitBatch',
      [
        { op: 'approve', code: 'allowance', to: spender, asset: token, amount: 5n },
        { op: 'approve', code: 'allowance', to: spender, asset: nft, amount: 6n },
      ],
    ],
    ['permitTransfer', [{ op: 'approve', code: 'allowance', to: spender, asset: token, amount: 7n }]],
    ['permitBatchTransfer', [{ op: 'approve', code: 'allowance', to: spender, asset: token, amount: 7n }]],
    ['transfer', [{ op: 'token-transfer', from: owner, to: spender, asset: token, amount: 5_000_000n }]],
    ['receive', [{ op: 'token-transfer', from: owner, to: spender, asset: token, amount: 5_000_000n }]],
    ['cancel', []],
    ['order', [{ op: 'trade', code: 'market-order', from: owner, asset: nft, tokenId: 8888n, amount: 1n }]],
  ] as const)('%s is understood', (name, wanted) => {
    const [own, ...effects] = effectsOf(rows[name]);
    expect(own).not.toHaveProperty('code');
    expect(effects.filter(({ op }) => op !== 'fee')).toEqual(wanted.map((one) => expect.objectContaining(one)));
  });

  it('a transaction of a Safe is what the call that hands it in does', () => {
    const effects = effectsOf(rows.safeTransaction);
    expect(effects).toEqual([
      expect.objectContaining({ op: 'typed-data', method: 'SafeTx', contract: safe }),
      expect.objectContaining({ op: 'call', code: 'nested-call', contract: safe }),
      expect.objectContaining({
        op: 'token-transfer',
        code: 'nested-call',
        from: safe,
        to: spender,
        asset: token,
        amount: 42n,
      }),
      expect.objectContaining({ op: 'fee' }),
    ]);
  });

  it('foreign code that would run as a Safe is a danger, and so is a refund of gas', () => {
    const change = (message: Record<string, unknown>) => {
      const row = { ...rows.safeTransaction, message: { ...rows.safeTransaction.message, ...message } };
      return parse(typedJson(row)).summary.hazards.map(({ kind }) => kind);
    };
    expect(change({ operation: 1 })).toContain('account-control');
    expect(change({ gasPrice: 1, baseGas: 7, refundReceiver: spender })).toContain('allowance');
  });

  it.each([
    ['metaTransaction', token],
    ['forwardRequest', safe],
    ['forwardRequestWithEnd', safe],
  ] as const)('%s does what the call does that it lets others hand in', (name, contract) => {
    const danger = { op: 'approve', code: 'unlimited-allowance', from: owner, to: spender, asset: token };
    const { effects, summary } = parse(typedJson(rows[name]));
    expect(effects).toEqual([
      expect.objectContaining({ op: 'typed-data', contract }),
      expect.objectContaining({ ...danger, amount: 2n ** 256n - 1n, method: 'approve(address,uint256)' }),
      expect.objectContaining({ op: 'fee' }),
    ]);
    expect(effects[0]).not.toHaveProperty('code');
    expect(summary.hazards).toMatchObject([{ kind: 'unlimited-allowance', party: spender }]);
    const [member, call] = name === 'metaTransaction' ? ['functionSignature', '0x01020304'] : ['data', '0x01020304'];
    const message = { ...rows[name].message, [member]: call };
    expect(effectsOf({ ...rows[name], message })).toMatchObject([
      { op: 'typed-data', code: 'opaque-data' },
      { op: 'call', code: 'opaque-data', from: owner, contract: token, data: '01020304' },
      { op: 'fee' },
    ]);
  });

  it('a call that is handed in by a forwarder names the coins that go along', () => {
    const message = { ...rows.forwardRequest.message, value: 5, data: '0x' };
    const moved = { op: 'transfer', from: owner, to: token, asset: 'ETH', amount: 5n };
    expect(effectsOf({ ...rows.forwardRequest, message })[1]).toEqual(moved);
  });

  it('an order that gives nothing back says so', () => {
    const message = { ...rows.order.message, consideration: [] };
    expect(parse(typedJson(rows.order, { message })).summary.text).toMatch(/ for nothing$/);
    expect(parse(typedJson(rows.order)).summary.text).toMatch(/ for 9000000000000000000 smallest units of ETH$/);
  });

  it('further terms of a permit are opaque, and what it releases is known', () => {
    expect(effectsOf(rows.permitWitness)).toMatchObject([
      { op: 'typed-data', code: 'opaque-data' },
      { op: 'approve', code: 'allowance', to: spender, asset: token, amount: 7n },
      { op: 'fee' },
    ]);
  });

  it('typed data are opaque where the type, the contract or the chain is not the known one', () => {
    const opaque = { op: 'typed-data', code: 'opaque-data' };
    const { chainId: _, ...anywhere } = rows.permit.domain;
    const { verifyingContract: __, ...nowhere } = rows.permit.domain;
    const renamed = { Permit: rows.permit.types.Permit.replace('uint256 value', 'uint128 value') };
    for (const row of [
      rows.mail,
      { ...rows.permit, domain: anywhere },
      { ...rows.permit, domain: nowhere },
      { ...rows.permit, types: renamed },
      { ...rows.permitSingle, domain: { ...rows.permitSingle.domain, verifyingContract: token } },
    ]) {
      expect(effectsOf(row)[0]).toMatchObject(opaque);
      expect(parse(typedJson(row)).summary.opaque).toBe(true);
    }
    expect(rows.permitSingle.domain.verifyingContract).toBe(permit2);
  });

  it('typed data of another network are refused', () => {
    const refused = expect.objectContaining({ code: 'CHAIN_ID_MISMATCH' });
    const domain = { ...rows.permit.domain, chainId: 137 };
    expect(() => parse(typedJson({ ...rows.permit, domain }))).toThrow(refused);
    expect(() => parse(typedJson(rows.permit), { network: 'testnet' })).toThrow(refused);
    const local = { ...rows.permit.domain, chainId: 31337 };
    expect(() => parse(typedJson({ ...rows.permit, domain: local }), { developmentChainId: 31337n })).not.toThrow();
  });
});

describe('typed data that cannot be signed', () => {
  const { types, domain, message } = typedObject(rows.permit);
  const permitFields = Object.entries(types).find(([name]) => name === 'Permit')?.[1] ?? [];
  const refused = expect.objectContaining({ code: 'MESSAGE_INVALID' });

  it.each([
    ['a member that no type declares', { message: { ...message, more: 1 } }],
    ['a missing member', { message: { ...message, nonce: undefined } }],
    ['a member that is null', { message: { ...message, nonce: null } }],
    ['a number that JSON does not hold exactly', { message: { ...message, value: 2 ** 60 } }],
    ['a number with a fraction', { message: { ...message, value: '1.5' } }],
    ['a number with zeros in front', { message: { ...message, value: '01' } }],
    ['a negative number of an unsigned type', { message: { ...message, value: -1 } }],
    ['a number that is too large', { message: { ...message, value: (2n ** 256n).toString() } }],
    ['a part beside its four', { more: 1 }],
    ['the domain as its content', { primaryType: 'EIP712Domain' }],
    ['an unknown primary type', { primaryType: 'Other' }],
    ['no domain', { domain: undefined }],
    ['a domain with a member that is not signed', { domain: { ...domain, salt: `0x${'00'.repeat(32)}` } }],
    [
      'a domain with a field of its own',
      { types: { ...types, EIP712Domain: [{ name: 'app', type: 'string' }] }, domain: { app: '' } },
    ],
    ['a number without a length', { types: { ...types, Permit: [{ name: 'a', type: 'uint' }] }, message: { a: 1 } }],
    ['a number of an odd length', { types: { ...types, Permit: [{ name: 'a', type: 'uint12' }] }, message: { a: 1 } }],
    ['an unknown type', { types: { ...types, Permit: [{ name: 'a', type: 'Other' }] }, message: { a: {} } }],
    ['a type with a name of Solidity', { types: { ...types, uint256: [] } }],
    ['a field twice', { types: { ...types, Permit: [...permitFields, { name: 'owner', type: 'address' }] } }],
    ['a type with brackets in its name', { types: { ...types, 'A(uint256 b)B': [] } }],
    [
      'a field with a comma in its name',
      { types: { ...types, Permit: [{ name: 'a,uint256 b', type: 'bool' }] }, message: { 'a,uint256 b': true } },
    ],
    ['a bool that is a number', { types: { ...types, Permit: [{ name: 'a', type: 'bool' }] }, message: { a: 1 } }],
    [
      'bytes of another length',
      { types: { ...types, Permit: [{ name: 'a', type: 'bytes4' }] }, message: { a: '0x000000' } },
    ],
    [
      'a list of another length',
      { types: { ...types, Permit: [{ name: 'a', type: 'bool[2]' }] }, message: { a: [true] } },
    ],
    [
      'half of a surrogate pair',
      { types: { ...types, Permit: [{ name: 'a', type: 'string' }] }, message: { a: '\ud800' } },
    ],
  ])('%s is refused', (_name, change) => {
    expect(() => parse(typedJson(rows.permit, change))).toThrow(refused);
  });

  it('an address whose checksum is wrong is refused', () => {
    const wrong = { ...message, spender: '0x70997970C51812DC3A010C7D01B50E0D17DC79c8' };
    expect(() => parse(typedJson(rows.permit, { message: wrong }))).toThrow(
      expect.objectContaining({ code: 'ADDRESS_INVALID' }),
    );
  });

  it('a member twice is refused, because programs differ in which one they read', () => {
    const json = typedJson(rows.permit).replace('"nonce":0', '"nonce":0,"nonce":0');
    expect(() => parse(json)).toThrow(refused);
  });

  it('more values, levels and types than any application has are refused', () => {
    const list = {
      types: { ...types, Permit: [{ name: 'a', type: 'bool[]' }] },
      message: { a: Array(10_001).fill(true) },
    };
    expect(() => parse(typedJson(rows.permit, list))).toThrow(refused);
    let deep: Record<string, unknown> = { next: [] };
    for (let level = 0; level < 40; level += 1) deep = { next: [deep] };
    const nested = { types: { ...types, Permit: [{ name: 'next', type: 'Permit[]' }] }, message: deep };
    expect(() => parse(typedJson(rows.permit, nested))).toThrow(refused);
    const many = Object.fromEntries(Array.from({ length: 129 }, (_, at) => [`T${at}`, []]));
    expect(() => parse(typedJson(rows.permit, { types: { ...types, ...many } }))).toThrow(refused);
  });

  it('any text is read or refused with a code of its own', () => {
    const good = typedJson(rows.permitBatch);
    const mutated = fc
      .tuple(fc.nat(good.length), fc.nat(6), fc.string({ maxLength: 6 }))
      .map(([at, gone, put]) => good.slice(0, at) + put + good.slice(at + gone));
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), mutated), (json) => {
        try {
          parse(json);
        } catch (error) {
          expect(error).toBeInstanceOf(CustosError);
          expect((error as CustosError).code).not.toBe('INTERNAL');
        }
      }),
      { numRuns: 500 },
    );
  });
});
