import { TronWeb, utils } from 'tronweb';
import { describe, expect, it } from 'vitest';
import { contracts } from '../../src/chains/tron/contracts.js';
import { tron } from '../../src/chains/tron/index.js';
import { vechain } from '../../src/chains/vechain/index.js';
import type { ParseContext } from '../../src/core/chain/codec.js';
import type { Hazard } from '../../src/core/chain/hazards.js';
import { alice, bob, unlimited } from './calls.js';
import { codeOf } from './codes.js';
import { call, nobody } from './evm/rows.js';
import { keyOf } from './signing.js';

const key = keyOf(tron);
const other = keyOf(tron, 0x22);
const context: ParseContext = { network: 'testnet', from: key.address, signers: [key] };
const hexOf = (address: string): string => TronWeb.address.toHex(address);
const owner = { owner_address: hexOf(key.address) };
const blackHole = 'TLsV52sRDL79HXGGm9yzwKibb6BeruhUzy';
const zero = 'T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb';
const now = 1_700_000_000_000;

function tronText(type: string, value: object, { Permission_id, ...raw }: Record<string, unknown> = {}): string {
  const parameter = { value: { ...owner, ...value }, type_url: `type.googleapis.com/protocol.${type}` };
  const contract = [{ parameter, type, ...(Permission_id !== undefined && { Permission_id }) }];
  const reference = { ref_block_bytes: 'f080', ref_block_hash: '1c9f0817516aedfd' };
  const raw_data = { contract, ...reference, expiration: now + 60_000, timestamp: now, ...raw };
  const pb = utils.transaction.txJsonToPb({ visible: false, txID: '', raw_data, raw_data_hex: '' } as never);
  const raw_data_hex = utils.transaction.txPbToRawDataHex(pb).toLowerCase();
  return JSON.stringify({ visible: false, txID: utils.transaction.txPbToTxID(pb).slice(2), raw_data_hex, raw_data });
}

const hazardsOf = (
  type: string,
  value: object,
  raw: Record<string, unknown> = {},
  change: Partial<ParseContext> = {},
) => tron.codec.parse(tronText(type, value, raw), { ...context, ...change }).summary.hazards;

const issued = { name: '42', abbr: '42', total_supply: 5, trx_num: 1, num: 1 };
const token = keyOf(tron, 0x33).address;
const asset_name = Buffer.from('1000001').toString('hex');
const to_address = hexOf(other.address);
const inCall = (data: string) => ({ contract_address: hexOf(token), data: data.slice(2) });
const shown = (address: string) => tron.keys.normalizeAddress(`41${address.slice(2)}`, 'mainnet');
const code = { ...owner, origin_address: owner.owner_address, name: 'Token', bytecode: '6080' };
const creation: Hazard[] = [
  { kind: 'contract-creation', text: 'Token' },
  { kind: 'opaque-data', text: '2 bytes of code' },
];

