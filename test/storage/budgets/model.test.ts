import type { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Journal, Lease } from '../../../src/core/store/journal.js';
import { approvalTable } from '../../../src/storage/approvals/approvals.js';
import type { Database } from '../../../src/storage/database.js';
import { journalTable } from '../../../src/storage/journal/journal.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { openSqlite, type SqliteConnection } from '../../../src/storage/sqlite/connection.js';
import { sqliteKysely } from '../../../src/storage/sqlite/dialect.js';
import { makeTables } from '../../../src/storage/store-format.js';
import { isRefusal, modelKeys, wide } from '../../support/model-keys.js';
import { storeId } from '../support.js';
import { type Chance, type Fences, type Ground, handIn, ModelSteps, type World, worldAt } from './model-steps.js';

// A model checker over the real journal, judges, budgets, approvals and signatures: two daemons, each with a keeper of its own, two
// transactions of which the limit has room for one, and in every order a crash and leases that end, bytes that are proved dead, or a
// policy that is published again and a freeze.

let connection: SqliteConnection;
let tables: Kysely<StoreTables>;
beforeEach(async () => {
  connection = await openSqlite(':memory:');
  tables = sqliteKysely<StoreTables>(connection);
  await makeTables(tables, storeId, 'sqlite');
});
afterEach(() => connection.close());

/** Each step is a savepoint, so that the walk can take it back. */
const database: Database<StoreTables> = {
  dialect: 'sqlite',
  read: (work) => work(tables),
  async write(work) {
    connection.exec('SAVEPOINT work');
    try {
      const result = await work(tables, () => undefined);
      connection.exec('RELEASE work');
      return result;
    } catch (error) {
      connection.exec('ROLLBACK TO work; RELEASE work');
      throw error;
    }
  },
  recordWith: () => undefined,
  close: async () => {},
};

function rowsOf(query: string): readonly Readonly<Record<string, unknown>>[] {
  return connection.prepare(query).all() as Readonly<Record<string, unknown>>[];
}

function journalOf(owner: string, now: number): Journal {
  return journalTable(database, { now: () => now, wait: async () => {} }, owner);
}

/** @param variety - limits and ceilings of the policy's versions. */
async function groundOf(variety: Parameters<typeof modelKeys>[0] = {}, ids: readonly string[] = ['a', 'b']) {
  const keys = await modelKeys(variety);
  const payments = await Promise.all(ids.map((id) => keys.payment(id)));
  const ground: Ground = {
    keys,
    payments,
    journal: async (owner, now) => journalOf(owner, now),
    approvals: async () => approvalTable(database, 1),
    signed: async () =>
      rowsOf('SELECT id, signed FROM transactions WHERE signed IS NOT NULL').map(({ id, signed }) => ({
        id: String(id),
        signed: String(signed),
      })),
  };
  await handIn(await ground.approvals(''), payments);
  return ground;
}

class Walk {
  readonly #steps: ModelSteps;
  readonly #seen = new Set<string>();
  readonly reached = new Set<string>();
  violation: string | undefined;

  constructor(steps: ModelSteps) {
    this.#steps = steps;
  }

  get states(): number {
    return this.#seen.size;
  }

  async from(world: World): Promise<void> {
    const key = keyOf(world);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    if (rowsOf('SELECT 1 FROM transactions WHERE signed IS NOT NULL').length > 0) this.reached.add('signed');
    if (world.dead.length > 0) this.reached.add('expired');
    for (const step of this.#steps.of(world)) {
      if (this.violation !== undefined) return;
      connection.exec('SAVEPOINT step');
      const next = await step().catch((error: unknown) => {
        if (!isRefusal(error)) throw error;
        return undefined;
      });
      if (next !== undefined) {
        this.violation ??= await this.#steps.wrong(world, next);
        if (this.violation === undefined) await this.from(next);
      }
      connection.exec('ROLLBACK TO step; RELEASE step');
    }
  }
}

/**
 * How often the same bytes were given makes no difference, nor does what can happen in every world. Two worlds in which the daemons
 * have changed their places are one.
 */
