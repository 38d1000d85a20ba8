import { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CustosError } from '../../../src/core/errors.js';
import { frozenBy } from '../../../src/core/policy/freeze.js';
import type { Policy } from '../../../src/core/policy/policy.js';
import type { ApprovalTable } from '../../../src/core/store/approvals.js';
import { attemptOf } from '../../../src/core/store/attempt.js';
import type { BudgetCharge } from '../../../src/core/store/budgets.js';
import { type Journal, LEASE_TIME, type Lease } from '../../../src/core/store/journal.js';
import { readPolicy } from '../../../src/policy/document/read.js';
import { compilePolicy } from '../../../src/policy/judging/compile.js';
import { chargesOf, judgeWithBudgets } from '../../../src/policy/judging/judge-with-budgets.js';
import { approvalTable } from '../../../src/storage/approvals/approvals.js';
import type { Database } from '../../../src/storage/database.js';
import { journalTable } from '../../../src/storage/journal/journal.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { openSqlite, type SqliteConnection } from '../../../src/storage/sqlite/connection.js';
import { sqliteDialect } from '../../../src/storage/sqlite/dialect.js';
import { makeTables } from '../../../src/storage/store-format.js';
import { approves, ether, factsOf, fee, noon, open, pays, policyText } from '../../support/policies.js';
import { storeId } from '../support.js';
import { pendingOf } from './support.js';

// A model checker over the real journal, the real evaluator and the real tables of approvals: two processes, two transactions of
// which the limit has room for one, one approval for each, and in every order a crash and leases that end, bytes that are proved
// dead, or a policy that is published again and a freeze.

type Id = 'a' | 'b';
const ids: readonly Id[] = ['a', 'b'];

/** What one process holds. */
interface Worker {
  readonly owner: string;
  readonly place: 'idle' | 'claimed' | 'judged' | 'reserved' | 'made';
  readonly id?: Id;
  readonly lease?: Lease;
  readonly attempt?: string;
  readonly charges?: readonly BudgetCharge[];
  readonly bytes?: string;
}

/** Signed bytes, wherever they are. */
interface Bytes {
  readonly id: Id;
  readonly attempt: string;
  readonly bytes: string;
}

interface World {
  readonly workers: readonly Worker[];
  readonly made: readonly Bytes[];
  /** Those that are proved dead. */
  readonly dead: readonly string[];
  readonly version: 1 | 2;
  readonly freeze: 'before' | 'frozen' | 'ended';
  readonly crashes: number;
  readonly now: number;
  /** What may still happen besides the steps of the processes. */
  readonly chances: readonly Chance[];
}

type Chance = 'crash' | 'expiry' | 'publish' | 'freeze' | 'time';

/** What a test takes out. */
interface Fences {
  readonly wrap?: (journal: Journal) => Journal;
  readonly approvals?: (table: ApprovalTable) => Pick<ApprovalTable, 'spend'>;
  readonly signsFrozen?: boolean;
  readonly policyOf?: (version: 1 | 2) => Policy;
}

const freezes = [{ id: '00', scope: { kind: 'all' }, reason: 'theft', at: 1 }] as const;
const limited = (id: string, version: number) =>
  readPolicy(
    policyText({
      version,
      ...(version > 1 && { previous: `sha256:${'0'.repeat(64)}` }),
      permits: [{ ...open, needs: ['1 of ops'] }],
      limits: [{ id, asset: 'ETH', rolling: '24h', max: version === 1 ? '10' : '11' }],
    }),
  );
const policies = { 1: limited('day', 1), 2: limited('day', 2) };
const takes = 6n * ether;

