import { afterEach, beforeEach, expect, test } from 'vitest';
import { journalFindings } from '../../../src/app/doctor/store.js';
import type { ErrorCode } from '../../../src/core/errors.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { Store } from '../../../src/core/store/store.js';
import { createStore } from '../../../src/storage/open-store.js';
import { anySlot, eth, freshLocation, storeId } from '../../storage/support.js';

const location = freshLocation();
let store: Store;
beforeEach(async () => {
  store = await createStore(location(), { storeId, slots: [anySlot()] });
});
afterEach(() => store.close());

async function hold(id: string, errorCode: ErrorCode, errorText: string): Promise<void> {
  const received = { id, chain: 'ETH', hashes: [], serializedTransaction: '{}' };
  const [result] = await store.journal.claim([parsePending(received, eth, 'testnet')]);
  if (result === undefined || result.kind === 'changed' || result.lease === undefined) throw new Error('no lease');
  await store.journal.advance(result.lease, 'held', { errorCode, errorText, nextAttemptAt: 1 });
}

const held = async () => (await journalFindings(store.journal, 'testnet', 0)).find(({ check }) => check === 'held');

test('doctor names the judge that holds a transaction, and does not blame the four-eye service for it', async () => {
  await hold('a', 'JUDGE_UNDECIDED', 'daily-limit: over the sum of today');
  const { state, text, remedy } = (await held()) ?? {};
  expect({ state, text }).toEqual({ state: 'warning', text: '1 testnet transactions are held: JUDGE_UNDECIDED 1' });
  expect(remedy).toContain(
    'JUDGE_UNDECIDED (daily-limit: over the sum of today): the judge in the message has not decided',
  );
  expect(remedy).not.toContain('four-eye');
});

test('doctor names the node that a held transaction waits for and since when, and each other reason', async () => {
  await hold('a', 'NODE_UNREACHABLE', 'the ETH node does not answer');
  await hold('b', 'JUDGE_UNREACHABLE', 'four-eye: no answer');
  const { remedy } = (await held()) ?? {};
  expect(remedy).toContain('NODE_UNREACHABLE (the ETH node does not answer): check the node');
  expect(remedy).toContain('JUDGE_UNREACHABLE (four-eye: no answer): ');
});

test('doctor gives no remedy where nothing is held', async () => {
  expect(await held()).toEqual({ check: 'held', state: 'ok', text: '0 testnet transactions are held' });
});
