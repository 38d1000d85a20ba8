import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { celo } from '../../../src/chains/evm/chains/celo/index.js';
import { ethereum } from '../../../src/chains/evm/chains/ethereum.js';
import { optimism } from '../../../src/chains/evm/chains/optimism.js';
import { xdc } from '../../../src/chains/evm/chains/xdc.js';
import { summarize } from '../../../src/chains/evm/summary.js';
import { readAddress, showAddress } from '../../../src/chains/shared/keccak-address.js';
import type { Effect } from '../../../src/core/chain/effect.js';
import { alice, bob, contract, me } from '../calls.js';
import { lineOf } from '../effect-line.js';
import { contextOf, keyOf, legacyJson } from '../signing.js';
import { effectRows } from './effect-rows.js';
import { approval, call, nobody, rows } from './rows.js';

const names = {
  ...{ [me]: 'me', [alice]: 'alice', [bob]: 'bob', [contract]: 'contract', [nobody]: 'nobody' },
  '0x00000000000000000000000000000000000c0de5': 'token',
};
const key = keyOf(ethereum);
const transaction = (data: string, change: object = {}) =>
  legacyJson({ to: contract, value: 0, gas: 10_000_000, data, ...change });
const parsed = (data: string, change: object = {}) => ethereum.codec.parse(transaction(data, change), contextOf(key));
const effectsOf = (data: string, change: object = {}) => parsed(data, change).effects ?? [];
const withoutFee = (effects: readonly Effect[]) => effects.filter(({ op }) => op !== 'fee');
const linesOf = (data: string, change: object = {}) =>
  withoutFee(effectsOf(data, change)).map((one) => lineOf(one, names));

