import type { Clock } from '../core/clock.js';
import { CustosError } from '../core/errors.js';
import type { Secret } from '../core/secret.js';
import type { Approver } from '../core/signing/approver.js';
import type { Judge, Verdict } from '../core/signing/judge.js';
import { hold, RULE, readVerdict } from './four-eye-answer.js';

export interface FourEyeOptions {
  /** HTTP method of the question. */
  readonly method: 'GET' | 'POST';
  /** The answers must be signed with it. */
  readonly secret?: Secret;
  readonly clock: Clock;
}

/**
 * The second pair of eyes: a judge that asks a service of the operator. `readVerdict` decides which answers are a yes; without a
 * yes the transaction is held, never signed.
 */
export function fourEyeJudge(approver: Approver, { method, secret, clock }: FourEyeOptions): Judge {
  return {
    name: RULE,
    async decide(question): Promise<Verdict> {
      try {
        const { answer, nonce } = await approver.ask(question);
        const asked = { method, digest: question.digest, nonce, now: clock.now() };
        return readVerdict(answer, { ...asked, ...(secret && { secret }) });
      } catch (error) {
        if (!(error instanceof CustosError) || error.code !== 'JUDGE_UNREACHABLE') throw error;
        return hold('silent', error.message);
      }
    },
  };
}
