import {
  ComputeBudgetProgram,
  Keypair,
  Message,
  PublicKey,
  SystemProgram,
  Transaction,
  TransactionMessage,
  VersionedMessage,
  VersionedTransaction,
} from '@solana/web3.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { associatedTokenAddress, isOnCurve } from '../../../src/chains/solana/address.js';
import { solana } from '../../../src/chains/solana/index.js';
import { PLACEHOLDER_BLOCKHASH } from '../../../src/chains/solana/message.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import { networkOf } from '../../../src/core/ids.js';
import type { LentKey } from '../../../src/core/signing/wallet.js';
import { verify } from '../../../src/crypto/ed25519.js';
import { mnemonicToSeed } from '../../../src/crypto/mnemonic.js';
import { loadVectors } from '../../support/vectors.js';
import { codeOf, expectOnlyCodes, expectOnlyCodesOfTexts } from '../codes.js';
import { completeVector, contextOfVector, keysOfVector, signVector } from '../replay.js';
import { keyOf } from '../signing.js';

const file = loadVectors('SOL');
const key = keyOf(solana);
const second = keyOf(solana, 0x22);
const stranger = keyOf(solana, 0x33);
const blockhash = '22P7aiJEXM5dffbD9CGRWNT88KgomkogFACVqcDdsxR2';
const pub = ({ publicKey }: LentKey) => new PublicKey(publicKey);

function contextOf(...keys: readonly LentKey[]): ParseContext {
  return { network: 'testnet', from: keys[0]!.address, signers: keys };
}

interface Built {
  readonly payer?: LentKey;
  readonly instructions?: TransactionMessage['instructions'];
  readonly blockhash?: string;
}

const send = (lamports: number | bigint, from = key, to = stranger) =>
  SystemProgram.transfer({ fromPubkey: pub(from), toPubkey: pub(to), lamports });

function legacy(built: Built = {}): Uint8Array {
  const { payer = key, instructions = [send(5)] } = built;
  const recentBlockhash = built.blockhash ?? blockhash;
  return new TransactionMessage({ payerKey: pub(payer), instructions, recentBlockhash })
    .compileToLegacyMessage()
    .serialize();
}

function completed(message: Uint8Array = legacy(), change: Record<string, unknown> = {}): string {
  return JSON.stringify({
    txData: Buffer.from(message).toString('hex'),
    slot: '250000000',
    lastValidBlockHeight: '230000150',
    ...change,
  });
}

describe('a recorded transaction', () => {
  it.each(file.transactions)('$name is signed as recorded', async (vector) => {
    const { raw, txId, summary } = await signVector(solana, vector);
    const sent = vector.rpc.find(({ request }) => request.body?.method === 'sendTransaction');
    expect(raw).toBe(sent?.request.body?.params[0]);
    expect(txId).toBe(vector.broadcast.body['txData']);
    expect(summary.opaque).toBe(false);
    expect(vector.broadcast.path).toBe(`/v3/${solana.slug}/broadcast`);
  });

  it('a recorded transaction says what it does', async () => {
    const told = await Promise.all(file.transactions.map(async (vector) => (await signVector(solana, vector)).summary));
    expect(told.map(({ kind, fee, value }) => [kind, fee.amount, value.amount])).toEqual([
      ['transfer', 5000n, 250_000_000n],
      ['transfer', 5000n, 3_000_000_000n],
      ['transfer', 10_000n, 1_000_000n],
      ['token-transfer', 5000n, 0n],
      ['token-transfer', 5000n, 0n],
      ['other', 10_000n, 1_461_600n],
    ]);
    const [, , , transfer, created, deployed] = told.map(({ tokens }) => tokens);
    expect(transfer).toMatchObject([{ standard: 'SPL', action: 'transfer', amount: 1_000_000_000_000n }]);
    expect(created).toMatchObject([
      {
        amount: 100_000n,
        to: 'HYGhmQUS7wNzK12fgWVwaGqY8AdqKpDyHoNGXupdXQSy',
        contract: '4cjjw5itbWDTnwizcAwk1s6UNy5fb7GLgYb67qt5jSoU',
      },
    ]);
    expect(deployed).toMatchObject([{ action: 'mint', amount: 1_000_000_000_000n }]);
  });

  it('a transaction is completed with the latest blockhash and its lifetime, whatever blockhash the request has', async () => {
    const [vector] = file.transactions;
    const old = { txData: Buffer.from(legacy({ blockhash: PublicKey.unique().toBase58() })).toString('hex') };
    const pending = { ...vector!.pending, serializedTransaction: JSON.stringify(old) };
    expect(JSON.parse(await completeVector(solana, { ...vector!, pending }))).toEqual(JSON.parse(completed()));
  });

  it('a transaction is not signed if its wallet is not a signer, or if a signer has no wallet', async () => {
    for (const vector of file.transactions) {
      const keys = await keysOfVector(solana, vector);
      const text = await completeVector(solana, vector);
      const context = contextOfVector(solana, vector, keys);
      const surplus = { ...context, signers: [...context.signers, stranger] };
      expect(codeOf(() => solana.codec.parse(text, surplus))).toBe('SENDER_MISMATCH');
      expect(codeOf(() => solana.codec.parse(text, contextOf(stranger)))).toBe('SENDER_MISMATCH');
      const unsigned = solana.codec.parse(text, context);
      await expect(unsigned.sign([])).rejects.toMatchObject({ code: 'KEY_MISSING' });
      await expect(unsigned.sign(keys.slice(1))).rejects.toMatchObject({ code: 'KEY_MISSING' });
      await expect(unsigned.sign([...keys, stranger])).rejects.toMatchObject({ code: 'SENDER_MISMATCH' });
      // Twice the same key is no other key.
      expect((await unsigned.sign([...keys, ...keys])).raw).toBe((await unsigned.sign(keys)).raw);
    }
  });
});

