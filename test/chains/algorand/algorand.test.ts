import algosdk from 'algosdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { algorand } from '../../../src/chains/algorand/index.js';
import { networkOf } from '../../../src/core/ids.js';
import { mnemonicToSeed } from '../../../src/crypto/mnemonic.js';
import { loadVectors } from '../../support/vectors.js';
import { codeOf, expectOnlyCodes, expectOnlyCodesOfTexts } from '../codes.js';
import { signVector } from '../replay.js';
import { keyOf } from '../signing.js';
import { printed, requestOf } from './asking.js';

const file = loadVectors('ALGO');
const key = keyOf(algorand);
const other = keyOf(algorand, 0x22);
const third = keyOf(algorand, 0x33);
const context = { network: 'testnet' as const, from: key.address, signers: [key] };
const request = (change: Record<string, unknown> = {}) => requestOf(key, other, change);
const summaryOf = (change: Record<string, unknown>) => algorand.codec.parse(request(change), context).summary;
const codeFor = (change: Record<string, unknown>) => codeOf(() => algorand.codec.parse(request(change), context));
const asset = { type: 'axfer', assetIndex: 31566704 };

/** As the official library reads words; undefined where it refuses them. */
function seedOf(words: string): Uint8Array | undefined {
  try {
    return algosdk.seedFromMnemonic(words);
  } catch {
    return undefined;
  }
}

describe('a recorded transaction', () => {
  it.each(file.transactions)('$name is signed as recorded', async (vector) => {
    const { raw, txId, summary } = await signVector(algorand, vector);
    expect(raw).toBe(vector.broadcast.body['txData']);
    const { txn } = algosdk.decodeSignedTransaction(Buffer.from(raw, 'hex'));
    expect(txId).toBe(txn.txID());
    expect(summary.fee.amount).toBe(txn.fee);
    expect(summary.opaque).toBe(false);
  });

  it('a transaction states a fee for each byte, and the summary names it in full', async () => {
    const optIn = file.transactions.find(({ name }) => name.startsWith('asset opt-in'));
    const { summary } = await signVector(algorand, optIn!);
    expect(summary).toMatchObject({ kind: 'other', method: 'opt-in', tokens: [] });
    expect(summary.text).toMatch(/opts in to receiving asset 10458941; the fee is 0\.251 ALGO$/);
  });
});

