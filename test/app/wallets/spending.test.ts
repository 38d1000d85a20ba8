import { describe, expect, test } from 'vitest';
import { readSpendingLimits, shownLimits, withAmount } from '../../../src/app/wallets/spending.js';
import { createRegistry } from '../../../src/chains/registry.js';
import { parseChainId } from '../../../src/core/ids.js';
import type { SpendingRequest } from '../../../src/core/signing/wallets-service.js';

const chains = createRegistry();
const ETH = parseChainId('ETH');
const token = '0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238';
const read = (...requests: SpendingRequest[]) => readSpendingLimits(chains, requests);

describe('what an owner may spend, as somebody says it', () => {
  test('is counted in the smallest unit, and shown in whole coins', () => {
    const asked = [
      { chain: 'ETH', aDay: '1.50', aTransaction: '0' },
      { chain: 'ETH', token, decimals: 6, aDay: '0.000001' },
    ];
    const limits = read(...asked);
    expect(limits).toEqual([
      { chain: ETH, decimals: 18, aDay: 15n * 10n ** 17n, aTransaction: 0n },
      { chain: ETH, token, decimals: 6, aDay: 1n },
    ]);
    expect(shownLimits(limits)).toEqual([{ ...asked[0], decimals: 18, aDay: '1.5' }, asked[1]]);
  });

  test.each<readonly [string, string, SpendingRequest[]]>([
    ['CHAIN_UNKNOWN', 'a chain that is none', [{ chain: 'NONE', aDay: '1' }]],
    ['SPENDING_INVALID', 'no amount', [{ chain: 'ETH' }]],
    ['SPENDING_INVALID', 'an amount below zero', [{ chain: 'ETH', aDay: '-1' }]],
    ['SPENDING_INVALID', 'an amount with an exponent', [{ chain: 'ETH', aDay: '1e3' }]],
    ['SPENDING_INVALID', 'more decimals than the coin has', [{ chain: 'BTC', aDay: '0.000000001' }]],
    ['SPENDING_INVALID', 'other decimals than the coin has', [{ chain: 'BTC', decimals: 18, aDay: '1' }]],
    ['SPENDING_INVALID', 'a token without decimals', [{ chain: 'ETH', token, aDay: '1' }]],
    ['SPENDING_INVALID', 'a token with half a decimal', [{ chain: 'ETH', token, decimals: 0.5, aDay: '1' }]],
    ['SPENDING_INVALID', 'a token with a blank in its name', [{ chain: 'ETH', token: 'a b', decimals: 6, aDay: '1' }]],
    [
      'SPENDING_INVALID',
      'a token twice, in letters of another case',
      [token, token.toLowerCase()].map((one) => ({ chain: 'ETH', token: one, decimals: 6, aDay: '1' })),
    ],
    [
      'SPENDING_INVALID',
      'more limits than an owner has',
      Array.from({ length: 51 }, (_, at) => ({ chain: 'ETH', token: `t${at}`, decimals: 0, aDay: '1' })),
    ],
  ])('is refused as %s with %s', (code, _what, requests) => {
    expect(() => read(...requests)).toThrow(expect.objectContaining({ code }));
  });

  test('changes one amount, and ends with its last one', () => {
    const about = { chain: ETH, token };
    const first = withAmount(chains, read({ chain: 'BTC', aDay: '1' }), {
      ...{ about: { ...about, decimals: 6 }, which: 'aDay', amount: '5' },
    });
    const both = withAmount(chains, first, { about, which: 'aTransaction', amount: '2' });
    expect(shownLimits(both).at(-1)).toEqual({ chain: ETH, token, decimals: 6, aDay: '5', aTransaction: '2' });
    const one = withAmount(chains, both, { about, which: 'aDay', amount: undefined });
    expect(shownLimits(one).at(-1)).toEqual({ chain: ETH, token, decimals: 6, aTransaction: '2' });
    const none = withAmount(chains, one, { about, which: 'aTransaction', amount: undefined });
    expect(none).toEqual(read({ chain: 'BTC', aDay: '1' }));
    const others = { about: { ...about, decimals: 8 }, which: 'aDay', amount: '1' } as const;
    expect(() => withAmount(chains, both, others)).toThrow(expect.objectContaining({ code: 'SPENDING_INVALID' }));
  });
});
