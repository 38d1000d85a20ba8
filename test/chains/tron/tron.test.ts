import fc from 'fast-check';
import { TronWeb, utils } from 'tronweb';
import { describe, expect, it } from 'vitest';
import { tron } from '../../../src/chains/tron/index.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import { networkOf } from '../../../src/core/ids.js';
import { mnemonicToSeed } from '../../../src/crypto/mnemonic.js';
import { loadVectors } from '../../support/vectors.js';
import { codeOf, expectOnlyCodes, expectOnlyCodesOfTexts } from '../codes.js';
import { signVector } from '../replay.js';
import { keyOf } from '../signing.js';

const file = loadVectors('TRON');
const key = keyOf(tron);
const other = keyOf(tron, 0x22);
const context: ParseContext = { network: 'testnet', from: key.address, signers: [key] };
const hexOf = (address: string) => TronWeb.address.toHex(address);

/** A transaction as the official library encodes it. */
function transaction(
  type: string,
  value: Record<string, unknown>,
  raw: Record<string, unknown> = {},
): Record<string, unknown> {
  const raw_data = {
    contract: [{ parameter: { value, type_url: `type.googleapis.com/protocol.${type}` }, type }],
    ref_block_bytes: 'f080',
    ref_block_hash: '1c9f0817516aedfd',
    expiration: 1700000060000,
    timestamp: 1700000000000,
    ...raw,
  };
  const pb = utils.transaction.txJsonToPb({ visible: false, txID: '', raw_data, raw_data_hex: '' } as never);
  const raw_data_hex = utils.transaction.txPbToRawDataHex(pb).toLowerCase();
  return { visible: false, txID: utils.transaction.txPbToTxID(pb).replace(/^0x/, ''), raw_data_hex, raw_data };
}

const transfer = (amount = 1_500_000, raw: Record<string, unknown> = {}) =>
  transaction('TransferContract', { to_address: hexOf(other.address), owner_address: hexOf(key.address), amount }, raw);

describe('a recorded transaction', () => {
  it.each(file.transactions)('$name is signed as recorded', async (vector) => {
    const { raw, summary, keys } = await signVector(tron, vector);
    expect(raw).toBe(vector.broadcast.body['txData']);
    expect(summary.opaque).toBe(false);
    expect(summary.from).toBe(keys[0]!.address);
  });
});

describe('a wallet', () => {
  it('a wallet derives the recorded xpubs, addresses and keys', async () => {
    for (const { testnet, mnemonic, xpub } of file.wallets) {
      expect(tron.keys.hd!.account(await mnemonicToSeed(mnemonic), networkOf(testnet)).xpub).toBe(xpub);
    }
    for (const { testnet, xpub, index, address } of file.addresses) {
      expect(tron.keys.address(tron.keys.hd!.publicKey!(xpub, index), networkOf(testnet))).toBe(address);
    }
    for (const { testnet, mnemonic, index, privateKey, address } of file.privateKeys) {
      const { node } = tron.keys.hd!.account(await mnemonicToSeed(mnemonic), networkOf(testnet));
      const found = tron.keys.hd!.privateKey(node, index);
      expect(tron.keys.encodePrivateKey(found, 'mainnet')).toBe(privateKey);
      expect(tron.keys.address(tron.keys.publicKey(found), 'mainnet')).toBe(address);
    }
  });

  it('a wallet has the address of the official library, in whichever form it is given', () => {
    expect(key.address).toBe(TronWeb.address.fromPrivateKey(Buffer.from(key.privateKey).toString('hex')));
    const digits = hexOf(key.address);
    for (const form of [key.address, digits, `0x${digits.slice(2)}`])
      expect(tron.keys.normalizeAddress(form, 'mainnet')).toBe(key.address);
    for (const form of ['', `${key.address.slice(0, -1)}x`, digits.slice(2), '42'.repeat(21)]) {
      expect(codeOf(() => tron.keys.normalizeAddress(form, 'mainnet'))).toBe('ADDRESS_INVALID');
    }
    expectOnlyCodesOfTexts(tron);
  });
});

