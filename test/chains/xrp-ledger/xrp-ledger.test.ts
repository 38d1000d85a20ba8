import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classicAddressToXAddress, decode, ECDSA, hashes, verifySignature, Wallet as XrplWallet } from 'xrpl';
import { xrpLedger } from '../../../src/chains/xrp-ledger/index.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import { mnemonicToSeed } from '../../../src/crypto/mnemonic.js';
import { testKey } from '../../support/test-key.js';
import { loadVectors } from '../../support/vectors.js';
import { codeOf, expectOnlyCodes, expectOnlyCodesOfTexts } from '../codes.js';
import { signVector } from '../replay.js';

const file = loadVectors('XRP');
const keyOf = (text: string) => testKey(xrpLedger, xrpLedger.keys.decodePrivateKey(text, 'testnet'));
const key = keyOf('sEdVew8GnH7k5N6cRFrM6oL2C1Uc8BJ');
const other = keyOf('snkA81E9nRAzHGdK6axheG8a4kECb');
const context: ParseContext = { network: 'testnet', from: key.address, signers: [key] };
const usd = (value: string) => ({ currency: 'USD', issuer: other.address, value });

function payment(change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    Account: key.address,
    Amount: '25000000',
    Destination: other.address,
    TransactionType: 'Payment',
    Sequence: 42,
    LastLedgerSequence: 31416426,
    Fee: '10',
    Flags: 0,
    ...change,
  });
}

describe('a recorded transaction', () => {
  it.each(file.transactions)('$name is signed as recorded', async (vector) => {
    const { raw, keys, txId, summary } = await signVector(xrpLedger, vector);
    expect(raw).toBe(vector.broadcast.body['txData']);
    expect(keys[0]!.address).toBe(JSON.parse(vector.pending.serializedTransaction).Account);
    expect(txId).toBe(hashes.hashSignedTx(raw));
    expect(summary.opaque).toBe(false);
  });
});

describe('a key', () => {
  it('a key of either kind of seed gives the account of the official library, and is shown as it was read', () => {
    const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(bytes, fc.constantFrom(ECDSA.ed25519, ECDSA.secp256k1), (entropy, algorithm) => {
        const official = XrplWallet.fromEntropy(entropy, { algorithm });
        const ours = keyOf(official.seed!);
        expect(ours.address).toBe(official.classicAddress);
        expect(Buffer.from(ours.publicKey).toString('hex').toUpperCase()).toBe(official.publicKey);
        expect(xrpLedger.keys.encodePrivateKey(ours.privateKey, 'mainnet')).toBe(official.seed);
        expect(keyOf(official.privateKey).address).toBe(official.classicAddress);
      }),
      { numRuns: 40 },
    );
  });

  it('the key of a mnemonic matches that of common wallets', async () => {
    const words = 'abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about';
    const { xpub } = xrpLedger.keys.hd!.account(await mnemonicToSeed(words), 'mainnet');
    const official = XrplWallet.fromMnemonic(words, { derivationPath: "m/44'/144'/0'/0/0" });
    expect(xrpLedger.keys.address(xrpLedger.keys.hd!.publicKey!(xpub!, 0), 'mainnet')).toBe(official.classicAddress);
  });

  it('the key of a new wallet is an ed25519 seed', () => {
    const text = xrpLedger.keys.encodePrivateKey(xrpLedger.keys.newPrivateKey!(new Uint8Array(32).fill(7)), 'mainnet');
    expect(text).toMatch(/^sEd/);
    expect(XrplWallet.fromSeed(text).classicAddress).toBe(keyOf(text).address);
  });

  it('a key with a wrong checksum or of another kind is refused', () => {
    for (const text of ['', 'sEdVew8GnH7k5N6cRFrM6oL2C1Uc8BK', key.address, 'ab'.repeat(31), '00'.repeat(32)]) {
      expect(codeOf(() => xrpLedger.keys.decodePrivateKey(text, 'mainnet'))).toBe('PRIVATE_KEY_INVALID');
    }
    expectOnlyCodesOfTexts(xrpLedger);
  });
});

