import {
  Asset,
  AuthClawbackEnabledFlag,
  Claimant,
  Keypair,
  LiquidityPoolAsset,
  Memo,
  Networks,
  Operation,
  StrKey,
  TransactionBuilder,
} from '@stellar/stellar-sdk';
import { describe, expect, it } from 'vitest';
import { stellar } from '../../../src/chains/stellar/index.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import type { NodeClient } from '../../../src/core/chain/node.js';
import { CustosError } from '../../../src/core/errors.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import { byteVariants, expectEveryChangeTold } from '../../support/every-field.js';
import { loadVectors } from '../../support/vectors.js';
import { codeOf } from '../codes.js';
import { completeVector, contextOfVector, keysOfVector } from '../replay.js';
import { keyOf } from '../signing.js';
import { envelopesOf } from './envelopes.js';

const key = keyOf(stellar);
const thief = keyOf(stellar, 0x22).address;
const context: ParseContext = { network: 'testnet', from: key.address, signers: [key] };
const usd = new Asset('USDX', thief);
const dollars = { asset: `USDX:${thief}` };
const lumens = { asset: 'XLM' };
const price = { n: 3, d: 7 };
const destination = thief;
const pool = 'ab'.repeat(32);
const nobody = StrKey.encodeEd25519PublicKey(Buffer.alloc(32));
const pay = Operation.payment({ destination, asset: Asset.native(), amount: '1.5' });

const envelope = envelopesOf(key.address);

const of = (kind: string, text: string, rest: object = {}) => ({ kind, text: expect.stringContaining(text), ...rest });
const control = (text: string, rest: object = {}) => [of('account-control', text, rest)];
const issuer = (text: string, rest: object = {}) => [of('issuer-settings', text, { party: thief, ...rest })];
const order = (text: string, rest: object = {}) => [of('market-order', text, rest)];