describe('a Tron contract', () => {
  it.each<[string, object, readonly Hazard[]]>([
    ['AccountCreateContract', { account_address: to_address }, []],
    ['TransferContract', { to_address, amount: 5 }, []],
    [
      'TransferContract',
      { to_address: hexOf(zero), amount: 5 },
      [{ kind: 'unspendable-destination', party: zero, asset: 'TRX', amount: 5n }],
    ],
    [
      'TransferContract',
      { to_address: hexOf(blackHole), amount: 5 },
      [{ kind: 'unspendable-destination', party: blackHole, asset: 'TRX', amount: 5n }],
    ],
    ['TransferAssetContract', { asset_name, to_address, amount: 5 }, []],
    [
      'TransferAssetContract',
      { asset_name, to_address: hexOf(zero), amount: 5 },
      [{ kind: 'unspendable-destination', party: zero, asset: '1000001', amount: 5n }],
    ],
    [
      'VoteWitnessContract',
      { votes: [{ vote_address: to_address, vote_count: 3 }] },
      [{ kind: 'account-settings', text: 'VoteWitnessContract' }],
    ],
    ['WithdrawBalanceContract', {}, []],
    ['CreateSmartContract', { new_contract: code }, creation],
    ['TriggerSmartContract', inCall(call('transfer(address,uint256)', [alice, 5n])), []],
    [
      'TriggerSmartContract',
      inCall(call('transfer(address,uint256)', [nobody, 5n])),
      [{ kind: 'unspendable-destination', party: zero, asset: token, amount: 5n, text: 'transfer' }],
    ],
    [
      'TriggerSmartContract',
      inCall(call('transfer(address,uint256)', [`0x${hexOf(token).slice(2)}`, 5n])),
      [{ kind: 'unspendable-destination', party: token, asset: token, amount: 5n, text: 'transfer' }],
    ],
    [
      'TriggerSmartContract',
      inCall(call('approve(address,uint256)', [alice, unlimited])),
      [{ kind: 'unlimited-allowance', party: shown(alice), asset: token, amount: unlimited, text: 'approve' }],
    ],
    [
      'TriggerSmartContract',
      inCall(call('setApprovalForAll(address,bool)', [bob, true])),
      [{ kind: 'approve-all', party: shown(bob), asset: token, text: 'setApprovalForAll' }],
    ],
    [
      'TriggerSmartContract',
      inCall(call('transferOwnership(address)', [bob])),
      [{ kind: 'account-control', party: shown(bob), asset: token, text: 'transferOwnership' }],
    ],
    ['TriggerSmartContract', inCall('0xdeadbeef'), [{ kind: 'opaque-data', party: token, text: '0xdeadbeef' }]],
    ['FreezeBalanceV2Contract', { frozen_balance: 7, resource: 'ENERGY' }, []],
    ['UnfreezeBalanceV2Contract', { unfreeze_balance: 7 }, []],
    ['WithdrawExpireUnfreezeContract', {}, []],
    [
      'DelegateResourceContract',
      { receiver_address: to_address, balance: 9 },
      [{ kind: 'allowance', party: other.address, asset: 'TRX', amount: 9n, text: 'DelegateResourceContract' }],
    ],
    ['UnDelegateResourceContract', { receiver_address: to_address, balance: 9 }, []],
    ['CancelAllUnfreezeV2Contract', {}, []],
    [
      'AssetIssueContract',
      { ...issued, start_time: 3_001, end_time: 3_002 },
      [{ kind: 'issuer-settings', text: 'AssetIssueContract' }],
    ],
    [
      'AssetIssueContract',
      { ...issued, start_time: 3_001, end_time: 6_001 },
      [
        { kind: 'issuer-settings', text: 'AssetIssueContract' },
        { kind: 'market-order', amount: 5n, text: 'AssetIssueContract' },
      ],
    ],
  ])('the TRON contract %s names what it may cost', (type, value, expected) => {
    expect(Object.keys(contracts)).toContain(type);
    expect(hazardsOf(type, value)).toEqual(expected);
  });

  it.each([
    ...['AccountPermissionUpdateContract', 'AccountUpdateContract', 'SetAccountIdContract'],
    ...['UpdateAssetContract', 'UnfreezeAssetContract', 'ParticipateAssetIssueContract', 'VoteAssetContract'],
    ...['WitnessCreateContract', 'WitnessUpdateContract', 'UpdateBrokerageContract', 'FreezeBalanceContract'],
    ...['UnfreezeBalanceContract', 'ProposalCreateContract', 'ProposalApproveContract', 'ProposalDeleteContract'],
    ...['UpdateSettingContract', 'UpdateEnergyLimitContract', 'ClearABIContract', 'ExchangeCreateContract'],
    ...['ExchangeInjectContract', 'ExchangeWithdrawContract', 'ExchangeTransactionContract', 'MarketSellAssetContract'],
    ...['MarketCancelOrderContract', 'ShieldedTransferContract', 'CustomContract', 'GetContract', '__proto__'],
  ])('the TRON contract %s is not signed', (type) => {
    expect(Object.keys(contracts)).not.toContain(type);
    const text = tronText('TransferContract', { to_address, amount: 5 }).replaceAll('TransferContract', type);
    expect(codeOf(() => tron.codec.parse(text, context))).toBe('TRANSACTION_UNSUPPORTED');
  });

  it('a TRON contract that also sends TRX and TRC-10 tokens says so in fields', () => {
    const value = { ...inCall('0xdeadbeef'), call_value: 3, call_token_value: 5, token_id: 1_000_001 };
    const { summary } = tron.codec.parse(tronText('TriggerSmartContract', value), context);
    expect(summary.value).toEqual({ asset: 'TRX', amount: 3n });
    const move = {
      standard: 'TRC-10',
      contract: '1000001',
      from: key.address,
      to: token,
      amount: 5n,
      action: 'transfer',
    };
    expect(summary.tokens).toEqual([move]);
    const made = tron.codec.parse(
      tronText('CreateSmartContract', { new_contract: code, call_token_value: 5, token_id: 1_000_001 }),
      context,
    );
    expect(made.summary.tokens).toMatchObject([{ standard: 'TRC-10', contract: '1000001', amount: 5n }]);
  });

  it('a TRON contract names TRC-10 tokens that go to a place from which they cannot be sent', () => {
    const value = { contract_address: hexOf(zero), data: 'deadbeef', call_token_value: 5, token_id: 1_000_001 };
    const lost = { kind: 'unspendable-destination', party: zero, asset: '1000001', amount: 5n };
    expect(hazardsOf('TriggerSmartContract', value)).toContainEqual(lost);
  });

  it.each([{ call_value: 3 }, { call_token_value: 5, token_id: 1_000_001 }])(
    'a TRON token payment that also sends %j is not a mere payment',
    (along) => {
      const kind = (more: object) =>
        tron.codec.parse(
          tronText('TriggerSmartContract', { ...inCall(call('transfer(address,uint256)', [alice, 5n])), ...more }),
          context,
        ).summary.kind;
      expect(kind({})).toBe('token-transfer');
      expect(kind(along)).toBe('contract-call');
    },
  );

  it('a TRC-10 token has one name, however its number is written', () => {
    const along = { ...inCall('0xdeadbeef'), call_token_value: 5 };
    const text = tronText('TriggerSmartContract', { ...along, token_id: 1_000_001 });
    const contractOf = (json: string) => tron.codec.parse(json, context).summary.tokens[0]?.contract;
    expect(contractOf(text)).toBe('1000001');
    expect(contractOf(text.replace('"token_id":1000001', '"token_id":"01000001"'))).toBe('1000001');
  });

  it('the costs of a TRON contract include what its limit does not bound: bytes, a new account, a memo, more signatures', () => {
    const fee = (type: string, value: object, raw: Record<string, unknown> = {}) => {
      const text = tronText(type, value, raw);
      const size = BigInt(JSON.parse(text).raw_data_hex.length / 2 + 135);
      const { summary } = tron.codec.parse(text, context);
      expect(summary.fee.asset).toBe('TRX');
      return summary.fee.amount - size * 1_000n;
    };
    const pay = { to_address, amount: 5 };
    expect(fee('WithdrawBalanceContract', {})).toBe(0n);
    expect(fee('TriggerSmartContract', inCall('0xdeadbeef'), { fee_limit: 30_000_000 })).toBe(30_000_000n);
    expect(fee('TransferContract', pay)).toBe(1_100_000n);
    expect(fee('TransferContract', pay, { data: '4869' })).toBe(2_100_000n);
    expect(fee('TransferContract', pay, { Permission_id: 2 })).toBe(2_100_000n);
    expect(fee('TransferAssetContract', { ...pay, asset_name })).toBe(1_100_000n);
    expect(fee('AccountCreateContract', { account_address: to_address })).toBe(1_100_000n);
  });

  it('names of old TRC-10 tokens show invisible characters escaped', () => {
    const named = { asset_name: Buffer.from('US\u202eDT\u0000').toString('hex'), to_address: hexOf(zero), amount: 5 };
    const { summary } = tron.codec.parse(tronText('TransferAssetContract', named), context);
    expect(JSON.stringify(summary.tokens[0]?.contract)).toBe('"US\\\\u{202e}DT\\\\u{0}"');
    expect(summary.hazards[0]?.asset).toBe(summary.tokens[0]?.contract);
  });

  it('a TRON contract that names a member twice is refused, however deep', () => {
    const text = tronText('TransferContract', { to_address, amount: 5 });
    for (const name of ['"amount":', '"txID":', '"type":']) {
      expect(codeOf(() => tron.codec.parse(text.replace(name, `${name}"1",${name}`), context))).toBe(
        'TRANSACTION_INVALID',
      );
    }
  });

  it('a TRON contract under another permission or account has a foreign key', () => {
    const transfer = { to_address, amount: 5 };
    const permission = [{ kind: 'foreign-key', party: key.address, text: 'Permission_id 2' }];
    expect(hazardsOf('TransferContract', transfer, { Permission_id: 2 })).toEqual(permission);
    const foreign = hazardsOf(
      'TransferContract',
      { ...transfer, owner_address: to_address },
      {},
      { allowForeignKey: true },
    );
    expect(foreign).toMatchObject([{ kind: 'foreign-key', party: other.address }]);
  });

  it('a TRON contract that lives for more than a day, or gives no start, is long-lived', () => {
    const lives = (raw: object) => hazardsOf('TransferContract', { to_address, amount: 5 }, { ...raw });
    expect(lives({ expiration: now + 86_400_000 })).toEqual([]);
    expect(lives({ expiration: now + 86_400_001 })).toEqual([{ kind: 'long-lived', text: 'expiration' }]);
    expect(lives({ timestamp: undefined })).toEqual([{ kind: 'long-lived', text: 'expiration' }]);
  });

  it('the memo of a TRON contract is shown to the last byte', () => {
    const memo = (data: string) => {
      const { summary } = tron.codec.parse(tronText('TransferContract', { to_address, amount: 5 }, { data }), context);
      return { memo: summary.memo, data: summary.notes?.find(({ name }) => name === 'data')?.value };
    };
    expect(memo('c5bc')).toEqual({ memo: 'ż', data: undefined });
    expect(memo('efbbbf41')).toEqual({ memo: '\ufeffA', data: undefined });
    expect(memo('ff41')).toEqual({ memo: 'ff41', data: 'ff41 (bytes)' });
  });
});