describe('a wallet', () => {
  it.each(file.wallets)(
    'a wallet has the recorded address, secret and words: $address',
    ({ secret, address, mnemonic, testnet }) => {
      const network = networkOf(testnet);
      const privateKey = algorand.keys.decodePrivateKey(secret!, network);
      expect(algorand.keys.encodePrivateKey(privateKey, network)).toBe(secret);
      expect(algorand.keys.address(algorand.keys.publicKey(privateKey), network)).toBe(address);
      if (mnemonic !== undefined) expect(algorand.keys.decodeMnemonic!(mnemonic)).toEqual(privateKey);
    },
  );

  it('a BIP-39 mnemonic gives the address that other wallets show', async () => {
    // Source: CoinAddressDerivationTests of Trust Wallet's wallet-core.
    const words = 'shoot island position soft burden budget tooth cruel issue economy destroy above';
    const { address, node } = algorand.keys.hd!.account(await mnemonicToSeed(words), 'mainnet');
    expect(address).toBe('JTJWO524JXIHVPGBDWFLJE7XUIA32ECOZOBLF2QP3V5TQBT3NKZSCG67BQ');
    const first = algorand.keys.publicKey(algorand.keys.hd!.privateKey(node, 0));
    expect(algorand.keys.address(first, 'mainnet')).toBe(address);
  });

  it('a wallet is read from every form of its secret', () => {
    const both = Buffer.concat([key.privateKey, key.publicKey]);
    const seed = Buffer.from(key.privateKey);
    const texts = [both, seed].flatMap((bytes) => [
      bytes.toString('hex'),
      `0x${bytes.toString('hex')}`,
      bytes.toString('base64'),
    ]);
    const words = algosdk.secretKeyToMnemonic(Uint8Array.from(both));
    for (const text of [...texts, words, algorand.keys.encodePrivateKey(key.privateKey, 'mainnet')]) {
      expect(algorand.keys.decodePrivateKey(text, 'mainnet')).toEqual(key.privateKey);
    }
  });

  it('a wallet is not read from halves that do not belong together, nor from anything else', () => {
    const foreign = Buffer.concat([key.privateKey, other.publicKey]);
    const secret = algorand.keys.encodePrivateKey(key.privateKey, 'mainnet');
    const texts = [foreign.toString('hex'), foreign.toString('base64'), '', secret.slice(1), secret.toLowerCase()];
    for (const text of [...texts, `${secret.slice(0, -1)}B`]) {
      expect(codeOf(() => algorand.keys.decodePrivateKey(text, 'mainnet'))).toBe('PRIVATE_KEY_INVALID');
    }
  });

  it('a wallet is read from any 25 words of the official library, and from no others', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.nat(24), (seed, at) => {
        const words = algosdk.mnemonicFromSeed(seed).split(' ');
        expect(algorand.keys.decodeMnemonic!(`  ${words.join('  ').toUpperCase()} `)).toEqual(seed);
        const wrong = words.with(at, words[at] === 'zoo' ? 'abandon' : 'zoo').join(' ');
        // A checksum of eleven bits lets one wrong word in 2,048 pass, there as here.
        const official = seedOf(wrong);
        if (official === undefined) expect(codeOf(() => algorand.keys.decodeMnemonic!(wrong))).toBe('MNEMONIC_INVALID');
        else expect(algorand.keys.decodeMnemonic!(wrong)).toEqual(official);
        const foreign = words.with(at, 'custos').join(' ');
        expect(() => algorand.keys.decodeMnemonic!(foreign)).toThrow(`word ${at + 1} is not in the English list`);
        expect(algorand.keys.decodeMnemonic!(words.slice(1).join(' '))).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  it('the checksum of an address is checked', () => {
    expect(algorand.keys.normalizeAddress(key.address, 'mainnet')).toBe(key.address);
    for (const text of [
      key.address.toLowerCase(),
      key.address.slice(1),
      `${key.address.slice(0, -1)}A`,
      `${key.address}=`,
    ]) {
      expect(codeOf(() => algorand.keys.normalizeAddress(text, 'mainnet'))).toBe('ADDRESS_INVALID');
    }
  });
});

describe('a request', () => {
  it.each([
    ['of a foreign sender', { from: { publicKey: printed(other.publicKey) } }, 'SENDER_MISMATCH'],
    ['for mainnet', { genesisHash: 'wGHE2Pwdvd7S12BL5FaOP20EGYesN73ktiC1qzkkit8=' }, 'CHAIN_ID_MISMATCH'],
    [
      'for an unknown network',
      { genesisID: undefined, genesisHash: printed(new Uint8Array(32).fill(1)) },
      'CHAIN_ID_MISMATCH',
    ],
    ['whose genesis names two networks', { genesisID: 'betanet-v1.0' }, 'CHAIN_ID_MISMATCH'],
    ['without a genesis', { genesisHash: undefined }, 'CHAIN_ID_MISMATCH'],
    ['that calls an application', { type: 'appl', appIndex: 5 }, 'TRANSACTION_UNSUPPORTED'],
    ['that registers keys', { type: 'keyreg' }, 'TRANSACTION_UNSUPPORTED'],
    ['of a type that objects inherit', { type: 'constructor' }, 'TRANSACTION_UNSUPPORTED'],
    ['with a member more', { appAccounts: [1] }, 'TRANSACTION_INVALID'],
    ['with a member of another type', { assetIndex: 5 }, 'TRANSACTION_INVALID'],
    ['of another tag', { tag: { type: 'Buffer', data: [77, 88] } }, 'TRANSACTION_INVALID'],
    ['of another name', { name: 'MultisigTransaction' }, 'TRANSACTION_INVALID'],
    ['with a negative amount', { amount: -1 }, 'TRANSACTION_INVALID'],
    ['with a fraction', { amount: 1.5 }, 'TRANSACTION_INVALID'],
    ['with an amount that is not exact', { amount: 2 ** 60 }, 'TRANSACTION_INVALID'],
    ['with an amount beyond 64 bits', { amount: (2n ** 64n).toString() }, 'TRANSACTION_INVALID'],
    ['without an amount', { amount: undefined }, 'TRANSACTION_INVALID'],
    ['without a receiver', { to: undefined }, 'TRANSACTION_INVALID'],
    ['for the account of nobody', { to: { publicKey: printed(new Uint8Array(32)) } }, 'TRANSACTION_INVALID'],
    [
      'for an account with another checksum',
      { to: { publicKey: printed(other.publicKey), checksum: { 0: 1 } } },
      'TRANSACTION_INVALID',
    ],
    ['for a short account', { to: { publicKey: { 0: 1 } } }, 'TRANSACTION_INVALID'],
    ['for a text that is not an address', { to: 'nobody' }, 'ADDRESS_INVALID'],
    ['with a note that is too long', { note: printed(new Uint8Array(1025)) }, 'TRANSACTION_INVALID'],
    ['with a note that has holes', { note: { 0: 1, 2: 1 } }, 'TRANSACTION_INVALID'],
    ['with a note of no bytes', { note: { 0: 256 } }, 'TRANSACTION_INVALID'],
    ['with a short lease', { lease: { 0: 1 } }, 'TRANSACTION_INVALID'],
    ['that lasts too long', { lastRound: 2001 }, 'TRANSACTION_INVALID'],
    ['that ends before it begins', { lastRound: 999 }, 'TRANSACTION_INVALID'],
    ['without rounds', { lastRound: undefined }, 'TRANSACTION_INVALID'],
    ['with a flag that is none', { flatFee: 'yes' }, 'TRANSACTION_INVALID'],
    ['of tokens of no asset', { type: 'axfer' }, 'TRANSACTION_INVALID'],
    [
      'of an asset that changes what it is',
      { type: 'acfg', to: undefined, amount: undefined, assetIndex: 5, assetTotal: 9 },
      'TRANSACTION_INVALID',
    ],
    [
      'that takes tokens and closes',
      { ...asset, assetRevocationTarget: third.address, closeRemainderTo: third.address },
      'TRANSACTION_INVALID',
    ],
  ])('a request %s is refused', (_what, change, expected) => {
    expect(codeFor(change)).toBe(expected);
  });

  it('a request has the fee that it states: in all where it is flat, else for each byte and at least the minimum', () => {
    expect(summaryOf({ fee: 0 }).fee.amount).toBe(0n);
    expect(summaryOf({ fee: 0, flatFee: false }).fee.amount).toBe(1000n);
    expect(summaryOf({ fee: 1_000_000 }).fee.amount).toBe(1_000_000n);
  });

  it('a request that hands over or empties the account says so and is not a mere transfer', () => {
    const rekeyed = summaryOf({ reKeyTo: { publicKey: printed(third.publicKey) } });
    expect(rekeyed.kind).toBe('other');
    expect(rekeyed.text).toContain(`gives the whole account to the key of ${third.address}`);
    const closed = summaryOf({ closeRemainderTo: third.address });
    expect(closed).toMatchObject({ kind: 'other', method: 'close', value: { amount: 1_000_000n } });
    expect(closed.text).toContain(`closes the account by sending all the ALGO that is left to ${third.address}`);
    const tokens = summaryOf({ ...asset, closeRemainderTo: third.address });
    expect(tokens).toMatchObject({
      kind: 'other',
      tokens: [{ to: other.address, amount: 1_000_000n }, { to: third.address }],
    });
    expect(tokens.text).toContain(`sending all units of asset 31566704 that are left to ${third.address}`);
  });

  it('a request about assets says what it does', () => {
    const none = { to: undefined, amount: undefined };
    const manager = { assetManager: third.address };
    const create = {
      ...none,
      type: 'acfg',
      assetTotal: '18446744073709551615',
      assetDecimals: 2,
      assetName: 'Gold',
      assetUnitName: 'AU',
    };
    expect(
      summaryOf({ ...create, ...manager, assetDefaultFrozen: true, assetURL: 'https://gold.example' }),
    ).toMatchObject({
      method: 'create',
      text: expect.stringContaining(
        `creates the asset "Gold" ("AU"): 18446744073709551615 smallest units with 2 decimals; manager ${third.address}; frozen`,
      ),
    });
    expect(summaryOf({ ...none, type: 'acfg', assetIndex: 5, ...manager }).text).toContain(
      `in charge of asset 5: manager ${third.address}`,
    );
    expect(summaryOf({ ...none, type: 'acfg', assetIndex: 5 }).text).toContain('destroys asset 5');
    const freeze = { ...none, type: 'afrz', assetIndex: 5, freezeAccount: other.address };
    expect(summaryOf({ ...freeze, freezeState: true }).text).toContain(
      `freezes the units of asset 5 that ${other.address}`,
    );
    expect(summaryOf({ ...freeze, freezeState: false }).method).toBe('unfreeze');
    const taken = summaryOf({ ...asset, assetRevocationTarget: third.address });
    expect(taken).toMatchObject({ method: 'clawback', tokens: [{ from: third.address, to: other.address }] });
  });

  it('a request is signed by the sender alone', async () => {
    const unsigned = algorand.codec.parse(request(), context);
    await expect(unsigned.sign([other])).rejects.toMatchObject({ code: 'SENDER_MISMATCH' });
    await expect(unsigned.sign([])).rejects.toMatchObject({ code: 'KEY_MISSING' });
  });

  it('a request is signed by another key where that is allowed, and the bytes and the summary show it', async () => {
    const rekeyed = { network: 'testnet' as const, from: third.address, signers: [third], allowForeignKey: true };
    const unsigned = algorand.codec.parse(request(), rekeyed);
    expect(unsigned.summary.text).toContain(`is signed by the key of ${third.address}`);
    const { raw } = await unsigned.sign([third]);
    const { sgnr, txn } = algosdk.decodeSignedTransaction(Buffer.from(raw, 'hex'));
    expect([String(sgnr), String(txn.sender)]).toEqual([third.address, key.address]);
  });

  it('any text gives a request or a coded error', () => {
    expectOnlyCodes(algorand, request({ note: { 0: 104 }, closeRemainderTo: third.address }), context);
    expectOnlyCodesOfTexts(algorand);
  });
});
