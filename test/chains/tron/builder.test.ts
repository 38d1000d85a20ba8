import { TronWeb, utils } from 'tronweb';
import { describe, expect, it } from 'vitest';
import { tronBuilder } from '../../../src/chains/tron/builder.js';
import { tron } from '../../../src/chains/tron/index.js';
import type { TronAction } from '../../../src/core/chain/builders/tron.js';
import { parseSignatureId } from '../../../src/core/ids.js';
import { NOW, nodeOf } from '../../support/payment-nodes/node.js';
import { answers, from, to, usdt } from '../../support/payment-nodes/tron.js';
import { queueContext } from '../../support/queue-context.js';

const key = { signatureId: parseSignatureId('26d3883e-4e17-48b3-a0ee-09a3e484ac83') };
const code = '6080604052';
const issue: TronAction = {
  ...{ kind: 'issue' as const, name: 'Tön', abbreviation: 'TN', description: 'a token', url: 'https://example.org' },
  ...{ supply: '1000', decimals: 3 },
};
const actions: readonly (readonly [string, TronAction])[] = [
  ['coins', { kind: 'coins', to, amount: '12.5' }],
  ['a TRC-10 token', { kind: 'trc10', to, token: '1002000', amount: '12.5' }],
  ['a TRC-20 token', { kind: 'trc20', to, contract: usdt, amount: '12.5', feeLimit: '10' }],
  ['a stake for energy', { kind: 'freeze', resource: 'ENERGY', amount: '100' }],
  ['a stake for bandwidth', { kind: 'freeze', resource: 'BANDWIDTH', amount: '100' }],
  ['the end of a stake', { kind: 'unfreeze', resource: 'ENERGY', amount: '1.5' }],
  ['a call', { kind: 'call', contract: usdt, data: '0x42966c68', feeLimit: '0.01' }],
  ['a creation', { kind: 'creation', name: 'Coin', code, feeLimit: '600' }],
  ['a new TRC-10 token', issue],
];

const context = () => queueContext(nodeOf(answers));
async function built(action: TronAction, place = context()) {
  const { serialized } = await tronBuilder.build({ from, key, ...action }, place);
  const { summary, effects } = tron.codec.parse(serialized, { network: 'mainnet', from, signers: [{ address: from }] });
  return { summary, effects, serialized, transaction: JSON.parse(serialized) };
}

