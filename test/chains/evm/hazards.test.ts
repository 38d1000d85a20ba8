import fc from 'fast-check';
import { encodePacked } from 'viem';
import { describe, expect, it } from 'vitest';
import { knownMethods } from '../../../src/chains/evm/calls/methods.js';
import { ethereum } from '../../../src/chains/evm/chains/ethereum.js';
import { type Hazard, type HazardKind, stoppedHazards } from '../../../src/core/chain/hazards.js';
import { alice, bob, contract, me, summaryOf, unlimited } from '../calls.js';
import { approval, call, nobody, rows } from './rows.js';

describe('a method', () => {
  it.each(rows)('the method %s names what it may cost', (signature, args, expected) => {
    const summary = summaryOf(call(signature, args));
    expect(summary.hazards).toEqual(expected);
    expect(summary.opaque).toBe(expected.some(({ kind }) => kind === 'opaque-data'));
    expect(summary.method).toMatch(new RegExp(`^${signature.split('(')[0]}\\(`));
  });

  it('every method that is understood has a row here', () => {
    const named = new Set(rows.map(([signature]) => signature));
    expect([...knownMethods.values()].map(({ signature }) => signature).sort()).toEqual([...named].sort());
  });
});

describe('an allowance', () => {
  it.each([
    [2n ** 63n - 1n, 'unlimited-allowance'],
    [2n ** 64n - 1n, 'unlimited-allowance'],
    [2n ** 64n, 'allowance'],
    [2n ** 96n - 1n, 'unlimited-allowance'],
    [2n ** 96n, 'allowance'],
    // The whole supply of the tokens with the most units.
    [10n ** 33n, 'allowance'],
    [2n ** 112n - 2n, 'allowance'],
    [2n ** 112n - 1n, 'unlimited-allowance'],
    [10n ** 36n, 'unlimited-allowance'],
    [2n ** 128n - 1n, 'unlimited-allowance'],
    [2n ** 128n, 'unlimited-allowance'],
    [2n ** 255n, 'unlimited-allowance'],
    [unlimited - 1n, 'unlimited-allowance'],
  ])('an allowance of %s is an %s', (amount, kind) => {
    expect(summaryOf(call('approve(address,uint256)', [alice, amount])).hazards).toMatchObject([{ kind, amount }]);
  });
});

describe('a destination that cannot spend', () => {
  const lost = [
    nobody,
    '0x0000000000000000000000000000000000000001',
    '0x0000000000000000000000000000000000000100',
    '0x00000000000000000000000000000000000000fd',
    // Kaia's last precompiled contract.
    '0x00000000000000000000000000000000000003ff',
    '0x000000000000000000000000000000000000dead',
    '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',
  ];

  it.each(lost)('the hazard of %s is named for coins', (to) => {
    const expected = [{ kind: 'unspendable-destination', party: to, asset: 'ETH', amount: 5n }];
    expect(summaryOf('0x', { to, value: 5 }).hazards).toEqual(expected);
    expect(summaryOf('0x', { to, value: 0 }).hazards).toEqual([]);
  });

  it.each([...lost, contract])('the hazard of %s is named for tokens, however they get there', (to) => {
    const calls = [
      call('transfer(address,uint256)', [to, 5n]),
      call('transferFrom(address,address,uint256)', [me, to, 5n]),
      call('safeTransferFrom(address,address,uint256)', [me, to, 5n]),
      call('safeTransferFrom(address,address,uint256,uint256,bytes)', [me, to, 1n, 5n, '0x']),
      call('safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)', [me, to, [1n], [5n], '0x']),
      call('mint(address,uint256)', [to, 5n]),
    ];
    for (const data of [...calls, call('multicall(bytes[])', [[calls[0]]])]) {
      expect(summaryOf(data).hazards).toMatchObject([{ kind: 'unspendable-destination', party: to, asset: contract }]);
    }
  });

  it('transaction builders get the same rule about destinations from the chain', () => {
    for (const to of [...lost, '0x0000000000000000000000000000000000000400', bob, contract]) {
      const isNamed = (data: string) =>
        summaryOf(data, { to, value: 5 }).hazards.some(({ kind }) => kind === 'unspendable-destination');
      expect(ethereum.keys.isUnspendable?.(to, false)).toBe(isNamed('0x'));
      expect(ethereum.keys.isUnspendable?.(to, true)).toBe(isNamed('0x01267951'));
    }
  });

  it('system contracts that are called with coins are not lost destinations, but every precompiled one is', () => {
    const called = { data: '0x01267951', value: 5 };
    const kinds = (to: string) => summaryOf(called.data, { to, value: 5 }).hazards.map(({ kind }) => kind);
    expect(kinds('0x0000000000000000000000000000000000000088')).toEqual(['opaque-data']);
    for (const to of lost.filter((one) => !/fd$|3ff$/.test(one))) {
      expect(kinds(to)).toEqual(['unspendable-destination', 'opaque-data']);
    }
  });
});

