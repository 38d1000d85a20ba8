import { Transaction, TransactionComputer, UserPublicKey, UserVerifier } from '@multiversx/sdk-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publiclyKnownAddresses, readAddress } from '../../../src/chains/multiversx/address.js';
import { multiversx } from '../../../src/chains/multiversx/index.js';
import type { NodeClient } from '../../../src/core/chain/node.js';
import { CustosError } from '../../../src/core/errors.js';
import { networkOf } from '../../../src/core/ids.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import { mnemonicToSeed } from '../../../src/crypto/mnemonic.js';
import { loadVectors } from '../../support/vectors.js';
import { codeOf, expectOnlyCodes, expectOnlyCodesOfTexts } from '../codes.js';
import { completeVector, signVector } from '../replay.js';
import { keyOf } from '../signing.js';

const file = loadVectors('EGLD');
const key = keyOf(multiversx);
const other = keyOf(multiversx, 0x22);
const context = { network: 'testnet' as const, from: key.address, signers: [key] };
const hexText = (text: string) => Buffer.from(text).toString('hex');

/** A completed transaction with changes. */
function completed(change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    nonce: 7,
    value: '1500000000000000000',
    receiver: other.address,
    sender: key.address,
    gasPrice: 1_000_000_000,
    gasLimit: 50_000,
    ...(change['data'] !== undefined && { data: change['data'] }),
    chainID: 'T',
    version: 1,
    ...change,
  });
}

const code = codeOf;
/** A node that answers by path; what it does not know it refuses. */
const nodeOf = (answers: Record<string, unknown>): NodeClient => ({
  rpc: () => Promise.reject(new Error('no JSON-RPC here')),
  async http({ path }) {
    if (path in answers) return answers[path];
    throw new CustosError('NODE_REFUSED', `${path}: lowerNonceInTx: true`);
  },
});

describe('a recorded transaction', () => {
  it.each(file.transactions)('$name is signed as recorded', async (vector) => {
    const { raw, summary, txId } = await signVector(multiversx, vector);
    expect(raw).toBe(vector.broadcast.body['txData']);
    expect(summary.opaque).toBe(false);
    const transaction = Transaction.fromPlainObject(JSON.parse(raw));
    const hash = new TransactionComputer().computeTransactionHash(transaction);
    expect(txId).toBe(Buffer.from(hash).toString('hex'));
  });

  it('values with the wrong number of decimals or signs are refused with a remedy', async () => {
    const [vector] = file.transactions;
    for (const value of ['-1', '1e3', '0.1234567890123456789', 'NaN', '', null, {}, -1, 1e21, 1e-19, 1.5e-18, -1e-7]) {
      const request = { ...JSON.parse(vector!.pending.serializedTransaction), value };
      const pending = { ...vector!.pending, serializedTransaction: JSON.stringify(request) };
      await expect(completeVector(multiversx, { ...vector!, pending })).rejects.toMatchObject({
        code: 'AMOUNT_INVALID',
      });
    }
  });
});

describe('a request', () => {
  const [vector] = file.transactions;
  const ask = async (change: Record<string, unknown>) => {
    const request = { ...JSON.parse(vector!.pending.serializedTransaction), ...change };
    const pending = parsePending(
      { ...vector!.pending, serializedTransaction: JSON.stringify(request) },
      multiversx.id,
      'testnet',
    );
    const answer = { data: { config: { erd_chain_id: 'T', erd_min_gas_price: 1e9, erd_min_transaction_version: 1 } } };
    const node = nodeOf({
      '/network/config': answer,
      [`/address/${key.address}/nonce`]: { data: { nonce: 7 } },
      '/transaction/cost': { data: { txGasUnits: 50_000 } },
    });
    const completed = multiversx.node.complete(pending, { ...context, node, nextNonce: async (count) => count + 2n });
    return JSON.parse(await completed) as Record<string, unknown>;
  };

  it('a request takes the nonce that no living transaction of the sender uses', async () => {
    expect(await ask({ from: undefined })).toMatchObject({ nonce: 9, sender: key.address });
  });

  it('a request may give the amount as a small number, or none where data says what it is for', async () => {
    expect(await ask({ from: undefined, value: 1e-7 })).toMatchObject({ value: '100000000000' });
    expect(await ask({ from: undefined, value: 1.5e-17 })).toMatchObject({ value: '15' });
    expect(await ask({ from: undefined, value: undefined, data: 'x' })).toMatchObject({ value: '0' });
    await expect(ask({ from: undefined, value: undefined })).rejects.toMatchObject({ code: 'AMOUNT_INVALID' });
  });

  it('a request of a foreign sender, with data that is not text, or with an extra member is refused', async () => {
    await expect(ask({})).rejects.toMatchObject({ code: 'SENDER_MISMATCH' });
    await expect(ask({ from: undefined, data: '\ud800' })).rejects.toMatchObject({ code: 'TRANSACTION_INVALID' });
    await expect(ask({ from: undefined, guardian: 'x' })).rejects.toMatchObject({ code: 'TRANSACTION_INVALID' });
  });
});