/** Each operation of the network that is signed, with its hazards. */
const table: readonly (readonly [what: string, operations: readonly (typeof pay)[], hazards: readonly object[]])[] = [
  ['Payment', [pay], []],
  ['Payment of an asset', [Operation.payment({ destination, asset: usd, amount: '1' })], []],
  ['CreateAccount', [Operation.createAccount({ destination, startingBalance: '2' })], []],
  [
    'PathPaymentStrictReceive',
    [
      Operation.pathPaymentStrictReceive({
        sendAsset: Asset.native(),
        sendMax: '3',
        destination,
        destAsset: usd,
        destAmount: '1',
        path: [usd],
      }),
    ],
    order('PathPayment', { party: thief, ...dollars, amount: 10_000_000n }),
  ],
  [
    'PathPaymentStrictSend',
    [
      Operation.pathPaymentStrictSend({
        sendAsset: usd,
        sendAmount: '3',
        destination,
        destAsset: Asset.native(),
        destMin: '1',
        path: [],
      }),
    ],
    order('PathPayment', { party: thief, ...lumens, amount: 10_000_000n }),
  ],
  [
    'ManageSellOffer',
    [Operation.manageSellOffer({ selling: usd, buying: Asset.native(), amount: '1', price, offerId: 5 })],
    order('offer', { ...dollars, amount: 10_000_000n }),
  ],
  [
    'ManageBuyOffer',
    [Operation.manageBuyOffer({ selling: Asset.native(), buying: usd, buyAmount: '1', price })],
    order('offer', { ...lumens, amount: 4_285_715n }),
  ],
  [
    'CreatePassiveSellOffer',
    [Operation.createPassiveSellOffer({ selling: usd, buying: Asset.native(), amount: '1', price })],
    order('offer', { ...dollars, amount: 10_000_000n }),
  ],
  [
    'SetOptions of a signer',
    [Operation.setOptions({ signer: { ed25519PublicKey: thief, weight: 255 } })],
    control('SIGNER with weight 255', { party: thief }),
  ],
  [
    'SetOptions of a hash that signs',
    [Operation.setOptions({ signer: { sha256Hash: 'ab'.repeat(32), weight: 1 } })],
    control('SIGNER', { party: `hash ${'ab'.repeat(32)}` }),
  ],
  ['SetOptions of the master weight', [Operation.setOptions({ masterWeight: 0 })], control('master weight 0')],
  [
    'SetOptions of thresholds',
    [Operation.setOptions({ lowThreshold: 1, medThreshold: 2, highThreshold: 3 })],
    [...control('low threshold 1'), ...control('medium threshold 2'), ...control('high threshold 3')],
  ],
  [
    'SetOptions of a home',
    [Operation.setOptions({ homeDomain: 'example.org' })],
    [of('account-settings', 'home domain')],
  ],
  [
    'SetOptions of an inflation destination',
    [Operation.setOptions({ inflationDest: thief })],
    [of('account-settings', 'inflation', { party: thief })],
  ],
  [
    'SetOptions of flags',
    [Operation.setOptions({ setFlags: AuthClawbackEnabledFlag, clearFlags: 1 })],
    [of('issuer-settings', 'clears flags 1'), of('issuer-settings', 'sets flags 8')],
  ],
  [
    'ChangeTrust',
    [Operation.changeTrust({ asset: usd, limit: '5' })],
    [of('account-settings', 'ChangeTrust', { party: thief, ...dollars, amount: 50_000_000n })],
  ],
  [
    'ChangeTrust to a pool',
    [Operation.changeTrust({ asset: new LiquidityPoolAsset(Asset.native(), usd, 30), limit: '5' })],
    [of('account-settings', 'ChangeTrust', { asset: expect.stringContaining('pool'), amount: 50_000_000n })],
  ],
  [
    'AllowTrust',
    [Operation.allowTrust({ trustor: thief, assetCode: 'USDX', authorize: true })],
    issuer('AllowTrust', { asset: 'USDX' }),
  ],
  [
    'SetTrustLineFlags',
    [Operation.setTrustLineFlags({ trustor: thief, asset: usd, flags: { authorized: true } })],
    issuer('SetTrustLineFlags', dollars),
  ],
  [
    'Clawback',
    [Operation.clawback({ asset: usd, from: thief, amount: '1' })],
    issuer('Clawback', { ...dollars, amount: 10_000_000n }),
  ],
  [
    'ClawbackClaimableBalance',
    [Operation.clawbackClaimableBalance({ balanceId: `00000000${'cd'.repeat(32)}` })],
    issuer('ClawbackClaimableBalance', { party: 'cd'.repeat(32) }),
  ],
  [
    'AccountMerge',
    [Operation.accountMerge({ destination })],
    [of('closes-account', 'AccountMerge', { party: thief, ...lumens })],
  ],
  ['Inflation', [Operation.inflation({})], []],
  [
    'ManageData',
    [Operation.manageData({ name: 'entry', value: 'text' })],
    [of('account-settings', 'ManageData entry')],
  ],
  ['BumpSequence', [Operation.bumpSequence({ bumpTo: '9223372036854775807' })], control('BumpSequence')],
  [
    'CreateClaimableBalance',
    [
      Operation.createClaimableBalance({
        asset: usd,
        amount: '1',
        claimants: [new Claimant(thief), new Claimant(key.address)],
      }),
    ],
    [
      of('allowance', 'CreateClaimableBalance', { party: thief, ...dollars, amount: 10_000_000n }),
      of('allowance', 'CreateClaimableBalance', { party: key.address, ...dollars, amount: 10_000_000n }),
    ],
  ],
  ['ClaimClaimableBalance', [Operation.claimClaimableBalance({ balanceId: `00000000${'cd'.repeat(32)}` })], []],
  [
    'BeginSponsoringFutureReserves',
    [Operation.beginSponsoringFutureReserves({ sponsoredId: thief })],
    [of('allowance', 'BeginSponsoring', { party: thief, ...lumens })],
  ],
  ['EndSponsoringFutureReserves', [Operation.endSponsoringFutureReserves({})], []],
  [
    'LiquidityPoolDeposit',
    [
      Operation.liquidityPoolDeposit({
        liquidityPoolId: pool,
        maxAmountA: '1',
        maxAmountB: '2',
        minPrice: price,
        maxPrice: price,
      }),
    ],
    [...order('LiquidityPoolDeposit', { asset: pool }), ...order('LiquidityPoolDeposit', {})],
  ],
  [
    'LiquidityPoolWithdraw',
    [Operation.liquidityPoolWithdraw({ liquidityPoolId: pool, amount: '1', minAmountA: '1', minAmountB: '1' })],
    order('LiquidityPoolWithdraw', { asset: pool, amount: 10_000_000n }),
  ],
  [
    'a signer behind an honest payment',
    [pay, Operation.setOptions({ signer: { ed25519PublicKey: thief, weight: 1 } })],
    control('SIGNER', { party: thief }),
  ],
];

