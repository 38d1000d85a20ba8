/** A service that approves for a person, somewhere on the network. */
export interface ApproverService {
  /**
   * Sends a question.
   * @returns the body of the answer
   * @throws CustosError JUDGE_UNREACHABLE: no answer with the status 200 within 30 seconds; JUDGE_ANSWER_INVALID: it is too long
   */
  ask(question: object): Promise<string>;
}
