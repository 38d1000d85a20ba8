import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { journalFindings } from '../../../src/app/doctor/store.js';
import type { ErrorCode } from '../../../src/core/errors.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { State } from '../../../src/core/store/journal.js';
import type { Store } from '../../../src/core/store/store.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { anySlot, eth, freshLocation, storeId } from '../support.js';

// What a version wrote that knew these codes by other names, in a journal that is authenticated over the very bytes.

const location = freshLocation();
const key = journalKeyOf(new Uint8Array(randomBytes(32)), storeId);

let store: Store;
beforeEach(async () => {
  store = await createStore(location(), { storeId, slots: [anySlot()] });
  await store.unlockJournal({ key, mayAdopt: false });
});
afterEach(() => store.close());

const rows: readonly (readonly [string, State, string])[] = [
  ['FOUR_EYE_DENIED', 'denied', 'JUDGE_DENIED'],
  ['FOUR_EYE_UNREACHABLE', 'held', 'JUDGE_UNREACHABLE'],
  ['FOUR_EYE_UNDECIDED', 'held', 'JUDGE_UNDECIDED'],
  ['FOUR_EYE_ANSWER_INVALID', 'held', 'JUDGE_ANSWER_INVALID'],
];

const pending = parsePending({ id: 'a', chain: 'ETH', hashes: [], serializedTransaction: '{}' }, eth, 'testnet');

/** The program of today reads the store that the one of then has left. */
async function leave(code: string, state: State): Promise<void> {
  const [claim] = await store.journal.claim([pending]);
  if (claim?.kind !== 'claimed') throw new Error('not claimed');
  const text = 'four-eye: the service said so';
  const error = { errorCode: code as ErrorCode, errorText: text, reported: `${code}: ${text}` };
  await store.journal.advance(claim.lease, state, { ...error, ...(state === 'held' && { nextAttemptAt: 1 }) });
  await store.close();
  store = await openStore(location());
  await store.unlockJournal({ key, mayAdopt: false });
}

describe.each(rows)('a row of an earlier version with %s', (former, state, present) => {
  it('a row of an earlier version is read, listed and counted under the present name', async () => {
    await leave(former, state);
    const shown = { state, errorCode: present, reported: `${present}: four-eye: the service said so` };
    expect(await store.journal.get('a')).toMatchObject(shown);
    expect(await store.journal.find({ states: [state] })).toEqual([expect.objectContaining(shown)]);
    const findings = await journalFindings(store.journal, 'testnet', 0);
    expect(findings.map(({ text }) => text).join()).toContain(`${present} 1`);
  });

  it('a row of an earlier version continues as before: held by itself, denied when a person retries it', async () => {
    await leave(former, state);
    if (state === 'denied') {
      const [before] = await store.journal.claim([pending]);
      expect(before).not.toHaveProperty('lease');
      expect(await store.journal.retry('a')).toMatchObject({ state: 'claimed' });
    }
    expect((await store.journal.claim([pending]))[0]).toMatchObject({ kind: 'known', lease: { id: 'a' } });
  });

  it('a row of an earlier version keeps its story as it was written', async () => {
    await leave(former, state);
    expect((await store.journal.events('a')).at(-1)).toMatchObject({ event: state, fact: { errorCode: former } });
  });
});