const parse = (text: string, change: Partial<ParseContext> = {}) =>
  stellar.codec.parse(text, { ...context, ...change });

describe('a Stellar transaction', () => {
  it.each(table)('the hazards of %s are named', (_what, operations, hazards) => {
    expect(parse(envelope(operations)).summary.hazards).toEqual(hazards);
  });

  it('an operation that acts for others, or of a contract, is refused', () => {
    const revoke = Operation.revokeAccountSponsorship({ account: thief });
    const extend = Operation.extendFootprintTtl({ extendTo: 5 });
    for (const operation of [revoke, extend]) {
      expect(codeOf(() => parse(envelope([operation])))).toBe('TRANSACTION_UNSUPPORTED');
    }
    const inner = TransactionBuilder.fromXDR(envelope([pay]), Networks.TESTNET);
    inner.sign(Keypair.fromRawEd25519Seed(Buffer.from(key.privateKey)));
    if ('innerTransaction' in inner) throw new Error('a fee bump came out');
    const bump = TransactionBuilder.buildFeeBumpTransaction(thief, '200', inner, Networks.TESTNET).toXDR();
    expect(codeOf(() => parse(bump))).toBe('TRANSACTION_UNSUPPORTED');
  });

  it('a transaction without an end, or with one that never comes, is long-lived', () => {
    for (const maxTime of [0, 4_000_000_000]) {
      expect(parse(envelope([pay], { maxTime })).summary.hazards).toEqual([of('long-lived', 'maxTime')]);
    }
  });

  it('a transaction for another account names it', () => {
    const own = Operation.payment({ source: thief, destination, asset: Asset.native(), amount: '1' });
    for (const text of [envelope([pay], { source: thief }), envelope([own, own])]) {
      expect(parse(text, { allowForeignKey: true }).summary.hazards).toEqual([{ kind: 'foreign-key', party: thief }]);
    }
  });

  it.each([
    ['a payment', Operation.payment({ destination: nobody, asset: Asset.native(), amount: '1' })],
    ['a token', Operation.payment({ destination: nobody, asset: usd, amount: '1' })],
    ['a new account', Operation.createAccount({ destination: nobody, startingBalance: '1' })],
  ])('sending %s to the account without a key names it', (_what, operation) => {
    const lost = { kind: 'unspendable-destination', party: nobody, text: 'nobody has a key of it' };
    expect(stellar.codec.parse(envelope([pay, operation]), context).summary.hazards).toEqual([lost]);
  });

  it('text of others is shown escaped and in quotes', () => {
    const entry = Operation.manageData({ name: 'a (1 bytes), then', value: 'x' });
    const { text } = stellar.codec.parse(envelope([entry], { memo: Memo.text('a\u202eb') }), context).summary;
    expect(text).toContain('with the memo "a\\u{202e}b"');
    expect(text).toContain('sets the data entry "a (1 bytes), then" (1 bytes)');
  });

  it('a payment that is exchanged on its way has no honest receiver of what leaves', () => {
    const [, operations] = table[3]!;
    const { kind, value, tokens } = parse(envelope(operations)).summary;
    expect({ kind, value }).toEqual({ kind: 'other', value: { asset: 'XLM', amount: 30_000_000n } });
    expect(tokens).toMatchObject([{ contract: dollars.asset, to: thief, amount: 10_000_000n }]);
    expect(tokens[0]).not.toHaveProperty('from');
  });

  it('the notes contain the number inside an address, the kind of its memo and its conditions', () => {
    const id = Buffer.alloc(8);
    id.writeBigUInt64BE(77n);
    const muxed = StrKey.encodeMed25519PublicKey(Buffer.concat([StrKey.decodeEd25519PublicKey(thief), id]));
    const text = envelope([Operation.payment({ destination: muxed, asset: Asset.native(), amount: '1' })], {
      memo: Memo.id('5'),
      change: (builder) =>
        builder.setMinAccountSequenceAge(60).setExtraSigners([StrKey.encodeSha256Hash(Buffer.alloc(32, 1))]),
    });
    expect(parse(text).summary.notes).toEqual(
      expect.arrayContaining([
        { name: `id of ${muxed}`, value: '77' },
        { name: 'memoType', value: 'id' },
        { name: 'minSeqAge', value: '60' },
        { name: 'extraSigner', value: `hash ${'01'.repeat(32)}` },
      ]),
    );
  });

  it.each(table)('every change of %s shows in the summary', async (_what, operations) => {
    const completed = envelope(operations, { memo: Memo.text('five') });
    const variants = byteVariants(Buffer.from(completed, 'base64'), (bytes) => Buffer.from(bytes).toString('base64'));
    expect(await expectEveryChangeTold({ chain: stellar, completed, context, keys: [key] }, variants)).toBeGreaterThan(
      40,
    );
  });

  it.each(loadVectors('XLM').transactions)(
    'every change of the recorded "$name" shows in the summary',
    async (vector) => {
      const keys = await keysOfVector(stellar, vector);
      const completed = await completeVector(stellar, vector);
      const place = { chain: stellar, completed, context: contextOfVector(stellar, vector, keys), keys };
      const bytes = Buffer.from(completed, 'base64');
      const network = vector.testnet ? Networks.TESTNET : Networks.PUBLIC;
      const there = TransactionBuilder.fromXDR(completed, network).signatures.length;
      // Signatures of others stand behind what is signed: 4 bytes of hint, 4 of length, 64 of signature.
      const body = bytes.subarray(0, bytes.length - 72 * there);
      const variants = byteVariants(body, (changed) =>
        Buffer.concat([changed, bytes.subarray(body.length)]).toString('base64'),
      );
      expect(await expectEveryChangeTold(place, variants)).toBeGreaterThan(40);
    },
  );
});

