import fc from 'fast-check';
import { TronWeb, utils } from 'tronweb';
import { describe, expect, it } from 'vitest';
import { contracts } from '../../../src/chains/tron/contracts.js';
import { tron } from '../../../src/chains/tron/index.js';
import { summarize } from '../../../src/chains/tron/summary.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import type { Effect } from '../../../src/core/chain/effect.js';
import { alice, bob } from '../calls.js';
import { lineOf } from '../effect-line.js';
import { call, nobody, rows } from '../evm/rows.js';
import { keyOf } from '../signing.js';

const key = keyOf(tron);
const me = key.address;
const other = keyOf(tron, 0x22).address;
const token = keyOf(tron, 0x33).address;
const context: ParseContext = { network: 'testnet', from: me, signers: [key], allowForeignKey: true };
const hexOf = (address: string): string => TronWeb.address.toHex(address);
const shown = (address: string) => tron.keys.normalizeAddress(`41${address.slice(2)}`, 'mainnet');
const blackHole = 'TLsV52sRDL79HXGGm9yzwKibb6BeruhUzy';
const now = 1_700_000_000_000;
const names = {
  ...{ [me]: 'me', [other]: 'other', [token]: 'token', [blackHole]: 'hole' },
  ...{ [shown(alice)]: 'alice', [shown(bob)]: 'bob', [shown(nobody)]: 'nobody' },
};

/** A transaction as the official library encodes it. */
function written(type: string, value: object, { Permission_id, ...raw }: Record<string, unknown> = {}): string {
  const parameter = {
    value: { owner_address: hexOf(me), ...value },
    type_url: `type.googleapis.com/protocol.${type}`,
  };
  const contract = [{ parameter, type, ...(Permission_id !== undefined && { Permission_id }) }];
  const reference = { ref_block_bytes: 'f080', ref_block_hash: '1c9f0817516aedfd' };
  const raw_data = { contract, ...reference, expiration: now + 60_000, timestamp: now, ...raw };
  const pb = utils.transaction.txJsonToPb({ visible: false, txID: '', raw_data, raw_data_hex: '' } as never);
  const raw_data_hex = utils.transaction.txPbToRawDataHex(pb).toLowerCase();
  return JSON.stringify({ visible: false, txID: utils.transaction.txPbToTxID(pb).slice(2), raw_data_hex, raw_data });
}

const parsed = (type: string, value: object, raw: Record<string, unknown> = {}, change: Partial<ParseContext> = {}) =>
  tron.codec.parse(written(type, value, raw), { ...context, ...change });
const effectsOf = (...given: Parameters<typeof parsed>) => parsed(...given).effects ?? [];
const withoutFee = (effects: readonly Effect[]) => effects.filter(({ op }) => op !== 'fee');
/** Each effect in a line, with the names of its arguments. */
const linesOf = (...given: Parameters<typeof parsed>) =>
  withoutFee(effectsOf(...given)).map((effect) => {
    const args = effect.args === undefined ? '' : ` (${effect.args.map(({ name }) => name).join()})`;
    return `${lineOf(effect, names)}${args}`;
  });

const to_address = hexOf(other);
const receiver_address = to_address;
const asset_name = Buffer.from('1000001').toString('hex');
const inCall = (data: string, more: object = {}) => ({
  contract_address: hexOf(token),
  ...(data !== '0x' && { data: data.slice(2) }),
  ...more,
});
const along = { call_token_value: 5, token_id: 1_000_001 };
const origin_address = hexOf(me);
const code = { origin_address, name: 'Token', bytecode: '6080', call_value: 4, consume_user_resource_percent: 3 };
const transfer = call('transfer(address,uint256)', [bob, 5n]);

