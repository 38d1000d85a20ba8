import { describe, expect, it } from 'vitest';
import { CustosError } from '../../../src/core/errors.js';
import { parseSignatureId } from '../../../src/core/ids.js';
import { ControlBook } from '../../../src/signing/control/book.js';
import { eventsText, readEvents, readSnapshot, snapshotText } from '../../../src/signing/control/book-text.js';
import { Revisions, type WalletRecord } from '../../../src/signing/control/revisions.js';
import { Tab } from '../../../src/signing/control/tab.js';

const id = parseSignatureId('26d3883e-4e17-48b3-a0ee-09a3e484ac83');
const other = parseSignatureId('36d3883e-4e17-48b3-a0ee-09a3e484ac83');
const record = (revision: number, madeAt = 10): WalletRecord => ({ id, madeAt, revision });
const old = expect.objectContaining({ code: 'CONTROL_OLD' });

describe('the records that were signed with', () => {
  it('wallets about which nothing was ever said are not remembered', () => {
    const revisions = new Revisions();
    expect(revisions.news([record(0), { ...record(0), id: other }])).toEqual([]);
  });

  it('a record that is newer is remembered, the same one is not news, and an older one is refused', () => {
    const revisions = new Revisions();
    revisions.learn(revisions.news([record(3)]));
    expect(revisions.news([record(3)])).toEqual([]);
    expect(revisions.news([record(4), { ...record(1), id: other }])).toEqual([record(4), { ...record(1), id: other }]);
    for (const given of [record(2), record(0), record(9, 9)]) expect(() => revisions.news([given])).toThrow(old);
    expect(revisions.all()).toEqual([record(3)]);
  });

  it('a wallet that was removed and imported again begins anew, and its former record is refused', () => {
    const revisions = new Revisions();
    revisions.learn(revisions.news([record(3)]));
    revisions.learn(revisions.news([record(0, 11)]));
    expect(() => revisions.news([record(3)])).toThrow(old);
    expect(revisions.news([record(1, 11)])).toEqual([record(1, 11)]);
  });

  it('a signature leaves when what was learned by it is durable, and not at all with an older record', async () => {
    const written: unknown[] = [];
    const book = new ControlBook(() => 1);
    book.keepIn({ write: async (events) => void written.push(...events) });
    await new Tab(book).signed([record(2)]);
    expect(written).toEqual([{ kind: 'wallets', records: [record(2)] }]);
    await expect(new Tab(book).signed([record(1)])).rejects.toEqual(old);
    await new Tab(book).signed([record(2)]);
    await book.settled();
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(written).toHaveLength(1);
  });

  it('a signature waits for what it took itself, and for nothing that others took', async () => {
    const full = new CustosError('KEEPER_STATE_UNWRITTEN', 'the disk is full');
    const book = new ControlBook(() => 1);
    book.keepIn({
      write: async () => {
        throw full;
      },
    });
    const taking = new Tab(book);
    const charges = [{ budget: 'day', since: 0, amount: 1n, max: 5n }];
    taking.answer({ kind: 'reserve', claim: { mark: 'a', uses: [] }, approvals: [], charges });
    await expect(new Tab(book).signed([record(0)])).resolves.toBeUndefined();
    await expect(taking.signed()).rejects.toEqual(full);
  });

  it('what was learned survives a restart, from a snapshot and from what happened after it', () => {
    const book = new ControlBook(() => 1);
    book.see([record(2)]);
    const again = new ControlBook(() => 1);
    const later = { ...record(5), id: other };
    const snapshot = readSnapshot(snapshotText(book.snapshot()));
    again.restore(snapshot, readEvents(eventsText([{ kind: 'wallets', records: [later] }])));
    expect(() => again.see([record(1)])).toThrow(old);
    expect(() => again.see([{ ...later, revision: 4 }])).toThrow(old);
    expect(again.see([record(2), later])).toBe(false);
  });
});
