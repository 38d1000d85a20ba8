import { describe, expect, test } from 'vitest';
import { readSpendingLimits, shownLimits, withAmount } from '../../../src/app/wallets/spending.js';
import { createRegistry } from '../../../src/chains/registry.js';
import { parseChainId } from '../../../src/core/ids.js';
import type { SpendingRequest } from '../../../src/core/signing/wallets-service.js';

const chains = createRegistry();
const ETH = parseChainId('ETH');
const token = '0x1c7d4b196cb0c7b01d743fbc6116a902379c7238';
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
      [token, `0x${token.slice(2).toUpperCase()}`].map((one) => ({ chain: 'ETH', token: one, decimals: 6, aDay: '1' })),
    ],
    [
      'SPENDING_INVALID',
      'more limits than an owner has',
      Array.from({ length: 51 }, (_, at) => ({ chain: 'ETH', token: `t${at}`, decimals: 0, aDay: '1' })),
    ],
  ])('is refused as %s with %s', (code, _what, requests) => {
    expect(() => read(...requests)).toThrow(expect.objectContaining({ code }));
  });

  const [x, issuer] = [token.slice(2), 'GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN'];
  test.each<readonly [string, string, number, string]>([
    ['ETH', '0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238', 6, token],
    ['XDC', token, 6, `xdc${x}`],
    ['XDC', `xdc${x.toUpperCase()}`, 6, `xdc${x}`],
    ['ONE', 'one1r375kxtvkrrmq8t5877xz94fqgmecu3c2jjekv', 6, token],
    ['TRON', '41a614f803b6fd780986a42c78ec9c7f77e6ded13c', 6, 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'],
    ['VET', '0x0000000000000000000000000000456e65726779', 18, 'VTHO'],
    ['ALGO', '31566704', 6, '31566704'],
    ['XLM', `USDC:${issuer}`, 7, `USDC:${issuer}`],
    ['FLOW', 'A.b19436aae4d94622.FiatToken', 8, 'A.b19436aae4d94622.FiatToken'],
    ['BNB', 'BUSD-BD1', 8, 'BUSD-BD1'],
  ])(
    'of %s, the token %s with %d decimals, counts under the name that effects have: %s',
    (chain, given, decimals, name) => {
      const [limit] = read({ chain, token: given, decimals, aDay: '1' });
      expect(limit).toEqual({ chain, token: name, decimals, aDay: 10n ** BigInt(decimals) });
      const about = { chain: parseChainId(chain), token: given };
      const ended = { about, which: 'aDay', amount: undefined } as const;
      expect(withAmount(chains, limit === undefined ? [] : [limit], ended)).toEqual([]);
    },
  );

  test.each([
    ['ETH', x, 6, 'is no address'],
    ['ETH', token.slice(0, -1), 6, 'is one digit short'],
    ['BTC', 'USDT', 6, 'is on a chain without tokens'],
    ['XLM', `USDC-${issuer}`, 7, 'is written in another way'],
    ['XLM', `USDC:${issuer}`, 6, 'has other decimals, which the chain fixes'],
    ['CELO', '0x471EcE3750Da237f93B8E339c536989b8978a438', 18, 'is the coin'],
  ])(
    'of %s is refused for the token %s with %d decimals, which %s: the limit would never count',
    (chain, given, decimals) => {
      const request = { chain, token: given, decimals, aDay: '1' };
      expect(() => read(request)).toThrow(expect.objectContaining({ code: 'SPENDING_INVALID' }));
    },
  );

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
