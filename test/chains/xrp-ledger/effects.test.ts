import fc from 'fast-check';
import { TRANSACTION_TYPES } from 'ripple-binary-codec';
import { describe, expect, it } from 'vitest';
import { xrpLedger } from '../../../src/chains/xrp-ledger/index.js';
import { summarize } from '../../../src/chains/xrp-ledger/summary.js';
import type { ParseContext } from '../../../src/core/chain/codec.js';
import { summaryToJson } from '../../../src/core/chain/summary.js';
import { CustosError } from '../../../src/core/errors.js';
import { testKey } from '../../support/test-key.js';

const keyOf = (text: string) => testKey(xrpLedger, xrpLedger.keys.decodePrivateKey(text, 'testnet'));
const key = keyOf('sEdVew8GnH7k5N6cRFrM6oL2C1Uc8BJ');
const from = key.address;
const other = keyOf('snkA81E9nRAzHGdK6axheG8a4kECb').address;
const third = 'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh';
const context: ParseContext = { network: 'testnet', from, signers: [key] };
const bare = { Account: from, Sequence: 42, LastLedgerSequence: 31416426, Fee: '10' };
const usd = { currency: 'USD', issuer: other, value: '100' };
const dollars = { asset: `USD.${other}`, amount: 10n ** 17n };
const five = { asset: 'XRP', amount: 5n };
const id = 'AB'.repeat(32);
const pair = { Asset: { currency: 'XRP' }, Asset2: { currency: 'USD', issuer: other } };

type Fields = Record<string, unknown>;
const parse = (fields: Fields, change: Partial<ParseContext> = {}) =>
  xrpLedger.codec.parse(JSON.stringify({ ...fields, ...bare, ...fields }), { ...context, ...change });
const argument = ([name, value]: readonly [string, unknown]) => ({
  name,
  value: typeof value === 'string' ? value : JSON.stringify(value),
});
const args = (fields: Fields) => Object.entries(fields).map(argument);
const signer = (Account: string, SignerWeight: number) => ({ SignerEntry: { Account, SignerWeight } });
const fee = {
  op: 'fee',
  from,
  asset: 'XRP',
  amount: 10n,
  args: args({ Sequence: 42, LastLedgerSequence: 31416426 }),
};
const control = { op: 'account', code: 'account-control' };
const settings = { op: 'account', code: 'account-settings' };
const issuing = { op: 'issuer', code: 'issuer-settings' };
const order = { op: 'trade', code: 'market-order' };
const allowance = { code: 'allowance', to: other };

