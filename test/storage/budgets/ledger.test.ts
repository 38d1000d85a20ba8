import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CustosError } from '../../../src/core/errors.js';
import type { Journal } from '../../../src/core/store/journal.js';
import { standingOf } from '../../../src/storage/budgets/restore.js';
import type { Database } from '../../../src/storage/database.js';
import { journalTable } from '../../../src/storage/journal/journal.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { openSqlite } from '../../../src/storage/sqlite/connection.js';
import { sqliteKysely } from '../../../src/storage/sqlite/dialect.js';
import { makeTables } from '../../../src/storage/store-format.js';
import { storeId } from '../support.js';
import { HandClock, HOUR, pendingOf } from './support.js';

const MINUTE = 60_000;
const names = ['day', 'few', 'per destination'];

/** A charge as a list would keep it that knows nothing of buckets. */
interface Line {
  readonly id: string;
  readonly attempt: number;
  readonly budget: string;
  readonly amount: bigint;
  readonly at: number;
}

/** A journal over a database in memory. */
async function memoryJournal(clock: HandClock) {
  const connection = await openSqlite(':memory:');
  const tables = sqliteKysely<StoreTables>(connection);
  await makeTables(tables, storeId, 'sqlite');
  const database: Database<StoreTables> = {
    dialect: 'sqlite',
    read: (work) => work(tables),
    async write(work) {
      connection.exec('BEGIN');
      try {
        const result = await work(tables, () => undefined);
        connection.exec('COMMIT');
        return result;
      } catch (error) {
        connection.exec('ROLLBACK');
        throw error;
      }
    },
    recordWith: () => undefined,
    close: async () => connection.close(),
  };
  return { journal: journalTable(database, clock, 'one'), tables, close: () => connection.close() };
}

/** The list, and what a person would know of each transaction. */
class Ledger {
  lines: readonly Line[] = [];
  readonly latest = new Map<string, number>();
  readonly attempts = new Map<string, number>();
  readonly signed = new Set<string>();

  attemptOf = (id: string) => this.attempts.get(id) ?? 0;

  since(budget: string, moment: number): bigint {
    return this.lines
      .filter((line) => line.budget === budget && line.at >= moment)
      .reduce((sum, { amount }) => sum + amount, 0n);
  }

  reserve(id: string, now: number, charges: readonly { budget: string; amount: bigint }[]): void {
    this.free(id);
    for (const { budget, amount } of charges) {
      const at = Math.max(now, this.latest.get(budget) ?? 0);
      this.latest.set(budget, at);
      this.lines = [...this.lines, { id, attempt: this.attemptOf(id), budget, amount, at }];
    }
  }

  free(id: string): void {
    this.lines = this.lines.filter((line) => line.id !== id || line.attempt !== this.attemptOf(id));
  }
}

const ways = ['sign', 'fail', 'deny', 'hold', 'expire', 'cancel', 'prove', 'retry', 'withdraw'] as const;
// Mostly one, so that its acts follow each other.
const id = fc.constantFrom('a', 'a', 'a', 'b', 'c');
const charges = fc.uniqueArray(
  fc.record({ budget: fc.constantFrom(...names), amount: fc.bigInt(0n, 4n), hours: fc.constantFrom(1, 24) }),
  { selector: ({ budget }) => budget, maxLength: 3 },
);
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('reserve' as const), id, charges }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(...ways, 'sign', 'sign', 'sign', 'expire', 'expire'),
      id,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      by: fc.oneof(fc.integer({ min: -3 * HOUR, max: 30 * HOUR }), fc.integer({ min: -90_000, max: 90_000 })),
    }),
  },
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** A lease on a transaction that has not ended. */
async function leaseOf(journal: Journal, of: string) {
  const [claimed] = await journal.claim([pendingOf(of)]);
  if (claimed === undefined || claimed.kind === 'changed' || claimed.lease === undefined) {
    throw new CustosError('STATE_CONFLICT', `${of} has ended`);
  }
  return claimed.lease;
}

