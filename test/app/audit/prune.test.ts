import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeExport } from '../../../src/app/audit/export.js';
import { exportLog, keyOfLog, proofLines } from '../../../src/app/audit/log.js';
import { verifyProof } from '../../../src/app/audit/proof.js';
import { pruneLog } from '../../../src/app/audit/prune.js';
import { linesOf, verifyExport } from '../../../src/app/audit/verify.js';
import { readLogKey } from '../../../src/app/audit/witness.js';
import { rekeyStore } from '../../../src/app/store/rekey.js';
import type { Clock } from '../../../src/core/clock.js';
import { Secret } from '../../../src/core/secret.js';
import type { Store } from '../../../src/core/store/store.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { anySlot, freshDirectory, freshLocation, kinds } from '../../storage/support.js';

/** Its own: on a server, whoever replaces a root key keeps other users of the store out. */
const storeId = 'aabbccddeeff00112233445566778899';
const rootKey = new Uint8Array(32).fill(5);
const keyLine = keyOfLog({ storeId }, rootKey);
const HOUR = 3_600_000;

describe.each(kinds)('a pruned audit log on %s', (kind) => {
  const location = freshLocation(kind);
  const directory = freshDirectory();
  let now = 100 * HOUR;
  const clock: Clock = { now: () => now, wait: async () => undefined };
  let store: Store;

  const means = () => ({ store, rootKey, clock });
  const add = (wallet: string) => store.audit.add([{ code: 'wallet.exported', detail: { wallets: [wallet] } }]);
  const prune = (before: number, archive = 'archive') =>
    pruneLog(means(), { before, archive: directory.path(archive) });
  const verify = (file: string, key = keyLine) => verifyExport(linesOf(directory.path(file)), key);

  beforeEach(async () => {
    now = 100 * HOUR;
    store = await createStore(location(), { storeId, slots: [anySlot()] }, clock);
    await store.unlockJournal({ key: journalKeyOf(rootKey, storeId), mayAdopt: false });
    for (const wallet of ['old1', 'old2', 'old3']) await add(wallet);
    now += HOUR;
    await add('young');
  });
  afterEach(() => store.close());

  it('has nothing of what old events said, keeps the rest, and is verified as before', async () => {
    expect(await prune(now)).toBe(3);
    await exportLog(means(), { file: directory.path('export'), format: 'jsonl' });
    const text = await readFile(directory.path('export'), 'utf8');
    expect(text).not.toMatch(/old\d/);
    expect(text).toContain('young');
    const { logs, unknown } = await verify('export');
    expect(logs).toMatchObject([{ writer: 'main', erased: 3 }]);
    expect(unknown).toContain('what 3 events said: they were pruned, and only their hashes are left');
  });

  it('leaves an archive that is verified by itself and says everything', async () => {
    await prune(now);
    expect(await readFile(directory.path('archive'), 'utf8')).toMatch(/old1(.|\n)*old3/);
    expect((await verify('archive')).logs).toMatchObject([{ writer: 'main', erased: 0 }]);
    const [pruned] = await store.audit.find({ event: 'audit.pruned', limit: 1 });
    const archive = expect.stringMatching(/^archive sha256:[0-9a-f]{64}$/);
    expect(JSON.parse(pruned?.opening?.detail ?? '')).toMatchObject({ before: now, events: 3, archive });
  });

  it('proves events of which only the hash is left, and others', async () => {
    await prune(now);
    const prove = async (event: string) => {
      const [proof = {}] = await proofLines(means(), { event });
      return verifyProof(proof, readLogKey(keyLine)).subject;
    };
    expect(await prove('main/0')).toBe('event main/0, of which only the hash is left');
    expect(await prove('main/3')).toBe('event main/3');
  });

  it('is the same as before when nothing is that old, when the archive exists, and when the time is to come', async () => {
    expect(await prune(50 * HOUR)).toBe(0);
    await exportLog(means(), { file: directory.path('taken'), format: 'jsonl' });
    await expect(prune(now, 'taken')).rejects.toMatchObject({ code: 'AUDIT_FILE_EXISTS' });
    await expect(prune(now + 1)).rejects.toMatchObject({ code: 'USAGE' });
    await exportLog(means(), { file: directory.path('export'), format: 'jsonl' });
    expect(await readFile(directory.path('export'), 'utf8')).toContain('old1');
  });

  it('keeps what follows a young event, whatever the clock said later', async () => {
    now -= 2 * HOUR;
    await add('late');
    now += 2 * HOUR;
    expect(await prune(now)).toBe(3);
    const codes = (await store.audit.find({ event: 'wallet', limit: 9 })).map(({ opening }) => opening?.detail);
    expect(codes.join()).toContain('late');
  });

  it('is verified with the new key after a new root key, also in logs that have nothing new', async () => {
    const other = await openStore(location());
    await other.audit.add([{ code: 'store.unlock-failed', detail: { command: 'test', code: 'PASSWORD_WRONG' } }]);
    await other.close();
    await exportLog(means(), { file: directory.path('signed'), format: 'jsonl' });
    await rekeyStore(store, { rootKey, password: Secret.text('five words make it well') });
    const [rekeyed] = await store.audit.find({ event: 'store.rekeyed', limit: 1 });
    const { key } = JSON.parse(rekeyed?.opening?.detail ?? '');
    await exportAfter(key);
    expect((await verify('after', key)).logs).toMatchObject([{ writer: 'main' }, { writer: 'unkeyed' }]);
  });

  /** As a process exports that has the new key, which tests do not have. */
  async function exportAfter(key: string): Promise<void> {
    const form = { file: directory.path('after'), format: 'jsonl' } as const;
    await writeExport({ audit: store.audit, storeId, key, version: '1' }, form, await store.audit.newest());
  }
});
