import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vechain } from '../../../src/chains/vechain/index.js';
import { summarize } from '../../../src/chains/vechain/summary.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import type { Effect } from '../../../src/core/chain/effect.js';
import { alice, bob, contract } from '../calls.js';
import { lineOf } from '../effect-line.js';
import { effectRows } from '../evm/effect-rows.js';
import { call, nobody, rows } from '../evm/rows.js';
import { keyOf } from '../signing.js';

const key = keyOf(vechain);
const me = key.address;
const context: ParseContext = { network: 'testnet', from: me, signers: [key] };
const names = {
  ...{ [me]: 'me', [alice]: 'alice', [bob]: 'bob', [contract]: 'contract', [nobody]: 'nobody' },
  '0x00000000000000000000000000000000000c0de5': 'token',
};

interface WrittenClause {
  readonly to?: string;
  readonly value?: string;
  readonly data?: string;
}

const body = (clauses: readonly WrittenClause[], change: object = {}) =>
  JSON.stringify({
    ...{ chainTag: 0x27, blockRef: '0x0121eac0b88d7bd2', expiration: 720, clauses, gasPriceCoef: 0 },
    ...{ gas: '10000000', dependsOn: null, nonce: '7', ...change },
  });
const parsed = (clauses: readonly WrittenClause[], change: object = {}) =>
  vechain.codec.parse(body(clauses, change), context);
const effectsOf = (clauses: readonly WrittenClause[], change: object = {}) => parsed(clauses, change).effects ?? [];
const linesOf = (effects: readonly Effect[]) =>
  effects.filter(({ op }) => op !== 'fee').map((effect) => lineOf(effect, names));

const transfer = call('transfer(address,uint256)', [bob, 5n]);
const paid = { to: alice, value: '3', data: '0x' };

describe('a clause', () => {
  const table = rows.map(([signature, args], at) => ({ signature, args, expected: effectRows[at] ?? ['none'] }));

  it.each(table)('a clause that calls $signature has the effects of Ethereum', ({ signature, args, expected }) => {
    const lines = linesOf(effectsOf([{ to: contract, value: '0', data: call(signature, args) }]));
    const called = ` at contract ${signature}`;
    const own = lines.map((line) => line.replace(called, '').replace(/ VET$/, ' ETH'));
    expect([signature, ...own]).toEqual(expected);
  });

  it.each<[string, WrittenClause, readonly string[]]>([
    ['a payment', paid, ['transfer me > alice 3 of VET']],
    ['a payment of nothing', { ...paid, value: '0' }, ['transfer me > alice 0 of VET']],
    ['a payment that is lost', { ...paid, to: nobody }, ['transfer!unspendable-destination me > nobody 3 of VET']],
    [
      'a call with coins',
      { to: contract, value: '3', data: transfer },
      [
        'transfer me > contract 3 of VET',
        'token-transfer me > bob 5 of contract at contract transfer(address,uint256)',
      ],
    ],
    [
      'an unknown call',
      { to: contract, data: '0xdeadbeef' },
      ['call!opaque-data me > contract at contract 0xdeadbeef'],
    ],
    [
      'a new contract',
      { value: '3', data: '0x6001' },
      ['transfer me 3 of VET', 'deploy!contract-creation me', 'deploy!opaque-data me'],
    ],
  ])('%s has effects of its own', (_what, clause, expected) => {
    expect(linesOf(effectsOf([clause]))).toEqual(expected);
  });

  it('a clause among several says in each of its effects which it is, behind its arguments', () => {
    const clauses = [paid, { to: contract, value: '2', data: transfer }, { data: '0x6001' }];
    const clause = (value: string) => ({ name: 'clause', value });
    const effects = effectsOf(clauses).slice(0, -1);
    expect(effects.map(({ args }) => args)).toEqual([
      [clause('1')],
      [clause('2')],
      [{ name: 'address', value: bob }, { name: 'uint256', value: '5' }, clause('2')],
      [clause('3')],
      [clause('3')],
    ]);
    expect(linesOf(effects)).toEqual(clauses.flatMap((one) => linesOf(effectsOf([one]))));
    expect(parsed(clauses).summary.outputs).toEqual([
      { address: alice, amount: 3n, change: false },
      { address: contract, amount: 2n, change: false },
    ]);
  });

  it('VTHO has the same name as a token and as the fee, and texts keep its contract', () => {
    const energy = '0x0000000000000000000000000000456e65726779';
    const approval = call('approve(address,uint256)', [bob, 5n]);
    const clauses = [transfer, approval].map((data) => ({ to: energy, value: '0', data }));
    for (const effects of [effectsOf(clauses), effectsOf(clauses.slice(0, 1))]) {
      expect(new Set(effects.map(({ asset }) => asset))).toEqual(new Set(['VTHO']));
      expect(effects[0]).toMatchObject({ op: 'token-transfer', to: bob, contract: energy, amount: 5n });
    }
    const { tokens, text } = parsed(clauses).summary;
    expect(tokens.map(({ contract: token }) => token)).toEqual([energy, energy]);
    expect(text).toContain(`transfers 5 smallest units of token ${energy} to ${bob}`);
    expect(parsed(clauses).summary.hazards[0]).toMatchObject({ kind: 'allowance', asset: energy });
  });

  it('a clause keeps the words of its hazards among others', () => {
    const role = { to: contract, data: call('grantRole(bytes32,address)', [`0x${'00'.repeat(32)}`, bob]) };
    const cut = { to: contract, data: role.data.slice(0, 74) };
    const answered = { to: contract, data: call('transferAndCall(address,uint256)', [bob, 5n]) };
    const alone = [role, cut, answered].flatMap((one) => parsed([one]).summary.hazards);
    const texts = alone.map(({ text }) => text);
    expect(texts.slice(0, 2)).toEqual([`grantRole ${`0x${'00'.repeat(32)}`}`, 'grantRole']);
    expect(texts.slice(2)).toEqual(['grantRole(bytes32,address)', 'transferAndCall']);
    expect(parsed([role, cut, answered]).summary.hazards).toEqual(alone);
  });
});

