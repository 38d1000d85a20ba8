import { hash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportLog, headLines, keyOfLog, proofLines, verifyFile } from '../../../src/app/audit/log.js';
import { isProof, type Proved, verifyProof } from '../../../src/app/audit/proof.js';
import { readLogKey, readWitness } from '../../../src/app/audit/witness.js';
import { systemClock } from '../../../src/core/clock.js';
import { CustosError } from '../../../src/core/errors.js';
import type { JsonObject } from '../../../src/core/json.js';
import type { Store } from '../../../src/core/store/store.js';
import { createStore } from '../../../src/storage/open-store.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { anySlot, freshDirectory, storeId } from '../../storage/support.js';

const rootKey = new Uint8Array(32).fill(5);
const keyLine = keyOfLog({ storeId }, rootKey);
const key = readLogKey(keyLine);
const directory = freshDirectory();
let store: Store;

const means = () => ({ store, rootKey, clock: systemClock });
const add = (wallet: string) => store.audit.add([{ code: 'wallet.exported', detail: { wallets: [wallet] } }]);
const write = (name: string, lines: readonly JsonObject[]) =>
  writeFile(directory.path(name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

async function openLog(name: string): Promise<Store> {
  const made = await createStore(directory.path(name), { storeId, slots: [anySlot()] });
  made.unlockAudit(journalKeyOf(rootKey, storeId));
  return made;
}

beforeEach(async () => {
  store = await openLog('store.db');
  for (let at = 0; at < 11; at++) await add(`w${at}`);
});
afterEach(() => store.close());

/** What a changed proof shows; undefined if it is refused with a code. */
function shown(text: string): Proved | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isProof(value) ? verifyProof(value, key) : undefined;
  } catch (error) {
    if (!(error instanceof CustosError) && !(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

describe('a proof from the audit log', () => {
  it('shows each event with the public key alone', async () => {
    for (let place = 0; place < 11; place++) {
      await write('proof', await proofLines(means(), { event: `main/${place}` }));
      const verified = await verifyFile(directory.path('proof'), keyLine, undefined);
      const proved = { store: storeId, writer: 'main', events: 11, subject: `event main/${place}` };
      expect(verified).toEqual({ kind: 'proofs', proofs: [proved] });
    }
  });

  it.each(['main/11', 'main', 'other/0', '../0', ''])(
    'is refused for an event that is not there: "%s"',
    async (event) => {
      await expect(proofLines(means(), { event })).rejects.toMatchObject({ code: 'AUDIT_EVENT_UNKNOWN' });
    },
  );

  it('shows nothing else after any change of its text', async () => {
    const [proof] = await proofLines(means(), { event: 'main/4' });
    const text = JSON.stringify(proof);
    const event = JSON.stringify(proof?.['event']);
    const any = fc.property(fc.nat({ max: text.length - 1 }), fc.string({ maxLength: 2 }), (at, part) => {
      const changed = text.slice(0, at) + part + text.slice(at + 1);
      if (shown(changed) === undefined) return;
      expect(JSON.parse(changed).event).toEqual(JSON.parse(event));
    });
    fc.assert(any, { numRuns: 500 });
  });

  it('shows nothing beside what it proves', async () => {
    const [proof = {}] = await proofLines(means(), { event: 'main/4' });
    const [kept] = await headLines(means());
    const event = proof['event'] as Readonly<Record<string, unknown>>;
    const former = kept?.['checkpoint'];
    const { salt, detail } = event;
    const bytes = [Buffer.from(String(salt), 'base64'), Buffer.from(JSON.stringify(detail))];
    const commitment = hash('sha256', Buffer.concat(bytes), 'base64');
    const { salt: _, detail: __, ...bare } = event;
    expect(shown(JSON.stringify({ ...proof, event: { ...bare, commitment } }))).toBeDefined();
    const forged: readonly object[] = [
      { ...proof, event: { ...event, commitment, detail: { wallets: ['w9'] } } },
      { ...proof, event: { ...event, reason: 'a text of somebody else' } },
      { ...proof, reason: 'a text of somebody else' },
      { ...proof, event: { ...event, detail: { wallets: ['w9'] } }, former, proof: [] },
    ];
    for (const one of forged) expect(shown(JSON.stringify(one)), JSON.stringify(one)).toBeUndefined();
  });

  it('counts only where every line of its file is one', async () => {
    const [proof] = await proofLines(means(), { event: 'main/4' });
    const text = JSON.stringify(proof);
    const twice = text.replace('"store":', '"store":"another","store":');
    for (const second of ['{"writer":"main","detail":{}}', 'text', text.replace('Proof":1', 'Proof":2'), twice]) {
      await writeFile(directory.path('proof'), `${text}\n${second}\n`);
      const verified = verifyFile(directory.path('proof'), keyLine, undefined);
      await expect(verified, second).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
    }
  });

  it('is refused with the key of another store, and with another key of this one', async () => {
    const [proof = {}] = await proofLines(means(), { event: 'main/4' });
    const foreign = readLogKey(keyOfLog({ storeId: 'ff'.repeat(16) }, rootKey));
    expect(() => verifyProof(proof, foreign)).toThrow(expect.objectContaining({ code: 'AUDIT_KEY_INVALID' }));
    const other = readLogKey(keyOfLog({ storeId }, new Uint8Array(32).fill(6)));
    expect(() => verifyProof(proof, other)).toThrow(expect.objectContaining({ code: 'AUDIT_BROKEN' }));
  });

  it('shows that the log only grew since a head that was kept', async () => {
    await write('kept', await headLines(means()));
    for (let at = 0; at < 6; at++) await add(`later${at}`);
    await write('proof', await proofLines(means(), { since: directory.path('kept') }));
    const proved = { store: storeId, writer: 'main', events: 17, subject: 'head of 11 events' };
    const verified = await verifyFile(directory.path('proof'), keyLine, undefined);
    expect(verified).toEqual({ kind: 'proofs', proofs: [proved] });
  });

  it('does not show growth from a head of other events, even if the same key signed it', async () => {
    const kept = await headLines(means());
    const first = store;
    store = await openLog('other.db');
    for (let at = 0; at < 17; at++) await add(`other${at}`);
    await write('kept', kept);
    const lines = await proofLines(means(), { since: directory.path('kept') });
    await first.close();
    expect(() => verifyProof(lines[0] ?? {}, key)).toThrow(expect.objectContaining({ code: 'AUDIT_BROKEN' }));
  });
});

describe('a witness', () => {
  const exported = async (name: string) => {
    await exportLog(means(), { file: directory.path(name), format: 'jsonl' });
    return directory.path(name);
  };
  const verify = (file: string) => verifyFile(file, keyLine, directory.path('kept'));

  it('agrees with an export that has what it saw', async () => {
    await write('kept', await headLines(means()));
    const verified = await verify(await exported('export'));
    expect(verified).toMatchObject({ kind: 'export', proof: { events: 11 } });
  });

  it('shows that the end of a log was cut off, and an export alone does not', async () => {
    const file = await exported('before');
    await add('the theft');
    await write('kept', await headLines(means()));
    expect(await verifyFile(file, keyLine, undefined)).toMatchObject({ kind: 'export' });
    await expect(verify(file)).rejects.toMatchObject({
      code: 'AUDIT_BROKEN',
      message: expect.stringMatching(
        /^the log main was cut off, or the export is older than the witness: that saw 1\d events, and the export has 11$/,
      ),
    });
  });

  it('shows that a log was written again by somebody with its key', async () => {
    await write('kept', await headLines(means()));
    const first = store;
    store = await openLog('other.db');
    for (let at = 0; at < 20; at++) await add(`other${at}`);
    const file = await exported('forged');
    await first.close();
    expect(await verifyFile(file, keyLine, undefined)).toMatchObject({ kind: 'export' });
    await expect(verify(file)).rejects.toMatchObject({
      code: 'AUDIT_BROKEN',
      message: expect.stringMatching(/^line \d+ ends other 11 events than the witness saw/),
    });
  });

  it('is not believed without a signature of the key, and neither is a file of another form', async () => {
    const [head] = await headLines(means());
    const file = await exported('export');
    await write('kept', [{ ...head, checkpoint: String(head?.['checkpoint']).replace('\n11\n', '\n10\n') }]);
    await expect(verify(file)).rejects.toMatchObject({ code: 'AUDIT_BROKEN' });
    await write('kept', [{ checkpoint: 7 }]);
    await expect(verify(file)).rejects.toMatchObject({ code: 'AUDIT_FILE_INVALID' });
  });

  it('without a head is refused, because nothing would be compared', async () => {
    const file = directory.path('empty');
    const invalid = { code: 'AUDIT_FILE_INVALID', message: expect.stringContaining('no head') };
    const whole = await exported('export');
    for (const text of ['', '\n\n']) {
      await writeFile(file, text);
      await expect(verifyFile(whole, keyLine, file)).rejects.toMatchObject(invalid);
      await expect(proofLines(means(), { since: file })).rejects.toMatchObject(invalid);
    }
  });

  it('is not compared with a proof, and says so', async () => {
    await write('kept', await headLines(means()));
    await write('proof', await proofLines(means(), { event: 'main/3' }));
    await expect(verifyFile(directory.path('proof'), keyLine, directory.path('kept'))).rejects.toMatchObject({
      code: 'AUDIT_FILE_INVALID',
      message: expect.stringContaining('the file has proofs'),
    });
  });

  it('is read from any text without another error than a coded one', async () => {
    async function* each(lines: readonly string[]) {
      yield* lines;
    }
    const line = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record({ checkpoint: fc.string() }).map((one) => JSON.stringify(one)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 4 }), async (lines) => {
        const heads = await readWitness(each(lines), key).catch((error: unknown) => error);
        if (!Array.isArray(heads)) expect(heads).toBeInstanceOf(CustosError);
      }),
      { numRuns: 200 },
    );
  });
});