describe('a dangerous call', () => {
  const dangerous = rows.filter(([, , hazards]) => hazards.some(({ kind }) => stoppedHazards.includes(kind)));
  const stopped = (data: string) =>
    summaryOf(data)
      .hazards.map(({ kind }) => kind)
      .filter((kind) => stoppedHazards.includes(kind));

  it.each(dangerous)(
    'a dangerous call of %s stays dangerous with extra bytes behind it, which contracts ignore',
    (signature, args) => {
      const data = call(signature, args);
      for (const more of ['00', '21'.repeat(7), '00'.repeat(32), bob.slice(2)]) {
        const summary = summaryOf(data + more);
        expect(stopped(data + more)).toEqual(stopped(data));
        expect(summary).toMatchObject({ kind: 'contract-call', opaque: true, tokens: [] });
        expect(summary.hazards).toMatchObject([...summaryOf(data).hazards.filter(isKnown), { kind: 'opaque-data' }]);
      }
    },
  );

  it.each(dangerous.filter(([, args]) => args.length > 0))(
    'a dangerous call of %s stays dangerous in an encoding that no compiler writes',
    (signature, args) => {
      const data = call(signature, args);
      const kinds = new Set(stopped(data));
      // The first argument with a set bit too much, or an offset that points elsewhere; the last word cut off.
      for (const odd of [`${data.slice(0, 10)}8${data.slice(11)}`, data.slice(0, -64), data.slice(0, 10)]) {
        const { opaque } = summaryOf(odd);
        if (opaque) for (const kind of kinds) expect(stoppedOrMore(stopped(odd), kind), odd).toBe(true);
        else expect(stopped(odd)).toEqual([...kinds]);
      }
    },
  );

  it.each([1, 4, 5, 40])('a dangerous call stays dangerous inside of %i calls', (depth) => {
    let data = call('approve(address,uint256)', [alice, unlimited]);
    for (let at = 0; at < depth; at += 1) data = call('multicall(bytes[])', [[data]]);
    expect(stopped(data)).toEqual([depth <= 4 ? 'unlimited-allowance' : 'account-control']);
    expect(stopped(`${data}00`)).toEqual(stopped(data));
  });

  it('a dangerous call is named among many', () => {
    const many = [approval, call('approve(address,uint256)', [alice, unlimited]), `${approval}00`, '0xdeadbeef'];
    expect(stopped(call('multicall(bytes[])', [many]))).toEqual(['unlimited-allowance']);
  });
});

/** A call whose inner calls cannot be read is as bad as any. */
function stoppedOrMore(found: readonly HazardKind[], kind: HazardKind): boolean {
  return found.includes(kind) || found.includes('account-control') || kind === 'unspendable-destination';
}

function isKnown({ kind }: Hazard): boolean {
  return kind !== 'opaque-data';
}

it.each([
  ['transfer(address,uint256)', [alice, 5n], 'token-transfer'],
  ['approve(address,uint256)', [alice, 5n], 'token-approval'],
])('%s with coins is not a mere payment or approval', (signature, args, kind) => {
  expect(summaryOf(call(signature, args)).kind).toBe(kind);
  expect(summaryOf(call(signature, args), { value: 1 })).toMatchObject({
    kind: 'contract-call',
    value: { amount: 1n },
  });
});

describe('what is not understood', () => {
  it('opaque data is named: unknown methods, arguments that do not decode exactly, code', () => {
    const kinds = (data: string, change = {}) => summaryOf(data, change).hazards.map(({ kind }) => kind);
    expect(kinds('0xdeadbeef')).toEqual(['opaque-data']);
    expect(kinds('0x01')).toEqual(['opaque-data']);
    expect(kinds(`${approval}00`)).toEqual(['allowance', 'opaque-data']);
    expect(kinds(approval.replace('0x095ea7b300', '0x095ea7b301'))).toEqual(['unlimited-allowance', 'opaque-data']);
    expect(kinds(encodePacked(['string'], ['invoice 4711']))).toEqual(['opaque-data']);
    expect(kinds('0x6001', { to: undefined })).toEqual(['contract-creation', 'opaque-data']);
  });

  it('exactly the opaque data is not understood, whatever the bytes are', () => {
    const selectors = [...knownMethods.keys()].map((one) => Buffer.from(one.slice(2), 'hex'));
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(fc.constantFrom(...selectors, Buffer.alloc(0)), bytes, (selector, rest) => {
        const summary = summaryOf(`0x${Buffer.concat([selector, rest]).toString('hex')}`);
        expect(summary.hazards.some(({ kind }) => kind === 'opaque-data')).toBe(summary.opaque);
      }),
      { numRuns: 300 },
    );
  });
});
