import { createBase58check, hex } from '@scure/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitcoin } from '../../../src/chains/utxo/chains/bitcoin.js';
import { bitcoinCash } from '../../../src/chains/utxo/chains/bitcoin-cash.js';
import { dogecoin } from '../../../src/chains/utxo/chains/dogecoin.js';
import { litecoin } from '../../../src/chains/utxo/chains/litecoin.js';
import type { Chain } from '../../../src/core/chain/chain.js';
import { type Summary, summaryToJson } from '../../../src/core/chain/summary.js';
import { sha256 } from '../../../src/crypto/hash.js';
import { bitcore, contextOf, foreign, madeBy, type Out, other, proven, scripts, withAmounts } from './making.js';

const chains = [bitcoin, litecoin, dogecoin, bitcoinCash];
const pkh = scripts[0]!;
const FUNDS = 500_000_000;
const PAID = 400_000_000;
const zeros = '00'.repeat(20);
const some = '5a'.repeat(32);
const text = (words: string) => hex.encode(new TextEncoder().encode(words));
const push = (digits: string) => `${(digits.length / 2).toString(16).padStart(2, '0')}${digits}`;

interface Change {
  readonly version?: number;
  readonly nLockTime?: number;
  readonly sequence?: number;
}

/** What a chain says of a transaction with these outputs, whose amounts are proved. */
function summaryOf(
  chain: Chain,
  outputs: readonly Out[],
  { version = chain === dogecoin ? 1 : 2, nLockTime = 0, sequence = 0xffffffff }: Change = {},
): Summary {
  const made = madeBy([{ satoshis: FUNDS, script: pkh }]);
  const input = { ...made, index: 0, satoshis: FUNDS, script: pkh, sequence };
  const request =
    chain === bitcoinCash ? withAmounts([input], outputs) : bitcore([input], outputs, { version, nLockTime });
  return chain.codec.parse(proven(request, [made]), contextOf(chain)).summary;
}

const kindsOf = (chain: Chain, script: string, satoshis = PAID) =>
  summaryOf(chain, [{ satoshis, script }]).hazards.map(({ kind }) => kind);

/** Every form of an output, and what each chain names of it. `no` is an output with an address. */
const table: readonly (readonly [
  name: string,
  script: string,
  expected: Readonly<Record<string, readonly string[]>>,
])[] = [
  ['p2pkh', foreign, { BTC: [], LTC: [], DOGE: [], BCH: [] }],
  ['p2sh', `a914${'5a'.repeat(20)}87`, { BTC: [], LTC: [], DOGE: [], BCH: [] }],
  ['p2wpkh', `0014${'5a'.repeat(20)}`, { BTC: [], LTC: [], DOGE: ['unknown-script'], BCH: ['unknown-script'] }],
  ['p2wsh', `0020${some}`, { BTC: [], LTC: [], DOGE: ['unknown-script'], BCH: ['unknown-script'] }],
  ['p2tr', scripts[3]!, { BTC: [], LTC: [], DOGE: ['unknown-script'], BCH: ['unknown-script'] }],
  [
    'p2sh of 32 bytes',
    `aa20${some}87`,
    { BTC: ['unknown-script'], LTC: ['unknown-script'], DOGE: ['unknown-script'], BCH: [] },
  ],
  ['a bare public key', `21${hex.encode(other.publicKey)}ac`, everywhere('unknown-script')],
  ['bare multisig', `5121${hex.encode(other.publicKey)}51ae`, everywhere('unknown-script')],
  ['nothing at all', '', everywhere('unknown-script')],
  ['what everybody can spend', '51', everywhere('unknown-script')],
  ['a witness of a later version', `5220${some}`, everywhere('unknown-script')],
  ['an anchor', '51024e73', everywhere('unknown-script')],
  [
    'p2wpkh with another push, which is none and everybody can spend',
    `004c14${'5a'.repeat(20)}`,
    everywhere('unknown-script'),
  ],
  ['p2tr with another push', `514c20${scripts[3]!.slice(4)}`, everywhere('unknown-script')],
  ['p2pkh with another push', `76a94c14${'5a'.repeat(20)}88ac`, everywhere('unknown-script')],
  ['p2pkh with a byte behind', `${foreign}51`, everywhere('unknown-script')],
  ['an output with tokens', `ef${some}1005${foreign}`, everywhere('unknown-script')],
  [
    'taproot without a point',
    `5120${'ff'.repeat(32)}`,
    { ...everywhere('unknown-script'), BTC: ['unspendable-destination'], LTC: ['unspendable-destination'] },
  ],
  ['p2pkh of zeros', `76a914${zeros}88ac`, everywhere('unspendable-destination')],
  ['p2sh of zeros', `a914${zeros}87`, everywhere('unspendable-destination')],
  ['p2wsh of zeros', `0020${'00'.repeat(32)}`, everywhere('unspendable-destination')],
  ['a script that is too long to run', '51'.repeat(10_001), everywhere('unspendable-destination')],
  ['data with coins', `6a${push(text('hi'))}`, everywhere('unspendable-destination', 'opaque-data')],
  ['data behind a zero, with coins', `006a${push(text('hi'))}`, everywhere('unspendable-destination', 'opaque-data')],
];

