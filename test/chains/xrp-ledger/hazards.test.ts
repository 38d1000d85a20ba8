import { TRANSACTION_TYPES } from 'ripple-binary-codec';
import { describe, expect, it } from 'vitest';
import { classicAddressToXAddress } from 'xrpl';
import { xrpLedger } from '../../../src/chains/xrp-ledger/index.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import type { NodeClient } from '../../../src/core/chain/node.js';
import { CustosError } from '../../../src/core/errors.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import { expectEveryChangeTold, jsonVariants } from '../../support/every-field.js';
import { testKey } from '../../support/test-key.js';
import { loadVectors } from '../../support/vectors.js';
import { codeOf } from '../codes.js';
import { completeVector, contextOfVector, keysOfVector } from '../replay.js';

const keyOf = (text: string) => testKey(xrpLedger, xrpLedger.keys.decodePrivateKey(text, 'testnet'));
const key = keyOf('sEdVew8GnH7k5N6cRFrM6oL2C1Uc8BJ');
const other = keyOf('snkA81E9nRAzHGdK6axheG8a4kECb').address;
const context: ParseContext = { network: 'testnet', from: key.address, signers: [key] };
const usd = { currency: 'USD', issuer: other, value: '100' };
const dollars = { asset: `USD.${other}`, amount: 10n ** 17n };
const id = 'AB'.repeat(32);
const bare = { Account: key.address, Sequence: 42, LastLedgerSequence: 31416426, Fee: '10', Flags: 0 };
const parse = (fields: Record<string, unknown>, change: Partial<ParseContext> = {}) =>
  xrpLedger.codec.parse(JSON.stringify({ ...bare, ...fields }), { ...context, ...change });
const pay = { TransactionType: 'Payment', Destination: other, Amount: '25000000' };
const of = (kind: string, text: string, rest: object = {}) => ({ kind, text: expect.stringContaining(text), ...rest });
const set = (rest: object) => ({ TransactionType: 'AccountSet', ...rest });
const signer = (Account: string, SignerWeight: number) => ({ SignerEntry: { Account, SignerWeight } });

