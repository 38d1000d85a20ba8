import { createRegistry } from '../../../src/chains/registry.js';
import type { NodeClient, NodeRequest } from '../../../src/core/chain/node.js';
import type { PaymentContext, PaymentRequest } from '../../../src/core/chain/payment.js';
import { CustosError } from '../../../src/core/errors.js';
import type { Network } from '../../../src/core/ids.js';
import { buildPayment, type CheckedPayment } from '../../../src/signing/build-payment.js';

/** Answers by JSON-RPC method, or by the path of an HTTP question; a function gets the parameters or the body. */
export type NodeAnswers = Readonly<Record<string, unknown>>;

/** One payment with the node that answers for it. */
export interface PaymentCase {
  /** For the title of a test. */
  readonly name: string;
  readonly chain: string;
  readonly network: Network;
  readonly request: PaymentRequest;
  readonly answers: NodeAnswers;
}

const registry = createRegistry();
/** The time at which the tests build. */
export const NOW = Date.parse('2026-11-29T08:00:00Z');

/** @param change - what a hostile node makes of an answer */
export function nodeOf(
  answers: NodeAnswers,
  change: (name: string, answer: unknown) => unknown = (_name, answer) => answer,
): NodeClient {
  const answer = async (name: string, asked: unknown) => {
    const found = answers[name];
    if (found === undefined) throw new CustosError('NODE_REFUSED', `no answer to ${name}`);
    const told: unknown = structuredClone(typeof found === 'function' ? found(asked) : found);
    if (told instanceof Error) throw new CustosError('NODE_REFUSED', told.message);
    return change(name, told);
  };
  return {
    rpc: (method, params) => answer(method, params),
    http: ({ path, body }: NodeRequest) => answer(path, body),
  };
}

/** Builds and checks the payment of a case. */
export function buildCase(
  { chain, network, request }: Omit<PaymentCase, 'answers'>,
  node: NodeClient,
  context: Partial<PaymentContext> = {},
): Promise<CheckedPayment> {
  return buildPayment(request, {
    chain: registry.get(chain),
    network,
    rules: { feeCeilings: new Map(), allowedHazards: new Set() },
    node,
    now: () => NOW,
    nextNonce: async (latest) => latest,
    spent: async () => new Set(),
    ...context,
  });
}
