import { expect, test } from 'vitest';
import { sharedJson } from '../../src/api/entries.js';
import { carriedOf } from '../../src/app/library/carried.js';
import type { Inclusion, NodeClient } from '../../src/core/chain/node.js';
import { errorOf } from '../../src/core/entry-error.js';
import { createWay } from '../../src/lifecycle/way.js';
import { carrying, signedFact, sourceOf } from './carrying.js';

const daemon = carrying();

/** Carries a broadcast transaction, with an error of an earlier try, whose node says where it is. */
async function carried(found: Inclusion) {
  const closed: string[] = [];
  const source = sourceOf({ complete: async (id) => void closed.push(id) });
  const parts = daemon.parts();
  const ethereum = parts.chains.get('ETH');
  const chain = { ...ethereum, node: { ...ethereum.node, inclusion: async () => found } };
  const { entry, lease } = await daemon.claimed('one', [
    ['signed', signedFact],
    ['broadcast', { errorCode: 'NODE_UNREACHABLE', errorText: 'away' }],
  ]);
  const way = createWay({
    ...parts,
    chains: { ...parts.chains, get: () => chain },
    nodes: { client: () => ({}) as NodeClient, isOwn: () => true, broadcast: () => Promise.reject(new Error('sent')) },
  });
  way.keep('one');
  await way.begin(source, { entry, lease, wallets: undefined });
  const after = await parts.journal.get('one');
  if (after === undefined) throw new Error('no entry');
  return { entry: after, closed, events: await parts.journal.events('one') };
}

const included = { kind: 'included', depth: 3, block: `0x${'bb'.repeat(32)}` } as const;

test('a transaction that had no effect in the chain is completed with an error, which everybody is shown', async () => {
  const { entry, closed, events } = await carried({ ...included, reverted: true });
  const text = `ETH has ${signedFact.txId}, which paid its fee and had no other effect`;
  expect(entry).toMatchObject({ state: 'completed', attempts: 0 });
  expect(closed).toEqual(['one']);
  expect(errorOf(entry)).toEqual({ code: 'TRANSACTION_REVERTED', text });
  expect(sharedJson(entry).error).toEqual({ code: 'TRANSACTION_REVERTED', detail: text });
  expect(carriedOf(entry).error).toEqual({ code: 'TRANSACTION_REVERTED', message: text });
  // Events and webhooks, and the audit log, are made of the story's line.
  expect(events.at(-1)).toMatchObject({ event: 'completed', fact: { errorCode: 'TRANSACTION_REVERTED' } });
});

test('a transaction that took effect is completed without an error, whatever it went through', async () => {
  const { entry, events } = await carried(included);
  expect(events.some(({ fact }) => fact['errorCode'] === 'NODE_UNREACHABLE')).toBe(true);
  const former = { ...entry, errorCode: 'NODE_UNREACHABLE', errorText: 'as rows of before kept it' } as const;
  for (const one of [entry, former]) {
    expect(one.state).toBe('completed');
    expect([errorOf(one), sharedJson(one).error, carriedOf(one).error]).toEqual([undefined, null, undefined]);
  }
  expect(events.at(-1)?.fact).not.toHaveProperty('errorCode');
});