function everywhere(...kinds: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(chains.map(({ id }) => [id, kinds]));
}

describe.each(chains)('an output of $id', (chain) => {
  it.each(table)('an output to %s has the hazards of the table', (_name, script, expected) => {
    expect(kindsOf(chain, script)).toEqual(expected[chain.id]);
  });

  it('an output without an address is shown by its script, with its amount', () => {
    const script = `21${hex.encode(other.publicKey)}ac`;
    const summary = summaryOf(chain, [{ satoshis: PAID, script }]);
    expect(summary.hazards).toMatchObject([{ kind: 'unknown-script', asset: chain.coin, amount: BigInt(PAID) }]);
    expect(summary.hazards[0]!.text).toContain(script);
    expect(summary).toMatchObject({ opaque: true, outputs: [{ script, amount: BigInt(PAID), change: false }] });
    expect(summary.text).toContain(script);
    expect(summary.to).toBeUndefined();
  });

  it('an output with data does not change the payment beside it, and its content is in the notes', () => {
    const data = `6a${push(text('invoice 17'))}`;
    const summary = summaryOf(chain, [
      { satoshis: PAID, script: foreign },
      { satoshis: 0, script: data },
    ]);
    expect(summary).toMatchObject({
      to: chain.keys.address(other.publicKey, 'testnet'),
      value: { amount: BigInt(PAID) },
      opaque: true,
      hazards: [{ kind: 'opaque-data' }],
      notes: [{ name: 'data of output 2', value: `"invoice 17", ${data}` }],
    });
    expect(summary.text).toContain('invoice 17');
  });

  it.each([dogecoin, bitcoinCash])(
    'an output of a key of $id is not change if its network cannot spend that form by signature',
    (chain) => {
      const summary = summaryOf(chain, [{ satoshis: PAID, script: scripts[2]! }]);
      expect(summary.outputs).toMatchObject([{ amount: BigInt(PAID), change: false }]);
      expect(summary.value.amount).toBe(BigInt(PAID));
      expect(summary.to).toBeDefined();
    },
  );

  it('an output with text that changes how it is read shows it escaped', () => {
    const { notes, text: sentence } = summaryOf(chain, [
      { satoshis: PAID, script: foreign },
      { satoshis: 0, script: `6a${push(text('a\u202e\u0007b'))}` },
    ]);
    for (const shown of [notes![0]!.value, sentence]) {
      expect(shown).toContain('u{202e}');
      expect(['\u202e', '\u0007'].some((character) => shown.includes(character))).toBe(false);
    }
  });

  it('an output that moves tokens of a known protocol names it', () => {
    const cases = [
      [`6a${push(`6f6d6e69${'00'.repeat(16)}`)}`, 'Omni Layer'],
      [`6a5d${push('0102')}`, 'Runes'],
      [`6a${push('534c5000')}0101`, 'SLP token'],
      [`6a${push('434e5452505254590001')}`, 'Counterparty'],
    ] as const;
    for (const [script, name] of cases) {
      const { hazards } = summaryOf(chain, [
        { satoshis: PAID, script: foreign },
        { satoshis: 0, script },
      ]);
      expect(hazards).toMatchObject([{ kind: 'opaque-data', text: expect.stringContaining(name) }]);
    }
  });
});

it('address hashes that are words belong to these addresses', () => {
  // Source: the addresses' own checksums.
  for (const address of [
    '1BitcoinEaterAddressDontSendf59kuE',
    '1CounterpartyXXXXXXXXXXXXXXXUWLpVr',
    '1111111111111111111114oLvT2',
  ]) {
    const hash = hex.encode(createBase58check(sha256).decode(address).subarray(1));
    expect(kindsOf(bitcoin, `76a914${hash}88ac`)).toEqual(['unspendable-destination']);
  }
});

