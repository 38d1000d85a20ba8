import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeArguments, typesOf } from '../../../src/chains/evm/calls/abi.js';
import { knownMethods } from '../../../src/chains/evm/calls/methods.js';
import { celo } from '../../../src/chains/evm/chains/celo/index.js';
import { xdc } from '../../../src/chains/evm/chains/xdc.js';
import { summaryToJson } from '../../../src/core/chain/summary.js';
import { formatUnits } from '../../../src/core/chain/units.js';
import { alice, bob, contract, encode, me, summaryOf, unlimited } from '../calls.js';
import { contextOf, keyOf, legacyJson } from '../signing.js';

describe('other transactions', () => {
  it('transactions that only move coins are transfers', () => {
    expect(summaryOf('0x', { value: '1' })).toMatchObject({ kind: 'transfer', opaque: false, tokens: [] });
    expect(summaryOf('0x', { value: '1' }).text).toBe(
      `${me} sends 0.000000000000000001 ETH to ${contract}; the fee is at most 0.2 ETH`,
    );
  });

  it.each(['invoice 4711', 'żółć ✓ 你好', 'x'.repeat(35), 'fund', `fund${'x'.repeat(32)}`, '!'])(
    'transactions with data that read %j are opaque calls, with the text beside',
    (message) => {
      const summary = summaryOf(`0x${Buffer.from(message).toString('hex')}`, { value: '1' });
      expect(summary).toMatchObject({ kind: 'contract-call', opaque: true, hazards: [{ kind: 'opaque-data' }] });
      expect(summary.notes).toContainEqual({ name: 'data as text', value: message });
      expect(summary.text).toContain(`that read ${JSON.stringify(message)}`);
    },
  );

  it('transactions are not transfers when a contract would take their printable data for a call', () => {
    // harvest() and a "!" behind it, which contracts do not look at.
    const summary = summaryOf('0x4641257d21', { value: '1' });
    expect(summary).toMatchObject({ kind: 'contract-call', opaque: true, method: '0x4641257d' });
  });

  it.each([
    ['a line break', 'one\ntwo'],
    ['a direction override', 'abc\u202ecba'],
    ['a zero byte', 'abc\0'],
  ])('%s is not shown as text', (_what, text) => {
    const summary = summaryOf(`0x${Buffer.from(text).toString('hex')}`);
    expect(summary).toMatchObject({ kind: 'contract-call', opaque: true });
    expect(summary.notes?.map(({ name }) => name)).not.toContain('data as text');
  });

  it('transactions without a destination create contracts', () => {
    const summary = summaryOf('0x6001', { to: undefined, value: '2000000000000000000' });
    expect(summary).toMatchObject({ kind: 'contract-creation', opaque: true });
    expect(summary).not.toHaveProperty('to');
    expect(summary.text).toContain('creates a contract from 2 bytes of code and gives it 2 ETH');
  });

  it('transactions on XDC name every address in the form of XDC', () => {
    const xdcKey = keyOf(xdc);
    const text = legacyJson({ chainId: 50, data: encode('transfer', [alice, 5n]), value: 0 });
    const { summary } = xdc.codec.parse(text, contextOf(xdcKey));
    expect(JSON.stringify(summaryToJson(summary))).not.toContain('0x');
  });

  it('transactions on Celo name the token that pays the fee', () => {
    const known = '0x765de816845861e75a25fca122bb6898b8b1282a';
    const summary = (feeCurrency: string) =>
      celo.codec.parse(legacyJson({ chainId: 42220, feeCurrency }), contextOf(keyOf(celo))).summary;
    expect(summary(known).fee).toEqual({ asset: known, amount: 2_000_000_000_000_000n });
    expect(summary(known).text).toMatch(/at most 0\.002 CUSD$/);
    expect(summary(alice).text).toMatch(/at most 2000000000000000 smallest units of token 0x[0-9a-f]{40}$/);
  });
});

describe('decoding arguments', () => {
  it('decoding arguments never throws, and accepts random bytes only if they are the one encoding of what was read', () => {
    const known = [...knownMethods].map(([selector, method]) => ({ selector, ...method }));
    fc.assert(
      fc.property(fc.constantFrom(...known), fc.uint8Array({ maxLength: 300 }), ({ selector, types }, bytes) => {
        const decoded = decodeArguments(types, bytes);
        if (decoded !== undefined) expect(bytes.length % 32).toBe(0);
        const summary = summaryOf(selector + Buffer.from(bytes).toString('hex'));
        expect(summary.opaque || decoded !== undefined).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('decoding arguments reads what a second implementation wrote, and nothing when bytes are added or missing', () => {
    const numbers = fc.bigInt({ min: 0n, max: unlimited });
    const blobs = fc.uint8Array({ maxLength: 70 });
    fc.assert(
      fc.property(
        fc.array(numbers, { maxLength: 5 }),
        fc.array(numbers, { maxLength: 5 }),
        blobs,
        (ids, amounts, blob) => {
          const hex = `0x${Buffer.from(blob).toString('hex')}`;
          const data = encode('safeBatchTransferFrom', [alice, bob, ids, amounts, hex]);
          const bytes = Buffer.from(data.slice(10), 'hex');
          const types = typesOf('f(address,address,uint256[],uint256[],bytes)');
          const decoded = decodeArguments(types, bytes);
          expect(decoded?.slice(2, 4)).toEqual([ids, amounts]);
          expect(Buffer.from(decoded?.[4] as Uint8Array)).toEqual(Buffer.from(blob));
          expect(decodeArguments(types, Buffer.concat([bytes, Buffer.alloc(32)]))).toBeUndefined();
          expect(decodeArguments(types, bytes.subarray(0, -32))).toBeUndefined();
        },
      ),
    );
  });
});

describe('an amount', () => {
  it.each([
    [0n, 18, '0'],
    [1n, 18, '0.000000000000000001'],
    [10n ** 18n, 18, '1'],
    [1_500_000n, 6, '1.5'],
    [123n, 2, '1.23'],
  ])('an amount of %s with %s decimals is written %s', (amount, decimals, text) => {
    expect(formatUnits(amount, decimals)).toBe(text);
  });
});
