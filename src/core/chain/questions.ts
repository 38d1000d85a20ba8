import type { Network } from '../ids.js';
import type { NodeClient, NodeRequest } from './node.js';

/** Where a question is asked. */
export interface QuestionPlace {
  readonly node: NodeClient;
  readonly network: Network;
}

/** What is asked. */
export interface Asked {
  /** What stands for each `:` of the operation: 1 to 128 letters, digits or `. _ : -`. */
  readonly parts: readonly string[];
  /** A parameter of the query, with the same characters. */
  query(name: string): string | undefined;
  /** Of a POST, without members that are null. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** The answer is that of the node, as it is: numbers that no JSON reader keeps exactly stay what they are. */
export class Relayed {
  constructor(readonly request: NodeRequest) {}
}

/**
 * Answers a question with what a node says. Nothing is signed with an answer.
 * @returns undefined: the network has no such thing
 * @throws CustosError NODE_*; ADDRESS_INVALID and others about what was asked
 */
export type Question = (asked: Asked, place: QuestionPlace) => Promise<unknown>;

/** Questions about a chain that applications ask beside what they sign. */
export interface Questions {
  /** Documented operations as `TatumFacts.operations` has them: `GET block/:`. */
  readonly operations: Readonly<Record<string, Question>>;
  /** Fee advice. */
  readonly fee?: Question;
  /** What a transaction of a kind would cost. */
  readonly estimate?: Question;
  /** Balance of a token, in its smallest unit: its contract, then the account. */
  readonly tokenBalance?: Question;
  /** The contract that a transaction made. */
  readonly contractAddress?: Question;
  /** Unspent outputs of `address` that come to `totalValue` coins. */
  readonly outputs?: Question;
}

/** A question that a node answers by itself. @param path - from the parts; begins with a slash */
export function relayed(path: (parts: readonly string[]) => string): Question {
  return async ({ parts }) => new Relayed({ path: path(parts) });
}