let connection: SqliteConnection;
let tables: Kysely<StoreTables>;
let now = noon;
beforeEach(async () => {
  connection = await openSqlite(':memory:');
  tables = new Kysely<StoreTables>({ dialect: sqliteDialect(connection) });
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

class Model {
  readonly #fences: Fences;
  readonly #seen = new Set<string>();
  readonly reached = new Set<string>();
  violation: string | undefined;

  constructor(fences: Fences) {
    this.#fences = fences;
  }

  get states(): number {
    return this.#seen.size;
  }

  async walk(world: World): Promise<void> {
    const key = await this.#keyOf(world);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    for (const step of this.#steps(world)) {
      if (this.violation !== undefined) return;
      now = world.now;
      connection.exec('SAVEPOINT step');
      const next = await step().catch((error: unknown) => {
        if (!(error instanceof CustosError)) throw error;
        return undefined;
      });
      if (next !== undefined) {
        this.violation ??= this.#wrong(world, next);
        if (this.violation === undefined) await this.walk(next);
      }
      connection.exec('ROLLBACK TO step; RELEASE step');
    }
  }

  #journal(owner: string): Journal {
    const journal = journalTable(database, { now: () => now, wait: async () => {} }, owner);
    return this.#fences.wrap?.(journal) ?? journal;
  }

  *#steps(world: World): Generator<() => Promise<World | undefined>> {
    for (const [at, worker] of world.workers.entries()) {
      const move = (next: Worker, more: Partial<World> = {}): World => ({
        ...world,
        ...more,
        workers: world.workers.with(at, next),
      });
      const idle: Worker = { owner: worker.owner, place: 'idle' };
      // Whoever is refused lets go.
      const orIdle = (step: () => Promise<World>) => () =>
        step().catch((error: unknown) => {
          if (!(error instanceof CustosError)) throw error;
          return move(idle);
        });
      if (worker.place === 'idle') {
        for (const id of ids) yield () => this.#claim(world, worker, id).then((next) => next && move(next));
        for (const id of ids) yield () => this.#expire(world, worker, id);
      }
      if (worker.place === 'claimed') yield orIdle(async () => move(await this.#judge(world, worker)));
      if (worker.place === 'judged') yield orIdle(async () => move(await this.#reserve(worker)));
      if (worker.place === 'reserved') yield orIdle(async () => this.#sign(world, worker, move));
      if (worker.place === 'made') yield orIdle(async () => move(await this.#record(worker)));
      if (world.chances.includes('crash') && world.crashes === 0 && worker.place !== 'idle') {
        yield async () => move({ owner: `${worker.owner}'`, place: 'idle' }, { crashes: 1 });
      }
    }
    if (world.chances.includes('publish') && world.version === 1) yield async () => ({ ...world, version: 2 });
    if (world.chances.includes('freeze') && world.freeze === 'before')
      yield async () => ({ ...world, freeze: 'frozen' });
    if (world.freeze === 'frozen') yield async () => ({ ...world, freeze: 'ended' });
    if (world.chances.includes('time') && world.now === noon)
      yield async () => ({ ...world, now: noon + LEASE_TIME + 1 });
  }

  async #claim(world: World, { owner }: Worker, id: Id): Promise<Worker | undefined> {
    const journal = this.#journal(owner);
    const [claim] = await journal.claim([pendingOf(id)]);
    if (claim === undefined || claim.kind === 'changed' || claim.lease === undefined) return undefined;
    if (claim.entry.signed !== undefined || claim.lease.generation > 2 + world.dead.length) return undefined;
    return { owner, place: 'claimed', id, lease: claim.lease, attempt: attemptOf(await journal.events(id)) };
  }

  async #judge({ version }: World, worker: Worker): Promise<Worker> {
    const { owner, id = 'a', attempt = '' } = worker;
    const journal = this.#journal(owner);
    const { used: _, ...facts } = factsOf({
      effects: [pays(takes), { ...fee, amount: 0n }],
      now,
      approvals: approves('ann'),
    });
    const policy = this.#fences.policyOf?.(version) ?? policies[version];
    const judgement = await judgeWithBudgets(compilePolicy(policy), facts, (wanted) =>
      journal.budgetsUsed(wanted, { id, attempt }),
    );
    if (judgement.verdict !== 'allow') throw new CustosError('JUDGE_DENIED', 'no');
    const table = approvalTable(database, 1);
    await (this.#fences.approvals?.(table) ?? table).spend({ nonces: [`approval of ${id}`], attempt });
    return { ...worker, place: 'judged', charges: chargesOf(judgement) };
  }

  async #reserve(worker: Worker): Promise<Worker> {
    const { owner, lease = { id: '', generation: 0 }, attempt = '', charges = [] } = worker;
    await this.#journal(owner).reserveBudgets(lease, { attempt, charges });
    return { ...worker, place: 'reserved' };
  }

  #sign(world: World, worker: Worker, move: (next: Worker, more: Partial<World>) => World): World {
    const { owner, id = 'a', lease, attempt = '' } = worker;
    const inForce = world.freeze === 'frozen' ? freezes : [];
    if (this.#fences.signsFrozen !== true && frozenBy(inForce, { chain: 'ETH', wallets: [] }) !== undefined) {
      throw new CustosError('FROZEN', 'it is frozen');
    }
    const bytes = `${id}/${attempt}/${owner}/${lease?.generation}`;
    return move({ ...worker, place: 'made', bytes }, { made: [...world.made, { id, attempt, bytes }] });
  }

  async #record({ owner, lease = { id: '', generation: 0 }, bytes = '' }: Worker): Promise<Worker> {
    await this.#journal(owner).advance(lease, 'signed', { signed: bytes, txId: bytes });
    this.reached.add('signed');
    return { owner, place: 'idle' };
  }

  /** The chain shows that recorded bytes can never take effect. Once is enough. */
  async #expire(world: World, { owner }: Worker, id: Id): Promise<World | undefined> {
    if (world.dead.length > 0 || !world.chances.includes('expiry')) return undefined;
    const journal = this.#journal(owner);
    const [claim] = await journal.claim([pendingOf(id)]);
    if (claim === undefined || claim.kind === 'changed' || claim.lease === undefined) return undefined;
    if (claim.entry.signed === undefined) return undefined;
    await journal.expire(claim.lease, 'the chain shows it');
    this.reached.add('expired');
    return { ...world, dead: [claim.entry.signed] };
  }

  /** What must hold after each step. Bytes that are made and not recorded never leave their process. */
  #wrong(before: World, { made, dead, freeze }: World): string | undefined {
    const rows = rowsOf('SELECT id, signed FROM transactions WHERE signed IS NOT NULL');
    if (rows.length * 6 > 11) return 'more is signed than the limit has';
    if (rows.some(({ signed }) => dead.includes(String(signed)))) return 'dead bytes are recorded';
    for (const id of ids) {
      if (new Set(made.filter((one) => one.id === id).map(({ attempt }) => attempt)).size > 1) {
        return 'an approval was spent for two makings of the bytes';
      }
    }
    if (freeze === 'frozen' && made.length > before.made.length) return 'it was signed while frozen';
    return undefined;
  }

  async #keyOf({ workers, made, dead, version, freeze, crashes, now: moment }: World): Promise<string> {
    const rows = rowsOf(`
      SELECT id, state, generation, lease_owner, lease_expires_at > ${moment} AS held, signed FROM transactions ORDER BY id`);
    const reserved = rowsOf('SELECT transaction_id, attempt FROM budget_reservations ORDER BY 1, 2');
    const spent = rowsOf('SELECT nonce, attempt FROM approval_spends ORDER BY 1');
    const doing = workers.map(({ owner, place, id, lease, attempt, charges }) => [
      ...[owner, place, id, lease?.generation, attempt],
      charges?.map(({ max }) => String(max)),
    ]);
    return JSON.stringify([
      rows,
      reserved,
      spent,
      doing,
      [...made.map(({ bytes }) => bytes)].sort(),
      dead,
      version,
      freeze,
      crashes,
      moment,
    ]);
  }
}