describe('what the gateway queues for TRON', () => {
  it.each(actions)('%s has the bytes and the id that the official library makes of the members', async (_, action) => {
    const { transaction } = await built(action);
    const again = utils.transaction.txJsonToPb(transaction);
    expect(utils.transaction.txPbToTxID(again).replace(/^0x/, '')).toBe(transaction.txID);
    expect(utils.transaction.txPbToRawDataHex(again).toLowerCase()).toBe(transaction.raw_data_hex);
  });

  it.each(actions)('%s is signed by the official library', async (_, action) => {
    const privateKey = '11'.repeat(32);
    const own = TronWeb.address.fromPrivateKey(privateKey);
    if (own === false) throw new Error('no address');
    const { serialized } = await tronBuilder.build({ key, ...action, from: own }, context());
    const client = new TronWeb({ fullHost: 'http://127.0.0.1:1' });
    const signed = await client.trx.sign(JSON.parse(serialized), privateKey);
    expect(signed).toMatchObject({ signature: [expect.stringMatching(/^[0-9a-f]{128}1[BC]$/i)] });
    expect(tron.codec.readSigned?.(JSON.stringify(signed), 'mainnet').txId).toBe(JSON.parse(serialized).txID);
  });

  it('says what it does', async () => {
    const texts = [];
    for (const [, action] of actions) texts.push((await built(action)).summary.text.replace(/; the fee.*/, ''));
    const rest = texts.map((text) => text.replace(`${from} `, ''));
    expect(rest).toEqual([
      `sends 12.5 TRX to ${to}`,
      `transfers 12500000 smallest units of token 1002000 to ${to}`,
      expect.stringContaining(`12500000`),
      'stakes 100 TRX for ENERGY',
      'stakes 100 TRX for BANDWIDTH',
      'ends the stake of 1.5 TRX for ENERGY',
      expect.stringContaining('burn(uint256)'),
      'creates the contract "Coin" from 5 bytes of code',
      'issues 1000000 smallest units of a new token "Tön" ("TN")',
    ]);
  });

  it('waits for nearly a day, and is never the same transaction twice', async () => {
    const place = context();
    const hundred = [];
    for (let at = 0; at < 100; at++) hundred.push((await built({ kind: 'coins', to, amount: '1' }, place)).transaction);
    expect(new Set(hundred.map(({ txID }) => txID)).size).toBe(100);
    for (const { raw_data: raw } of hundred) {
      expect(raw.expiration).toBeGreaterThanOrEqual(NOW + 86_000_000);
      expect(raw.expiration).toBeLessThan(NOW + 86_400_000);
    }
  });

  it('costs at most what the request allows for energy, and what the network takes beside', async () => {
    const { summary, transaction } = await built({ kind: 'call', contract: usdt, data: '42966c68', feeLimit: '0.01' });
    expect(transaction.raw_data.fee_limit).toBe(10_000);
    expect(summary.fee.amount).toBeLessThan(1_000_000n);
    expect((await built(issue)).summary.fee.amount).toBeGreaterThan(1_024_000_000n);
  });

  it('sells nothing of a new token, although the network demands a time for sales', async () => {
    const { effects, transaction } = await built(issue);
    const { start_time: start, end_time: end } = transaction.raw_data.contract[0].parameter.value;
    expect(start).toBeGreaterThan(transaction.raw_data.expiration);
    expect(end).toBeGreaterThan(start);
    expect(Math.ceil(start / 3000) * 3000).toBeGreaterThanOrEqual(end);
    expect(effects.map(({ op, code }) => [op, code])).toEqual([
      ['issuer', 'issuer-settings'],
      ['fee', undefined],
    ]);
  });

  it('knows a new token that anybody can buy', async () => {
    const { transaction } = await built(issue);
    const raw = structuredClone(transaction.raw_data);
    raw.contract[0].parameter.value.end_time += 3000;
    const draft = { ...transaction, raw_data: raw };
    const bytes = utils.transaction.txJsonToPb(draft);
    const text = JSON.stringify({
      ...draft,
      txID: utils.transaction.txPbToTxID(bytes).replace(/^0x/, ''),
      raw_data_hex: utils.transaction.txPbToRawDataHex(bytes).toLowerCase(),
    });
    const { summary } = tron.codec.parse(text, { network: 'mainnet', from, signers: [{ address: from }] });
    expect(summary.hazards.map(({ kind }) => kind)).toEqual(['issuer-settings', 'market-order']);
    expect(summary.text).toContain('sells');
  });

  const noContract = { '/wallet/getcontract': {} };
  const reverted = { result: { result: true }, constant_result: [''], transaction: { ret: [{ ret: 'FAILED' }] } };
  it.each([
    [{ kind: 'coins', to, amount: '0.0000001' }, {}, 'AMOUNT_INVALID'],
    [{ kind: 'coins', to, amount: '0' }, {}, 'AMOUNT_INVALID'],
    [{ kind: 'coins', to: `${to}1`, amount: '1' }, {}, 'ADDRESS_INVALID'],
    [{ kind: 'trc10', to, token: 'USDT', amount: '1' }, {}, 'PAYMENT_UNSUPPORTED'],
    [{ kind: 'trc10', to, token: '1002000', amount: '0.0000001' }, {}, 'AMOUNT_INVALID'],
    [{ kind: 'trc10', to, token: '1002000', amount: '1', digits: 2 }, {}, 'AMOUNT_INVALID'],
    [{ kind: 'trc10', to, token: '1002000', amount: '1' }, { '/wallet/getassetissuebyid': {} }, 'NODE_ANSWER_INVALID'],
    [{ kind: 'trc20', to, contract: usdt, amount: '1', feeLimit: '1', digits: 18 }, {}, 'AMOUNT_INVALID'],
    [{ kind: 'trc20', to: usdt, contract: usdt, amount: '1', feeLimit: '1' }, {}, 'RECEIVER_UNFIT'],
    [
      { kind: 'trc20', to, contract: usdt, amount: '1', feeLimit: '1' },
      { '/wallet/triggerconstantcontract': reverted },
      'NODE_REFUSED',
    ],
    [{ kind: 'call', contract: usdt, data: '00', feeLimit: '0' }, {}, 'FEE_INVALID'],
    [{ kind: 'call', contract: usdt, data: '00', feeLimit: '1' }, noContract, 'RECEIVER_UNFIT'],
    [{ kind: 'coins', to, amount: '1' }, { '/wallet/getnowblock': { blockID: 'x' } }, 'NODE_ANSWER_INVALID'],
  ] as const)('refuses %j (%#)', async (action, changed, code) => {
    const place = queueContext(nodeOf({ ...answers, ...changed }));
    await expect(tronBuilder.build({ from, key, ...action }, place)).rejects.toMatchObject({ code });
  });

  it('tells contracts from other addresses, and addresses as contracts see them', async () => {
    const node = nodeOf({ ...answers, '/wallet/getcontract': { bytecode: '6080AB' } });
    expect(await tronBuilder.codeOf(usdt, node)).toBe('0x6080ab');
    expect(await tronBuilder.codeOf(usdt, nodeOf(noContract))).toBe('0x');
    expect(tronBuilder.bareAddress(usdt)).toBe('0xa614f803b6fd780986a42c78ec9c7f77e6ded13c');
    expect(await tronBuilder.ask(usdt, '0x313ce567', node)).toBe(`0x${'6'.padStart(64, '0')}`);
  });
});

describe('signed bytes of TRON', () => {
  it.each(['{}', '[]', 'x', '{"signature":[]}', '{"signature":["00"]}'])('%s are refused', (text) => {
    expect(() => tron.codec.readSigned?.(text, 'mainnet')).toThrowError(
      expect.objectContaining({ code: 'TRANSACTION_INVALID' }),
    );
  });
});
