import { describe, expect, it } from 'vitest';
import { readAddress, showAddress } from '../../../src/chains/binance-chain/address.js';
import { binanceChain } from '../../../src/chains/binance-chain/index.js';
import type { Effect } from '../../../src/core/chain/effect.js';
import { expectEveryChangeTold, jsonVariants } from '../../support/every-field.js';
import { effectsText, expectSoundEffects } from '../../support/sound-effects.js';
import { keyOf } from '../signing.js';

const key = keyOf(binanceChain);
const own = binanceChain.keys.address(key.publicKey, 'testnet');
const alice = showAddress(new Uint8Array(20).fill(1), 'testnet');
const nobody = showAddress(new Uint8Array(20), 'testnet');
const context = { network: 'testnet' as const, from: own, signers: [{ address: own }] };

/** One input or output: its address, and coins as denomination and amount. */
type Side = readonly [address: string, coins: readonly (readonly [denom: string, amount: number])[]];

function completed(inputs: readonly Side[], outputs: readonly Side[], memo = ''): string {
  const sides = (list: readonly Side[], isSent: boolean) =>
    list.map(([address, coins]) => ({
      address: isSent ? { type: 'Buffer', data: [...readAddress(address, 'testnet')] } : address,
      coins: coins.map(([denom, amount]) => ({ denom, amount })),
    }));
  return JSON.stringify({
    msg: { inputs: sides(inputs, true), outputs: sides(outputs, true), aminoPrefix: '2A2C87FA' },
    signMsg: { inputs: sides(inputs, false), outputs: sides(outputs, false) },
    memo,
    filled: { chainId: 'Binance-Chain-Ganges', accountNumber: '12', sequence: '7' },
  });
}

const parse = (...parts: Parameters<typeof completed>) => binanceChain.codec.parse(completed(...parts), context);

const fee = (amount: bigint): Effect => ({
  op: 'fee',
  from: own,
  asset: 'BNB',
  amount,
  args: [
    { name: 'chainId', value: 'Binance-Chain-Ganges' },
    { name: 'accountNumber', value: '12' },
    { name: 'sequence', value: '7' },
  ],
});
const field = (name: string, value: string) => ({ name, value });
const moved = (to: string, amount: bigint, asset = 'BNB'): Effect => ({
  op: asset === 'BNB' ? 'transfer' : 'token-transfer',
  from: own,
  to,
  asset,
  amount,
});

type Row = readonly [what: string, parts: Parameters<typeof completed>, effects: readonly Effect[]];

const table: readonly Row[] = [
  [
    'a transfer',
    [[[own, [['BNB', 150_000_000]]]], [[alice, [['BNB', 150_000_000]]]]],
    [
      { ...moved(alice, 150_000_000n), args: [field('output', '0'), field('input 0', `1.5 BNB of ${own}`)] },
      fee(7_500n),
    ],
  ],
  [
    'a transfer with a memo',
    [[[own, [['BNB', 1]]]], [[alice, [['BNB', 1]]]], 'for\u202eyou'],
    [
      {
        ...moved(alice, 1n),
        args: [field('output', '0'), field('input 0', `0.00000001 BNB of ${own}`), field('memo', 'for\u202eyou')],
      },
      fee(7_500n),
    ],
  ],
  [
    'a transfer to nobody',
    [[[own, [['BNB', 200_000_000]]]], [[nobody, [['BNB', 200_000_000]]]]],
    [
      {
        ...moved(nobody, 200_000_000n),
        code: 'unspendable-destination',
        args: [field('output', '0'), field('input 0', `2 BNB of ${own}`)],
      },
      fee(7_500n),
    ],
  ],
  [
    'a transfer of coins and tokens to many',
    [
      [
        [
          own,
          [
            ['BNB', 800_000_000],
            ['USDT-DC8', 300_000_000],
          ],
        ],
        [own, [['USDT-DC8', 400_000_000]]],
      ],
      [
        [
          alice,
          [
            ['BNB', 500_000_000],
            ['USDT-DC8', 600_000_000],
          ],
        ],
        [
          nobody,
          [
            ['BNB', 100_000_000],
            ['USDT-DC8', 100_000_000],
          ],
        ],
        [own, [['BNB', 200_000_000]]],
      ],
    ],
    [
      {
        ...moved(alice, 500_000_000n),
        args: [
          field('output', '0'),
          field('input 0', `8 BNB and 3 USDT-DC8 of ${own}`),
          field('input 1', `4 USDT-DC8 of ${own}`),
        ],
      },
      { ...moved(alice, 600_000_000n, 'USDT-DC8'), args: [field('output', '0')] },
      { ...moved(nobody, 100_000_000n), code: 'unspendable-destination', args: [field('output', '1')] },
      { ...moved(nobody, 100_000_000n, 'USDT-DC8'), args: [field('output', '1')] },
      { ...moved(own, 200_000_000n), own: true, args: [field('output', '2')] },
      fee(30_000n),
    ],
  ],
];

describe('the effects of a transfer of BNB Beacon Chain', () => {
  it.each(table)('the effects of %s are complete', (_what, parts, effects) => {
    expect(expectSoundEffects(parse(...parts))).toEqual(effects);
  });

  it.each(table)('every change of %s shows in the summary', async (_what, parts) => {
    const place = { chain: binanceChain, completed: completed(...parts), context, keys: [key] };
    expect(await expectEveryChangeTold(place, jsonVariants(place.completed))).toBeGreaterThan(2);
  });

  it('two outputs to one address are not one output with two coins', () => {
    const inputs: readonly Side[] = [
      [
        own,
        [
          ['BNB', 3],
          ['BTCB-1DE', 4],
        ],
      ],
    ];
    const [one, two] = [
      parse(inputs, [
        [
          alice,
          [
            ['BNB', 3],
            ['BTCB-1DE', 4],
          ],
        ],
      ]),
      parse(inputs, [
        [alice, [['BNB', 3]]],
        [alice, [['BTCB-1DE', 4]]],
      ]),
    ];
    expect(effectsText(expectSoundEffects(one))).not.toBe(effectsText(expectSoundEffects(two)));
    expect(two.summary.outputs).toHaveLength(2);
  });
});