/** Each type with its fields, and its effects without account, type and the fields of the first one, which are always there. */
const table: readonly (readonly [type: string, fields: Fields, effects: readonly [object, ...object[]]])[] = [
  ['Payment', { Destination: other, Amount: '5' }, [{ op: 'transfer', to: other, ...five }]],
  ['Payment', { Destination: other, Amount: usd }, [{ op: 'token-transfer', to: other, ...dollars }]],
  [
    'Payment',
    { Destination: other, Amount: '5', DestinationTag: 9, SourceTag: 8, InvoiceID: id },
    [{ op: 'transfer', to: other, ...five }],
  ],
  ['Payment', { Destination: other, Amount: usd, SendMax: '5' }, [{ ...order, to: other, ...five }]],
  [
    'Payment',
    { Destination: other, Amount: usd, DeliverMin: usd, Flags: 0x20000 },
    [{ ...order, to: other, ...dollars }],
  ],
  [
    'Payment',
    { Destination: other, Amount: usd, Paths: [[{ account: other }]] },
    [{ ...order, to: other, amount: dollars.amount }],
  ],
  [
    'Payment',
    { Destination: other, Amount: '5', SendMax: { ...usd, issuer: from }, Paths: [[{ account: other }]] },
    [{ ...order, to: other, amount: dollars.amount }],
  ],
  [
    'Payment',
    { Destination: other, Amount: '5', SendMax: usd, Paths: [[{ currency: 'XRP' }]] },
    [{ ...order, to: other, ...dollars }],
  ],
  ['SetRegularKey', { RegularKey: other }, [{ ...control, to: other }]],
  ['SetRegularKey', {}, [control]],
  [
    'SignerListSet',
    { SignerQuorum: 2, SignerEntries: [signer(other, 2), signer(third, 1)] },
    [
      { op: 'account' },
      { ...control, to: other, args: args({ SignerWeight: 2, SignerQuorum: 2 }) },
      { ...control, to: third, args: args({ SignerWeight: 1, SignerQuorum: 2 }) },
    ],
  ],
  ['SignerListSet', { SignerQuorum: 0 }, [control]],
  [
    'DelegateSet',
    { Authorize: other, Permissions: [{ Permission: { PermissionValue: 'Payment' } }] },
    [{ ...control, to: other }],
  ],
  ['AccountDelete', { Destination: other }, [{ op: 'account', code: 'closes-account', to: other }]],
  ['AccountSet', {}, [{ op: 'account' }]],
  [
    'AccountSet',
    { SetFlag: 4, ClearFlag: 8, Domain: '6578', TransferRate: 1200000000, NFTokenMinter: other, Flags: 0x40000 },
    [
      { op: 'account' },
      { ...control, args: args({ SetFlag: 4 }) },
      { ...issuing, args: args({ ClearFlag: 8 }) },
      { ...settings, args: args({ Domain: '6578' }) },
      { ...issuing, args: args({ TransferRate: 1200000000 }) },
      { ...issuing, to: other, args: args({ NFTokenMinter: other }) },
      { ...issuing, args: args({ Flags: 0x40000 }) },
    ],
  ],
  ['AccountSet', { Flags: 0x10000 }, [{ op: 'account' }, { ...settings, args: args({ Flags: 0x10000 }) }]],
  ['TrustSet', { LimitAmount: usd }, [{ ...settings, to: other, ...dollars }]],
  [
    'TrustSet',
    { LimitAmount: usd, Flags: 0x100000 },
    [
      { ...settings, to: other, ...dollars },
      { ...issuing, to: other, args: args({ Flags: 0x100000 }) },
    ],
  ],
  ['TicketCreate', { TicketCount: 3 }, [settings]],
  ['DepositPreauth', { Authorize: other }, [{ ...settings, to: other }]],
  ['OfferCreate', { TakerGets: '5', TakerPays: usd }, [{ ...order, ...five }]],
  ['OfferCancel', { OfferSequence: 4 }, [{ op: 'call' }]],
  ['CheckCreate', { Destination: other, SendMax: usd }, [{ op: 'approve', ...allowance, ...dollars }]],
  ['CheckCash', { CheckID: id, Amount: '5' }, [{ op: 'call' }]],
  ['CheckCancel', { CheckID: id }, [{ op: 'call' }]],
  [
    'EscrowCreate',
    { Destination: other, Amount: '5', FinishAfter: 533257958 },
    [{ op: 'transfer', ...allowance, ...five }],
  ],
  ['EscrowFinish', { Owner: other, OfferSequence: 4 }, [{ op: 'call' }]],
  ['EscrowCancel', { Owner: other, OfferSequence: 4 }, [{ op: 'call' }]],
  [
    'PaymentChannelCreate',
    { Destination: other, Amount: '5', SettleDelay: 60, PublicKey: `ED${'01'.repeat(32)}` },
    [{ op: 'transfer', ...allowance, ...five }],
  ],
  ['PaymentChannelFund', { Channel: id, Amount: '5' }, [{ op: 'transfer', code: 'allowance', ...five }]],
  ['PaymentChannelClaim', { Channel: id, Balance: '5' }, [{ op: 'call', code: 'allowance', ...five }]],
  ['PaymentChannelClaim', { Channel: id, Flags: 0x20000 }, [{ op: 'call' }]],
  ['NFTokenMint', { NFTokenTaxon: 0 }, [{ op: 'mint', code: 'issuer-settings' }]],
  [
    'NFTokenMint',
    { NFTokenTaxon: 0, Amount: '5', Destination: other },
    [
      { op: 'mint', code: 'issuer-settings' },
      { ...order, to: other, args: args({ Amount: '5' }) },
    ],
  ],
  ['NFTokenModify', { NFTokenID: id }, [issuing]],
  ['NFTokenBurn', { NFTokenID: id }, [{ op: 'burn', asset: id, amount: 1n }]],
  [
    'NFTokenCreateOffer',
    { NFTokenID: id, Amount: '9', Flags: 1, Destination: other },
    [{ ...order, to: other, asset: id, amount: 1n }],
  ],
  ['NFTokenCreateOffer', { NFTokenID: id, Amount: '5', Owner: other }, [{ ...order, to: other, ...five }]],
  ['NFTokenCancelOffer', { NFTokenOffers: [id] }, [{ op: 'call' }]],
  ['NFTokenAcceptOffer', { NFTokenSellOffer: id }, [order, { op: 'note', code: 'opaque-data' }]],
  [
    'AMMCreate',
    { Amount: '5', Amount2: usd, TradingFee: 10 },
    [
      { ...order, ...five },
      { ...order, ...dollars, args: args({ Amount2: usd }) },
    ],
  ],
  ['AMMDeposit', { Amount: usd, ...pair }, [{ ...order, ...dollars }]],
  ['AMMDeposit', { Amount: '5', ...pair, Flags: 0x10000 }, [{ ...order, asset: 'XRP' }]],
  ['AMMDeposit', { Amount: '0', ...pair, EPrice: usd, Flags: 0x400000 }, [{ ...order, asset: 'XRP' }]],
  ['AMMDeposit', { Amount: usd, ...pair, EPrice: usd, Flags: 0x400000 }, [{ ...order, asset: dollars.asset }]],
  ['AMMWithdraw', { LPTokenIn: usd, ...pair }, [{ ...order, ...dollars }]],
  ['AMMBid', { BidMax: usd }, [{ ...order, ...dollars }]],
  ['AMMVote', { TradingFee: 1 }, [{ op: 'call', code: 'market-order' }]],
  ['AMMDelete', {}, [{ op: 'call', code: 'market-order' }]],
  ['AMMClawback', { Holder: other }, [{ ...issuing, to: other }]],
  ['Clawback', { Amount: usd }, [{ ...issuing, to: other, ...dollars }]],
  ...['MPTokenIssuanceCreate', 'MPTokenIssuanceSet', 'MPTokenIssuanceDestroy'].map(
    (type) => [type, {}, [issuing]] as const,
  ),
  ...[
    ...['MPTokenAuthorize', 'CredentialCreate', 'CredentialAccept', 'CredentialDelete', 'DIDSet', 'DIDDelete'],
    ...['OracleSet', 'OracleDelete', 'PermissionedDomainSet', 'PermissionedDomainDelete'],
  ].map((type) => [type, {}, [settings]] as const),
];