describe('the fee of a transaction on VeChain', () => {
  it('the fee is in VTHO, comes last, and has all that orders, prices and times the transaction', () => {
    const dependsOn = `0x${'12'.repeat(32)}`;
    expect(effectsOf([paid], { dependsOn, gasPriceCoef: 255 }).at(-1)).toEqual({
      op: 'fee',
      from: me,
      asset: 'VTHO',
      amount: 2n * 10n ** 20n,
      args: [
        { name: 'chainTag', value: '39' },
        { name: 'gas', value: '10000000' },
        { name: 'gasPriceCoef', value: '255' },
        { name: 'blockRef', value: '0x0121eac0b88d7bd2' },
        { name: 'expiration', value: '720 blocks, up to block 19000720' },
        { name: 'dependsOn', value: dependsOn },
        { name: 'nonce', value: '7' },
      ],
    });
    const fees = effectsOf([paid, paid]).filter(({ op }) => op === 'fee');
    expect(fees).toHaveLength(1);
    expect(fees[0]?.args?.map(({ name }) => name)).not.toContain('dependsOn');
  });

  it.each([
    [8640, []],
    [8641, ['valid for 8641 blocks, about 1 days']],
  ])('a life of %i blocks is an effect beside the fee only if it is long', (expiration, expected) => {
    const notes = effectsOf([paid], { expiration }).filter(({ op }) => op === 'note');
    expect(notes).toEqual(
      expected.map((value) => ({
        op: 'note',
        code: 'long-lived',
        from: me,
        args: [{ name: 'expiration', value }],
      })),
    );
  });
});

describe('a summary of a transaction on VeChain', () => {
  const data = fc.constantFrom('0x', '0xdeadbeef', ...rows.map(([signature, args]) => call(signature, args)));
  const clause = fc.oneof(
    fc.record({ to: fc.constantFrom(contract, alice), value: fc.constantFrom('0', '1'), data }),
    fc.record({ value: fc.constantFrom('0', '1'), data: fc.constantFrom('0x6001', '0x6002') }),
  );
  const change = fc.record({ expiration: fc.constantFrom(720, 9000), gasPriceCoef: fc.nat(1) });
  const transactions = fc.tuple(fc.array(clause, { minLength: 1, maxLength: 3 }), change);
  const textOf = (effects: readonly Effect[] = []) =>
    JSON.stringify(effects, (_key, value) => (typeof value === 'bigint' ? `${value}n` : value));

  it('a summary is made from the effects alone', () => {
    fc.assert(
      fc.property(transactions, ([clauses, more]) => {
        const { effects = [], summary } = parsed(clauses, more);
        expect(summarize(structuredClone(effects))).toEqual(summary);
      }),
      { numRuns: 200, seed: 15 },
    );
  });

  it('a summary of equal effects has equal text, and of others another one', () => {
    fc.assert(
      fc.property(transactions, transactions, ([clauses, more], [others, otherwise]) => {
        const first = parsed(clauses, more);
        const hex = clauses.map(({ value, ...rest }) => ({ ...rest, value: `0x${value}` }));
        const again = parsed(hex, { ...more, nonce: '0x7' });
        expect(again.effects).toEqual(first.effects);
        expect(again.summary).toEqual(first.summary);
        const second = parsed(others, otherwise);
        if (textOf(second.effects) === textOf(first.effects)) expect(second.summary).toEqual(first.summary);
        else expect(second.summary).not.toEqual(first.summary);
      }),
      { numRuns: 200, seed: 15 },
    );
  });
});