async function explore(chances: readonly Chance[], fences: Fences = {}): Promise<Model> {
  const model = new Model(fences);
  const workers = ['one', 'two'].map((owner): Worker => ({ owner, place: 'idle' }));
  await model.walk({ workers, made: [], dead: [], version: 1, freeze: 'before', crashes: 0, now: noon, chances });
  return model;
}

const LIMIT = 280_000;

describe('two processes over one limit', () => {
  it.each<readonly [readonly Chance[]]>([[['publish', 'freeze']], [['expiry', 'publish']], [['crash', 'time']]])(
    'no order of steps passes the limit, spends an approval twice or signs while frozen, with %j',
    { timeout: LIMIT },
    async (chances) => {
      const model = await explore(chances);
      expect(model.violation).toBeUndefined();
      expect([...model.reached].sort()).toEqual(chances.includes('expiry') ? ['expired', 'signed'] : ['signed']);
      expect(model.states).toBeGreaterThan(500);
    },
  );

  it.each<readonly [string, Fences, readonly Chance[], string]>([
    [
      'reservations have no condition',
      {
        wrap: (journal) => ({
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
      { wrap: (journal) => ({ ...journal, reserveBudgets: async () => undefined }) },
      [],
      'more is signed than the limit has',
    ],
    [
      'the limit counts from zero when it is published again',
      { policyOf: (version) => (version === 1 ? policies[1] : limited('another', 2)) },
      ['publish'],
      'more is signed than the limit has',
    ],
    [
      'approvals are not spent',
      { approvals: () => ({ spend: async () => undefined }) },
      ['expiry'],
      'an approval was spent for two makings of the bytes',
    ],
    ['the freeze is not asked for', { signsFrozen: true }, ['freeze'], 'it was signed while frozen'],
  ])('the walk finds it when %s', { timeout: LIMIT }, async (_, fences, chances, violation) => {
    expect((await explore(chances, fences)).violation).toBe(violation);
  });
});