describe('a completed transaction', () => {
  it('a completed transaction is decoded as the official library reads it, and its signature verifies there', async () => {
    const drops = fc.bigInt({ min: 1n, max: 10n ** 17n });
    await fc.assert(
      fc.asyncProperty(
        drops,
        fc.option(fc.nat({ max: 0xffffffff })),
        fc.constantFrom(key, other),
        async (amount, tag, signer) => {
          const text = payment({
            Account: signer.address,
            Amount: amount.toString(),
            ...(tag !== null && { DestinationTag: tag }),
          });
          const unsigned = xrpLedger.codec.parse(text, { ...context, from: signer.address, signers: [signer] });
          const { raw, txId } = await unsigned.sign([signer]);
          const read = decode(raw) as Record<string, unknown>;
          expect(read['Amount']).toBe(unsigned.summary.value.amount.toString());
          expect(read['Destination']).toBe(unsigned.summary.to);
          expect(unsigned.summary.memo).toBe(tag === null ? undefined : String(tag));
          expect(verifySignature(raw)).toBe(true);
          expect(txId).toBe(hashes.hashSignedTx(raw));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('a transaction of any issued amount is decoded as the official library reads it, and its signature verifies there', async () => {
    const digits = fc.bigInt({ min: 1n, max: 10n ** 15n - 1n });
    const currencies = fc.constantFrom(
      'USD',
      `${'00'.repeat(12)}555344${'00'.repeat(5)}`,
      '5553440000'.padEnd(40, '0'),
    );
    await fc.assert(
      fc.asyncProperty(digits, fc.nat(15), currencies, async (number, decimals, currency) => {
        const text = number.toString().padStart(decimals + 1, '0');
        const value = `${text.slice(0, text.length - decimals)}.${text.slice(text.length - decimals)}`.replace(
          /\.$/,
          '',
        );
        const unsigned = xrpLedger.codec.parse(
          payment({ Amount: { currency, issuer: other.address, value } }),
          context,
        );
        const { raw } = await unsigned.sign([key]);
        const read = (decode(raw) as { Amount: { currency: string; issuer: string; value: string } }).Amount;
        const [move] = unsigned.summary.tokens;
        expect(move).toMatchObject({ to: other.address, contract: `${read.currency}.${read.issuer}` });
        expect(move?.amount).toBe(number * 10n ** BigInt(15 - decimals));
        expect(Number(read.value)).toBe(Number(value));
        expect(verifySignature(raw)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('a transaction of an issued currency says currency, issuer and amount', () => {
    const { summary } = xrpLedger.codec.parse(payment({ Amount: usd('100.25'), SendMax: usd('101') }), context);
    expect(summary).toMatchObject({
      kind: 'token-transfer',
      opaque: false,
      tokens: [
        { contract: `USD.${other.address}`, from: key.address, amount: 101_000_000_000_000_000n },
        { contract: `USD.${other.address}`, to: other.address, amount: 100_250_000_000_000_000n },
      ],
    });
  });

  it('a partial payment, a new key and a deleted account are clearly named', () => {
    expect(xrpLedger.codec.parse(payment({ Flags: 131072 }), context).summary.text).toContain('AT MOST');
    const { Amount: _a, Destination: _d, ...rest } = JSON.parse(payment());
    const rekey = JSON.stringify({ ...rest, TransactionType: 'SetRegularKey', RegularKey: other.address });
    expect(xrpLedger.codec.parse(rekey, context).summary.text).toContain('CHANGES THE KEY');
    const end = JSON.stringify({ ...rest, TransactionType: 'AccountDelete', Destination: other.address });
    expect(xrpLedger.codec.parse(end, context).summary.text).toContain('DELETES THE ACCOUNT');
  });

  it('an X-address is split into address and tag', () => {
    const Destination = classicAddressToXAddress(other.address, 77, true);
    const { summary } = xrpLedger.codec.parse(payment({ Destination }), context);
    expect(summary).toMatchObject({ to: other.address, memo: '77' });
    expect(codeOf(() => xrpLedger.codec.parse(payment({ Destination, DestinationTag: 78 }), context))).toBe(
      'TRANSACTION_INVALID',
    );
  });

  it.each([
    ['of a foreign account', { Account: other.address }, 'SENDER_MISMATCH'],
    ['that is signed already', { TxnSignature: 'AB' }, 'TRANSACTION_INVALID'],
    ['that has signers already', { Signers: [] }, 'TRANSACTION_INVALID'],
    ['with a field that the format does not know', { Amuont: '1' }, 'TRANSACTION_INVALID'],
    ['with an amount that is a number', { Amount: 25 }, 'AMOUNT_INVALID'],
    ['with a fraction of a drop', { Amount: '1.5' }, 'AMOUNT_INVALID'],
    ['with a negative issued amount', { Amount: usd('-1') }, 'AMOUNT_INVALID'],
    ['with more digits than the ledger keeps', { Amount: usd('1.00000000000000000001') }, 'TRANSACTION_INVALID'],
    ['without a number', { Sequence: undefined }, 'TRANSACTION_INVALID'],
    ['to no address', { Destination: 'rNotAnAddress' }, 'ADDRESS_INVALID'],
  ])('a completed transaction %s is refused', (_what, change, expected) => {
    expect(codeOf(() => xrpLedger.codec.parse(payment(change), context))).toBe(expected);
  });

  it.each<readonly [string, Record<string, unknown>]>([
    ['that the ledger does not have', { Bonus: 7 }],
    ['that the signature does not cover', { MasterSignature: 'AB' }],
    ['inside another that the ledger does not have', { Memos: [{ Memo: { MemoData: 'AB', Bonus: 'CD' } }] }],
    ['inside an amount', { SendMax: { ...usd('1'), Bonus: 'CD' } }],
  ])('a transaction with a member %s is refused, not signed without it', (_what, change) => {
    expect(codeOf(() => xrpLedger.codec.parse(payment(change), context))).toBe('TRANSACTION_INVALID');
  });

  it('a transaction is signed the same way, whether the public key is known before or only by the signer', async () => {
    const sign = async (signers: ParseContext['signers']) =>
      await xrpLedger.codec.parse(payment(), { ...context, signers }).sign([key]);
    const { raw } = await sign([{ address: key.address }]);
    expect(raw).toBe((await sign([key])).raw);
    expect((await sign([{ address: key.address, publicKey: other.publicKey }])).raw).toBe(raw);
    expect(verifySignature(raw)).toBe(true);
  });

  it('a transaction of another account is signed with this key only when that is allowed', async () => {
    const text = payment({ Account: other.address });
    const unsigned = xrpLedger.codec.parse(text, { ...context, allowForeignKey: true });
    const read = decode((await unsigned.sign([key])).raw) as Record<string, unknown>;
    expect(read).toMatchObject({
      Account: other.address,
      SigningPubKey: Buffer.from(key.publicKey).toString('hex').toUpperCase(),
    });
    await expect(unsigned.sign([other])).rejects.toMatchObject({ code: 'SENDER_MISMATCH' });
  });

  it('any text gives a transaction or a coded error', () => expectOnlyCodes(xrpLedger, payment(), context));
});
