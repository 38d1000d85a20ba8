import { CustosError, type ErrorCode } from '../../core/errors.js';
import { tell } from '../../core/log.js';
import type { HoldCause, Judge, Verdict } from '../../core/signing/judge.js';
import type { Claimed, LifecycleParts } from '../parts.js';
import { step, type Traced } from '../step.js';
import type { Decoded } from './decode.js';

type JudgeParts = Traced & Pick<LifecycleParts, 'judges' | 'log' | 'meter'>;

/** A judge's no: `held` is asked again later, `denied` ends the transaction. */
export interface Objection {
  readonly to: 'held' | 'denied';
  readonly error: CustosError;
}

/**
 * Asks the judges in order, until one does not allow.
 * @returns its objection; undefined when all allow
 * @throws CustosError STEP_TIMEOUT, and whatever a judge throws: no answer is never a yes
 */
export function judge(parts: JudgeParts, claimed: Claimed, decoded: Decoded): Promise<Objection | undefined> {
  return step(parts, 'judge', claimed.entry.id, async () => {
    for (const one of parts.judges) {
      const objection = await ask(parts, one, { claimed, decoded });
      if (objection !== undefined) return objection;
    }
    return undefined;
  });
}

async function ask(
  { meter, log }: JudgeParts,
  judge: Judge,
  { claimed: { entry }, decoded: { summary, completed } }: { readonly claimed: Claimed; readonly decoded: Decoded },
): Promise<Objection | undefined> {
  const verdict = await judge.decide(entry.pending, summary, completed).catch((error: unknown) => {
    meter.judged(judge.name, 'error');
    throw error;
  });
  meter.judged(judge.name, verdict.kind);
  if (verdict.kind === 'allow') {
    tell(log, 'transaction-allowed', { id: entry.id, judge: judge.name });
    return undefined;
  }
  if (verdict.kind === 'hold' && verdict.distrust !== undefined) meter.judged(judge.name, 'distrust');
  const error = new CustosError(codeOf(verdict), `${verdict.rule}: ${verdict.reason}`);
  return { to: verdict.kind === 'hold' ? 'held' : 'denied', error };
}

const heldAs: Readonly<Record<HoldCause, ErrorCode>> = {
  silent: 'FOUR_EYE_UNREACHABLE',
  undecided: 'FOUR_EYE_UNDECIDED',
  invalid: 'FOUR_EYE_ANSWER_INVALID',
};

function codeOf(verdict: Exclude<Verdict, { kind: 'allow' }>): ErrorCode {
  return verdict.kind === 'hold' ? heldAs[verdict.because] : 'FOUR_EYE_DENIED';
}
