import fc from 'fast-check';
import { parseTransaction, recoverTransactionAddress, type TransactionSerialized } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { parseTransaction as parseCeloTransaction } from 'viem/celo';
import { celo as viemCelo } from 'viem/chains';
import { describe, expect, it } from 'vitest';
import { celo } from '../../../src/chains/evm/chains/celo/index.js';
import { ethereum } from '../../../src/chains/evm/chains/ethereum.js';
import type { Chain } from '../../../src/core/chain/chain.js';
import { contextOf, keyOf, legacyJson } from '../signing.js';

const key = keyOf(ethereum);
const account = privateKeyToAccount(`0x${'11'.repeat(32)}`);
const to = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8' as const;

const hexBytes = (min: number, max: number) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}` as const);
const below = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });
const accessLists = fc.array(
  fc.record({ address: hexBytes(20, 20), storageKeys: fc.array(hexBytes(32, 32), { maxLength: 3 }) }),
  { maxLength: 3 },
);
const basics = fc.record({
  nonce: below(40),
  to: fc.option(hexBytes(20, 20), { nil: undefined }),
  value: below(128),
  data: hexBytes(1, 100),
  // Ethereum takes no more (EIP-7825).
  gas: fc.bigInt({ min: 200_000n, max: 2n ** 24n }),
});
const caps = fc.tuple(below(100), below(100)).map(([one, other]) => ({
  maxFeePerGas: one + other,
  maxPriorityFeePerGas: one,
}));

/** Quantities come in all the forms that are allowed. */
function json(members: Record<string, unknown>): string {
  let turn = 0;
  return JSON.stringify(members, (_name, value: unknown) => {
    if (typeof value !== 'bigint') return value;
    turn += 1;
    if (turn % 3 === 0 && value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
    return turn % 2 === 0 ? value.toString() : `0x${value.toString(16)}`;
  });
}

async function sign(chain: Chain, members: Record<string, unknown>) {
  const unsigned = chain.codec.parse(json(members), contextOf(key));
  return { ...(await unsigned.sign([key])), unsigned };
}

function expectSummary(
  unsigned: ReturnType<Chain['codec']['parse']>,
  parsed: { nonce?: number | undefined; value?: bigint | undefined; to?: string | null | undefined },
): void {
  const { summary } = unsigned;
  expect(summary.from).toBe(account.address.toLowerCase());
  expect(summary.to).toBe(parsed.to?.toLowerCase());
  expect(summary.value.amount).toBe(parsed.value ?? 0n);
  expect(summary.nonce).toBe(BigInt(parsed.nonce ?? 0));
}

describe('signed bytes', () => {
  it('signed bytes of random legacy transactions match those of a second implementation', async () => {
    await fc.assert(
      fc.asyncProperty(basics, below(100), async (basic, gasPrice) => {
        const { raw, unsigned } = await sign(ethereum, { ...basic, gasPrice, chainId: 1 });
        const expected = await account.signTransaction({ ...viemBasics(basic), gasPrice, chainId: 1, type: 'legacy' });
        expect(raw).toBe(expected);
        expectSummary(unsigned, parseTransaction(raw as `0x${string}`));
        expect(unsigned.summary.fee.amount).toBe(basic.gas * gasPrice);
      }),
      { numRuns: 40 },
    );
  });

  it('signed bytes of random EIP-2930 transactions match those of a second implementation', async () => {
    await fc.assert(
      fc.asyncProperty(basics, below(100), accessLists, async (basic, gasPrice, accessList) => {
        const { raw, unsigned } = await sign(ethereum, { ...basic, type: '0x1', gasPrice, accessList, chainId: 1 });
        const expected = await account.signTransaction({
          ...viemBasics(basic),
          gasPrice,
          accessList,
          chainId: 1,
          type: 'eip2930',
        });
        expect(raw).toBe(expected);
        expectSummary(unsigned, parseTransaction(raw as `0x${string}`));
      }),
      { numRuns: 40 },
    );
  });

  it('signed bytes of random EIP-1559 transactions match those of a second implementation, with or without a type', async () => {
    await fc.assert(
      fc.asyncProperty(basics, caps, accessLists, fc.boolean(), async (basic, fees, accessList, isTyped) => {
        const type = isTyped ? { type: 2 } : {};
        const { raw, txId, unsigned } = await sign(ethereum, { ...basic, ...type, ...fees, accessList, chainId: 1 });
        const expected = await account.signTransaction({
          ...viemBasics(basic),
          ...fees,
          accessList,
          chainId: 1,
          type: 'eip1559',
        });
        expect(raw).toBe(expected);
        expect(txId).toMatch(/^0x[0-9a-f]{64}$/);
        expectSummary(unsigned, parseTransaction(raw as `0x${string}`));
        expect(unsigned.summary.fee.amount).toBe(basic.gas * fees.maxFeePerGas);
        const sender = await recoverTransactionAddress({ serializedTransaction: raw as TransactionSerialized });
        expect(sender).toBe(account.address);
      }),
      { numRuns: 40 },
    );
  });

  it('signed bytes of random CIP-64 transactions match those of a second implementation', async () => {
    await fc.assert(
      fc.asyncProperty(basics, caps, hexBytes(20, 20), async (basic, fees, feeCurrency) => {
        const { raw, unsigned } = await sign(celo, { ...basic, ...fees, feeCurrency, chainId: 42220 });
        const expected = await account.signTransaction(
          { ...viemBasics(basic), ...fees, feeCurrency, chainId: 42220, type: 'cip64' },
          { serializer: viemCelo.serializers.transaction },
        );
        expect(raw).toBe(expected);
        const parsed = parseCeloTransaction(raw as `0x7b${string}`);
        expect(parsed).toMatchObject({ type: 'cip64', feeCurrency });
        expectSummary(unsigned, parsed);
        expect(unsigned.summary.fee).toEqual({ asset: feeCurrency, amount: basic.gas * fees.maxFeePerGas });
      }),
      { numRuns: 40 },
    );
  });

  it('signed bytes on Celo are standard where the type says so', async () => {
    const basic = { nonce: 3n, to, value: 5n, data: '0x' as const, gas: 21000n };
    const legacy = await sign(celo, { ...basic, type: '0x0', gasPrice: 9n, chainId: 42220 });
    expect(legacy.raw).toBe(
      await account.signTransaction({ ...viemBasics(basic), gasPrice: 9n, chainId: 42220, type: 'legacy' }),
    );
    const listed = await sign(celo, { ...basic, type: '0x1', gasPrice: 9n, chainId: '42220' });
    expect(listed.raw).toBe(
      await account.signTransaction({ ...viemBasics(basic), gasPrice: 9n, chainId: 42220, type: 'eip2930' }),
    );
    const capped = await sign(celo, {
      ...basic,
      gas: undefined,
      gasLimit: 21000n,
      type: '2',
      maxFeePerGas: 9n,
      maxPriorityFeePerGas: 1n,
      chainId: 42220,
    });
    expect(capped.raw).toBe(
      await account.signTransaction({
        ...viemBasics(basic),
        maxFeePerGas: 9n,
        maxPriorityFeePerGas: 1n,
        chainId: 42220,
        type: 'eip1559',
      }),
    );
  });

  it('signed bytes are the same each time', async () => {
    const unsigned = ethereum.codec.parse(legacyJson(), contextOf(key));
    expect(await unsigned.sign([key])).toEqual(await ethereum.codec.parse(legacyJson(), contextOf(key)).sign([key]));
  });

  it('signed bytes match the example that EIP-155 publishes', async () => {
    const example = { ...keyOf(ethereum, 0x46) };
    const text = legacyJson({
      nonce: 9,
      gasPrice: '20000000000',
      gas: 21000,
      to: `0x${'35'.repeat(20)}`,
      value: '1000000000000000000',
    });
    expect((await ethereum.codec.parse(text, contextOf(example)).sign([example])).raw).toBe(
      '0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83',
    );
  });
});

function viemBasics(basic: {
  nonce: bigint;
  to?: `0x${string}` | undefined;
  value: bigint;
  data: `0x${string}`;
  gas: bigint;
}) {
  const { nonce, value, data, gas } = basic;
  return { nonce: Number(nonce), value, data, gas, ...(basic.to && { to: basic.to }) };
}