function keyOf({ workers, made, chances: _, now, ...world }: World): string {
  const rows = rowsOf(`
    SELECT id, state, generation, lease_owner, lease_expires_at > ${now} AS held, signed FROM transactions ORDER BY id`);
  const reserved = rowsOf('SELECT transaction_id, attempt FROM budget_reservations ORDER BY 1, 2');
  const spent = rowsOf('SELECT nonce, attempt FROM approval_spends ORDER BY 1');
  const bytes = [...new Set(made.map((one) => JSON.stringify(one)))].sort();
  const keyIn = (order: World['workers']) => {
    const nameOf = (owner: unknown) => order.findIndex((one) => one.owner === owner);
    const doing = order.map(({ owner, keeper, charges, ...worker }) => [
      worker,
      owner.endsWith("'"),
      keeper.brought,
      keeper.kept.replaceAll(/"holders":\d+|"clock":\d+/g, ''),
      charges?.map(({ max }) => String(max)),
    ]);
    const held = rows.map(({ lease_owner, ...row }) => [row, lease_owner !== null, nameOf(lease_owner)]);
    return JSON.stringify([held, reserved, spent, doing, bytes, world, now]);
  };
  return [keyIn(workers), keyIn([...workers].reverse())].sort()[0] ?? '';
}

async function explore(chances: readonly Chance[], fences: Fences = {}, ground?: Ground): Promise<Walk> {
  const on = ground ?? (await groundOf());
  const walk = new Walk(new ModelSteps(on, fences));
  await walk.from(worldAt(on.keys, chances));
  return walk;
}

const LIMIT = 280_000;

describe('two daemons over one limit', () => {
  it.each<readonly [readonly Chance[]]>([[['publish', 'freeze']], [['expiry', 'publish']], [['crash', 'time']]])(
    'no order of steps passes the limit, spends an approval twice or signs while frozen, with %j',
    { timeout: LIMIT },
    async (chances) => {
      const walk = await explore(chances);
      expect(walk.violation).toBeUndefined();
      expect([...walk.reached].sort()).toEqual(chances.includes('expiry') ? ['expired', 'signed'] : ['signed']);
      expect(walk.states).toBeGreaterThan(500);
    },
  );

  it.each<readonly [string, Fences, readonly Chance[], string]>([
    [
      'reservations have no condition',
      {
        journal: (journal) => ({
          ...journal,
          reserveBudgets: (lease, { attempt, charges }) =>
            journal.reserveBudgets(lease, { attempt, charges: charges.map(({ max: _, ...charge }) => charge) }),
        }),
      },
      [],
      'more is signed than the limit has',
    ],
    [
      'nothing is reserved',
      { journal: (journal) => ({ ...journal, reserveBudgets: async () => ({ attempt: '0', charges: [] }) }) },
      [],
      'more is signed than the limit has',
    ],
    [
      'neither daemon nor keeper asks for freezes',
      { withoutFreezes: 'signing', keys: { withoutFreezes: true } },
      ['freeze'],
      'it was signed while frozen',
    ],
    [
      'the daemon does not ask again before it records',
      { withoutFreezes: 'recording' },
      ['freeze'],
      'it was recorded while frozen',
    ],
  ])('the walk finds it when %s', { timeout: LIMIT }, async (_, fences, chances, violation) => {
    expect((await explore(chances, fences)).violation).toBe(violation);
  });

  it('the walk finds it when the limit counts from zero when it is published again', { timeout: LIMIT }, async () => {
    const ground = await groundOf({ limits: { 1: 'day', 2: 'another' } });
    expect((await explore(['publish'], {}, ground)).violation).toBe('more is signed than the limit has');
  });

  it('the walk finds it when an approval that was spent is taken for an unspent one', { timeout: LIMIT }, async () => {
    const ground = await groundOf({ ceilings: wide }, ['a']);
    expect((await explore(['expiry'], {}, ground)).violation).toBeUndefined();
    const approvals: Fences['approvals'] = (table) => ({
      of: async (id) => (await table.of(id)).map(({ spentFor: _, ...unspent }) => unspent),
      async spend(spending) {
        connection.exec('DELETE FROM approval_spends');
        await table.spend(spending);
      },
    });
    const walk = await explore(['expiry'], { approvals }, ground);
    expect(walk.violation).toBe('an approval was spent for two makings of the bytes');
  });

  it('the walk finds it when a lease does not fence', { timeout: LIMIT }, async () => {
    const journal: Fences['journal'] = (own, owner) => {
      /** Whoever had the row once has it again. */
      const takeBack = ({ id, generation }: Lease) =>
        connection.exec(
          `UPDATE transactions SET lease_owner = '${owner}', generation = ${generation} WHERE id = '${id}'`,
        );
      return {
        ...own,
        async advance(lease, to, fact, event) {
          takeBack(lease);
          return own.advance(lease, to, fact, event);
        },
      };
    };
    const ground = await groundOf({ ceilings: wide }, ['a']);
    expect((await explore(['expiry', 'time'], {}, ground)).violation).toBeUndefined();
    const walk = await explore(['expiry', 'time'], { journal }, ground);
    expect(walk.violation).toBe('dead bytes are recorded');
  });
});
