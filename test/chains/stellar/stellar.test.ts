import {
  Account,
  Asset,
  type FeeBumpTransaction,
  Keypair,
  Memo,
  Networks,
  Operation,
  StrKey,
  type Transaction,
  TransactionBuilder,
  xdr,
} from '@stellar/stellar-sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stellar } from '../../../src/chains/stellar/index.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import { mnemonicToSeed } from '../../../src/crypto/mnemonic.js';
import { loadVectors } from '../../support/vectors.js';
import { codeOf, expectOnlyCodes, expectOnlyCodesOfTexts } from '../codes.js';
import { signVector } from '../replay.js';
import { keyOf } from '../signing.js';

const file = loadVectors('XLM');
const key = keyOf(stellar);
const other = keyOf(stellar, 0x22);
const context: ParseContext = { network: 'testnet', from: key.address, signers: [key] };
const usd = new Asset('USDX', other.address);

function envelope(
  operations: readonly ReturnType<typeof Operation.payment>[],
  memo: Memo = Memo.none(),
  source = key.address,
) {
  const builder = new TransactionBuilder(new Account(source, '41'), {
    fee: '100',
    networkPassphrase: Networks.TESTNET,
    memo,
  });
  for (const operation of operations) builder.addOperation(operation);
  return builder.setTimeout(300).build().toXDR();
}

const read = (raw: string) => TransactionBuilder.fromXDR(raw, Networks.TESTNET) as Transaction;
const pay = (amount = '1.5', asset = Asset.native()) =>
  Operation.payment({ destination: other.address, asset, amount });

describe('a recorded transaction', () => {
  it.each(file.transactions)('$name is signed as recorded', async (vector) => {
    const { raw, txId, summary, keys } = await signVector(stellar, vector);
    expect(raw).toBe(vector.broadcast.body['txData']);
    const network = vector.testnet ? Networks.TESTNET : Networks.PUBLIC;
    const transaction: Transaction | FeeBumpTransaction = TransactionBuilder.fromXDR(raw, network);
    expect(txId).toBe(Buffer.from(transaction.hash()).toString('hex'));
    expect(summary.from).toBe(keys[0]!.address);
  });
});

describe('a key', () => {
  it('a key is shown and read as the official library does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (seed) => {
        const pair = Keypair.fromRawEd25519Seed(Buffer.from(seed));
        expect(stellar.keys.address(stellar.keys.publicKey(seed), 'mainnet')).toBe(pair.publicKey());
        expect(stellar.keys.encodePrivateKey(seed, 'mainnet')).toBe(pair.secret());
        expect(stellar.keys.decodePrivateKey(pair.secret(), 'mainnet')).toEqual(seed);
      }),
      { numRuns: 30 },
    );
  });

  it('the key of a mnemonic follows SEP-5', async () => {
    // Source: SEP-0005, test 1.
    const words = 'illness spike retreat truth genius clock brain pass fit cave bargain toe';
    const { node, address } = stellar.keys.hd!.account(await mnemonicToSeed(words), 'mainnet');
    expect(address).toBe('GDRXE2BQUC3AZNPVFSCEZ76NJ3WWL25FYFK6RGZGIEKWE4SOOHSUJUJ6');
    expect(stellar.keys.encodePrivateKey(stellar.keys.hd!.privateKey(node, 1), 'mainnet')).toBe(
      'SCEPFFWGAG5P2VX5DHIYK3XEMZYLTYWIPWYEKXFHSK25RVMIUNJ7CTIS',
    );
  });

  it('a key with a wrong checksum or of another kind is refused', () => {
    const seed = stellar.keys.encodePrivateKey(key.privateKey, 'mainnet');
    for (const text of ['', `${seed.slice(0, -1)}${seed.endsWith('A') ? 'B' : 'A'}`, key.address, 'ab'.repeat(31)]) {
      expect(codeOf(() => stellar.keys.decodePrivateKey(text, 'mainnet'))).toBe('PRIVATE_KEY_INVALID');
    }
    for (const text of ['', seed, `${key.address.slice(0, -1)}2`, key.address.toLowerCase()]) {
      expect(codeOf(() => stellar.keys.normalizeAddress(text, 'mainnet'))).toBe('ADDRESS_INVALID');
    }
    expectOnlyCodesOfTexts(stellar);
  });
});

