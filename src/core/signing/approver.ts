import type { Question } from './judge.js';

/** The answer of an approver's service, before it is read. */
export interface ApproverAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly text: string;
}

/** An answer with the nonce of the question that it answers. */
export interface Answered {
  readonly answer: ApproverAnswer;
  readonly nonce: string;
}

/** A service of the operator's that approves transactions: carries the question there and the answer back, and reads neither. */
export interface Approver {
  /** @throws CustosError JUDGE_UNREACHABLE: no answer came; PENDING_INVALID: the id is not one segment of a URL path */
  ask(question: Question): Promise<Answered>;
}
