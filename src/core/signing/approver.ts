import type { Question } from './judge.js';

/** The unparsed answer of an approver's service. */
export interface ApproverAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly text: string;
}

/** An answer with the nonce of the question that it answers. */
interface Answered {
  readonly answer: ApproverAnswer;
  readonly nonce: string;
}

/** The operator's service that approves transactions. Carries the question there and the answer back without reading either. */
export interface Approver {
  /** @throws CustosError JUDGE_UNREACHABLE: no answer came; PENDING_INVALID: the id is not a single segment of a URL path */
  ask(question: Question): Promise<Answered>;
}
