import { describe, expect, it } from 'vitest';
import type { Judge, Verdict } from '../../src/core/signing/judge.js';
import { refusalOf } from '../../src/policy/refusal.js';

const named = (name: string): Judge => ({ name, decide: () => Promise.resolve({ kind: 'allow' }) });

const rows: readonly (readonly [string, Exclude<Verdict, { kind: 'allow' }>, string])[] = [
  ['denies', { kind: 'deny', rule: 'cap', reason: 'too much' }, 'JUDGE_DENIED'],
  ['says nothing', { kind: 'hold', rule: 'cap', reason: 'too much', because: 'silent' }, 'JUDGE_UNREACHABLE'],
  ['is undecided', { kind: 'hold', rule: 'cap', reason: 'too much', because: 'undecided' }, 'JUDGE_UNDECIDED'],
  ['answers nonsense', { kind: 'hold', rule: 'cap', reason: 'too much', because: 'invalid' }, 'JUDGE_ANSWER_INVALID'],
];

describe('the error of a judge', () => {
  it.each(rows)('the error of a judge that %s has a neutral code and names judge and rule', (_name, verdict, code) => {
    const error = refusalOf(named('treasury'), verdict);
    expect(error).toMatchObject({ code, message: 'treasury, cap: too much' });
    expect(error.details).toEqual({ judge: 'treasury', rule: 'cap' });
  });

  it('the error of a judge with one rule names it once', () => {
    const error = refusalOf(named('four-eye'), { kind: 'deny', rule: 'four-eye', reason: 'the service said REJECT' });
    expect(error.message).toBe('four-eye: the service said REJECT');
    expect(error.details).toEqual({ judge: 'four-eye', rule: 'four-eye' });
  });
});