const signed = await multiversx.codec.parse(completed(), context).sign([key]);

describe('a node', () => {
  const recorded = { ...signed, completed: completed(), sender: key.address };
  const found = { [`/transaction/${signed.txId}`]: { data: { transaction: { status: 'success' } } } };

  it('a node takes the bytes and gives their hash', async () => {
    const node = nodeOf({ '/transaction/send': { data: { txHash: signed.txId } } });
    expect(await multiversx.node.broadcast!(recorded, node)).toBe(signed.txId);
    const other = nodeOf({ '/transaction/send': { data: { txHash: '00' } } });
    await expect(multiversx.node.broadcast!(recorded, other)).rejects.toMatchObject({ code: 'NODE_ANSWER_INVALID' });
  });

  it('a node that refuses bytes but already has them has taken them', async () => {
    expect(await multiversx.node.broadcast!(recorded, nodeOf(found))).toBe(signed.txId);
    await expect(multiversx.node.broadcast!(recorded, nodeOf({}))).rejects.toMatchObject({ code: 'BROADCAST_REFUSED' });
  });

  it('a node that does not know the bytes proves nothing', async () => {
    expect(await multiversx.node.fate!(recorded, nodeOf(found))).toBe('known');
    expect(await multiversx.node.fate!(recorded, nodeOf({}))).toBe('open');
  });
});

describe('a wallet', () => {
  it('a wallet derives the recorded keys and addresses', async () => {
    expect(file.addresses.length).toBeGreaterThan(0);
    for (const { testnet, mnemonic, index, address } of [...file.addresses, ...file.privateKeys]) {
      const { node } = multiversx.keys.hd!.account(await mnemonicToSeed(mnemonic!), networkOf(testnet));
      const privateKey = multiversx.keys.hd!.privateKey(node, index);
      expect(multiversx.keys.address(multiversx.keys.publicKey(privateKey), networkOf(testnet))).toBe(address);
    }
    for (const { testnet, mnemonic, index, privateKey } of file.privateKeys) {
      const { node } = multiversx.keys.hd!.account(await mnemonicToSeed(mnemonic), networkOf(testnet));
      expect(multiversx.keys.encodePrivateKey(multiversx.keys.hd!.privateKey(node, index), 'mainnet')).toBe(privateKey);
    }
  });

  it('a wallet is read from 64 digits, from 128 that fit together, and from a PEM', () => {
    const seed = Buffer.from(key.privateKey).toString('hex');
    const both = seed + Buffer.from(key.publicKey).toString('hex');
    const pem = `-----BEGIN PRIVATE KEY for erd1-----\n${Buffer.from(both).toString('base64')}\n-----END PRIVATE KEY for erd1-----`;
    for (const text of [seed, `0x${seed}`, both, pem]) {
      expect(multiversx.keys.decodePrivateKey(text, 'mainnet')).toEqual(key.privateKey);
    }
    const foreign = seed + Buffer.from(other.publicKey).toString('hex');
    for (const text of ['', 'zz', seed.slice(2), foreign, '-----BEGIN X-----\n!\n-----END X-----']) {
      expect(code(() => multiversx.keys.decodePrivateKey(text, 'mainnet'))).toBe('PRIVATE_KEY_INVALID');
    }
  });

  it('a wallet never sends to, nor from, an address with a publicly known key', () => {
    // Printed by the program that this one replaces: index 0 and 1 of mainnet, then of the test networks.
    const printed = [
      'erd1r45ugr3q9wrtftyv3d6wfz9l42wj553l9x6u39q7mqh0pxl5j9tsnde9hx',
      'erd1ne5patcf98asmalr9ueqxx5vlmy5725pm3p2asckp4wft0xl3ars64gh8s',
      'erd1yqt755wvr33vpr6586smn7mpq4jx365kpd353qfd2xuy5vwaa9ts3r69sj',
      'erd1mdzfn7n8up8ckddaqs7jsg227t6sftt49dqxw6gckc7ry5vdycrsj0ugm5',
    ];
    expect(publiclyKnownAddresses().size).toBe(200);
    for (const receiver of printed) {
      expect(publiclyKnownAddresses()).toContain(receiver);
      expect(code(() => multiversx.keys.normalizeAddress(receiver, 'mainnet'))).toBe('ADDRESS_INVALID');
      expect(code(() => multiversx.codec.parse(completed({ receiver }), context))).toBe('ADDRESS_INVALID');
    }
  });
});