describe('the key that comes with a request for a new mint', () => {
  const deploy = file.transactions.find(({ name }) => name.includes('mintPK'))!;
  const { mintPK } = JSON.parse(deploy.pending.serializedTransaction) as { mintPK: string };

  async function codeWith(change: Record<string, unknown>): Promise<string> {
    const text = await completeVector(solana, deploy);
    const context = contextOfVector(solana, deploy, await keysOfVector(solana, deploy));
    return codeOf(() => solana.codec.parse(JSON.stringify({ ...JSON.parse(text), ...change }), context));
  }

  it('the key for a new mint must be a signer, and never belong to a wallet', async () => {
    const [own] = await keysOfVector(solana, deploy);
    expect(await codeWith({})).toBe('nothing');
    expect(await codeWith({ mintPK: undefined })).toBe('KEY_MISSING');
    expect(await codeWith({ mintPK: solana.keys.encodePrivateKey(stranger.privateKey, 'testnet') })).toBe(
      'TRANSACTION_INVALID',
    );
    expect(await codeWith({ mintPK: solana.keys.encodePrivateKey(own!.privateKey, 'testnet') })).toBe(
      'SENDER_MISMATCH',
    );
    expect(await codeWith({ mintPK: `${mintPK.slice(0, -2)}00` })).toBe('TRANSACTION_INVALID');
    expect(await codeWith({ mintPK: 7 })).toBe('TRANSACTION_INVALID');
  });

  it('the key for a new mint does not pay a fee', () => {
    const message = legacy({ payer: second, instructions: [send(5)] });
    const text = completed(message, { mintPK: solana.keys.encodePrivateKey(second.privateKey, 'testnet') });
    expect(codeOf(() => solana.codec.parse(text, contextOf(key)))).toBe('SENDER_MISMATCH');
  });

  it('the key for a new mint appears in no summary and in no message', async () => {
    const { summary } = await signVector(solana, deploy);
    expect(JSON.stringify(summary, (_name, value) => (typeof value === 'bigint' ? `${value}` : value))).not.toContain(
      mintPK.slice(0, 20),
    );
    const broken = `${mintPK.slice(0, -2)}00`;
    const text = completed(legacy(), { mintPK: broken });
    expect(() => solana.codec.parse(text, contextOf(key))).toThrow(expect.not.stringContaining(broken.slice(0, 20)));
  });
});

