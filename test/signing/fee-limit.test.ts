import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../src/chains/registry.js';
import { formatUnits } from '../../src/core/chain/units.js';
import { parseSignatureId } from '../../src/core/ids.js';
import { type FeeLimit, parsePending } from '../../src/core/signing/pending.js';
import type { CheckedPayment } from '../../src/signing/build-payment.js';
import { Gate } from '../../src/signing/control/gate.js';
import { prepareSigning } from '../../src/signing/sign.js';
import { anyWallet } from '../storage/support.js';
import { allPayments } from '../support/payment-nodes/all.js';
import { buildCase, nodeOf, type PaymentCase } from '../support/payment-nodes/node.js';

const registry = createRegistry();
/** The first payment of each chain: coins. */
const firsts = registry.ids.flatMap((id) => allPayments.find(({ chain }) => chain === id) ?? []);

/** What the signer does before it opens a secret. The vault knows the address and no secret. */
function prepare(
  { chain: id, network, request }: PaymentCase,
  { unsigned, completed, feeLimit }: Pick<CheckedPayment, 'unsigned' | 'completed' | 'feeLimit'>,
): unknown {
  const chain = registry.get(id);
  const signatureId = parseSignatureId(randomUUID());
  const received = { id: 'a', chain: id, hashes: [signatureId], serializedTransaction: unsigned, feeLimit };
  const { address, publicKey } = request.from;
  const facts = { address: chain.keys.normalizeAddress(address, network), ...(publicKey && { publicKey }) };
  const vault = { identify: () => facts, control: () => undefined } as never;
  const pending = parsePending(received, chain.id, network);
  const sealed = [anyWallet({ signatureId, chain: chain.id, network })];
  const gate = new Gate(undefined, () => 0);
  return prepareSigning(
    { pending, completed, sealed },
    { vault, chains: registry, rules: new Map(), gate, account: async () => [] },
  );
}

/** A node that asks for more when the transaction is completed than when it was built. */
const dearer: readonly (readonly [string, (name: string, answer: unknown) => unknown])[] = [
  ['EGLD', (name, answer) => (name === '/transaction/cost' ? { data: { txGasUnits: 60_000 } } : answer)],
  [
    'VET',
    (_name, answer) => (Array.isArray(answer) ? answer.map((one: object) => ({ ...one, gasUsed: 9_000 })) : answer),
  ],
];

const refusal = expect.objectContaining({ code: 'FEE_INVALID' });

describe('maxFee', () => {
  it('is tried on every chain that builds payments', () => {
    const building = registry.ids.filter((id) => registry.get(id).payments !== undefined);
    const open = building.filter((id) => registry.get(id).closedNetwork === undefined);
    expect(firsts.map(({ chain }) => chain).sort()).toEqual([...open].sort());
  });

  it.each(dearer)('holds on %s where a node asks for more gas when the payment is completed', async (id, change) => {
    const one = firsts.find(({ chain }) => chain === id);
    if (one === undefined) throw new Error('no payment');
    const built = await buildCase(one, nodeOf(one.answers));
    const { fee } = built.summary;
    const feeLimit = { asset: fee.asset, most: `${fee.amount}` };
    const context = { network: one.network, from: one.request.from.address, signers: [one.request.from] };
    const chain = registry.get(id);
    const pending = {
      id: 'a',
      chain: chain.id,
      network: one.network,
      keys: [],
      serialized: built.unsigned,
      received: {},
    };
    const completing = { ...context, nextNonce: async (latest: bigint) => latest };
    const same = await chain.node.complete(pending, { ...completing, node: nodeOf(one.answers) });
    expect(prepare(one, { ...built, completed: same, feeLimit })).toBeTypeOf('function');
    const completed = await chain.node.complete(pending, { ...completing, node: nodeOf(one.answers, change) });
    expect(() => prepare(one, { ...built, completed, feeLimit })).toThrow(refusal);
  });

  it.each(firsts.map((one) => [one.chain, one] as const))('holds on %s until the bytes are signed', async (id, one) => {
    const chain = registry.get(id);
    const node = nodeOf(one.answers);
    const { fee } = (await buildCase(one, node)).summary;
    const decimals = chain.payments?.plan(one.request, one.network).fee.decimals ?? 0;
    const request = { ...one.request, maxFee: formatUnits(fee.amount, decimals) };
    const built = await buildCase({ ...one, request }, node);
    expect(built.feeLimit).toEqual({ asset: fee.asset, most: `${fee.amount}` });
    expect(prepare(one, built)).toBeTypeOf('function');
    const limited = (feeLimit: FeeLimit) => () => prepare(one, { ...built, feeLimit });
    const signed = built.summary.fee.amount;
    expect(limited({ asset: fee.asset, most: `${signed}` })()).toBeTypeOf('function');
    expect(limited({ asset: fee.asset, most: `${signed - 1n}` })).toThrow(refusal);
    expect(limited({ asset: 'OTHER', most: `${signed}` })).toThrow(refusal);
  });
});