/** What each act does to the journal and, if the journal lets it, to the list. */
async function perform(journal: Journal, ledger: Ledger, clock: HandClock, one: Act): Promise<void> {
  if (one.kind === 'wait') {
    clock.moment += one.by;
    return;
  }
  const of = one.id;
  const bytes = `0x${of}${ledger.attemptOf(of)}`;
  const acts: Readonly<Record<Exclude<Act['kind'], 'wait'>, () => Promise<void>>> = {
    async reserve() {
      if (!('charges' in one)) return;
      const lease = await leaseOf(journal, of);
      const wanted = one.charges.map(({ hours, ...rest }) => ({ ...rest, since: clock.now() - hours * HOUR, max: 6n }));
      const attempt = String(ledger.attemptOf(of));
      const budgets = await journal.reserveBudgets(lease, { attempt, charges: wanted });
      const entry = await journal.get(of);
      if (entry !== undefined) await journal.advance(lease, entry.state, { budgets }, 'reserved');
      ledger.reserve(of, clock.now(), wanted);
      // Never beyond the limit, by the list's own count, in which no minute is whole.
      for (const { budget, since } of wanted) expect(ledger.since(budget, since)).toBeLessThanOrEqual(6n);
    },
    async sign() {
      await journal.advance(await leaseOf(journal, of), 'signed', { signed: bytes, txId: bytes });
      ledger.signed.add(of);
    },
    async fail() {
      await journal.advance(await leaseOf(journal, of), 'failed', {});
      if (!ledger.signed.has(of)) ledger.free(of);
    },
    async deny() {
      await journal.advance(await leaseOf(journal, of), 'denied', {});
      ledger.free(of);
    },
    hold: async () => journal.advance(await leaseOf(journal, of), 'held', { nextAttemptAt: 0 }),
    async expire() {
      await journal.expire(await leaseOf(journal, of), 'proof');
      ledger.free(of);
      ledger.signed.delete(of);
      ledger.attempts.set(of, ledger.attemptOf(of) + 1);
    },
    async cancel() {
      await journal.cancel(of);
      ledger.free(of);
    },
    async prove() {
      await journal.cancel(of, { txId: bytes, text: 'proof' });
      ledger.free(of);
      ledger.signed.delete(of);
    },
    retry: async () => void (await journal.retry(of)),
    async withdraw() {
      const entry = await journal.get(of);
      if (entry !== undefined && (await journal.withdraw({ ...entry }))) ledger.free(of);
    },
  };
  await acts[one.kind]().catch((error: unknown) => {
    if (!(error instanceof CustosError) || error.code === 'RECORD_DAMAGED') throw error;
  });
}

describe('the ledger of budgets', () => {
  it('says what a list of all charges says, in any order of acts and time, and a backup makes it again', async () => {
    let reserved = 0;
    let freed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 25 }), async (acts) => {
        const clock = new HandClock();
        const { journal, tables, close } = await memoryJournal(clock);
        const ledger = new Ledger();
        for (const one of acts) {
          const before = ledger.lines.length;
          await perform(journal, ledger, clock, one);
          if (ledger.lines.length > before) reserved += 1;
          if (ledger.lines.length < before) freed += 1;
          const wanted = names.flatMap((budget) =>
            [0, 1, 24].map((hours) => ({ budget, since: hours === 0 ? 0 : clock.now() - hours * HOUR })),
          );
          const found = await journal.budgetsUsed(wanted, { id: '', attempt: '0' });
          // The minute in which a window begins counts whole, so never less than the list.
          const listed = wanted.map(({ budget, since }) => ledger.since(budget, Math.floor(since / MINUTE) * MINUTE));
          expect(found).toEqual(listed);
        }
        const rows = await tables.selectFrom('transaction_events').selectAll().orderBy('place').execute();
        const again = ['a', 'b', 'c'].flatMap((of) =>
          standingOf(
            of,
            rows.filter((row) => row.transaction_id === of),
          ).flatMap(({ id, attempt, charges }) => charges.map((charge) => ({ ...charge, id, attempt }))),
        );
        const sorted = (lines: readonly object[]) =>
          lines.map((line) => JSON.stringify(Object.entries(line).sort(), text)).sort();
        const kept = ledger.lines.map((line) => ({ ...line, attempt: String(line.attempt) }));
        expect(sorted(again)).toEqual(sorted(kept));
        close();
      }),
      { numRuns: 150 },
    );
    // The random acts reach what they are for.
    expect(reserved).toBeGreaterThan(50);
    expect(freed).toBeGreaterThan(20);
  });
});

function text(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