describe('a wallet', () => {
  it('a wallet derives the recorded addresses and private keys', async () => {
    expect(file.privateKeys.length).toBeGreaterThan(0);
    for (const { testnet, mnemonic, index, privateKey, address } of file.privateKeys) {
      const { node } = solana.keys.hd!.account(await mnemonicToSeed(mnemonic), networkOf(testnet));
      const seed = solana.keys.hd!.privateKey(node, index);
      expect(solana.keys.encodePrivateKey(seed, networkOf(testnet))).toBe(privateKey);
      expect(solana.keys.address(solana.keys.publicKey(seed), networkOf(testnet))).toBe(address);
    }
    for (const { testnet, mnemonic, address, privateKey } of file.wallets) {
      const account = solana.keys.hd!.account(await mnemonicToSeed(mnemonic), networkOf(testnet));
      expect(account.address).toBe(address);
      expect(solana.keys.encodePrivateKey(solana.keys.hd!.privateKey(account.node, 0), networkOf(testnet))).toBe(
        privateKey,
      );
    }
  });

  // Source: Solana Cookbook, "How to restore a keypair from a mnemonic", the part on BIP-44 wallets.
  it('the path of other wallets (the account before the last zero) is available on request', async () => {
    const mnemonic = 'neither lonely flavor argue grass remind eye tag avocado spot unusual intact';
    const scheme = solana.keys.derivations!['common']!;
    const { node, address } = scheme.account(await mnemonicToSeed(mnemonic), 'mainnet');
    expect(address).toBe('5vftMkHL72JaJG6ExQfGAsT2uGVHpRR7oTNUPMs68Y2N');
    const next = solana.keys.address(solana.keys.publicKey(scheme.privateKey(node, 1)), 'mainnet');
    expect(next).toBe('GcXbfQ5yY3uxCyBNDPBbR5FjumHf89E7YHXuULfGDBBv');
  });

  it('a wallet is read from every common form of a private key', () => {
    const pair = Keypair.fromSeed(key.privateKey);
    const base58 = solana.keys.encodePrivateKey(key.privateKey, 'mainnet');
    const digits = Buffer.from(pair.secretKey).toString('hex');
    const list = JSON.stringify([...pair.secretKey]);
    const seed = Buffer.from(key.privateKey).toString('hex');
    for (const text of [base58, digits, `0x${digits}`, digits.toUpperCase(), list, ` ${list}\n`, seed]) {
      expect(solana.keys.decodePrivateKey(text, 'mainnet')).toEqual(key.privateKey);
    }
  });

  it.each([
    ['an address', key.address],
    ['halves that do not fit', Buffer.concat([key.privateKey, second.publicKey]).toString('hex')],
    ['halves that do not fit, as a list', JSON.stringify([...key.privateKey, ...second.publicKey])],
    ['a list that is too short', JSON.stringify([...key.privateKey])],
    ['a list of too large numbers', JSON.stringify(Array(64).fill(256))],
    ['a list that does not end', '[1,2'],
    ['too few digits', '11'.repeat(63)],
    ['nothing', ''],
  ])('a wallet is not read from %s, and the text is not repeated', (_what, text) => {
    expect(codeOf(() => solana.keys.decodePrivateKey(text, 'mainnet'))).toBe('PRIVATE_KEY_INVALID');
    if (text.length > 8) {
      expect(() => solana.keys.decodePrivateKey(text, 'mainnet')).toThrow(
        expect.not.stringContaining(text.slice(0, 8)),
      );
    }
  });

  it('the length of an address is checked', () => {
    expect(solana.keys.normalizeAddress(key.address, 'mainnet')).toBe(key.address);
    const others = ['', '0', key.address.slice(1), `1${key.address}`, `${key.address}0`, 'x'.repeat(1000)];
    for (const text of others)
      expect(codeOf(() => solana.keys.normalizeAddress(text, 'mainnet'))).toBe('ADDRESS_INVALID');
  });

  it('any text gives only coded errors', () => expectOnlyCodesOfTexts(solana));

  it('tokens are kept where the network looks for them', () => {
    const tokenProgram = new PublicKey('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
    const program = new PublicKey('ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL');
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(bytes, bytes, (one, other) => {
        const [owner, mint] = [new PublicKey(one), new PublicKey(other)];
        const seeds = [owner, tokenProgram, mint].map((address) => address.toBuffer());
        const [expected] = PublicKey.findProgramAddressSync(seeds, program);
        const address = associatedTokenAddress(owner.toBase58(), mint.toBase58(), tokenProgram.toBase58());
        expect(address).toBe(expected.toBase58());
        expect(isOnCurve(one)).toBe(PublicKey.isOnCurve(one));
      }),
      { numRuns: 50 },
    );
  });
});