/** An argument as an effect has it. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  return typeof value === 'string' && !value.startsWith('0x') ? JSON.stringify(value) : String(value);
}

describe('a method', () => {
  const table = rows.map(([signature, args], at) => ({ signature, args, expected: effectRows[at] ?? ['none'] }));

  it.each(table)('the method $signature does what its effects say', ({ signature, args, expected }) => {
    const called = ` at contract ${signature}`;
    const lines = linesOf(call(signature, args)).map((line) => line.replace(called, ''));
    expect([signature, ...lines]).toEqual(expected);
  });

  it.each(table)('the method $signature has its arguments and data in its first effect only', ({ signature, args }) => {
    const data = call(signature, args).slice(2);
    const [first, ...others] = withoutFee(effectsOf(`0x${data}`));
    expect(first).toMatchObject({ contract, method: signature, data });
    expect(first?.args?.map(({ name }) => name).join()).toBe(signature.slice(signature.indexOf('(') + 1, -1));
    for (const [at, arg] of args.entries()) {
      const value = first?.args?.[at]?.value;
      if (typeof arg === 'string' && arg.length > 514) expect(value).toMatch(/^\d+ bytes, Keccak-256 0x/);
      else if (!Array.isArray(arg)) expect(value).toBe(written(arg));
      else if (written(arg).length < 500) expect(value).toBe(written(arg));
    }
    for (const { method, ...other } of others) if (method === signature) expect(other).not.toHaveProperty('data');
  });

  it('the arguments of a method are judged by their position', () => {
    const [mint] = effectsOf(call('mint(address,uint256)', [alice, 5n]));
    expect(mint).toEqual({
      op: 'mint',
      from: contract,
      to: alice,
      asset: contract,
      amount: 5n,
      tokenId: 5n,
      contract,
      method: 'mint(address,uint256)',
      args: [
        { name: 'address', value: alice },
        { name: 'uint256', value: '5' },
      ],
      data: call('mint(address,uint256)', [alice, 5n]).slice(2),
    });
  });

  it('a method that moves nothing of many still has an effect', () => {
    const nothing = call('safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)', [me, bob, [], [], '0x']);
    expect(linesOf(nothing)).toEqual([
      'call me > contract at contract safeBatchTransferFrom(address,address,uint256[],uint256[],bytes)',
    ]);
  });
});

describe('a message', () => {
  it('a payment is one transfer, also one of nothing', () => {
    expect(withoutFee(effectsOf('0x', { to: alice, value: 5 }))).toEqual([
      { op: 'transfer', from: me, to: alice, asset: 'ETH', amount: 5n },
    ]);
    expect(linesOf('0x', { to: alice })).toEqual(['transfer me > alice 0 of ETH']);
    expect(linesOf('0x', { to: nobody, value: 5 })).toEqual(['transfer!unspendable-destination me > nobody 5 of ETH']);
  });

  it('coins that go along with a call are an effect of their own', () => {
    expect(linesOf(call('deposit()', []), { value: 5 })).toEqual([
      'transfer me > contract 5 of ETH',
      'call me > contract at contract deposit()',
    ]);
    expect(linesOf(call('transfer(address,uint256)', [alice, 3n]), { value: 5 })).toEqual([
      'transfer me > contract 5 of ETH',
      'token-transfer me > alice 3 of contract at contract transfer(address,uint256)',
    ]);
  });

  it.each(['0xdeadbeef', '0x21', '0x68656c6c6f20776f726c64'])('data of an unknown form (%s) is opaque', (data) => {
    const method = data.slice(0, 10);
    expect(withoutFee(effectsOf(data))).toEqual([
      { op: 'call', code: 'opaque-data', from: me, to: contract, contract, method, data: data.slice(2) },
    ]);
    expect(linesOf(data, { to: alice, value: 5 })).toEqual([
      'transfer me > alice 5 of ETH',
      `call!opaque-data me > alice at alice ${method}`,
    ]);
  });

  it('a dangerous method with arguments that do not decode has its worst effects, without parties', () => {
    const data = approval.slice(0, -2);
    expect(linesOf(data)).toEqual([
      'approve!unlimited-allowance me of contract at contract approve(address,uint256)',
      'call!opaque-data me > contract at contract approve(address,uint256)',
    ]);
    expect(effectsOf(data)[1]).toMatchObject({ data: data.slice(2) });
    expect(effectsOf(data)[1]).not.toHaveProperty('args');
  });

  it('bytes behind the arguments are opaque, and what stands before them is still named', () => {
    const effects = effectsOf(`${approval}00ff`);
    expect(linesOf(`${approval}00ff`)).toEqual([
      'approve!allowance me > alice 9 of contract #9 at contract approve(address,uint256)',
      'call!opaque-data me > contract at contract approve(address,uint256)',
    ]);
    expect(effects[0]?.data).toBe(`${approval.slice(2)}00ff`);
    expect(effects[1]?.args).toEqual([{ name: 'bytes behind the arguments', value: '0x00ff' }]);
    const inner = call('multicall(bytes[])', [['0xdeadbeef']]);
    expect(linesOf(`${inner}00`)).toEqual([
      'call!nested-call me > contract at contract multicall(bytes[])',
      'call!nested-call me > contract at contract 0xdeadbeef',
      'call!opaque-data me > contract at contract multicall(bytes[])',
    ]);
  });

  it.each([0, 5])('a new contract is deployed with %s coins', (value) => {
    expect(withoutFee(effectsOf('0x6001', { to: undefined, value }))).toEqual([
      ...(value > 0 ? [{ op: 'transfer', from: me, asset: 'ETH', amount: 5n }] : []),
      { op: 'deploy', code: 'contract-creation', from: me },
      { op: 'deploy', code: 'opaque-data', from: me, data: '6001' },
    ]);
  });
});

describe('a call inside of a call', () => {
  const safe = 'execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)';
  const transfer = call('transfer(address,uint256)', [bob, 5n]);

  it('a call inside of a Safe has effects of its own, from the Safe, with a code', () => {
    const data = call(safe, [alice, 7n, transfer, 0, 0n, 0n, 0n, nobody, nobody, '0x']);
    expect(withoutFee(effectsOf(data)).slice(1)).toEqual([
      { op: 'transfer', code: 'nested-call', from: contract, to: alice, asset: 'ETH', amount: 7n },
      {
        op: 'token-transfer',
        code: 'nested-call',
        from: contract,
        to: bob,
        asset: alice,
        amount: 5n,
        contract: alice,
        method: 'transfer(address,uint256)',
        args: [
          { name: 'address', value: bob },
          { name: 'uint256', value: '5' },
        ],
        data: transfer.slice(2),
      },
    ]);
    expect(parsed(data).summary.hazards).toEqual([]);
  });

  it('code that a Safe runs as itself has the code of a new owner, and its data', () => {
    const data = call(safe, [alice, 0n, transfer, 1, 0n, 0n, 0n, nobody, nobody, '0x']);
    expect(effectsOf(data)[1]).toEqual({
      op: 'account',
      code: 'account-control',
      from: contract,
      to: alice,
      asset: contract,
      contract: alice,
      method: 'DELEGATECALL',
      data: transfer.slice(2),
    });
  });

  it.each([1, 2, 4])('no effect inside of %i calls is without a code', (depth) => {
    let data: string = transfer;
    for (let at = 0; at < depth; at += 1) data = call('executeBatch((address,uint256,bytes)[])', [[[alice, 1n, data]]]);
    const effects = withoutFee(effectsOf(data));
    expect(effects.every(({ code }) => code === 'nested-call')).toBe(true);
    expect(effects.filter(({ op }) => op === 'transfer')).toHaveLength(depth);
    expect(effects.at(-1)).toMatchObject({ op: 'token-transfer', to: bob, amount: 5n });
  });

  it('what is nested too deep gives everything away, with its coins and data', () => {
    let data: string = transfer;
    for (let at = 0; at < 5; at += 1) data = call('executeBatch((address,uint256,bytes)[])', [[[alice, 1n, data]]]);
    const last = withoutFee(effectsOf(data)).slice(-4);
    expect(last.map((effect) => lineOf(effect, names))).toEqual([
      'transfer!nested-call alice > alice 1 of ETH',
      'call!nested-call alice > alice at alice',
      'account!account-control alice at alice calls inside of calls',
      'call!opaque-data alice > alice at alice executeBatch((address,uint256,bytes)[])',
    ]);
    expect(last[1]?.data).toBe(transfer.slice(2));
  });
});

describe('the fee', () => {
  const accessList = [{ address: alice, storageKeys: [`0x${'01'.repeat(32)}`] }];
  const caps = { gasPrice: undefined, maxFeePerGas: '20', maxPriorityFeePerGas: '3' };
  const feeOf = (chain: typeof ethereum, change: object) => {
    const effects = chain.codec.parse(legacyJson(change as never), contextOf(keyOf(chain))).effects ?? [];
    expect(effects.filter(({ op }) => op === 'fee')).toHaveLength(1);
    const { args = [], ...fee } = effects.at(-1) ?? {};
    return [fee, Object.fromEntries(args.map(({ name, value }) => [name, value]))];
  };
  const coins = { op: 'fee', from: me, asset: 'ETH' };
  const old = { type: 'legacy', chainId: '1', nonce: '7', gas: '100000', gasPrice: '20000000000' };

  it.each([
    [{}, 2_000_000_000_000_000n, old],
    [{ type: 1, accessList: [] }, 2_000_000_000_000_000n, { ...old, type: 'EIP-2930' }],
    [
      { ...caps, accessList },
      2_000_000n,
      {
        type: 'EIP-1559',
        chainId: '1',
        nonce: '7',
        gas: '100000',
        maxFeePerGas: '20',
        maxPriorityFeePerGas: '3',
        accessList: `${alice} 0x${'01'.repeat(32)}`,
      },
    ],
  ])('the fee of %j is the last effect and has all that prices the transaction', (change, amount, args) => {
    expect(feeOf(ethereum, change)).toEqual([{ ...coins, amount }, args]);
  });

  it('the fee on a layer above Ethereum says what no signature limits', () => {
    const [, args] = feeOf(optimism, { chainId: 10 });
    expect(args).toMatchObject({ 'fee for data': 'asked besides by the network; not bounded by what is signed' });
  });

  it.each([{}, { type: '0x7b', ...caps, maxFeePerGas: '20000000000' }])('the fee on Celo is in its token', (form) => {
    const [fee, args] = feeOf(celo, { chainId: 42220, feeCurrency: alice, ...form });
    expect(fee).toMatchObject({ op: 'fee', asset: alice, amount: 2_000_000_000_000_000n });
    expect(args).toMatchObject({ feeCurrency: alice, chainId: '42220' });
  });

  it('the effects on XDC name addresses in its own form', () => {
    const { effects } = xdc.codec.parse(
      legacyJson({ chainId: 50, value: 0, data: call('transfer(address,uint256)', [alice, 5n]) }),
      contextOf(keyOf(xdc)),
    );
    expect(effects?.[0]).toMatchObject({ to: `xdc${alice.slice(2)}`, contract: `xdc${contract.slice(2)}` });
  });
});

describe('a summary', () => {
  const rules = {
    coin: 'ETH',
    decimals: 18,
    show: (address: Uint8Array) => showAddress(address, {}),
    read: (address: string) => readAddress(address, {}),
    feeSymbols: new Map<string, string>(),
  };
  const seen = fc
    .sample(fc.constantFrom(...rows), { numRuns: 3, seed: 7 })
    .map(([signature, args]) => call(signature, args));
  const data = fc.oneof(
    fc.constantFrom('0x', ...rows.map(([signature, args]) => call(signature, args))),
    fc.constantFrom(...seen, '0x', '0xdeadbeef'),
    fc.uint8Array({ maxLength: 80 }).map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`),
  );
  const change = fc.record({ data, value: fc.nat(1), nonce: fc.nat(1), to: fc.constantFrom(contract, alice) });
  const textOf = (effects: readonly Effect[]) =>
    JSON.stringify(effects, (_key, value) => (typeof value === 'bigint' ? `${value}n` : value));

  it('a summary is made from the effects alone', () => {
    fc.assert(
      fc.property(change, ({ data, ...other }) => {
        const { effects = [], summary } = parsed(data, other);
        expect(summarize(structuredClone(effects), rules)).toEqual(summary);
      }),
      { numRuns: 300, seed: 15 },
    );
  });

  it('a summary of equal effects has equal text, however the request is written', () => {
    fc.assert(
      fc.property(change, change, ({ data, ...one }, second) => {
        const first = parsed(data, one);
        const hex = { value: `0x${one.value.toString(16)}`, nonce: `0x${one.nonce.toString(16)}` };
        const again = parsed(data.toUpperCase().replace('0X', '0x'), { ...one, ...hex, from: me });
        expect(again.effects).toEqual(first.effects);
        expect(again.summary).toEqual(first.summary);
        const other = parsed(second.data, second);
        const isEqual = textOf(other.effects ?? []) === textOf(first.effects ?? []);
        if (isEqual) expect(other.summary.text).toBe(first.summary.text);
        else expect(other.summary).not.toEqual(first.summary);
      }),
      { numRuns: 300, seed: 15 },
    );
  });
});
