import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AccountQuestion } from '../../../src/core/signing/control.js';
import { accountText, isAccountable, parseAccountQuestion } from '../../../src/signing/control/account-question.js';

const refused = expect.objectContaining({ code: 'SIGNER_DIED' });
const claim = { mark: 'm'.repeat(43), uses: ['ETH/testnet/1/0xfrom/#7'] };
const used: AccountQuestion = { kind: 'used', claim, wanted: [{ budget: 'day mainnet ETH', since: 5 }] };
const reserve: AccountQuestion = {
  kind: 'reserve',
  claim,
  approvals: [{ nonce: '0'.repeat(32), expires: 9 }],
  charges: [
    { budget: 'day', since: 0, amount: 5n, max: 7n },
    { budget: 'day', since: 0.5, amount: 0n },
  ],
};

it('what a signer asks of the account is read as it was written', () => {
  expect(parseAccountQuestion(accountText(used))).toEqual(used);
  expect(parseAccountQuestion(accountText(reserve))).toEqual(reserve);
});

it('a question to the account may name 10,000 windows', () => {
  const wanted = Array.from({ length: 10_000 }, (_, at) => ({ budget: `day to ${at}`, since: at }));
  const asked = { ...used, wanted };
  expect(isAccountable(asked)).toBe(true);
  expect(parseAccountQuestion(accountText(asked))).toEqual(asked);
});

it('a question to the account may name 10,000 approvals, and amounts of none and of 1,000 digits', () => {
  const approvals = Array.from({ length: 10_000 }, (_, at) => ({
    nonce: at.toString(16).padStart(32, '0'),
    expires: 9,
  }));
  const charges = [{ budget: 'day', since: 0, amount: 0n, max: 10n ** 1_000n - 1n }];
  const asked: AccountQuestion = { kind: 'reserve', claim, approvals, charges };
  expect(isAccountable(asked)).toBe(true);
  expect(parseAccountQuestion(accountText(asked))).toEqual(asked);
  expect(isAccountable({ ...asked, approvals: [...approvals, ...reserve.approvals] })).toBe(false);
});

it('names and uses may have 1,000 characters, whatever they are', () => {
  for (const name of ['n'.repeat(1_000), '\u{1f600}'.repeat(1_000), ' ']) {
    const uses = [name, 'short'];
    const asked: AccountQuestion = { ...used, claim: { ...claim, uses }, wanted: [{ budget: name, since: 5 }] };
    expect(isAccountable(asked)).toBe(true);
    expect(parseAccountQuestion(accountText(asked))).toEqual(asked);
  }
});

const { mark, uses } = claim;
const charge = ['day', 0, '5', '7'];

it.each<[string, unknown]>([
  ['another kind', ['release', mark, uses, []]],
  ['no kind', []],
  ['no windows', ['used', mark, uses]],
  ['more than its windows', ['used', mark, uses, [], []]],
  ['no charges', ['reserve', mark, uses, []]],
  ['members in place of a list', { ...used }],
  ['a mark of another length', ['used', 'm', uses, []]],
  ['uses that are no list', ['used', mark, 'all', []]],
  ['a use with a line break', ['used', mark, ['a\nb'], []]],
  ['a use that is no text', ['used', mark, [7], []]],
  ['a use that is a list of texts', ['used', mark, [['a']], []]],
  ['a use without a character', ['used', mark, [''], []]],
  ['a use of 1,001 characters', ['used', mark, ['n'.repeat(1_001)], []]],
  ['a use of 1,001 characters beyond 16 bits', ['used', mark, ['\u{1f600}'.repeat(1_001)], []]],
  ['windows that are no list', ['used', mark, uses, {}]],
  ['a window that begins at no time', ['used', mark, uses, [['day', null]]]],
  ['a window of another form', ['used', mark, uses, [['day', 0, 0]]]],
  ['an amount that is no text', ['reserve', mark, uses, [], [['day', 0, 5]]]],
  ['an amount below zero', ['reserve', mark, uses, [], [['day', 0, '-5']]]],
  ['an amount without digits', ['reserve', mark, uses, [], [['day', 0, '']]]],
  ['an amount in hexadecimal digits', ['reserve', mark, uses, [], [['day', 0, '0x5']]]],
  ['an amount of 1,001 digits', ['reserve', mark, uses, [], [['day', 0, '9'.repeat(1_001)]]]],
  ['a ceiling below zero', ['reserve', mark, uses, [], [['day', 0, '5', '-1']]]],
  ['a charge of another form', ['reserve', mark, uses, [], [[...charge, '1']]]],
  ['a nonce of another form', ['reserve', mark, uses, [['x', 9]], []]],
  ['an approval that never expires', ['reserve', mark, uses, [['0'.repeat(32), null]], []]],
  ['too many charges', ['reserve', mark, uses, [], Array.from({ length: 10_001 }, () => charge)]],
])('a question to the account with %s is refused', (_what, value) => {
  expect(() => parseAccountQuestion(JSON.stringify(value))).toThrow(refused);
});

it.each([
  ['a text that is no JSON', 'used'],
  ['a list', ['used', mark, uses, []]],
  ['nothing', undefined],
])('a question to the account that is %s is refused', (_what, value) => {
  expect(() => parseAccountQuestion(value)).toThrow(refused);
});

it('any value is read as a question to the account or refused', () => {
  const member = fc.oneof(fc.jsonValue(), fc.constantFrom('used', 'reserve', mark, uses, [charge], []));
  const question = fc.oneof(
    fc.tuple(member, member, member, member),
    fc.tuple(fc.constant('reserve'), fc.constant(mark), member, member, member),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything(),
        fc.string(),
        question.map((one) => JSON.stringify(one)),
      ),
      (value) => {
        try {
          expect(['used', 'reserve']).toContain(parseAccountQuestion(value).kind);
        } catch (error) {
          expect(error).toMatchObject({ code: 'SIGNER_DIED' });
        }
      },
    ),
  );
});

it('what a signer may ask is what the account reads', () => {
  const name = fc.oneof(fc.string(), fc.constantFrom('', 'a\nb', 'a\rb', 'n'.repeat(1_001), '\u{1f600}'.repeat(1_000)));
  const amount = fc.oneof(fc.bigInt(), fc.constantFrom(-1n, 0n, 10n ** 1_000n, 10n ** 1_000n - 1n));
  const since = fc.oneof(fc.double(), fc.integer());
  const window = fc.record({ budget: name, since });
  const charged = fc.record(
    { budget: name, since, amount, max: amount },
    { requiredKeys: ['budget', 'since', 'amount'] },
  );
  const asking = fc.record({ mark: fc.constant(mark), uses: fc.array(name, { maxLength: 2 }) }).chain((about) =>
    fc.oneof(
      fc.array(window, { maxLength: 2 }).map((wanted): AccountQuestion => ({ kind: 'used', claim: about, wanted })),
      fc
        .array(charged, { maxLength: 2 })
        .map((charges): AccountQuestion => ({ ...reserve, claim: about, charges }) as AccountQuestion),
    ),
  );
  fc.assert(
    fc.property(asking, (question) => {
      const read = () => parseAccountQuestion(accountText(question));
      if (isAccountable(question)) expect(read().kind).toBe(question.kind);
      else expect(read).toThrow(refused);
    }),
  );
});