const table: readonly (readonly [string, object, readonly string[]])[] = [
  [
    'AccountCreateContract',
    { account_address: to_address },
    ['account me > other AccountCreateContract (account_address)'],
  ],
  ['TransferContract', { to_address, amount: 5 }, ['transfer me > other 5 of TRX TransferContract']],
  [
    'TransferContract',
    { to_address: hexOf(blackHole), amount: 5 },
    ['transfer!unspendable-destination me > hole 5 of TRX TransferContract'],
  ],
  [
    'TransferAssetContract',
    { asset_name, to_address, amount: 5 },
    ['token-transfer me > other 5 of 1000001 TransferAssetContract (asset_name)'],
  ],
  [
    'VoteWitnessContract',
    {
      votes: [
        { vote_address: to_address, vote_count: 3 },
        { vote_address: hexOf(token), vote_count: 4 },
      ],
    },
    [
      'stake!account-settings me VoteWitnessContract (votes)',
      'stake me > other VoteWitnessContract (vote_count)',
      'stake me > token VoteWitnessContract (vote_count)',
    ],
  ],
  ['WithdrawBalanceContract', {}, ['stake me WithdrawBalanceContract']],
  [
    'CreateSmartContract',
    { new_contract: code },
    [
      'transfer me 4 of TRX CreateSmartContract',
      'deploy!contract-creation me CreateSmartContract (name,origin_address,consume_user_resource_percent)',
      'deploy!opaque-data me CreateSmartContract',
    ],
  ],
  [
    'CreateSmartContract',
    { new_contract: { ...code, call_value: 0 }, ...along },
    [
      'deploy!contract-creation me CreateSmartContract (name,call_token_value,token_id,origin_address,consume_user_resource_percent)',
      'deploy!opaque-data me CreateSmartContract',
      'token-transfer me 5 of 1000001 CreateSmartContract',
    ],
  ],
  [
    'TriggerSmartContract',
    inCall(transfer),
    ['token-transfer me > bob 5 of token at token transfer(address,uint256) (address,uint256)'],
  ],
  [
    'TriggerSmartContract',
    inCall(transfer, { call_value: 3, ...along }),
    [
      'transfer me > token 3 of TRX',
      'token-transfer me > bob 5 of token at token transfer(address,uint256) (address,uint256)',
      'token-transfer me > token 5 of 1000001 at token TriggerSmartContract (call_token_value,token_id)',
    ],
  ],
  [
    'TriggerSmartContract',
    inCall('0x', { token_id: 1_000_001 }),
    ['transfer me > token 0 of TRX at token TriggerSmartContract', 'note me TriggerSmartContract (token_id)'],
  ],
  [
    'TriggerSmartContract',
    inCall(call('safeTransferFrom(address,address,uint256)', [alice, bob, 7n])),
    [
      'token-transfer alice > bob of token #7 at token safeTransferFrom(address,address,uint256) (address,address,uint256)',
    ],
  ],
  [
    'TriggerSmartContract',
    inCall(call('multicall(bytes[])', [[transfer, '0xdeadbeef']])),
    [
      'call!nested-call me > token at token multicall(bytes[]) (bytes[])',
      'token-transfer!nested-call me > bob 5 of token at token transfer(address,uint256) (address,uint256)',
      'call!opaque-data me > token at token 0xdeadbeef',
    ],
  ],
  ['TriggerSmartContract', inCall('0xdeadbeef'), ['call!opaque-data me > token at token 0xdeadbeef']],
  [
    'AssetIssueContract',
    { name: '42', abbr: '42', total_supply: 5, trx_num: 1, num: 1, start_time: 3_001, end_time: 9_000, url: '42' },
    [
      'issuer!issuer-settings me AssetIssueContract (name,abbr,total_supply,trx_num,num,start_time,end_time,url)',
      'trade!market-order me 5 AssetIssueContract',
    ],
  ],
  [
    'FreezeBalanceV2Contract',
    { frozen_balance: 7, resource: 'ENERGY' },
    ['stake me 7 of TRX FreezeBalanceV2Contract (frozen_balance,resource)'],
  ],
  [
    'UnfreezeBalanceV2Contract',
    { unfreeze_balance: 7 },
    ['stake me 7 of TRX UnfreezeBalanceV2Contract (unfreeze_balance)'],
  ],
  ['WithdrawExpireUnfreezeContract', {}, ['stake me WithdrawExpireUnfreezeContract']],
  [
    'DelegateResourceContract',
    { receiver_address, balance: 9, lock: true, lock_period: 8 },
    ['stake!allowance me > other 9 of TRX DelegateResourceContract (receiver_address,balance,lock,lock_period)'],
  ],
  [
    'UnDelegateResourceContract',
    { receiver_address, balance: 9 },
    ['stake me > other 9 of TRX UnDelegateResourceContract (receiver_address,balance)'],
  ],
  ['CancelAllUnfreezeV2Contract', {}, ['stake me CancelAllUnfreezeV2Contract']],
];

describe('a Tron contract', () => {
  it.each(table)('the TRON contract %s does what its effects say', (type, value, expected) => {
    expect(linesOf(type, value)).toEqual(expected);
  });

  it('every TRON contract that is signed has effects here', () => {
    expect([...new Set(table.map(([type]) => type))].sort()).toEqual(Object.keys(contracts).sort());
  });

  it.each(rows)('the TRON contract of a call of %s has the method, arguments and data', (signature, args) => {
    const data = call(signature, args);
    const [first] = effectsOf('TriggerSmartContract', inCall(data));
    expect(first).toMatchObject({ contract: token, method: signature, data: data.slice(2) });
    expect(first?.args).toHaveLength(args.length);
  });

  it('the code and the settings of a new TRON contract are in its effects', () => {
    const [, creation, opaque] = effectsOf('CreateSmartContract', { new_contract: code });
    expect(creation?.args).toEqual([
      { name: 'name', value: 'Token' },
      { name: 'origin_address', value: hexOf(me) },
      { name: 'consume_user_resource_percent', value: '3' },
    ]);
    expect(opaque?.data).toBe('6080');
  });
});