describe('a completed transaction', () => {
  it('the official library reads a signed transaction as requested and verifies its signatures', async () => {
    const amounts = fc.array(fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), { minLength: 1, maxLength: 5 });
    const price = fc.option(fc.tuple(fc.nat(1_400_000), fc.nat(1_000_000)));
    await fc.assert(
      fc.asyncProperty(
        amounts,
        price,
        fc.boolean(),
        fc.boolean(),
        async (lamports, budget, isVersioned, isSponsored) => {
          const instructions = lamports.map((amount) => send(amount));
          if (budget !== null) {
            instructions.unshift(ComputeBudgetProgram.setComputeUnitLimit({ units: budget[0] }));
            instructions.push(ComputeBudgetProgram.setComputeUnitPrice({ microLamports: budget[1] }));
          }
          const payer = isSponsored ? second : key;
          const message = new TransactionMessage({ payerKey: pub(payer), instructions, recentBlockhash: blockhash });
          const bytes = (isVersioned ? message.compileToV0Message() : message.compileToLegacyMessage()).serialize();
          const keys = isSponsored ? [key, second] : [key];
          const unsigned = solana.codec.parse(completed(bytes), contextOf(...keys));
          const { raw, txId } = await unsigned.sign(keys);
          const read = VersionedTransaction.deserialize(Buffer.from(raw, 'base64'));
          expect(VersionedMessage.deserializeMessageVersion(bytes)).toBe(isVersioned ? 0 : 'legacy');
          expect(Buffer.from(read.message.serialize())).toEqual(Buffer.from(bytes));
          read.message.staticAccountKeys.slice(0, keys.length).forEach((signer, at) => {
            expect(verify(bytes, read.signatures[at]!, signer.toBytes())).toBe(true);
          });
          if (!isVersioned) expect(Transaction.from(Buffer.from(raw, 'base64')).verifySignatures()).toBe(true);
          expect(txId).toBe(solana.keys.address(read.signatures[0]!, 'testnet'));
          const { summary } = unsigned;
          expect(summary.value.amount).toBe(lamports.reduce((sum, amount) => sum + amount, 0n));
          const priority = budget === null ? 0n : (BigInt(budget[0]) * BigInt(budget[1]) + 999_999n) / 1_000_000n;
          expect(summary.fee.amount).toBe(5000n * BigInt(keys.length) + priority);
          expect(summary).toMatchObject({ kind: 'transfer', to: stranger.address, from: key.address, opaque: false });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a transaction is signed the same way every time', async () => {
    const sign = () => solana.codec.parse(completed(), contextOf(key)).sign([key]);
    expect(await sign()).toEqual(await sign());
  });

  it('a transaction needs a key for every signer', () => {
    const message = legacy({ payer: second });
    expect(codeOf(() => solana.codec.parse(completed(message), contextOf(key)))).toBe('KEY_MISSING');
    expect(codeOf(() => solana.codec.parse(completed(message), contextOf(second)))).toBe('KEY_MISSING');
    expect(codeOf(() => solana.codec.parse(completed(message), contextOf(key, second)))).toBe('nothing');
    expect(codeOf(() => solana.codec.parse(completed(message), contextOf(key, second, stranger)))).toBe(
      'SENDER_MISMATCH',
    );
  });

  const tampered = (change: (bytes: number[]) => unknown): string => {
    const bytes = [...legacy()];
    change(bytes);
    return completed(Uint8Array.from(bytes));
  };

  it.each([
    ['with the placeholder of a blockhash', completed(legacy({ blockhash: PLACEHOLDER_BLOCKHASH })), 'INVALID'],
    ['with a blockhash of zeros', completed(legacy({ blockhash: PublicKey.default.toBase58() })), 'INVALID'],
    ['without an end', completed(legacy(), { lastValidBlockHeight: undefined, slot: undefined }), 'INVALID'],
    ['with half an end', completed(legacy(), { slot: undefined }), 'INVALID'],
    ['with a member more', completed(legacy(), { skipPreflight: true }), 'INVALID'],
    ['with tables that it does not look up', completed(legacy(), { tables: [{}] }), 'INVALID'],
    ['without an instruction', completed(legacy({ instructions: [] })), 'INVALID'],
    ['with bytes too many', tampered((bytes) => bytes.push(0)), 'INVALID'],
    ['that ends in the middle', tampered((bytes) => bytes.pop()), 'INVALID'],
    ['without a signer', tampered((bytes) => bytes.splice(0, 1, 0)), 'INVALID'],
    ['with more signers than accounts', tampered((bytes) => bytes.splice(0, 1, 9)), 'INVALID'],
    ['with a payer that must not pay', tampered((bytes) => bytes.splice(1, 1, 1)), 'INVALID'],
    ['of a later version', tampered((bytes) => bytes.unshift(0x81)), 'UNSUPPORTED'],
    ['of version 0 without lookups', tampered((bytes) => bytes.unshift(0x80)), 'INVALID'],
    ['with a length in a longer form', tampered((bytes) => bytes.splice(3, 1, 0x83, 0x00)), 'INVALID'],
    ['with a length above all lengths', tampered((bytes) => bytes.splice(3, 1, 0xff, 0xff, 0x7f)), 'INVALID'],
    ['whose program is the payer', tampered((bytes) => bytes.splice(4 + 4 * 32 + 1, 1, 0)), 'INVALID'],
    ['whose program is no account', tampered((bytes) => bytes.splice(4 + 4 * 32 + 1, 1, 9)), 'INVALID'],
    ['with an account that is none', tampered((bytes) => bytes.splice(4 + 4 * 32 + 3, 1, 3)), 'INVALID'],
    ['with an account that stands twice', tampered((bytes) => bytes.splice(36, 32, ...bytes.slice(4, 36))), 'INVALID'],
    ['with an instruction cut short', tampered((bytes) => [bytes.splice(-9, 1, 11), bytes.pop()]), 'INVALID'],
    [
      'larger than a packet',
      completed(legacy({ instructions: Array.from({ length: 64 }, (_, at) => send(at)) })),
      'TOO_LARGE',
    ],
    ['whose bytes are not digits', completed(legacy(), { txData: '0x00' }), 'INVALID'],
    ['whose bytes are none', completed(legacy(), { txData: '' }), 'INVALID'],
    ['of another form', '[]', 'INVALID'],
  ])('a transaction %s is refused', (_what, text, expected) => {
    expect(codeOf(() => solana.codec.parse(text, contextOf(key)))).toBe(`TRANSACTION_${expected}`);
  });

  it('a transaction may be as large as a packet, and not larger', async () => {
    const memo = (length: number) => ({
      programId: new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'),
      keys: [],
      data: Buffer.alloc(length, 97),
    });
    const bytes = (length: number) => {
      const message = new Message({
        header: { numRequiredSignatures: 1, numReadonlySignedAccounts: 0, numReadonlyUnsignedAccounts: 1 },
        accountKeys: [pub(key), memo(0).programId],
        recentBlockhash: blockhash,
        instructions: [{ programIdIndex: 1, accounts: [], data: '' }],
      }).serialize();
      // The library writes at most 1232 bytes, so the data is put in by hand.
      return Buffer.concat([
        message.subarray(0, -1),
        Buffer.from([(length & 0x7f) | 0x80, length >> 7]),
        memo(length).data,
      ]);
    };
    const room = 1232 - 65 - (bytes(200).length - 200);
    const most = solana.codec.parse(completed(bytes(room)), contextOf(key));
    expect(most.summary.memo).toHaveLength(room);
    expect(Buffer.from((await most.sign([key])).raw, 'base64')).toHaveLength(1232);
    expect(codeOf(() => solana.codec.parse(completed(bytes(room + 1)), contextOf(key)))).toBe('TRANSACTION_TOO_LARGE');
  });

  it('any text gives a transaction or a coded error', () => expectOnlyCodes(solana, completed(), contextOf(key)));

  it('a transaction with any changed byte is refused, or shown and signed as it now is', async () => {
    const good = legacy();
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, byte) => {
        const bytes = Uint8Array.from(good);
        bytes[at] = byte;
        const parse = () => solana.codec.parse(completed(bytes), contextOf(key));
        const code = codeOf(parse);
        expect(code).toMatch(/^([A-Z]+_[A-Z_]+|nothing)$/);
        if (code !== 'nothing') return;
        const { raw } = await parse().sign([key]);
        const read = VersionedTransaction.deserialize(Buffer.from(raw, 'base64'));
        expect(Buffer.from(read.message.serialize())).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 200 },
    );
  });
});