describe('a receiver who demands a memo', () => {
  const complete = (answer: unknown, text = envelope([pay]), isOwn = true) => {
    const http: NodeClient['http'] = async () => {
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const rpc: NodeClient['rpc'] = async () => ({});
    const node: NodeClient = isOwn ? { rpc, http } : { rpc, http, cloud: http };
    const hashes = ['26d3883e-4e17-48b3-a0ee-09a3e484ac83'];
    const received = { id: '5'.repeat(24), chain: 'XLM', hashes, serializedTransaction: text };
    const pending = parsePending(received, stellar.id, 'testnet');
    return stellar.node.complete(pending, { ...context, node, nextNonce: async (count) => count }).then(
      () => 'completed',
      (error: CustosError) => error.code,
    );
  };
  const demanding = { data: { 'config.memo_required': 'MQ==' } };

  it('a receiver who demands a memo gets no payment without one', async () => {
    expect(await complete(demanding)).toBe('MEMO_REQUIRED');
    expect(await complete(demanding, envelope([pay], { memo: Memo.text('7') }))).toBe('completed');
    expect(await complete({ data: { 'config.memo_required': 'MA==' } })).toBe('completed');
  });

  it('the demand for a memo is unknown where the node does not know', async () => {
    for (const odd of ['text', {}, { data: 7 }, new CustosError('NODE_REFUSED', 'no account')]) {
      expect(await complete(odd)).toBe('completed');
    }
    const away = new CustosError('NODE_UNREACHABLE', 'away');
    expect(await complete(away)).toBe('NODE_UNREACHABLE');
    expect(await complete(away, envelope([pay]), false)).toBe('completed');
  });
});