describe('a lock', () => {
  const paid = [{ satoshis: PAID, script: foreign }];
  const told = (change: Change) => {
    const { hazards, notes = [] } = summaryOf(bitcoin, paid, change);
    return [
      ...hazards.map(({ kind, text: words }) => `${kind}: ${words}`),
      ...notes.map(({ name, value }) => `${name}: ${value}`),
    ].join('; ');
  };

  it('a lock shows the block or time from which the transaction can be mined', () => {
    expect(told({ nLockTime: 800_000, sequence: 0xfffffffe })).toContain(
      'long-lived: it can be mined only later: not before block 800001',
    );
    expect(told({ nLockTime: 2_000_000_000, sequence: 0xfffffffe })).toContain('not before 2033-05-18T03:33:20.000Z');
    expect(told({ nLockTime: 800_000 })).toBe('nLockTime: 800000, without effect');
    expect(told({})).toBe('');
  });

  it('a lock relative to what is spent is shown, unless it has no effect', () => {
    expect(told({ sequence: 144 })).toContain(
      'long-lived: it can be mined only later: not within 144 blocks of what it spends',
    );
    expect(told({ sequence: 0x400002 })).toContain('not within 1024 seconds of what it spends');
    expect(told({ sequence: 144, version: 1 })).not.toContain('long-lived');
    expect(told({ sequence: 0x80000090 })).not.toContain('long-lived');
    expect(told({ sequence: 0xfffffffd })).toContain('4294967293, replaceable');
  });
});

describe.each(chains)('the summary of $id', (chain) => {
  const amount = fc.integer({ min: 2_000_000, max: 100_000_000 });
  const script = fc.oneof(
    fc.constantFrom(...table.map(([, digits]) => digits).filter((digits) => digits.length < 1000)),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => `6a${hex.encode(bytes)}`),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => hex.encode(bytes)),
  );
  const sequence = fc.oneof(fc.constantFrom(0xffffffff, 0xfffffffe, 0, 144), fc.integer({ min: 0, max: 0xffffffff }));
  const shape = fc.record({
    version: fc.integer({ min: 1, max: 4 }),
    lockTime: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffffffff })),
    inputs: fc.array(fc.record({ index: fc.nat(3), sequence, mark: fc.nat(5) }), { minLength: 1, maxLength: 4 }),
    outputs: fc.array(fc.record({ satoshis: amount, script }), { minLength: 1, maxLength: 4 }),
  });
  type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

  function described({ version, lockTime, inputs, outputs }: Shape): string {
    const total = outputs.reduce((sum, { satoshis }) => sum + satoshis, 0) + 10_000_000;
    const each = Array.from(
      { length: inputs.length },
      (_, at) => Math.floor(total / inputs.length) + (at === 0 ? total % inputs.length : 0),
    );
    const made = inputs.map(({ index, mark }, at) =>
      madeBy(
        Array.from({ length: index + 1 }, () => ({ satoshis: each[at]!, script: pkh })),
        mark * 10 + at,
      ),
    );
    const spent = inputs.map(({ index, sequence: number }, at) => ({
      ...made[at]!,
      index,
      sequence: number,
      satoshis: each[at]!,
      script: pkh,
    }));
    const request =
      chain === bitcoinCash
        ? withAmounts(spent, outputs, { version, lockTime })
        : bitcore(spent, outputs, { version, nLockTime: lockTime });
    const address = chain.keys.address(contextOf(chain).signers[0]!.publicKey!, 'testnet');
    const signers = spent.map(() => ({ ...contextOf(chain).signers[0]!, address }));
    const { summary } = chain.codec.parse(proven(request, made), { ...contextOf(chain), signers });
    const { text: _sentence, ...fields } = summaryToJson(summary);
    return JSON.stringify(fields);
  }

  it('the summary changes whenever anything that is signed changes', () => {
    fc.assert(
      fc.property(shape, shape, (one, two) => {
        const changes: Shape[] = [
          { ...one, version: two.version },
          { ...one, lockTime: two.lockTime },
          { ...one, inputs: two.inputs },
          { ...one, outputs: two.outputs },
          { ...one, inputs: [{ ...one.inputs[0]!, sequence: two.inputs[0]!.sequence }, ...one.inputs.slice(1)] },
          { ...one, outputs: [{ ...one.outputs[0]!, script: two.outputs[0]!.script }, ...one.outputs.slice(1)] },
          { ...one, outputs: [{ ...one.outputs[0]!, satoshis: two.outputs[0]!.satoshis }, ...one.outputs.slice(1)] },
        ];
        const base = described(one);
        for (const change of changes) {
          expect(described(change) === base).toBe(JSON.stringify(change) === JSON.stringify(one));
        }
      }),
      { numRuns: 60 },
    );
  });
});