/** Each type of the ledger with its fields, and the hazards that it must have. */
const table: readonly (readonly [what: string, fields: Record<string, unknown>, hazards: readonly object[]])[] = [
  ['Payment', pay, []],
  ['Payment of a token', { ...pay, Amount: usd }, []],
  [
    'Payment that may be partial',
    { ...pay, Flags: 131072 },
    [of('market-order', 'Payment', { party: other, asset: 'XRP', amount: 25_000_000n })],
  ],
  [
    'Payment that spends another asset',
    { ...pay, SendMax: usd },
    [of('market-order', 'Payment', { party: other, asset: 'XRP', amount: 25_000_000n })],
  ],
  ['Payment without an end', { ...pay, LastLedgerSequence: undefined }, [of('long-lived', 'LastLedgerSequence')]],
  ['Payment that lives for ever', { ...pay, LastLedgerSequence: 4294967295 }, [of('long-lived', 'LastLedgerSequence')]],
  ...['rrrrrrrrrrrrrrrrrrrrrhoLvTp', 'rrrrrrrrrrrrrrrrrrrrBZbvji', 'rrrrrrrrrrrrrrrrrNAMEtxvNvQ'].map(
    (Destination) =>
      [
        `Payment to ${Destination}, of which nobody has a key`,
        { ...pay, Destination },
        [of('unspendable-destination', 'Payment', { party: Destination })],
      ] as const,
  ),
  [
    'SetRegularKey',
    { TransactionType: 'SetRegularKey', RegularKey: other },
    [of('account-control', '', { party: other })],
  ],
  ['SetRegularKey to none', { TransactionType: 'SetRegularKey' }, [of('account-control', 'SetRegularKey')]],
  [
    'SignerListSet',
    {
      TransactionType: 'SignerListSet',
      SignerQuorum: 2,
      SignerEntries: [signer(other, 2), signer('rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh', 1)],
    },
    [
      of('account-control', 'weight 2 of 2', { party: other }),
      of('account-control', 'weight 1 of 2', { party: 'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh' }),
    ],
  ],
  [
    'SignerListSet to none',
    { TransactionType: 'SignerListSet', SignerQuorum: 0 },
    [of('account-control', 'SignerListSet')],
  ],
  [
    'DelegateSet',
    {
      TransactionType: 'DelegateSet',
      Authorize: other,
      Permissions: [{ Permission: { PermissionValue: 'Payment' } }],
    },
    [of('account-control', 'DelegateSet Payment', { party: other })],
  ],
  [
    'AccountDelete',
    { TransactionType: 'AccountDelete', Destination: other },
    [of('closes-account', 'AccountDelete', { party: other })],
  ],
  ['AccountSet of nothing', set({}), []],
  ['AccountSet that demands tags', set({ SetFlag: 1 }), [of('account-settings', 'asfRequireDest')]],
  ['AccountSet that demands tags by a bit', set({ Flags: 0x10000 }), [of('account-settings', 'Flags 65536')]],
  ['AccountSet of rippling', set({ ClearFlag: 8 }), [of('issuer-settings', 'asfDefaultRipple')]],
  ['AccountSet that turns the master key off', set({ SetFlag: 4 }), [of('account-control', 'asfDisableMaster')]],
  ['AccountSet that turns the master key on', set({ ClearFlag: 4 }), [of('account-control', 'asfDisableMaster')]],
  ['AccountSet of an unknown flag', set({ SetFlag: 99 }), [of('account-control', '99')]],
  ['AccountSet that authorizes', set({ SetFlag: 2 }), [of('issuer-settings', 'asfRequireAuth')]],
  ['AccountSet that authorizes by a bit', set({ Flags: 0x40000 }), [of('issuer-settings', 'Flags')]],
  ['AccountSet that never freezes', set({ SetFlag: 6 }), [of('issuer-settings', 'asfNoFreeze')]],
  ['AccountSet that freezes', set({ SetFlag: 7 }), [of('issuer-settings', 'asfGlobalFreeze')]],
  ['AccountSet that claws back', set({ SetFlag: 16 }), [of('issuer-settings', 'asfAllowTrustLineClawback')]],
  ['AccountSet of a rate', set({ TransferRate: 1200000000 }), [of('issuer-settings', 'TransferRate')]],
  ['AccountSet of a domain', set({ Domain: '6578' }), [of('account-settings', 'Domain')]],
  [
    'AccountSet of a minter',
    set({ SetFlag: 10, NFTokenMinter: other }),
    [of('issuer-settings', 'asfAuthorizedNFTokenMinter'), of('issuer-settings', 'NFTokenMinter', { party: other })],
  ],
  [
    'TrustSet',
    { TransactionType: 'TrustSet', LimitAmount: usd },
    [of('account-settings', 'TrustSet', { party: other, ...dollars })],
  ],
  [
    'TrustSet that freezes',
    { TransactionType: 'TrustSet', LimitAmount: usd, Flags: 0x100000 },
    [
      of('account-settings', 'TrustSet', { party: other, ...dollars }),
      of('issuer-settings', 'Flags', { party: other }),
    ],
  ],
  ['TicketCreate', { TransactionType: 'TicketCreate', TicketCount: 3 }, [of('account-settings', 'TicketCreate')]],
  [
    'DepositPreauth',
    { TransactionType: 'DepositPreauth', Authorize: other },
    [of('account-settings', 'DepositPreauth', { party: other })],
  ],
  [
    'OfferCreate',
    { TransactionType: 'OfferCreate', TakerGets: '5', TakerPays: usd },
    [of('market-order', 'OfferCreate', { asset: 'XRP', amount: 5n })],
  ],
  ['OfferCancel', { TransactionType: 'OfferCancel', OfferSequence: 4 }, []],
  [
    'CheckCreate',
    { TransactionType: 'CheckCreate', Destination: other, SendMax: usd },
    [of('allowance', 'CheckCreate', { party: other, ...dollars })],
  ],
  ['CheckCash', { TransactionType: 'CheckCash', CheckID: id, Amount: '5' }, []],
  ['CheckCancel', { TransactionType: 'CheckCancel', CheckID: id }, []],
  [
    'EscrowCreate',
    { TransactionType: 'EscrowCreate', Destination: other, Amount: '5', FinishAfter: 533257958 },
    [of('allowance', 'EscrowCreate', { party: other, asset: 'XRP', amount: 5n })],
  ],
  ['EscrowFinish', { TransactionType: 'EscrowFinish', Owner: other, OfferSequence: 4 }, []],
  ['EscrowCancel', { TransactionType: 'EscrowCancel', Owner: other, OfferSequence: 4 }, []],
  [
    'PaymentChannelCreate',
    {
      TransactionType: 'PaymentChannelCreate',
      Destination: other,
      Amount: '5',
      SettleDelay: 60,
      PublicKey: `ED${'01'.repeat(32)}`,
    },
    [of('allowance', 'PaymentChannelCreate', { party: other, asset: 'XRP', amount: 5n })],
  ],
  [
    'PaymentChannelFund',
    { TransactionType: 'PaymentChannelFund', Channel: id, Amount: '5' },
    [of('allowance', 'PaymentChannelFund', { asset: 'XRP', amount: 5n })],
  ],
  [
    'PaymentChannelClaim',
    { TransactionType: 'PaymentChannelClaim', Channel: id, Balance: '5' },
    [of('allowance', 'PaymentChannelClaim', { asset: 'XRP', amount: 5n })],
  ],
  ['NFTokenMint', { TransactionType: 'NFTokenMint', NFTokenTaxon: 0 }, [of('issuer-settings', 'NFTokenMint')]],
  ['NFTokenModify', { TransactionType: 'NFTokenModify', NFTokenID: id }, [of('issuer-settings', 'NFTokenModify')]],
  ['NFTokenBurn', { TransactionType: 'NFTokenBurn', NFTokenID: id }, []],
  [
    'NFTokenCreateOffer that sells',
    { TransactionType: 'NFTokenCreateOffer', NFTokenID: id, Amount: '0', Flags: 1, Destination: other },
    [of('market-order', 'NFTokenCreateOffer', { party: other, asset: id })],
  ],
  [
    'NFTokenCreateOffer that buys',
    { TransactionType: 'NFTokenCreateOffer', NFTokenID: id, Amount: '9', Owner: other },
    [of('market-order', 'NFTokenCreateOffer', { party: other, asset: 'XRP', amount: 9n })],
  ],
  ['NFTokenCancelOffer', { TransactionType: 'NFTokenCancelOffer', NFTokenOffers: [id] }, []],
  [
    'NFTokenAcceptOffer',
    { TransactionType: 'NFTokenAcceptOffer', NFTokenSellOffer: id },
    [of('market-order', 'NFTokenAcceptOffer'), of('opaque-data', 'NFTokenAcceptOffer')],
  ],
  [
    'AMMCreate',
    { TransactionType: 'AMMCreate', Amount: '5', Amount2: usd, TradingFee: 10 },
    [of('market-order', 'AMMCreate', { asset: 'XRP', amount: 5n }), of('market-order', 'AMMCreate', dollars)],
  ],
  [
    'AMMDeposit',
    {
      TransactionType: 'AMMDeposit',
      Amount: usd,
      Asset: { currency: 'XRP' },
      Asset2: { currency: 'USD', issuer: other },
    },
    [of('market-order', 'AMMDeposit', dollars)],
  ],
  [
    'AMMWithdraw',
    {
      TransactionType: 'AMMWithdraw',
      LPTokenIn: usd,
      Asset: { currency: 'XRP' },
      Asset2: { currency: 'USD', issuer: other },
    },
    [of('market-order', 'AMMWithdraw', dollars)],
  ],
  ['AMMBid', { TransactionType: 'AMMBid', BidMax: usd }, [of('market-order', 'AMMBid', dollars)]],
  ['AMMVote', { TransactionType: 'AMMVote', TradingFee: 1 }, [of('market-order', 'AMMVote')]],
  ['AMMDelete', { TransactionType: 'AMMDelete' }, [of('market-order', 'AMMDelete')]],
  [
    'AMMClawback',
    { TransactionType: 'AMMClawback', Holder: other },
    [of('issuer-settings', 'AMMClawback', { party: other })],
  ],
  [
    'Clawback',
    { TransactionType: 'Clawback', Amount: usd },
    [of('issuer-settings', 'Clawback', { party: other, ...dollars })],
  ],
  ...['MPTokenIssuanceCreate', 'MPTokenIssuanceSet', 'MPTokenIssuanceDestroy'].map(
    (type) => [type, { TransactionType: type }, [of('issuer-settings', type)]] as const,
  ),
  ...[
    ...['MPTokenAuthorize', 'CredentialCreate', 'CredentialAccept', 'CredentialDelete', 'DIDSet', 'DIDDelete'],
    ...['OracleSet', 'OracleDelete', 'PermissionedDomainSet', 'PermissionedDomainDelete'],
  ].map((type) => [type, { TransactionType: type }, [of('account-settings', type)]] as const),
];

