import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { journalFindings } from '../../../src/app/doctor/store.js';
import { type ErrorCode, errorKinds } from '../../../src/core/errors.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { JournalFact, Lease, State } from '../../../src/core/store/journal.js';
import type { Store } from '../../../src/core/store/store.js';
import { createStore } from '../../../src/storage/open-store.js';
import { anySlot, eth, freshLocation, storeId } from '../../storage/support.js';

// What is printed of an error is looked at in each state of the journal in which it is printed: a command that it names works.

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8').split('\n');
const codes = Object.keys(errorKinds) as ErrorCode[];
const bytes: JournalFact = { signed: '0xf86c', txId: '0xaa' };

const location = freshLocation();
let store: Store;
beforeEach(async () => {
  store = await createStore(location(), { storeId, slots: [anySlot()] });
});
afterEach(() => store.close());

/** What docs/errors.md advises. */
function documented(code: ErrorCode): string {
  return (
    page
      .find((line) => line.startsWith(`| \`${code}\``))
      ?.split('|')
      .at(-2) ?? ''
  );
}

function commandsIn(text: string): ('retry' | 'cancel')[] {
  const found = [...text.matchAll(/custos transaction (retry|cancel)/g)].map(([, verb]) => verb);
  return [...new Set(found)].flatMap((verb) => (verb === 'retry' || verb === 'cancel' ? [verb] : []));
}

async function claim(): Promise<Lease> {
  const received = { id: 'a', chain: 'ETH', hashes: [], serializedTransaction: '{}' };
  const [result] = await store.journal.claim([parsePending(received, eth, 'testnet')]);
  if (result === undefined || result.kind === 'changed' || result.lease === undefined) throw new Error('no lease');
  return result.lease;
}

/** How a transaction comes to show an error: by steps of the daemon. */
async function bring(code: ErrorCode, { hasBytes }: { hasBytes: boolean }): Promise<State> {
  const lease = await claim();
  if (hasBytes) await store.journal.advance(lease, 'signed', bytes);
  const fact: JournalFact = { errorCode: code, errorText: 'why' };
  if (errorKinds[code].retry) {
    const state = hasBytes ? 'signed' : 'claimed';
    await store.journal.advance(lease, state, { ...fact, nextAttemptAt: 1 }, 'postponed');
    return state;
  }
  const state = code === 'JUDGE_DENIED' && !hasBytes ? 'denied' : 'failed';
  await store.journal.advance(lease, state, fact);
  return state;
}

describe.each([false, true])('a transaction with an error (with signed bytes: %s)', (hasBytes) => {
  it.each(codes)('doctor shows %s with remedies that work in its state', async (code) => {
    const state = await bring(code, { hasBytes });
    const findings = await journalFindings(store.journal, 'testnet', 0);
    const doctor = findings.map((finding) => finding.remedy ?? '').join();
    const isEnded = state === 'failed' || state === 'denied';
    expect(commandsIn(doctor).sort()).toEqual(isEnded ? ['cancel', 'retry'] : []);
    const advised = commandsIn([errorKinds[code].hint, documented(code), doctor].join());
    // What is tried again by itself is neither retried nor, with bytes, cancelled.
    if (!isEnded) expect(advised).toEqual([]);
    // Cancelling comes last, for nothing follows on it; what was retried is brought to the same place once more.
    if (advised.includes('retry')) {
      expect((await store.journal.retry('a')).state, code).toBe(hasBytes ? 'signed' : 'claimed');
      await failAgain(state);
    }
    if (advised.includes('cancel')) {
      const proof = hasBytes ? { txId: '0xaa', text: 'proved dead' } : undefined;
      expect((await store.journal.cancel('a', proof)).state, code).toBe('cancelled');
    }
  });
});

async function failAgain(state: State): Promise<void> {
  const lease = await claim();
  await store.journal.advance(lease, state, { errorText: 'again' });
}
