import { expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import type { NodeClient } from '../../src/core/chain/node.js';
import { isWorthWaiting } from '../../src/core/errors.js';
import { type PendingTransaction, parsePending } from '../../src/core/signing/pending.js';
import { allPayments } from '../support/payment-nodes/all.js';
import { buildCase, nodeOf, type PaymentCase } from '../support/payment-nodes/node.js';

const registry = createRegistry();
const wallet = '26d3883e-4e17-48b3-a0ee-09a3e484ac83';

/** What something else than the node may answer in its place. */
const garbage: readonly unknown[] = [
  ...[null, {}, [], '', 'ok', 7, true],
  ...[{ error: 'internal' }, { data: null, message: '' }, { unsigned_transaction: 'ok' }],
];

function pendingOf({ chain: id, network }: PaymentCase, unsigned: string): PendingTransaction {
  const { id: chain } = registry.get(id);
  const row = { id: '5'.repeat(24), chain, hashes: [wallet], serializedTransaction: '{}' };
  return { ...parsePending(row, chain, network), serialized: unsigned };
}

/** Completes and decodes, as the way of a transaction does before it is judged. */
async function completeAndDecode(one: PaymentCase, unsigned: string, node: NodeClient): Promise<void> {
  const { chain: id, network, request } = one;
  const chain = registry.get(id);
  const from = chain.keys.normalizeAddress(request.from.address, network);
  const context = { network, from, signers: [{ address: from }] };
  const nextNonce = async (latest: bigint, waiting = latest) => waiting;
  const completed = await chain.node.complete(pendingOf(one, unsigned), { ...context, node, nextNonce });
  chain.codec.parse(completed, context);
}

it.each(allPayments.map((one) => [one.chain, one.name, one] as const))(
  'a payment of %s (%s) whose node answers with garbage is tried again',
  async (_chain, _name, one) => {
    const { unsigned } = await buildCase(one, nodeOf(one.answers));
    const asked = new Set<string>();
    const listening = nodeOf(one.answers, (name, answer) => {
      asked.add(name);
      return answer;
    });
    await completeAndDecode(one, unsigned, listening);
    for (const name of asked) {
      for (const answer of garbage) {
        const node = nodeOf(one.answers, (asks, honest) => (asks === name ? answer : honest));
        const error: unknown = await completeAndDecode(one, unsigned, node).catch((thrown: unknown) => thrown);
        expect(error === undefined || isWorthWaiting(error), `${name} ${JSON.stringify(answer)}: ${error}`).toBe(true);
      }
    }
  },
);
