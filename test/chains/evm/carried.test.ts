import { Transaction, Wallet } from 'ethers';
import fc from 'fast-check';
import { keccak256 } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { expect, it } from 'vitest';
import { celo } from '../../../src/chains/evm/chains/celo/index.js';
import { ethereum } from '../../../src/chains/evm/chains/ethereum.js';
import { intrinsicGas } from '../../../src/chains/evm/gas.js';
import type { Chain } from '../../../src/core/chain/chain.js';
import type { ErrorCode } from '../../../src/core/errors.js';
import { expectEveryChangeTold, jsonVariants } from '../../support/every-field.js';
import { codeOf } from '../codes.js';
import { contextOf, keyOf, legacyJson } from '../signing.js';

const key = keyOf(ethereum);
const secret = `0x${'11'.repeat(32)}` as const;
const account = privateKeyToAccount(secret);
const authority = privateKeyToAccount(`0x${'22'.repeat(32)}`);
const contract = '0x63c0c19a282a1b52b07dd5a65b58948a07dae32b';
const to = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8' as const;
const hash = `0x01${'ab'.repeat(31)}` as const;

const below = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });
const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((one) => `0x${Buffer.from(one).toString('hex')}` as const);
const basics = fc.record({
  nonce: fc.integer({ min: 0, max: 2 ** 40 }),
  value: below(90),
  data: fc.integer({ min: 0, max: 40 }).chain(hex),
  gas: fc.bigInt({ min: 200_000n, max: 2n ** 24n }),
  maxFeePerGas: below(60),
  accessList: fc.array(fc.record({ address: hex(20), storageKeys: fc.array(hex(32), { maxLength: 2 }) }), {
    maxLength: 2,
  }),
});
const hashes = fc.array(
  hex(31).map((rest) => `0x01${rest.slice(2)}` as const),
  { minLength: 1, maxLength: 6 },
);

const json = (members: object): string =>
  JSON.stringify(members, (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));

async function signed(members: object, chain: Chain = ethereum): Promise<string> {
  return (await chain.codec.parse(json(members), contextOf(key)).sign([key])).raw;
}

/** The members that stand in a blob transaction besides a usual one. */
const blobMembers = { maxFeePerBlobGas: 7n, blobVersionedHashes: [hash] };
const usual = legacyJson({ gasPrice: undefined, maxFeePerGas: 10, maxPriorityFeePerGas: 1, gas: 100_000, to });
const withMembers = (more: object) => json({ ...JSON.parse(usual), ...more });

it('a blob transaction has the bytes that viem and ethers sign', async () => {
  await fc.assert(
    fc.asyncProperty(basics, hashes, below(50), async (one, blobVersionedHashes, maxFeePerBlobGas) => {
      const members = { ...one, chainId: 1, to, maxPriorityFeePerGas: one.maxFeePerGas / 2n };
      const all = { ...members, blobVersionedHashes, maxFeePerBlobGas };
      const raw = await signed({ ...all, type: 3 });
      expect(await signed(all)).toBe(raw);
      expect(await account.signTransaction({ ...all, type: 'eip4844' })).toBe(raw);
      const { gas: gasLimit, ...others } = all;
      expect(await new Wallet(secret).signTransaction({ ...others, gasLimit, type: 3 })).toBe(raw);
    }),
    { numRuns: 30 },
  );
});

it('a transaction with authorizations has the bytes that viem and ethers sign', async () => {
  await fc.assert(
    fc.asyncProperty(basics, fc.constantFrom(0, 1), hex(20), async (one, chainId, address) => {
      const authorization = await authority.signAuthorization({ chainId, contractAddress: address, nonce: one.nonce });
      const members = { ...one, chainId: 1, to, maxPriorityFeePerGas: one.maxFeePerGas / 3n };
      const raw = await signed({ ...members, type: '0x4', authorizationList: [authorization] });
      const viems = { ...members, type: 'eip7702', authorizationList: [authorization] } as const;
      expect(await account.signTransaction(viems)).toBe(raw);
      const read = Transaction.from(raw);
      expect([read.hash, read.from, read.type]).toEqual([keccak256(raw as `0x${string}`), account.address, 4]);
      expect(read.authorizationList?.map((entry) => entry.address.toLowerCase())).toEqual([address]);
    }),
    { numRuns: 30 },
  );
});

it('an authorization is shown as control over the account whose key signed it', async () => {
  const entry = await authority.signAuthorization({ chainId: 1, contractAddress: contract, nonce: 3 });
  const { effects, summary } = ethereum.codec.parse(withMembers({ authorizationList: [entry] }), contextOf(key));
  const from = authority.address.toLowerCase();
  expect(effects.find(({ op }) => op === 'account')).toMatchObject({ code: 'account-control', from, to: contract });
  expect(summary.hazards).toContainEqual(expect.objectContaining({ kind: 'account-control', party: contract }));
  expect(summary.text).toContain(`${from} lets the code of ${contract} act for it`);
  const broken = { ...entry, s: 0n };
  const told = ethereum.codec.parse(withMembers({ authorizationList: [broken] }), contextOf(key));
  expect(told.effects.find(({ op }) => op === 'account')?.from).toBe('an account that cannot be told');
});

