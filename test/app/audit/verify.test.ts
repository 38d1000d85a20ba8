import { hash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportLog, keyOfLog } from '../../../src/app/audit/log.js';
import { linesOf, verifyExport } from '../../../src/app/audit/verify.js';
import { systemClock } from '../../../src/core/clock.js';
import { CustosError } from '../../../src/core/errors.js';
import type { Store } from '../../../src/core/store/store.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { anySlot, freshDirectory, storeId } from '../../storage/support.js';

const rootKey = new Uint8Array(32).fill(5);
const key = keyOfLog({ storeId }, rootKey);
const directory = freshDirectory();
const journalKey = journalKeyOf(rootKey, storeId);
let lines: readonly string[] = [];

async function makeLog(store: Store): Promise<void> {
  store.unlockAudit(journalKey);
  for (let at = 0; at < 5; at++) {
    await store.audit.add([{ code: 'wallet.exported', detail: { wallets: [`w${at}`] } }]);
    await exportLog({ store, rootKey, clock: systemClock }, { file: directory.path(`${at}`), format: 'jsonl' });
  }
}

async function read(path: string): Promise<string[]> {
  const found: string[] = [];
  for await (const line of linesOf(path)) found.push(line);
  return found;
}

async function* each(texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

function writerOf(line: string | undefined): unknown {
  return line === undefined ? 'end' : JSON.parse(line).writer;
}

/** The error of an export that is not sound. */
async function problemOf(texts: readonly string[], given = key): Promise<string> {
  try {
    const { logs } = await verifyExport(each(texts), given);
    // It says so where the key of a signature is not the given one; the events are as they were signed even then.
    return logs.some(({ otherKeys }) => otherKeys > 0) ? 'sound, by another key' : 'sound';
  } catch (error) {
    if (!(error instanceof CustosError)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

describe('an export of the audit log', () => {
  const path = () => directory.path('store.db');
  async function exported(): Promise<readonly string[]> {
    const store = await createStore(path(), { storeId, slots: [anySlot()] });
    const other = await openStore(path());
    await other.audit.add([{ code: 'store.unlock-failed', detail: { command: 'test', code: 'PASSWORD_WRONG' } }]);
    await other.close();
    await makeLog(store);
    await store.close();
    return read(directory.path('4'));
  }

  it('is sound with its key, and says what it cannot show', async () => {
    lines = await exported();
    const proof = await verifyExport(each(lines), key);
    expect(proof.logs.map(({ writer, events }) => [writer, events])).toEqual([
      ['main', 9],
      ['unkeyed', 1],
    ]);
    expect(proof.unknown).toEqual([expect.stringMatching(/cut off: only a witness/)]);
  });

  it('names the line when any line of it is removed, repeated or exchanged with the next', async () => {
    lines = await exported();
    for (const at of lines.keys()) {
      const removed = lines.toSpliced(at, 1);
      const repeated = lines.toSpliced(at, 0, lines[at] ?? '');
      // The order of logs among each other says nothing.
      const isOneLog = writerOf(lines[at]) === writerOf(lines[at + 1]);
      const swapped = isOneLog ? lines.toSpliced(at, 2, lines[at + 1] ?? '', lines[at] ?? '') : removed;
      for (const changed of [removed, repeated, swapped]) {
        expect(await problemOf(changed), `${at}`).toMatch(/^AUDIT_(BROKEN: (line \d+|no checkpoint)|FILE_INVALID)/);
      }
    }
  });

  it('names the event that was changed, also when its hash was changed with it', async () => {
    lines = await exported();
    const at = lines.findIndex((line) => line.includes('"w2"'));
    expect(await problemOf(lines.with(at, lines[at]?.replace('w2', 'w9') ?? ''))).toBe(
      `AUDIT_BROKEN: line ${at + 1} has event main/4, which does not have its hash: it was changed`,
    );
    const { writer, place } = JSON.parse(lines[at] ?? '');
    const other = JSON.stringify({ writer, place, hash: Buffer.alloc(32, 1).toString('base64') });
    expect(await problemOf(lines.with(at, other))).toMatch(/other events than those from main\/3 to main\/4$/);
  });

  it('says nothing beside what its hashes cover', async () => {
    lines = await exported();
    const at = lines.findIndex((line) => line.includes('"w2"'));
    const line = lines[at] ?? '';
    const { salt, detail, ...event } = JSON.parse(line);
    const text = JSON.stringify(detail);
    const commitment = hash('sha256', Buffer.concat([Buffer.from(salt, 'base64'), Buffer.from(text)]), 'base64');
    const { writer, place, hash: leaf } = event;
    const bare = { writer, place, hash: leaf };
    const longer = Buffer.concat([Buffer.from(salt, 'base64'), Buffer.from(text.slice(0, 9))]).toString('base64');
    expect(await problemOf(lines.with(at, JSON.stringify({ ...event, commitment })))).toBe('sound');
    const forged: readonly (object | string)[] = [
      { ...event, commitment, salt, detail: { wallets: ['w9'] } },
      { ...event, commitment, detail: { wallets: ['w9'] } },
      { ...event, salt, detail, reason: 'a text of somebody else' },
      { ...event, salt: longer, detail: text.slice(9) },
      { ...bare, salt, reason: 'a text of somebody else' },
      { ...bare, time: 'never' },
      line.replace('{', '{"detail":{"wallets":["w9"]},'),
      line.replace('"wallets":', '"wallets":["w9"],"wallets":'),
    ];
    for (const one of forged) {
      const changed = typeof one === 'string' ? one : JSON.stringify(one);
      expect(await problemOf(lines.with(at, changed)), changed).toMatch(
        /^AUDIT_BROKEN: line \d+ has (event|an event)|names a member/,
      );
    }
    const signed = lines.findIndex((one) => one.includes('"checkpoint"'));
    for (const place of [signed, lines.length - 1]) {
      const more = lines[place]?.replace('{', '{"detail":{"wallets":["w9"]},') ?? '';
      expect(await problemOf(lines.with(place, more)), more).toMatch(/^AUDIT_BROKEN: line \d+/);
    }
  });

  it('is refused with the key of another store, and broken with another key of this one', async () => {
    lines = await exported();
    const foreign = keyOfLog({ storeId: 'ff'.repeat(16) }, rootKey);
    expect(await problemOf(lines, foreign)).toMatch(/^AUDIT_KEY_INVALID/);
    expect(await problemOf(lines, 'text')).toMatch(/^AUDIT_KEY_INVALID/);
    const other = keyOfLog({ storeId }, new Uint8Array(32).fill(6));
    expect(await problemOf(lines, other)).toMatch(/^AUDIT_BROKEN: no checkpoint of the key covers/);
  });

  it('is never sound after a change of any text in it, and nothing else is thrown', async () => {
    lines = await exported();
    const whole = lines.join('\n');
    const any = fc.asyncProperty(fc.nat({ max: whole.length - 1 }), fc.string({ maxLength: 3 }), async (at, text) => {
      const changed = whole.slice(0, at) + text + whole.slice(at + 1);
      if (changed === whole) return;
      // The verifier was given its key, and does not use the one in the first line.
      if (at <= (lines[0]?.length ?? 0)) return;
      const texts = changed.split('\n');
      if ((await problemOf(texts)) !== 'sound') return;
      expect(texts.map((one) => JSON.parse(one))).toEqual(lines.map((one) => JSON.parse(one)));
    });
    await fc.assert(any, { numRuns: 200 });
  });

  it('shows what was changed in the database', async () => {
    await exported();
    const database = await openDatabase<StoreTables>(path());
    await database.write((db) => db.deleteFrom('audit_events').where('place', '=', 2).execute());
    await database.close();
    const store = await openStore(path());
    store.unlockAudit(journalKey);
    const means = { store, rootKey, clock: systemClock };
    await exportLog(means, { file: directory.path('after'), format: 'jsonl' }).catch(() => undefined);
    await store.close();
    expect(await problemOf(await read(directory.path('after')))).toMatch(/has event 3 where main\/2 belongs$/);
  });

  it('of another form is no file to verify', async () => {
    await writeFile(directory.path('text'), 'text\n');
    expect(await problemOf(await read(directory.path('text')))).toMatch(/^AUDIT_FILE_INVALID/);
    expect(await problemOf([])).toMatch(/^AUDIT_FILE_INVALID/);
    await expect(read(directory.path('none'))).rejects.toMatchObject({ code: 'AUDIT_FILE_INVALID' });
  });
});