describe('an envelope', () => {
  it('an envelope is decoded as the official library reads it, and its signature verifies there', async () => {
    const pair = Keypair.fromRawEd25519Seed(Buffer.from(key.privateKey));
    const stroops = fc.bigInt({ min: 1n, max: 2n ** 62n });
    await fc.assert(
      fc.asyncProperty(
        stroops,
        fc.boolean(),
        fc.option(fc.stringMatching(/^[ -~]{1,28}$/)),
        async (amount, isToken, note) => {
          const text = `${amount / 10_000_000n}.${(amount % 10_000_000n).toString().padStart(7, '0')}`;
          const memo = note === null ? Memo.none() : Memo.text(note);
          const unsigned = stellar.codec.parse(envelope([pay(text, isToken ? usd : Asset.native())], memo), context);
          const { raw, txId } = await unsigned.sign([key]);
          const transaction = read(raw);
          expect(Buffer.from(transaction.hash()).toString('hex')).toBe(txId);
          expect(pair.verify(transaction.hash(), transaction.signatures.at(-1)!.signature())).toBe(true);
          const { summary } = unsigned;
          expect(isToken ? summary.tokens[0]?.amount : summary.value.amount).toBe(amount);
          expect(summary).toMatchObject({
            to: other.address,
            opaque: false,
            nonce: 42n,
            ...(note !== null && { memo: note }),
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('no part of a signature that is there already keeps the signature out', async () => {
    const signed = read((await stellar.codec.parse(envelope([pay()]), context).sign([key])).raw);
    const [own] = signed.signatures;
    for (const length of [0, 1, 63]) {
      const there = read(envelope([pay()]));
      const signature = own!.signature().subarray(0, length);
      there.signatures.push(new xdr.DecoratedSignature({ hint: own!.hint(), signature }));
      const { raw } = await stellar.codec.parse(there.toXDR(), context).sign([key]);
      const lengths = read(raw).signatures.map((one) => one.signature().length);
      expect(lengths).toEqual([length, 64]);
    }
  });

  it('an envelope of every operation is understood to its last byte', () => {
    const destination = other.address;
    const price = { n: 3, d: 7 };
    const path = [usd];
    const operations = [
      Operation.createAccount({ destination, startingBalance: '2' }),
      Operation.pathPaymentStrictReceive({
        sendAsset: usd,
        sendMax: '3',
        destination,
        destAsset: usd,
        destAmount: '1',
        path,
      }),
      Operation.pathPaymentStrictSend({
        sendAsset: usd,
        sendAmount: '3',
        destination,
        destAsset: usd,
        destMin: '1',
        path,
      }),
      Operation.manageSellOffer({ selling: usd, buying: Asset.native(), amount: '1', price, offerId: 5 }),
      Operation.manageBuyOffer({ selling: usd, buying: Asset.native(), buyAmount: '1', price }),
      Operation.createPassiveSellOffer({ selling: usd, buying: Asset.native(), amount: '1', price }),
      Operation.setOptions({
        masterWeight: 0,
        homeDomain: 'example.org',
        signer: { ed25519PublicKey: destination, weight: 1 },
      }),
      Operation.changeTrust({ asset: usd, limit: '0' }),
      Operation.allowTrust({ trustor: destination, assetCode: 'USDX', authorize: true }),
      Operation.accountMerge({ destination }),
      Operation.inflation({}),
      Operation.manageData({ name: 'entry', value: 'text' }),
      Operation.bumpSequence({ bumpTo: '99' }),
      Operation.clawback({ asset: usd, from: destination, amount: '1' }),
      Operation.beginSponsoringFutureReserves({ sponsoredId: destination }),
      Operation.endSponsoringFutureReserves({}),
      Operation.setTrustLineFlags({ trustor: destination, asset: usd, flags: { authorized: true } }),
      Operation.liquidityPoolDeposit({
        liquidityPoolId: 'ab'.repeat(32),
        maxAmountA: '1',
        maxAmountB: '2',
        minPrice: price,
        maxPrice: price,
      }),
      Operation.liquidityPoolWithdraw({
        liquidityPoolId: 'ab'.repeat(32),
        amount: '1',
        minAmountA: '1',
        minAmountB: '1',
      }),
      Operation.claimClaimableBalance({ balanceId: `00000000${'cd'.repeat(32)}` }),
    ];
    const { summary } = stellar.codec.parse(envelope(operations), context);
    for (const words of ['gives ALL its lumens', 'SIGNER', 'ends its trust line', 'takes 1 USDX'])
      expect(summary.text).toContain(words);
    for (const operation of operations) {
      expect(codeOf(() => stellar.codec.parse(envelope([operation]), context))).toBe('nothing');
    }
  });

  it('an envelope for another account, as a whole or in one operation, is refused unless that is allowed', () => {
    const foreign = [
      envelope([pay()], Memo.none(), other.address),
      envelope([
        Operation.payment({ source: other.address, destination: other.address, asset: Asset.native(), amount: '1' }),
      ]),
    ];
    for (const text of foreign) {
      expect(codeOf(() => stellar.codec.parse(text, context))).toBe('SENDER_MISMATCH');
      expect(codeOf(() => stellar.codec.parse(text, { ...context, allowForeignKey: true }))).toBe('nothing');
    }
  });

  it('an envelope of an account with its own number belongs to the key of that account', () => {
    const muxed = StrKey.encodeMed25519PublicKey(Buffer.concat([Buffer.from(key.publicKey), Buffer.alloc(8, 1)]));
    const text = envelope([
      Operation.payment({ source: muxed, destination: other.address, asset: Asset.native(), amount: '1' }),
    ]);
    expect(stellar.codec.parse(text, context).summary.from).toBe(key.address);
    expect(stellar.keys.normalizeAddress(muxed, 'mainnet')).toBe(muxed);
  });

  it('an envelope with sponsorship of entries, or bytes behind its end, is refused', () => {
    const revoke = envelope([Operation.revokeAccountSponsorship({ account: other.address })]);
    expect(codeOf(() => stellar.codec.parse(revoke, context))).toBe('TRANSACTION_UNSUPPORTED');
    const longer = Buffer.concat([Buffer.from(envelope([pay()]), 'base64'), Buffer.alloc(4)]).toString('base64');
    expect(codeOf(() => stellar.codec.parse(longer, context))).toBe('TRANSACTION_INVALID');
  });

  it('an envelope is signed once by a key, and never with a foreign key', async () => {
    const once = (await stellar.codec.parse(envelope([pay()]), context).sign([key])).raw;
    expect((await stellar.codec.parse(once, context).sign([key])).raw).toBe(once);
    await expect(stellar.codec.parse(once, context).sign([other])).rejects.toMatchObject({ code: 'SENDER_MISMATCH' });
    await expect(stellar.codec.parse(once, context).sign([])).rejects.toMatchObject({ code: 'KEY_MISSING' });
  });

  it('any text gives an envelope or a coded error', () => expectOnlyCodes(stellar, envelope([pay()]), context));
});
