import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AccountQuestion } from '../../../src/core/signing/control.js';
import { parseAccountQuestion } from '../../../src/signing/control/account-question.js';

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
  expect(parseAccountQuestion(used)).toEqual(used);
  expect(parseAccountQuestion(reserve)).toEqual(reserve);
});

it('a question to the account may name 10,000 windows', () => {
  const wanted = Array.from({ length: 10_000 }, (_, at) => ({ budget: `day to ${at}`, since: at }));
  expect(parseAccountQuestion({ ...used, wanted })).toEqual({ ...used, wanted });
});

it('names and uses may have 1,000 characters, whatever they are', () => {
  for (const name of ['n'.repeat(1_000), '\u{1f600}'.repeat(1_000), ' ']) {
    const uses = [name, 'short'];
    const asked = { ...used, claim: { ...claim, uses }, wanted: [{ budget: name, since: 5 }] };
    expect(parseAccountQuestion(asked)).toEqual(asked);
  }
});

it.each<[string, unknown]>([
  ['another kind', { ...used, kind: 'release' }],
  ['no claim', { ...used, claim: undefined }],
  ['a mark of another length', { ...used, claim: { ...claim, mark: 'm' } }],
  ['uses that are no list', { ...used, claim: { ...claim, uses: 'all' } }],
  ['a use with a line break', { ...used, claim: { ...claim, uses: ['a\nb'] } }],
  ['a use that is no text', { ...used, claim: { ...claim, uses: [7] } }],
  ['a use that is a list of texts', { ...used, claim: { ...claim, uses: [['a']] } }],
  ['a use without a character', { ...used, claim: { ...claim, uses: [''] } }],
  ['a use of 1,001 characters', { ...used, claim: { ...claim, uses: ['n'.repeat(1_001)] } }],
  ['a use of 1,001 characters beyond 16 bits', { ...used, claim: { ...claim, uses: ['\u{1f600}'.repeat(1_001)] } }],
  ['windows that are no list', { ...used, wanted: {} }],
  ['a window that begins at no time', { ...used, wanted: [{ budget: 'day', since: Number.NaN }] }],
  ['an amount that is no bigint', { ...reserve, charges: [{ budget: 'day', since: 0, amount: 5 }] }],
  ['an amount below zero', { ...reserve, charges: [{ budget: 'day', since: 0, amount: -5n }] }],
  ['a ceiling below zero', { ...reserve, charges: [{ budget: 'day', since: 0, amount: 5n, max: -1n }] }],
  ['a nonce of another form', { ...reserve, approvals: [{ nonce: 'x', expires: 9 }] }],
  ['an inherited claim', Object.create({ ...used })],
  ['too many charges', { ...reserve, charges: Array.from({ length: 10_001 }, () => ({})) }],
])('a question to the account with %s is refused', (_what, value) => {
  expect(() => parseAccountQuestion(value)).toThrow(refused);
});

it('any value is read as a question to the account or refused, and nothing of it is inherited', () => {
  const member = fc.oneof(fc.anything(), fc.constantFrom('used', 'reserve', claim, '__proto__'));
  const question = fc.record({ kind: member, claim: member, wanted: member, approvals: member, charges: member });
  fc.assert(
    fc.property(fc.oneof(fc.anything(), question), (value) => {
      try {
        expect(['used', 'reserve']).toContain(parseAccountQuestion(value).kind);
      } catch (error) {
        expect(error).toMatchObject({ code: 'SIGNER_DIED' });
      }
    }),
  );
});