describe('a completed transaction', () => {
  it('a completed transaction is decoded as the official library reads it, and its signature verifies there', async () => {
    const verifier = new UserVerifier(new UserPublicKey(key.publicKey));
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 0n, max: 10n ** 27n }),
        fc.nat(),
        fc.string({ maxLength: 60 }),
        async (amount, nonce, note) => {
          const data = note === '' ? {} : { data: Buffer.from(note).toString('base64') };
          const unsigned = multiversx.codec.parse(completed({ value: amount.toString(), nonce, ...data }), context);
          const { raw, txId } = await unsigned.sign([key]);
          const read = Transaction.fromPlainObject(JSON.parse(raw));
          const computer = new TransactionComputer();
          expect(read.value).toBe(unsigned.summary.value.amount);
          expect(read.nonce).toBe(unsigned.summary.nonce);
          expect(String(read.receiver)).toBe(other.address);
          expect(String(read.sender)).toBe(key.address);
          expect(verifier.verify(computer.computeBytesForSigning(read), read.signature)).toBe(true);
          expect(txId).toBe(Buffer.from(computer.computeTransactionHash(read)).toString('hex'));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a completed transaction of tokens says what moves and to whom', () => {
    const token = hexText('USDC-c76f1f');
    const single = completed({ value: '0', data: Buffer.from(`ESDTTransfer@${token}@2625a0`).toString('base64') });
    expect(multiversx.codec.parse(single, context).summary).toMatchObject({
      kind: 'token-transfer',
      opaque: false,
      tokens: [{ standard: 'ESDT', contract: 'USDC-c76f1f', to: other.address, amount: 2_500_000n }],
    });
    const to = Buffer.from(other.publicKey).toString('hex');
    const several = `MultiESDTNFTTransfer@${to}@02@${token}@@05@${token}@09@01`;
    const multi = completed({ value: '0', receiver: key.address, data: Buffer.from(several).toString('base64') });
    expect(multiversx.codec.parse(multi, context).summary.tokens).toMatchObject([
      { to: other.address, amount: 5n },
      { to: other.address, amount: 1n, tokenId: 9n },
    ]);
    const unique = completed({
      receiver: key.address,
      data: Buffer.from(`ESDTNFTTransfer@${token}@07@01@${to}@66`).toString('base64'),
    });
    expect(multiversx.codec.parse(unique, context).summary).toMatchObject({ opaque: true, to: other.address });
  });

  it('a completed transaction of tokens for an address with a publicly known key is refused', () => {
    const [known = ''] = publiclyKnownAddresses();
    const to = Buffer.from(readAddress(known)).toString('hex');
    const text = `ESDTNFTTransfer@${hexText('USDC-c76f1f')}@07@01@${to}`;
    const data = Buffer.from(text).toString('base64');
    expect(code(() => multiversx.codec.parse(completed({ receiver: key.address, data }), context))).toBe(
      'ADDRESS_INVALID',
    );
  });

  it.each([
    ['GuardAccount', 'contract-call'],
    ['toString', 'transfer'],
    ['constructor@00', 'contract-call'],
  ])('a completed transaction with the data %s is a %s', (text, kind) => {
    const data = Buffer.from(text).toString('base64');
    expect(multiversx.codec.parse(completed({ data }), context).summary.kind).toBe(kind);
  });

  it.each([
    ['of a foreign sender', { sender: other.address }, 'SENDER_MISMATCH'],
    ['of another network', { chainID: '1' }, 'CHAIN_ID_MISMATCH'],
    ['with a member more', { guardian: other.address }, 'TRANSACTION_INVALID'],
    ['with a fraction', { value: '1.5' }, 'TRANSACTION_INVALID'],
    ['with a number too large to be exact', { nonce: 2 ** 60 }, 'TRANSACTION_INVALID'],
    ['with another order of members', { nonce: undefined, x: undefined }, 'TRANSACTION_INVALID'],
    ['with data that is not base64', { data: '***' }, 'TRANSACTION_INVALID'],
  ])('a completed transaction %s is refused', (_what, change, expected) => {
    expect(code(() => multiversx.codec.parse(completed(change), context))).toBe(expected);
  });

  it('a completed transaction is not signed with a foreign key, or with none', async () => {
    const unsigned = multiversx.codec.parse(completed(), context);
    await expect(unsigned.sign([other])).rejects.toMatchObject({ code: 'SENDER_MISMATCH' });
    await expect(unsigned.sign([])).rejects.toMatchObject({ code: 'KEY_MISSING' });
  });

  it('any text gives a transaction or a coded error', () => {
    expectOnlyCodes(multiversx, completed({ data: 'aGk=' }), context);
    expectOnlyCodesOfTexts(multiversx);
  });
});
