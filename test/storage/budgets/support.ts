import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach } from 'vitest';
import type { Clock } from '../../../src/core/clock.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import type { BudgetCharge } from '../../../src/core/store/budgets.js';
import type { Journal, Lease } from '../../../src/core/store/journal.js';
import type { Store } from '../../../src/core/store/store.js';
import { openDatabase } from '../../../src/storage/open-database.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { anySlot, eth, freshLocation, type Kind, storeId } from '../support.js';

export const rootKey = new Uint8Array(randomBytes(32));
export const HOUR = 3_600_000;
export const noon = Date.parse('2026-07-15T12:00:00Z');
/** The budget of a limit of ten in 24 hours. */
export const day = 'day mainnet ETH';

/** Its time is what a test says. */
export class HandClock implements Clock {
  moment = noon;
  now = () => this.moment;
  wait = async () => {};
}

/** A store, and as many processes on it as a test opens. */
export interface Place {
  readonly clock: HandClock;
  readonly location: () => string;
  /** The first process. */
  store(): Store;
  /** Another process, which has read nothing yet. */
  another(): Promise<Store>;
}

/** Spans of the rows that a store has of a budget, in the order of their names, without numbers. */
export async function spansOf({ location }: Pick<Place, 'location'>, budget: string): Promise<readonly string[]> {
  const database = await openDatabase<StoreTables>(location());
  const select = sql<{ span: string }>`SELECT span FROM budget_sums WHERE budget = ${budget} ORDER BY span`;
  const { rows } = await database.read((db) => select.execute(db));
  await database.close();
  return rows.map(({ span }) => span.split(' ')[0] ?? '');
}

/** A fresh store for each test of the file that calls this. */
export function freshPlace(kind: Kind): Place {
  const location = freshLocation(kind);
  const clock = new HandClock();
  let stores: Store[] = [];
  const opened = async (store: Store): Promise<Store> => {
    await store.unlockJournal({ key: journalKeyOf(rootKey, storeId), mayAdopt: false });
    stores.push(store);
    return store;
  };
  beforeEach(async () => {
    clock.moment = noon;
    await opened(await createStore(location(), { storeId, slots: [anySlot()] }, clock));
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
    stores = [];
  });
  return {
    clock,
    location,
    store: () => {
      const [first] = stores;
      if (first === undefined) throw new Error('there is no store');
      return first;
    },
    another: async () => opened(await openStore(location(), clock)),
  };
}

/** Each is of another sender, so that none waits for another. */
export function pendingOf(id: string) {
  const tail = Buffer.from(id).toString('hex').slice(-12).padStart(12, '0');
  const hashes = [`26d3883e-4e17-48b3-a0ee-${tail}`];
  return parsePending({ id, chain: 'ETH', hashes, serializedTransaction: `{"pay":"${id}"}` }, eth, 'mainnet');
}

export async function claimOne(journal: Journal, id: string): Promise<Lease> {
  const [claimed] = await journal.claim([pendingOf(id)]);
  if (claimed === undefined || claimed.kind === 'changed' || claimed.lease === undefined) {
    throw new Error(`${id} was not claimed`);
  }
  return claimed.lease;
}

/** A charge to the limit of ten in 24 hours. */
export function takes(amount: bigint, more: Partial<BudgetCharge> = {}): BudgetCharge {
  return { budget: day, since: noon - 24 * HOUR, amount, max: 10n, ...more };
}

/** What others see of a budget. */
export async function usedBy(journal: Journal, budget = day, since = noon - 24 * HOUR): Promise<bigint> {
  const [used] = await journal.budgetsUsed([{ budget, since }], { id: 'somebody else', attempt: '0' });
  if (used === undefined) throw new Error('no answer');
  return used;
}

export function reserves(attempt: string, ...charges: readonly BudgetCharge[]) {
  return { attempt, charges };
}

/** Charges one to the budget of the day in so many further minutes, one after the other. */
export async function chargeMinutes({ store, clock }: Place, count: number): Promise<void> {
  const { journal } = store();
  for (let minute = 1; minute <= count; minute++) {
    clock.moment += 60_000;
    const lease = await claimOne(journal, `m${minute}`);
    await journal.reserveBudgets(lease, reserves('0', takes(1n, { max: 1000n })));
  }
}