const refused = ['Batch', 'EnableAmendment', 'SetFee', 'UNLModify', 'Invalid'];
const known = new Set(table.map(([type]) => type));
const unread = TRANSACTION_TYPES.filter((type) => !known.has(type) && !refused.includes(type));

function expected(type: string, fields: Fields, [first, ...others]: readonly [object, ...object[]]) {
  const all = [{ ...first, args: args(fields) }, ...others];
  return [...all.map((effect) => ({ ...effect, from, method: type })), fee];
}

describe('the effects of an XRP transaction', () => {
  it.each(table)('the effects of %s with %j are those of the table', (type, fields, effects) => {
    expect(parse({ TransactionType: type, ...fields }).effects).toEqual(expected(type, fields, effects));
  });

  it.each(unread)('%s is a call that is not understood, and a transfer of its amount', (type) => {
    const call = { op: 'call', code: 'opaque-data', to: other };
    const fields = { Destination: other, Amount: usd };
    const moved = { op: 'token-transfer', to: other, ...dollars };
    expect(parse({ TransactionType: type, ...fields }).effects).toEqual(expected(type, fields, [call, moved]));
    expect(parse({ TransactionType: type }).effects).toEqual(expected(type, {}, [{ op: 'call', code: 'opaque-data' }]));
  });

  const pay = { TransactionType: 'Payment', Destination: other, Amount: '5' };

  it('memos are arguments of the payment, and what orders and times it is with the fee', () => {
    const Memos = [{ Memo: { MemoData: '6869' } }];
    const timing = { Sequence: 0, TicketSequence: 7, AccountTxnID: id, LastLedgerSequence: 31416426 };
    const { effects } = parse({ ...timing, ...pay, Memos, Flags: 0 });
    expect(effects).toEqual([
      {
        op: 'transfer',
        from,
        to: other,
        ...five,
        method: 'Payment',
        args: args({ Destination: other, Amount: '5', Memos, Flags: 0 }),
      },
      { ...fee, args: expect.arrayContaining(args(timing)) },
    ]);
  });

  it('the fee has the order of the request where it is not that of the effects', () => {
    const last = parse({ ...pay, Flags: 0 }).effects?.at(-1);
    expect(last?.args).toEqual(fee.args);
    const text = JSON.stringify({ ...pay, ...bare, Flags: 0 });
    const { effects, summary } = xrpLedger.codec.parse(text, context);
    const value = 'Destination Amount LastLedgerSequence Flags';
    expect(effects?.at(-1)?.args).toEqual([...fee.args, { name: 'order', value }]);
    expect(summary.notes?.map(({ name }) => name)).toEqual(['LastLedgerSequence', 'Flags']);
  });

  it('a receiver without a key, a foreign account and a long life are effects of their own in front of the fee', () => {
    const nobody = 'rrrrrrrrrrrrrrrrrrrrrhoLvTp';
    const fields = { ...pay, Destination: nobody, Account: other, LastLedgerSequence: undefined };
    const { effects = [] } = parse(fields, { allowForeignKey: true });
    expect(effects.slice(1, -1)).toEqual([
      { op: 'note', code: 'unspendable-destination', from: other, to: nobody, method: 'Payment' },
      { op: 'note', code: 'foreign-key', from, to: other },
      { op: 'note', code: 'long-lived', from: other, args: [] },
    ]);
    const far = parse({ ...pay, LastLedgerSequence: 4294967295 }).effects ?? [];
    expect(far.at(-2)).toEqual({
      op: 'note',
      code: 'long-lived',
      from,
      args: args({ LastLedgerSequence: 4294967295 }),
    });
  });

  it('the account behind a currency with a dot in its name is not cut', () => {
    const dotted = { ...usd, currency: `${'00'.repeat(12)}412E42${'00'.repeat(5)}` };
    const asset = `A.B.${other}`;
    const [line] = parse({ TransactionType: 'TrustSet', LimitAmount: dotted }).effects ?? [];
    expect(line).toMatchObject({ op: 'account', to: other, asset });
    const [taken] = parse({ TransactionType: 'Clawback', Amount: dotted }).effects ?? [];
    expect(taken).toMatchObject({ op: 'issuer', to: other, asset });
  });

  it('one token has one name, however its number is written', () => {
    const offer = { TransactionType: 'NFTokenCreateOffer', Amount: '9', Flags: 1 };
    for (const fields of [{ TransactionType: 'NFTokenBurn' }, offer]) {
      const named = [id, id.toLowerCase()].map((NFTokenID) => parse({ ...fields, NFTokenID }).effects?.[0]?.asset);
      expect(named).toEqual([id, id]);
    }
  });

  it('an amount with more digits than the unit has none in the effect, and all of them in the arguments', () => {
    const Amount = { ...usd, value: '1e-20' };
    const [effect] = parse({ ...pay, Amount }).effects ?? [];
    expect(effect).toMatchObject({ op: 'token-transfer', asset: dollars.asset });
    expect(effect).not.toHaveProperty('amount');
    expect(effect?.args).toContainEqual(argument(['Amount', Amount]));
  });
});

