import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import { readServiceAnswer } from '../../src/policy/service-answer.js';

it('a service approves, rejects, puts off or has no opinion', () => {
  const signed = { text: 'lines', signature: 'abc' };
  expect(readServiceAnswer(JSON.stringify({ custosApproval: 1, ...signed }))).toEqual({ kind: 'decided', signed });
  expect(readServiceAnswer('{"custosAnswer":"RETRY","after":60}')).toEqual({ kind: 'retry', after: 60_000 });
  for (const after of [1, 86_400]) {
    const text = JSON.stringify({ custosAnswer: 'RETRY', after });
    expect(readServiceAnswer(text)).toEqual({ kind: 'retry', after: after * 1000 });
  }
  expect(readServiceAnswer('{"custosAnswer":"RETRY"}')).toEqual({ kind: 'retry' });
  expect(readServiceAnswer('{"custosAnswer":"IGNORE"}')).toEqual({ kind: 'ignore' });
});

it.each([
  ['nothing', ''],
  ['a list', '[]'],
  ['no answer', '{}'],
  ['another word', '{"custosAnswer":"APPROVE"}'],
  ['a word in small letters', '{"custosAnswer":"retry"}'],
  ['a member more', '{"custosAnswer":"IGNORE","why":"x"}'],
  ['a pause with IGNORE', '{"custosAnswer":"IGNORE","after":1}'],
  ['a pause of 0 seconds', '{"custosAnswer":"RETRY","after":0}'],
  ['a pause of more than a day', '{"custosAnswer":"RETRY","after":86401}'],
  ['a pause with a fraction', '{"custosAnswer":"RETRY","after":1.5}'],
  ['an approval of another version', '{"custosApproval":2,"text":"a","signature":"b"}'],
  ['an approval without a signature', '{"custosApproval":1,"text":"a"}'],
  ['an approval with a member more', '{"custosApproval":1,"text":"a","signature":"b","custosAnswer":"IGNORE"}'],
])('an answer with %s decides nothing', (_what, text) => {
  expect(() => readServiceAnswer(text)).toThrow(expect.objectContaining({ code: 'JUDGE_ANSWER_INVALID' }));
});

it('any text is an answer or refused with its code', () => {
  const isRead = (text: string): boolean => {
    try {
      return ['decided', 'retry', 'ignore'].includes(readServiceAnswer(text).kind);
    } catch (error) {
      return error instanceof CustosError && error.code === 'JUDGE_ANSWER_INVALID';
    }
  };
  fc.assert(fc.property(fc.string(), isRead));
  fc.assert(fc.property(fc.jsonValue(), (value) => isRead(JSON.stringify(value))));
  const answer = fc.record({ custosAnswer: fc.jsonValue(), after: fc.jsonValue() }, { requiredKeys: [] });
  fc.assert(fc.property(answer, (value) => isRead(JSON.stringify(value))));
});
