import { CustosError, type ErrorCode } from '../core/errors.js';
import type { HoldCause, Judge, Verdict } from '../core/signing/judge.js';

const heldAs: Readonly<Record<HoldCause, ErrorCode>> = {
  silent: 'JUDGE_UNREACHABLE',
  undecided: 'JUDGE_UNDECIDED',
  invalid: 'JUDGE_ANSWER_INVALID',
};

/**
 * The error for a verdict other than `allow`. Text and details name the judge and its rule.
 * @returns JUDGE_DENIED, OWNER_SPENT, JUDGE_UNREACHABLE, JUDGE_UNDECIDED or JUDGE_ANSWER_INVALID
 */
export function refusalOf({ name }: Judge, verdict: Exclude<Verdict, { kind: 'allow' }>): CustosError {
  const { rule, reason } = verdict;
  const code = verdict.kind === 'hold' ? heldAs[verdict.because] : (verdict.code ?? 'JUDGE_DENIED');
  // A judge with a single rule gives it its own name.
  const who = rule === name ? name : `${name}, ${rule}`;
  return new CustosError(code, `${who}: ${reason}`, { details: { judge: name, rule } });
}
