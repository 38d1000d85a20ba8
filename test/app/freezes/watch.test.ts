import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FreezeWatch } from '../../../src/app/freezes/watch.js';
import { systemClock } from '../../../src/core/clock.js';
import { CustosError } from '../../../src/core/errors.js';
import type { Log } from '../../../src/core/log.js';
import { noMeter } from '../../../src/core/meter.js';
import type { Constitution } from '../../../src/core/policy/constitution.js';
import type { Freeze } from '../../../src/core/policy/freeze.js';
import type { FreezeTable, StoredFreeze } from '../../../src/core/store/freezes.js';
import { journalMac } from '../../../src/core/store/journal-mac.js';
import type { Store } from '../../../src/core/store/store.js';
import { freezeText } from '../../../src/policy/freeze-text.js';
import { endMac, freezeMac } from '../../../src/policy/freezes.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { constitution, keyOf, store as storeId } from '../../policy/approvals/people.js';
import { anySlot, freshLocation, kinds } from '../../storage/support.js';

const mac = journalMac(new Uint8Array(32).fill(7));
const id = 'aa'.repeat(16);

function frozen(given: Partial<Freeze> = {}, sign?: (text: string) => string): StoredFreeze {
  const freeze: Freeze = { id, scope: { kind: 'all' }, reason: 'test', at: 1, ...given };
  const text = freezeText({ store: storeId, freeze });
  const proof = sign === undefined ? { mac: freezeMac(mac, text) } : { signature: sign(text) };
  return { id: freeze.id, at: freeze.at, text, ...proof };
}

function ended({ text }: StoredFreeze) {
  const end = { at: 2, signatures: '[]' };
  return { ...end, mac: endMac(mac, { text, ...end }), rootMac: 'r' };
}

interface Watched {
  readonly watch: FreezeWatch;
  readonly events: string[];
}

function watched(
  freezes: FreezeTable,
  known: () => Promise<Constitution | undefined> = async () => constitution,
): Watched {
  const events: string[] = [];
  const note = (fields: Readonly<Record<string, unknown>>) => void events.push(String(fields['event']));
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const watch = new FreezeWatch({
    freezes,
    storeId,
    mac,
    constitution: known,
    clock: systemClock,
    log,
    meter: noMeter,
  });
  return { watch, events };
}

const idsOf = (freezes: readonly Freeze[]) => freezes.map((one) => one.id);

describe.each(kinds)('what a daemon sees of freezes on %s', (kind) => {
  const location = freshLocation(kind);
  let store: Store;
  /** Another process. */
  let other: Store;
  beforeEach(async () => {
    store = await createStore(location(), { storeId, slots: [anySlot()] });
    other = await openStore(location());
  });
  afterEach(async () => {
    await store.close();
    await other.close();
  });

  test('a freeze of another process is seen, and a forged end does not end it', async () => {
    const { watch, events } = watched(store.freezes);
    expect(await watch.now()).toEqual([]);
    const made = frozen();
    await other.freezes.add(made);
    await watch.look();
    expect(idsOf(watch.seen)).toEqual([id]);
    await other.freezes.end(id, { ...ended(made), mac: 'forged' });
    await watch.look();
    expect(idsOf(watch.seen)).toEqual([id]);
    expect(events).toEqual(['frozen']);
  });

  test('an end by those who may lets it go on', async () => {
    const { watch, events } = watched(store.freezes);
    const made = frozen();
    await other.freezes.add(made);
    await watch.look();
    await other.freezes.end(id, ended(made));
    await watch.look();
    expect(watch.seen).toEqual([]);
    expect(events).toEqual(['frozen', 'unfrozen']);
  });

  test('a freeze that a person signed counts, and the next process needs no constitution to see it', async () => {
    await other.freezes.add(frozen({ by: keyOf('oli').text }, keyOf('oli').signed));
    const { watch } = watched(store.freezes);
    await watch.look();
    expect(idsOf(watch.seen)).toEqual([id]);
    const next = watched(other.freezes, async () => undefined);
    await next.watch.look();
    expect(idsOf(next.watch.seen)).toEqual([id]);
  });

  test('a freeze without a valid proof is ignored and told of once', async () => {
    await other.freezes.add(frozen({ by: keyOf('stranger').text }, keyOf('stranger').signed));
    await other.freezes.add({ ...frozen({ id: 'bb'.repeat(16) }), mac: 'forged' });
    await other.freezes.add({ id: 'cc'.repeat(16), at: 1, text: 'stop', mac: 'forged' });
    const { watch, events } = watched(store.freezes);
    for (let turn = 0; turn < 3; turn++) await watch.look();
    expect(watch.seen).toEqual([]);
    expect(events).toEqual(Array(3).fill('freeze-not-authentic'));
  });

  test('where the constitution cannot be read, a signed freeze holds', async () => {
    await other.freezes.add(frozen({ by: keyOf('oli').text }, keyOf('oli').signed));
    const unreadable = () => Promise.reject(new CustosError('RECORD_DAMAGED', 'damaged'));
    const { watch } = watched(store.freezes, unreadable);
    await watch.look();
    expect(idsOf(watch.seen)).toEqual([id]);
  });

  test('a process that serves hears of a freeze by itself', async () => {
    const { watch } = watched(store.freezes);
    const end = new AbortController();
    const seen = new Promise<void>((resolve) => {
      const look = watch.look.bind(watch);
      watch.look = async () => {
        await look();
        if (watch.seen.length > 0) resolve();
      };
    });
    const running = watch.run(end.signal);
    await other.freezes.add(frozen());
    await seen;
    end.abort();
    await running;
    expect(idsOf(watch.seen)).toEqual([id]);
  });
});

describe('a freeze that was seen', () => {
  const made = frozen();

  function tableOf(rows: () => readonly StoredFreeze[]): FreezeTable {
    const never = () => Promise.reject(new Error('not here'));
    const listen = () => ({ close: async () => undefined });
    return { all: async () => rows(), get: never, add: never, authenticate: never, end: never, listen, restore: never };
  }

  test('holds when its row is gone, and that is told once', async () => {
    let rows: readonly StoredFreeze[] = [made];
    const { watch, events } = watched(tableOf(() => rows));
    await watch.look();
    rows = [];
    for (let turn = 0; turn < 3; turn++) await watch.look();
    expect(idsOf(watch.seen)).toEqual([id]);
    expect(events).toEqual(['frozen', 'freeze-gone']);
    rows = [{ ...made, end: ended(made) }];
    await watch.look();
    expect(watch.seen).toEqual([]);
  });

  test('is read once for many signatures that wait for it', async () => {
    let looks = 0;
    const { watch } = watched(
      tableOf(() => {
        looks += 1;
        return [];
      }),
    );
    await Promise.all(Array.from({ length: 100 }, () => watch.now()));
    expect(looks).toBe(1);
  });

  test('nothing is known while the store does not answer', async () => {
    const table = tableOf(() => {
      throw new CustosError('STORE_UNREACHABLE', 'away');
    });
    await expect(watched(table).watch.now()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });
});