describe('what goes along with a Tron contract', () => {
  const payment = ['TransferContract', { to_address, amount: 5 }] as const;
  const paid = 'transfer me > other 5 of TRX TransferContract';
  const memo = (text: string) => ({ op: 'note', from: me, args: [{ name: 'data', value: text }] });

  it.each([
    ['68656c6c6f', 'hello'],
    ['ff00', 'ff00'],
  ])('a memo %s of TRON is an effect beside the fee', (data, text) => {
    const { effects = [], summary } = parsed(...payment, { data });
    expect(effects.filter(({ op }) => op === 'note')).toEqual([memo(data)]);
    expect(summary.memo).toBe(text);
  });

  it('a permission of TRON other than the owner and a foreign owner are effects with a code', () => {
    expect(linesOf(...payment, { Permission_id: 2 })).toEqual([paid, 'account!foreign-key me > me (Permission_id)']);
    const { effects = [] } = parsed(...payment, { Permission_id: 2 }, { from: other });
    expect(effects.slice(1, -1)).toEqual([
      { op: 'account', code: 'foreign-key', from: other, to: me },
      {
        op: 'account',
        code: 'foreign-key',
        from: other,
        to: me,
        args: [{ name: 'Permission_id', value: '2' }],
      },
    ]);
  });

  it.each([
    [{ expiration: now + 86_400_000 }, [paid]],
    [{ expiration: now + 86_400_001 }, [paid, 'note!long-lived me (expiration)']],
    [{ timestamp: 0 }, [paid, 'note!long-lived me (expiration)']],
  ])('times of TRON (%j) are an effect beside the fee only if it lives long', (raw, expected) => {
    expect(linesOf(...payment, raw)).toEqual(expected);
  });

  it('the fee of TRON comes last, once, with all that prices and times the transaction', () => {
    const { effects = [], summary } = parsed(...payment, { fee_limit: 7, data: '6869' });
    expect(effects.filter(({ op }) => op === 'fee')).toHaveLength(1);
    expect(effects.at(-1)).toEqual({
      op: 'fee',
      from: me,
      asset: 'TRX',
      amount: summary.fee.amount,
      args: [
        { name: 'fee_limit', value: '7' },
        { name: 'expiration', value: `${now + 60_000} (2023-11-14T22:14:20.000Z)` },
        { name: 'timestamp', value: `${now} (2023-11-14T22:13:20.000Z)` },
        { name: 'ref_block_bytes', value: 'f080' },
        { name: 'ref_block_num', value: '0' },
        { name: 'ref_block_hash', value: '1c9f0817516aedfd' },
      ],
    });
  });
});

describe('a summary of a transaction on TRON', () => {
  const contract = fc.oneof(
    fc.constantFrom(...table.map(([type, value]) => [type, value] as const)),
    fc
      .constantFrom(...rows)
      .map(([signature, args]) => ['TriggerSmartContract', inCall(call(signature, args))] as const),
  );
  const raw = fc.record(
    {
      Permission_id: fc.constantFrom(0, 2),
      data: fc.constantFrom('', '68656c6c6f', 'ff00', '66663030'),
      fee_limit: fc.nat(1),
      timestamp: fc.constantFrom(now, 0),
    },
    { requiredKeys: [] },
  );
  const transactions = fc.tuple(contract, raw, fc.constantFrom(me, other));
  const textOf = (effects: readonly Effect[] = []) =>
    JSON.stringify(effects, (_key, value) => (typeof value === 'bigint' ? `${value}n` : value));

  it('a summary of TRON is made from the effects alone', () => {
    fc.assert(
      fc.property(transactions, ([[type, value], more, from]) => {
        const { effects = [], summary } = parsed(type, value, more, { from });
        expect(summarize(structuredClone(effects))).toEqual(summary);
      }),
      { numRuns: 200, seed: 15 },
    );
  });

  it('a summary of TRON has equal text for equal effects, and another one for others', () => {
    fc.assert(
      fc.property(transactions, transactions, ([[type, value], more, from], [[kind, content], rest, signer]) => {
        const first = parsed(type, value, more, { from });
        // What is the default need not be written.
        const given = Object.fromEntries(Object.entries(more).filter(([, one]) => one !== 0 && one !== ''));
        const again = parsed(type, value, { ...given, ...(more.timestamp === 0 && { timestamp: 0 }) }, { from });
        expect(again.effects).toEqual(first.effects);
        expect(again.summary).toEqual(first.summary);
        const second = parsed(kind, content, rest, { from: signer });
        if (textOf(second.effects) === textOf(first.effects)) expect(second.summary).toEqual(first.summary);
        else expect(second.summary).not.toEqual(first.summary);
      }),
      { numRuns: 200, seed: 15 },
    );
  });
});