describe('the summary of an XRP transaction', () => {
  const shown = (value: unknown) =>
    JSON.stringify(value, (_name, member: unknown) => (typeof member === 'bigint' ? `${member}n` : member));
  const more = fc.record(
    {
      DestinationTag: fc.constantFrom(1, 2),
      SourceTag: fc.constantFrom(1, 2),
      InvoiceID: fc.constantFrom(id, 'CD'.repeat(32)),
      Memos: fc.constantFrom([{ Memo: { MemoData: '6869' } }], [{ Memo: { MemoData: '6870' } }]),
      Flags: fc.constantFrom(0, 1, 0x10000, 0x20000),
      Sequence: fc.constantFrom(1, 2),
      LastLedgerSequence: fc.constantFrom(1, 4294967295),
      Fee: fc.constantFrom('10', '12'),
      SendMax: fc.constantFrom('7', usd),
      Destination: fc.constantFrom(other, third),
    },
    { requiredKeys: [] },
  );
  const rows = fc.constantFrom(...table);

  it('equal effects give an equal summary, and each other signed field gives other effects', async () => {
    const seen = new Map<string, string>();
    const read = (fields: Fields) => {
      try {
        return parse(fields);
      } catch (error) {
        if (error instanceof CustosError) return undefined;
        throw error;
      }
    };
    await fc.assert(
      fc.asyncProperty(rows, more, more, async ([type, fields], one, two) => {
        const made = [one, two].map((change) => read({ TransactionType: type, ...fields, ...change }));
        const ids: string[] = [];
        for (const unsigned of made) {
          if (unsigned === undefined) return;
          const { effects = [], summary } = unsigned;
          const json = JSON.stringify(summaryToJson(summary));
          expect(json).toBe(seen.get(shown(effects)) ?? json);
          expect(summarize(structuredClone(effects))).toEqual(summary);
          seen.set(shown(effects), json);
          ids.push((await unsigned.sign([key])).txId);
        }
        if (ids[0] !== ids[1]) expect(shown(made[0]?.effects)).not.toBe(shown(made[1]?.effects));
      }),
      { numRuns: 120, seed: 15 },
    );
  });
});