describe('a VeChain clause', () => {
  const vet = keyOf(vechain);
  const summaryOf = (clauses: readonly object[], change: object = {}) => {
    const body = { chainTag: 0x27, blockRef: '0x0121eac0b88d7bd2', expiration: 720, gasPriceCoef: 0, gas: '9000000' };
    const completed = JSON.stringify({ ...body, clauses, dependsOn: null, nonce: '7', ...change });
    return vechain.codec.parse(completed, { network: 'testnet', from: vet.address, signers: [vet] }).summary;
  };
  const pay = { to: alice, value: '5', data: '0x' };

  it.each<[string, object, readonly Hazard[]]>([
    ['a payment', pay, []],
    [
      'coins to nobody',
      { ...pay, to: nobody },
      [{ kind: 'unspendable-destination', party: nobody, asset: 'VET', amount: 5n }],
    ],
    [
      'an allowance',
      { to: bob, data: call('approve(address,uint256)', [alice, unlimited]) },
      [{ kind: 'unlimited-allowance', party: alice, asset: bob, amount: unlimited, text: 'approve' }],
    ],
    [
      'tokens to their own contract',
      { to: bob, data: call('transfer(address,uint256)', [bob, 5n]) },
      [{ kind: 'unspendable-destination', party: bob, asset: bob, amount: 5n, text: 'transfer' }],
    ],
    [
      'a call that is not known',
      { to: bob, data: '0x696e766f6963652031' },
      [{ kind: 'opaque-data', party: bob, text: '0x696e766f' }],
    ],
    ['code', { data: '0x6001' }, [{ kind: 'contract-creation' }, { kind: 'opaque-data', text: '2 bytes of code' }]],
  ])('a VeChain clause with %s names what it may cost, alone and among others', (_what, clause, expected) => {
    expect(summaryOf([clause]).hazards).toEqual(expected);
    expect(summaryOf([pay, clause, pay]).hazards).toEqual(expected);
  });

  it('each of several VeChain clauses is described on its own', () => {
    const { notes = [] } = summaryOf([pay, { to: bob, data: call('approve(address,uint256)', [alice, 9n]) }]);
    expect(notes).toContainEqual({ name: 'clause 1', value: `5 smallest units to ${alice}` });
    expect(notes).toContainEqual({ name: 'clause 2', value: `0 smallest units to ${bob}, approve(${alice}, 9)` });
  });

  it('each of several VeChain clauses has its coins in a field', () => {
    const summary = summaryOf([pay, { ...pay, to: bob, value: '7' }, { to: bob, value: '0', data: '0x' }]);
    expect(summary).toMatchObject({ kind: 'transfer', value: { amount: 12n } });
    expect(summary.outputs).toEqual([
      { address: alice, amount: 5n, change: false },
      { address: bob, amount: 7n, change: false },
    ]);
    expect(summaryOf([pay]).outputs).toBeUndefined();
  });

  it('a VeChain clause with coins beside a call of a token is not a mere payment in it', () => {
    const token = { to: bob, value: '5', data: call('transfer(address,uint256)', [alice, 5n]) };
    expect(summaryOf([token]).kind).toBe('contract-call');
    expect(summaryOf([pay, token]).kind).toBe('other');
  });

  it('a VeChain clause that names a member twice is refused', () => {
    const body = '"chainTag":39,"blockRef":"0x0121eac0b88d7bd2","expiration":720,"gasPriceCoef":0,"gas":"9000000"';
    const clause = `{"to":"${alice}","value":"5","to":"${bob}","data":"0x"}`;
    const text = `{${body},"clauses":[${clause}],"dependsOn":null,"nonce":"7"}`;
    const context = { network: 'testnet', from: vet.address, signers: [vet] } as const;
    expect(codeOf(() => vechain.codec.parse(text, context))).toBe('TRANSACTION_INVALID');
    expect(codeOf(() => vechain.codec.parse(text.replace(`"to":"${alice}",`, ''), context))).toBe('nothing');
  });

  it('a VeChain clause that is valid for more than a day is long-lived', () => {
    expect(summaryOf([pay], { expiration: 8640 }).hazards).toEqual([]);
    expect(summaryOf([pay], { expiration: 8641 }).hazards).toMatchObject([{ kind: 'long-lived' }]);
    expect(summaryOf([pay], { expiration: 2 ** 32 - 1 }).hazards).toMatchObject([{ kind: 'long-lived' }]);
  });

  it('a VeChain clause that refers to a block after 2050 is long-lived, however short it is valid then', () => {
    const block = (number: number) => ({ blockRef: `0x${number.toString(16).padStart(8, '0')}00000000` });
    expect(summaryOf([pay], block(99_000_000)).hazards).toEqual([]);
    for (const far of [99_500_001, 2 ** 32 - 1]) {
      expect(summaryOf([pay], block(far)).hazards).toMatchObject([{ kind: 'long-lived' }]);
    }
  });
});