/** Types that are signed without being understood. */
const opaque = [
  ...['ConfidentialMPTClawback', 'ConfidentialMPTConvert', 'ConfidentialMPTConvertBack', 'ConfidentialMPTMergeInbox'],
  ...['ConfidentialMPTSend', 'LedgerStateFix', 'LoanBrokerCoverClawback', 'LoanBrokerCoverDeposit'],
  ...['LoanBrokerCoverWithdraw', 'LoanBrokerDelete', 'LoanBrokerSet', 'LoanDelete', 'LoanManage', 'LoanPay', 'LoanSet'],
  ...[
    'SponsorshipSet',
    'SponsorshipTransfer',
    'VaultClawback',
    'VaultCreate',
    'VaultDelete',
    'VaultDeposit',
    'VaultSet',
  ],
  ...['VaultWithdraw', 'XChainAccountCreateCommit', 'XChainAddAccountCreateAttestation', 'XChainAddClaimAttestation'],
  ...['XChainClaim', 'XChainCommit', 'XChainCreateBridge', 'XChainCreateClaimID', 'XChainModifyBridge'],
];
const refused = ['Batch', 'EnableAmendment', 'SetFee', 'UNLModify', 'Invalid'];

describe('an XRP transaction', () => {
  it.each(table)('the hazards of %s are named', (_what, fields, hazards) => {
    expect(parse(fields).summary.hazards).toEqual(hazards);
  });

  it.each(opaque)('%s is opaque and says so', (type) => {
    const { summary } = parse({ TransactionType: type });
    expect(summary).toMatchObject({ opaque: true, hazards: [{ kind: 'opaque-data', text: type }] });
  });

  it.each(refused)('a transaction of type %s is refused', (type) => {
    expect(codeOf(() => parse({ TransactionType: type }))).toMatch(/^TRANSACTION_(UNSUPPORTED|INVALID)$/);
  });

  it('putting the whole price of the shares into a pool is not understood completely', () => {
    const pool = { Asset: { currency: 'XRP' }, Asset2: { currency: 'USD', issuer: other } };
    const deposit = { TransactionType: 'AMMDeposit', ...pool };
    const shares = { currency: '03930D02208264E2E40EC1B0C09E4DB96EE197B1', issuer: other, value: '5' };
    expect(parse({ ...deposit, LPTokenOut: shares, Flags: 0x0001_0000 }).summary.opaque).toBe(true);
    expect(parse({ ...deposit, Amount: '5', Flags: 0x0008_0000 }).summary.opaque).toBe(false);
  });

  it('a deposit that only a price limits says that any amount may go in', () => {
    const pool = { Asset: { currency: 'XRP' }, Asset2: { currency: 'USD', issuer: other } };
    const deposit = { TransactionType: 'AMMDeposit', ...pool, EPrice: usd, Flags: 0x0040_0000 };
    const open = parse({ ...deposit, Amount: '0' }).summary;
    expect(open).toMatchObject({ opaque: true, hazards: [{ kind: 'market-order', asset: 'XRP', text: 'AMMDeposit' }] });
    expect(open.hazards[0]).not.toHaveProperty('amount');
    expect(open.text).toContain('puts into a pool: ANY AMOUNT of XRP, with');
    const most = parse({ ...deposit, Amount: '5' }).summary;
    expect(most).toMatchObject({ opaque: false, value: { amount: 5n }, hazards: [{ asset: 'XRP', amount: 5n }] });
    expect(most.text).toContain('puts into a pool: 0.000005 XRP, with');
  });

  it('each type that the encoder knows is in one of these lists', () => {
    const listed = [...table.map(([, { TransactionType }]) => TransactionType), ...opaque, ...refused];
    expect(TRANSACTION_TYPES.filter((type) => !listed.includes(type))).toEqual([]);
  });

  it('a transaction of another account names it as a hazard where its key is allowed', () => {
    const { summary } = parse({ ...pay, Account: other, Destination: key.address }, { allowForeignKey: true });
    expect(summary.hazards).toEqual([{ kind: 'foreign-key', party: other }]);
  });

  it('the summary separates the most that can leave the account from what arrives', () => {
    const { summary } = parse({ ...pay, SendMax: usd });
    expect(summary.value.amount).toBe(0n);
    expect(summary.tokens).toMatchObject([{ contract: dollars.asset, from: key.address, amount: dollars.amount }]);
    expect(parse({ TransactionType: 'CheckCash', CheckID: id, Amount: '5' }).summary.value.amount).toBe(0n);
    expect(parse({ TransactionType: 'OfferCreate', TakerGets: '5', TakerPays: usd }).summary.value.amount).toBe(5n);
  });

  it('the notes contain memos, tags and paths', () => {
    const Memos = [{ Memo: { MemoData: Buffer.from('invoice 7').toString('hex').toUpperCase() } }];
    const { notes } = parse({ ...pay, SourceTag: 8, InvoiceID: id, Memos }).summary;
    expect(notes).toEqual(
      expect.arrayContaining([
        { name: 'SourceTag', value: '8' },
        { name: 'InvoiceID', value: id },
        { name: 'LastLedgerSequence', value: '31416426' },
        { name: 'Memo', value: 'invoice 7' },
      ]),
    );
  });

  it('a transaction of another network is refused', () => {
    const Destination = classicAddressToXAddress(other, 77, false);
    expect(codeOf(() => parse({ ...pay, Destination }))).toBe('NETWORK_MISMATCH');
    expect(codeOf(() => xrpLedger.keys.normalizeAddress(Destination, 'testnet'))).toBe('NETWORK_MISMATCH');
    expect(codeOf(() => parse({ ...pay, NetworkID: 21338 }))).toBe('NETWORK_MISMATCH');
  });

  it.each([
    ['Flags', { toString: 1 }],
    ['DestinationTag', { toString: 1 }],
    ['SourceTag', [7]],
    ['SetFlag', { valueOf: 1 }],
    ['TransactionType', '__proto__'],
    ['TransactionType', 'constructor'],
    ['Destination', { address: other }],
  ])('a transaction with %s %j ends in a code', (name, value) => {
    for (const fields of [pay, set({}), table[8]![1]]) {
      expect(codeOf(() => parse({ ...fields, [name]: value }))).toMatch(/^[A-Z]+_[A-Z_]+$/);
    }
  });

  it.each(table)('every change of %s shows in the summary', async (_what, fields) => {
    const completed = JSON.stringify({ ...bare, ...fields });
    const place = { chain: xrpLedger, completed, context, keys: [key] };
    const added = ['SourceTag', 'DestinationTag', 'TicketSequence', 'OfferSequence', 'Expiration'].map((name) =>
      JSON.stringify({ ...bare, ...fields, [name]: 7 }),
    );
    const more = { InvoiceID: id, AccountTxnID: id, SendMax: '7', DeliverMin: '8', Delegate: other, Amount2: '9' };
    const others = Object.entries(more).map(([name, value]) => JSON.stringify({ ...bare, ...fields, [name]: value }));
    const swaps = [other, 'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh', usd, '7'];
    expect(
      await expectEveryChangeTold(place, [...jsonVariants(completed, swaps), ...added, ...others]),
    ).toBeGreaterThan(3);
  });

  it.each(loadVectors('XRP').transactions)(
    'every change of the recorded "$name" shows in the summary',
    async (vector) => {
      const keys = await keysOfVector(xrpLedger, vector);
      const completed = await completeVector(xrpLedger, vector);
      const place = { chain: xrpLedger, completed, context: contextOfVector(xrpLedger, vector, keys), keys };
      expect(await expectEveryChangeTold(place, jsonVariants(completed, [other, usd]))).toBeGreaterThan(3);
    },
  );
});