describe('a transaction', () => {
  it('a transaction is decoded as the official library encodes it, and is signed with its own key', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: Number.MAX_SAFE_INTEGER }),
        fc.option(fc.stringMatching(/^[ -~]{1,40}$/)),
        async (amount, note) => {
          const data = note === null ? {} : { data: Buffer.from(note).toString('hex') };
          const json = transfer(amount, data);
          const unsigned = tron.codec.parse(JSON.stringify(json), context);
          expect(unsigned.summary).toMatchObject({
            to: other.address,
            value: { amount: BigInt(amount) },
            ...(note !== null && { memo: note }),
          });
          const { raw, txId } = await unsigned.sign([key]);
          expect(txId).toBe(json['txID']);
          const [signature] = JSON.parse(raw).signature;
          expect(utils.crypto.ecRecover(txId, signature).toLowerCase()).toBe(hexOf(key.address));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('a transaction of every kind is understood, and encoded as the official library does', () => {
    const owner = { owner_address: hexOf(key.address) };
    const receiver_address = hexOf(other.address);
    const kinds: [string, Record<string, unknown>][] = [
      [
        'TransferAssetContract',
        { ...owner, asset_name: Buffer.from('1000001').toString('hex'), to_address: receiver_address, amount: 5 },
      ],
      ['FreezeBalanceV2Contract', { ...owner, frozen_balance: 7, resource: 'ENERGY' }],
      ['UnfreezeBalanceV2Contract', { ...owner, unfreeze_balance: 7 }],
      [
        'DelegateResourceContract',
        { ...owner, receiver_address, balance: 9, resource: 'ENERGY', lock: true, lock_period: 10 },
      ],
      ['UnDelegateResourceContract', { ...owner, receiver_address, balance: 9 }],
      ['WithdrawExpireUnfreezeContract', owner],
      ['CancelAllUnfreezeV2Contract', owner],
      ['WithdrawBalanceContract', owner],
      ['VoteWitnessContract', { ...owner, votes: [{ vote_address: receiver_address, vote_count: 3 }] }],
      ['AccountCreateContract', { ...owner, account_address: receiver_address }],
    ];
    for (const [type, value] of kinds) {
      expect(
        codeOf(() => tron.codec.parse(JSON.stringify(transaction(type, value)), context)),
        type,
      ).toBe('nothing');
    }
  });

  it('a transaction of a token says what moves and to whom, and anything else is opaque', () => {
    const word = hexOf(other.address).slice(2).padStart(64, '0');
    const contract_address = hexOf(other.address);
    const call = (data: string) => {
      const value = { data, owner_address: hexOf(key.address), contract_address };
      return tron.codec.parse(
        JSON.stringify(transaction('TriggerSmartContract', value, { fee_limit: 100_000_000 })),
        context,
      ).summary;
    };
    const amount = 5_000_000n.toString(16).padStart(64, '0');
    expect(call(`a9059cbb${word}${amount}`)).toMatchObject({
      kind: 'token-transfer',
      opaque: false,
      tokens: [{ standard: 'TRC-20', contract: other.address, to: other.address, amount: 5_000_000n }],
      fee: { amount: 100_346_000n },
    });
    expect(call('deadbeef')).toMatchObject({ kind: 'contract-call', opaque: true });
    // approve and setApprovalForAll, whose selectors two standards have.
    expect(call(`095ea7b3${word}${amount}`).tokens).toMatchObject([{ standard: 'TRC-20 or TRC-721' }]);
    expect(call(`a22cb465${word}${''.padEnd(63, '0')}1`).tokens).toMatchObject([{ standard: 'TRC-721 or TRC-1155' }]);
  });

  it('a transaction that makes a contract is encoded as the official library does, with its whole interface', async () => {
    const owner_address = hexOf(key.address);
    const entrys = [
      { type: 'Constructor', inputs: [{ name: 'supply', type: 'uint256', internalType: 'uint256' }], payable: true },
      { type: 'event', name: 'Moved', anonymous: true, inputs: [{ indexed: true, name: '', type: 'address' }] },
      { type: 'function', name: 'see', constant: true, outputs: [{ name: '', type: 'bool' }], stateMutability: 'View' },
      { type: 'receive', stateMutability: 'payable' },
    ];
    const made = { name: 'Token', consume_user_resource_percent: 100, origin_energy_limit: 10_000_000 };
    const deploy = (change: object = {}) => {
      const new_contract = { ...made, origin_address: owner_address, abi: { entrys }, bytecode: '6080', ...change };
      return transaction('CreateSmartContract', { owner_address, new_contract }, { fee_limit: 1_000_000_000 });
    };
    for (const change of [{}, { call_value: 5 }, { abi: {} }, { name: undefined }, { bytecode: undefined }]) {
      const json = deploy(change);
      const unsigned = tron.codec.parse(JSON.stringify(json), context);
      expect(unsigned.summary).toMatchObject({ kind: 'contract-creation', opaque: true });
      expect((await unsigned.sign([key])).txId).toBe(json['txID']);
    }
    const { summary } = tron.codec.parse(JSON.stringify(deploy({ call_value: 5_000_000 })), context);
    expect(summary.value.amount).toBe(5_000_000n);
    expect(summary.text).toContain('creates the contract "Token" from 2 bytes of code and gives it 5 TRX');
    const changed = { ...deploy(), raw_data: deploy({ bytecode: '6081' })['raw_data'] };
    expect(codeOf(() => tron.codec.parse(JSON.stringify(changed), context))).toBe('TRANSACTION_INVALID');
    expectOnlyCodes(tron, JSON.stringify(deploy()), context);
  });

  it.each([
    [
      'of a foreign owner',
      () => ({
        ...transfer(),
        ...transaction('TransferContract', {
          owner_address: hexOf(other.address),
          to_address: hexOf(key.address),
          amount: 1,
        }),
      }),
      'SENDER_MISMATCH',
    ],
    [
      'with another amount beside its bytes',
      () => ({ ...transfer(1), raw_data: transfer(2)['raw_data'] }),
      'TRANSACTION_INVALID',
    ],
    ['with the id of another', () => ({ ...transfer(1), txID: transfer(2)['txID'] }), 'TRANSACTION_INVALID'],
    ['that is signed already', () => ({ ...transfer(), signature: ['00'] }), 'TRANSACTION_INVALID'],
    ['without its bytes', () => ({ ...transfer(), raw_data_hex: undefined }), 'TRANSACTION_INVALID'],
    ['in place of which stands a text', () => transfer()['raw_data_hex'], 'TRANSACTION_INVALID'],
    ['with an amount that is not exact', () => transfer(2 ** 53), 'TRANSACTION_INVALID'],
    [
      'of a kind that nobody can describe',
      () => ({
        ...transfer(),
        raw_data: {
          ...(transfer()['raw_data'] as object),
          contract: [{ type: 'AccountPermissionUpdateContract', parameter: {} }],
        },
      }),
      'TRANSACTION_UNSUPPORTED',
    ],
  ])('a transaction %s is refused', (_what, make, expected) => {
    expect(codeOf(() => tron.codec.parse(JSON.stringify(make()), context))).toBe(expected);
  });

  it('a transaction is not signed with a foreign key', async () => {
    const text = JSON.stringify(transfer());
    await expect(tron.codec.parse(text, context).sign([other])).rejects.toMatchObject({ code: 'SENDER_MISMATCH' });
    await expect(tron.codec.parse(text, context).sign([])).rejects.toMatchObject({ code: 'KEY_MISSING' });
  });

  it('any text gives a transaction or a coded error', () => expectOnlyCodes(tron, JSON.stringify(transfer()), context));
});