it('the fee of a blob transaction has the price of its blobs in it', () => {
  const fee = (more: object) => ethereum.codec.parse(withMembers(more), contextOf(key)).summary.fee.amount;
  expect(fee({ ...blobMembers, blobVersionedHashes: [hash, hash] }) - fee({})).toBe(2n * 7n * 131_072n);
});

it('each authorization costs gas before any code runs', async () => {
  const entry = await authority.signAuthorization({ chainId: 1, contractAddress: contract, nonce: 3 });
  const little = withMembers({ authorizationList: [entry, entry], gas: 70_999 });
  expect(codeOf(() => ethereum.codec.parse(little, contextOf(key)))).toBe('GAS_TOO_LOW');
  expect(intrinsicGas({ data: new Uint8Array(0), to: new Uint8Array(20), accessList: [] })).toBe(21_000n);
});

it('what goes along with blobs is not signed, and without hashes it is refused', async () => {
  const raw = await signed(JSON.parse(withMembers(blobMembers)));
  const sidecar = { blobs: ['0x00'], commitments: ['0x00'], proofs: ['0x00'] };
  expect(await signed(JSON.parse(withMembers({ ...blobMembers, ...sidecar })))).toBe(raw);
  expect(codeOf(() => ethereum.codec.parse(withMembers(sidecar), contextOf(key)))).toBe('TRANSACTION_UNSUPPORTED');
});

const good = { chainId: '0x1', address: contract, nonce: '0x1', yParity: '0x0', r: '0x1', s: '0x1' };
it.each<[string, object, ErrorCode]>([
  [
    'a hash of another version',
    { ...blobMembers, blobVersionedHashes: [`0x02${'ab'.repeat(31)}`] },
    'TRANSACTION_INVALID',
  ],
  ['a short hash', { ...blobMembers, blobVersionedHashes: ['0x01'] }, 'TRANSACTION_INVALID'],
  ['a hash that is a number', { ...blobMembers, blobVersionedHashes: [1] }, 'TRANSACTION_INVALID'],
  ['hashes in a text', { ...blobMembers, blobVersionedHashes: hash }, 'TRANSACTION_UNSUPPORTED'],
  ['blobs without their price', { blobVersionedHashes: [hash] }, 'FEE_INVALID'],
  ['blobs that make a contract', { ...blobMembers, to: undefined, data: '0x00' }, 'TRANSACTION_INVALID'],
  ['a gas price and blobs', { ...blobMembers, gasPrice: 1 }, 'FEE_INVALID'],
  ['blobs under another type', { ...blobMembers, type: 2 }, 'TRANSACTION_UNSUPPORTED'],
  ['blobs and authorizations', { ...blobMembers, authorizationList: [good] }, 'TRANSACTION_UNSUPPORTED'],
  ['authorizations under another type', { type: '0x3', authorizationList: [good] }, 'TRANSACTION_UNSUPPORTED'],
  ['an authorization without a nonce', { authorizationList: [{ ...good, nonce: undefined }] }, 'TRANSACTION_INVALID'],
  ['an authorization that is null', { authorizationList: [null] }, 'TRANSACTION_INVALID'],
  ['two parities', { authorizationList: [{ ...good, v: '0x1c' }] }, 'TRANSACTION_INVALID'],
  ['an authorization for no address', { authorizationList: [{ ...good, address: '0x12' }] }, 'ADDRESS_INVALID'],
])('a transaction with %s is refused', (_what, more, code) => {
  expect(codeOf(() => ethereum.codec.parse(withMembers(more), contextOf(key)))).toBe(code);
});

it('a chain with forms of its own drops no blobs', () => {
  const members = { ...JSON.parse(withMembers(blobMembers)), chainId: 42220 };
  expect(codeOf(() => celo.codec.parse(json(members), contextOf(key)))).toBe('TRANSACTION_UNSUPPORTED');
});

it('the summary hides no field of blobs and authorizations', async () => {
  const entry = await authority.signAuthorization({ chainId: 1, contractAddress: contract, nonce: 3 });
  const place = { chain: ethereum, context: contextOf(key), keys: [key] };
  for (const more of [blobMembers, { authorizationList: [JSON.parse(json(entry))] }]) {
    const completed = withMembers(more);
    const variants = [...jsonVariants(completed, [to, contract])];
    expect(await expectEveryChangeTold({ ...place, completed }, variants)).toBeGreaterThan(5);
  }
});