describe('what the receiver demands', () => {
  const complete = (fields: Record<string, unknown>, answers: Record<string, unknown>, isOwn = true) => {
    const rpc: NodeClient['rpc'] = async (method) => {
      const answer = answers[method];
      if (answer instanceof Error) throw answer;
      if (answer === undefined) throw new CustosError('NODE_REFUSED', 'unknown method');
      return answer;
    };
    const http = async () => ({});
    const node: NodeClient = isOwn ? { rpc, http } : { rpc, http, cloud: http };
    const serializedTransaction = JSON.stringify({ ...bare, ...pay, ...fields });
    const received = { id: '5'.repeat(24), chain: 'XRP', hashes: [], serializedTransaction };
    const pending = parsePending(
      { ...received, hashes: ['26d3883e-4e17-48b3-a0ee-09a3e484ac83'] },
      xrpLedger.id,
      'testnet',
    );
    const nextNonce = async (count: bigint) => count;
    return xrpLedger.node.complete(pending, { ...context, node, nextNonce }).then(
      () => 'completed',
      (error: CustosError) => error.code,
    );
  };
  const account = (Flags: number) => ({ account_info: { account_data: { Flags, Sequence: 1 } } });

  it('a receiver that demands a tag gets no payment without one', async () => {
    expect(await complete({}, account(0x20000))).toBe('MEMO_REQUIRED');
    expect(await complete({ DestinationTag: 0 }, account(0x20000))).toBe('completed');
    expect(await complete({}, account(0))).toBe('completed');
  });

  it('a receiver that demands authorization gets no payment from others', async () => {
    const asked = (deposit_authorized: unknown) => ({
      ...account(0x1000000),
      deposit_authorized: { deposit_authorized },
    });
    expect(await complete({}, asked(false))).toBe('RECEIVER_UNFIT');
    expect(await complete({}, asked(true))).toBe('completed');
    expect(await complete({}, account(0x1000000))).toBe('completed');
  });

  it('the demand of a receiver is not asked forever where the node does not know', async () => {
    for (const odd of [{}, [], { account_info: 7 }, { account_info: { error: 'actNotFound' } }]) {
      expect(await complete({}, odd as Record<string, unknown>)).toBe('completed');
    }
    const away = { account_info: new CustosError('NODE_UNREACHABLE', 'away') };
    expect(await complete({}, away)).toBe('NODE_UNREACHABLE');
    expect(await complete({}, away, false)).toBe('completed');
  });
});
