import { expect, it } from 'vitest';
import { CustosError } from '../../src/core/errors.js';
import type { Question } from '../../src/core/signing/judge.js';
import { fourEyeJudge } from '../../src/policy/four-eye.js';

const clock = { now: () => 0, wait: async () => undefined };
const question = { digest: 'd1'.repeat(32) } as Question;

function decided(ask: () => Promise<never>) {
  return fourEyeJudge({ ask }, { method: 'POST', clock }).decide(question);
}

it('a four-eye service without an answer holds the transaction, and any other failure is passed on', async () => {
  const silent = decided(async () => {
    throw new CustosError('JUDGE_UNREACHABLE', 'no answer came');
  });
  expect(await silent).toEqual({ kind: 'hold', rule: 'four-eye', because: 'silent', reason: 'no answer came' });
  const refused = decided(async () => {
    throw new CustosError('PENDING_INVALID', 'the id is not one segment');
  });
  await expect(refused).rejects.toMatchObject({ code: 'PENDING_INVALID' });
  const broken = decided(async () => {
    throw new TypeError('a defect');
  });
  await expect(broken).rejects.toThrow('a defect');
});
