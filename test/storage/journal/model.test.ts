import type { Kysely, KyselyPlugin, OperationNode, RootOperationNode } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CustosError } from '../../../src/core/errors.js';
import { defaultTenant } from '../../../src/core/ids.js';
import { parsePending } from '../../../src/core/signing/pending.js';
import { type Journal, LEASE_TIME, type Lease, type State } from '../../../src/core/store/journal.js';
import type { Database } from '../../../src/storage/database.js';
import { journalTable } from '../../../src/storage/journal/journal.js';
import type { StoreTables } from '../../../src/storage/schema.js';
import { openSqlite, type SqliteConnection } from '../../../src/storage/sqlite/connection.js';
import { sqliteKysely } from '../../../src/storage/sqlite/dialect.js';
import { makeTables } from '../../../src/storage/store-format.js';
import { eth, storeId } from '../support.js';

// A model checker over the journal itself: two processes, each of which may stop at every step and start again, a person who
// cancels and retries, and time that runs out, in every order. What the network got and what the journal says is compared
// after each step with what must hold.

type Row = StoreTables['transactions'];
type Place = 'idle' | 'claimed' | 'filled' | 'made' | 'recorded' | 'sent' | 'told';

/** One process: how far it has come, and what it remembers. */
interface Worker {
  readonly owner: string;
  readonly place: Place;
  readonly lease?: Lease;
  /** Moment of the claim. */
  readonly since?: number;
  readonly bytes?: string;
}

interface World {
  readonly row: Row | undefined;
  readonly workers: readonly Worker[];
  /** Bytes that the network has. */
  readonly network: readonly string[];
  readonly now: number;
  readonly crashes: number;
}

const ID = 'a';
const TICKS = 2;
const CRASHES = 1;
/** Claims beyond this many are not followed: they differ from earlier ones in nothing but the number. */
const CLAIMS = 3;
const pending = parsePending(
  { id: ID, chain: 'ETH', hashes: ['26d3883e-4e17-48b3-a0ee-09a3e484ac83'], serializedTransaction: '{}' },
  eth,
  'testnet',
);

let connection: SqliteConnection;
let tables: Kysely<StoreTables>;
let now = 0;
beforeEach(async () => {
  connection = await openSqlite(':memory:');
  tables = sqliteKysely<StoreTables>(connection);
  await makeTables(tables, storeId, 'sqlite');
});
afterEach(() => connection.close());

/** The journal of one process, on queries that a test may cripple. */
function journalOf(owner: string, plugin?: KyselyPlugin): Journal {
  const used = plugin === undefined ? tables : tables.withPlugin(plugin);
  const database: Database<StoreTables> = {
    dialect: 'sqlite',
    read: (work) => work(used),
    async write(work) {
      connection.exec('BEGIN');
      try {
        const result = await work(used, () => undefined);
        connection.exec('COMMIT');
        return result;
      } catch (error) {
        connection.exec('ROLLBACK');
        throw error;
      }
    },
    recordWith: () => undefined,
    close: async () => {},
  };
  return journalTable(database, { now: () => now, wait: async () => {} }, owner);
}

async function restore({ row, now: moment }: World): Promise<void> {
  now = moment;
  connection.exec('DELETE FROM transactions; DELETE FROM transaction_events; DELETE FROM reservations');
  if (row !== undefined) await tables.insertInto('transactions').values(row).execute();
}

async function readRow(): Promise<Row | undefined> {
  const row = await tables.selectFrom('transactions').selectAll().where('id', '=', ID).executeTakeFirst();
  return row && { ...row };
}

/** What one worker may do next. Each step is one transaction of the database, one message to the network, or neither. */
type Step = (worker: Worker, journal: Journal, network: string[]) => Promise<Worker>;

const places: Partial<Record<State, Place>> = {
  claimed: 'claimed',
  held: 'claimed',
  signed: 'recorded',
  broadcast: 'told',
};

const claim: Step = async (worker, journal) => {
  const [result] = await journal.claim([pending]);
  if (result === undefined || result.kind === 'changed' || result.lease === undefined) return worker;
  const { entry, lease } = result;
  const bytes = entry.signed === undefined ? {} : { bytes: entry.signed };
  return { owner: worker.owner, place: places[entry.state]!, lease, since: now, ...bytes };
};

const postpone: Step = async (worker, journal) => {
  const state = (await journal.get(ID))!.state;
  await journal.advance(worker.lease!, state, { nextAttemptAt: 0, errorText: 'later' }, 'postponed');
  return { owner: worker.owner, place: 'idle' };
};

const refuse: Step = async (worker, journal) => {
  await journal.advance(worker.lease!, 'failed', { errorText: 'refused' });
  return { owner: worker.owner, place: 'idle' };
};

/** As `keepLease` of the daemon does before a worker that has waited goes on. */
async function keep(worker: Worker, journal: Journal): Promise<void> {
  if (now - worker.since! > LEASE_TIME / 2) await journal.renew(worker.lease!);
}

/** What each worker may do at its place, and which states may follow. */
interface Walk {
  readonly steps: Steps;
  readonly allowed: Readonly<Record<State, readonly State[]>>;
}

type Steps = Readonly<Record<Place, readonly Step[]>>;

const steps: Steps = {
  idle: [claim],
  claimed: [
    async (worker, journal) => {
      await keep(worker, journal);
      await journal.advance(worker.lease!, 'claimed', { completed: 'form' }, 'filled');
      return { ...worker, place: 'filled', since: now };
    },
    postpone,
    refuse,
  ],
  // No signature is like another: the worst case for whoever signs twice.
  filled: [
    async (worker) => ({ ...worker, place: 'made', bytes: `${worker.owner}/${worker.lease!.generation}` }),
    postpone,
  ],
  made: [
    async (worker, journal) => {
      await journal.advance(worker.lease!, 'signed', { signed: worker.bytes!, txId: worker.bytes! });
      return { ...worker, place: 'recorded', since: now };
    },
  ],
  recorded: [
    async (worker, journal, network) => {
      await keep(worker, journal);
      network.push(worker.bytes!);
      return { ...worker, place: 'sent', since: now };
    },
    // A mistake that no process should make: other bytes for what is recorded.
    async (worker, journal) => {
      const other = `${worker.owner}/again`;
      await journal.advance(worker.lease!, 'signed', { signed: other, txId: other });
      return { ...worker, bytes: other, since: now };
    },
    postpone,
    refuse,
  ],
  sent: [
    async (worker, journal) => {
      await journal.advance(worker.lease!, 'broadcast', {});
      return { ...worker, place: 'told', since: now };
    },
    postpone,
  ],
  told: [
    async (worker, journal) => {
      await journal.advance(worker.lease!, 'completed', {});
      return { owner: worker.owner, place: 'idle' };
    },
    // A mistake: what the network took is called unsent.
    async (worker, journal) => {
      await journal.advance(worker.lease!, 'signed', {});
      return worker;
    },
  ],
};

const allowed: Readonly<Record<State, readonly State[]>> = {
  claimed: ['claimed', 'held', 'signed', 'denied', 'failed', 'cancelled'],
  held: ['claimed', 'held', 'signed', 'denied', 'failed', 'cancelled'],
  signed: ['signed', 'broadcast', 'failed', 'cancelled'],
  broadcast: ['broadcast', 'completed', 'failed'],
  completed: [],
  denied: [],
  failed: [],
  cancelled: [],
};

const sending: Walk = { steps, allowed };

/** Accepts and claims by one write what nobody has accepted yet. */
const acceptOrClaim: Step = async (worker, journal, network) => {
  if ((await journal.get(ID)) !== undefined) return claim(worker, journal, network);
  const facts = { tenant: defaultTenant, source: 'rpc', kind: 'transaction', delivery: 'return', pending } as const;
  const accepted = await journal.accept(facts, { claims: true });
  if (accepted.kind !== 'accepted' || accepted.lease === undefined) return worker;
  return { owner: worker.owner, place: 'claimed', lease: accepted.lease, since: now };
};

/** Bytes that are handed out: whoever asked has them as soon as they are recorded. */
const handingOut: Walk = {
  steps: {
    ...steps,
    idle: [acceptOrClaim],
    made: [
      async (worker, journal, network) => {
        const made = { signed: worker.bytes!, txId: worker.bytes! };
        await journal.advance(worker.lease!, 'completed', { made }, 'handed out');
        network.push(worker.bytes!);
        return { owner: worker.owner, place: 'idle' };
      },
    ],
    // Nothing is ever found between the two lines.
    ...{ recorded: [], sent: [], told: [] },
  },
  allowed: {
    ...allowed,
    claimed: ['claimed', 'held', 'completed', 'denied', 'failed', 'cancelled'],
  },
};

/** What must hold after a step of a worker; the words of what does not. */
function violation(
  [before, after]: readonly [World, World],
  worker: Worker | undefined,
  walk: Walk,
): string | undefined {
  const [old, row] = [before.row, after.row];
  const bytes = new Set([...after.network, ...(row?.signed ? [row.signed] : [])]);
  if (bytes.size > 1) return `two sets of bytes: ${[...bytes].join(', ')}`;
  if (after.network.length > 0 && !row?.signed) return 'the network has bytes that are not recorded';
  if (old?.signed && row?.signed !== old.signed) return 'recorded bytes were replaced';
  const changed = old !== undefined && row !== undefined && JSON.stringify(old) !== JSON.stringify(row);
  const [from, to] = [old?.state as State, row?.state as State];
  if (changed && from !== to && worker !== undefined && !walk.allowed[from].includes(to)) return `${from} became ${to}`;
  const isClaim = row?.generation !== old?.generation;
  if (changed && worker !== undefined && isClaim) {
    const isHeld =
      old.lease_owner !== null && old.lease_owner !== worker.owner && Number(old.lease_expires_at) > after.now;
    if (isHeld) return `${worker.owner} took what ${old.lease_owner} holds`;
  }
  const isOwner = old?.lease_owner === worker?.owner;
  const mayWrite = isOwner && old?.generation === worker?.lease?.generation;
  // Strands of one process send what one of them recorded, which does no harm; writing is for the newest claim alone.
  const isOfStrands = new Set(after.workers.map(({ owner }) => owner)).size < after.workers.length;
  const isSent = after.network.length > before.network.length && !isOfStrands;
  if (worker?.lease !== undefined && ((isSent && !isOwner) || (changed && !isClaim && !mayWrite))) {
    return `${worker.owner} went on with what it does not hold`;
  }
  return undefined;
}

interface Found {
  readonly states: number;
  readonly violations: readonly string[];
  readonly ends: ReadonlySet<string>;
}

/** Worlds that differ only in moments and words behave in the same way. */
function keyOf({ row, workers, network, now: moment, crashes }: World): string {
  const facts = row && [
    row.state,
    row.generation,
    row.lease_owner,
    row.lease_owner !== null && Number(row.lease_expires_at) > moment,
    row.signed,
    row.completed,
  ];
  const doing = workers.map(({ owner, place, lease, since, bytes }) => [
    owner,
    place,
    lease?.generation,
    since !== undefined && moment - since > LEASE_TIME / 2,
    bytes,
  ]);
  return JSON.stringify([facts, doing, network, moment, crashes]);
}

/** Walks through every order of steps, each state once. Stops at the first violation. */
async function explore(owners: readonly string[], walk: Walk, plugin?: KyselyPlugin): Promise<Found> {
  const workers = owners.map((owner): Worker => ({ owner, place: 'idle' }));
  const start: World = { row: undefined, workers, network: [], now: 0, crashes: 0 };
  const seen = new Set<string>();
  const ends = new Set<string>();
  const todo: World[] = [start];
  for (let world = todo.pop(); world !== undefined; world = todo.pop()) {
    const key = keyOf(world);
    if (seen.has(key)) continue;
    seen.add(key);
    if (world.row !== undefined) ends.add(world.row.state);
    for await (const { next, worker } of successors(world, walk, plugin)) {
      const wrong = violation([world, next], worker, walk);
      if (wrong !== undefined) return { states: seen.size, violations: [wrong], ends };
      todo.push(next);
    }
    if (world.workers.every(({ place }) => place === 'idle')) {
      const wrong = await unfinished(world, walk);
      if (wrong !== undefined) return { states: seen.size, violations: [wrong], ends };
    }
  }
  return { states: seen.size, violations: [], ends };
}

async function* successors(
  world: World,
  walk: Walk,
  plugin?: KyselyPlugin,
): AsyncGenerator<{ next: World; worker?: Worker }> {
  for (const [at, worker] of world.workers.entries()) {
    for (const step of walk.steps[worker.place]) {
      if (worker.place === 'idle' && (world.row?.generation ?? 0) >= CLAIMS) continue;
      await restore(world);
      const network = [...world.network];
      const moved = await step(worker, journalOf(worker.owner, plugin), network).catch((error: unknown) => {
        if (!(error instanceof CustosError)) throw error;
        // Whoever is refused lets go and looks again.
        return { owner: worker.owner, place: 'idle' as const };
      });
      yield {
        next: {
          ...world,
          row: await readRow(),
          network: [...new Set(network)],
          workers: world.workers.with(at, moved),
        },
        worker,
      };
    }
    if (world.crashes < CRASHES && worker.place !== 'idle') {
      const risen: Worker = { owner: `${worker.owner}'`, place: 'idle' };
      yield { next: { ...world, crashes: world.crashes + 1, workers: world.workers.with(at, risen) } };
    }
  }
  if (world.now < TICKS * (LEASE_TIME + 1)) yield { next: { ...world, now: world.now + LEASE_TIME + 1 } };
  for (const act of ['cancel', 'retry'] as const) {
    await restore(world);
    try {
      await journalOf('person', plugin)[act](ID);
    } catch (error) {
      if (!(error instanceof CustosError)) throw error;
      continue;
    }
    // Once is enough to see what it does, and keeps the number of states finite.
    const row = await readRow();
    if (world.row !== undefined && world.row.generation < CLAIMS) yield { next: { ...world, row } };
  }
}

/** Whatever has happened, a process that comes later brings it to an end. */
async function unfinished(world: World, walk: Walk): Promise<string | undefined> {
  const later = { ...world, now: world.now + 10 * LEASE_TIME };
  await restore(later);
  const journal = journalOf('later');
  const network = [...world.network];
  let worker: Worker = { owner: 'later', place: 'idle' };
  for (let turn = 0; turn < 8; turn++) {
    const [step] = walk.steps[worker.place];
    worker = (await step?.(worker, journal, network)) ?? worker;
  }
  const row = await readRow();
  const bytes = new Set([...network, ...(row?.signed ? [row.signed] : [])]);
  if (bytes.size > 1) return 'the end has two sets of bytes';
  return ['completed', 'failed', 'cancelled'].includes(row?.state ?? '') ? undefined : `it ends as ${row?.state}`;
}

/** Takes the conditions on one column out of every change: a fence that is not there. */
function without(column: string): KyselyPlugin {
  const speaksOf = (node: OperationNode): boolean => JSON.stringify(node).includes(`"name":"${column}"`);
  const prune = (node: OperationNode): OperationNode | undefined => {
    if (node.kind !== 'AndNode') return speaksOf(node) ? undefined : node;
    const { left, right } = node as unknown as { left: OperationNode; right: OperationNode };
    const [one, other] = [prune(left), prune(right)];
    return one !== undefined && other !== undefined
      ? ({ ...node, left: one, right: other } as OperationNode)
      : (one ?? other);
  };
  return {
    transformQuery({ node }) {
      if (node.kind !== 'UpdateQueryNode' || node.where === undefined) return node;
      const where = prune(node.where.where);
      return { ...node, where: where && { ...node.where, where } } as RootOperationNode;
    },
    transformResult: async ({ result }) => result,
  };
}

const two = ['A', 'B'];
/** Two strands of one process, such as one that a deadline gave up and that goes on all the same. */
const strands = ['A', 'A'];

describe('two processes, in every order of their steps, with stops at every step', () => {
  it.each([
    ['of two machines', two],
    ['that are strands of one', strands],
  ])('two processes %s bring a transaction to its end with one set of bytes', async (_kind, owners) => {
    const { states, violations, ends } = await explore(owners, sending);
    expect(violations).toEqual([]);
    expect([...ends].sort()).toEqual(['broadcast', 'cancelled', 'claimed', 'completed', 'failed', 'signed']);
    // Fewer would mean that the walk no longer reaches what it is for.
    expect(states).toBeGreaterThan(1000);
  });

  it.each([
    ['of two machines', two],
    ['that are strands of one', strands],
  ])(
    'two processes %s hand out one set of bytes of a request that is accepted and claimed at once',
    async (_kind, owners) => {
      const { states, violations, ends } = await explore(owners, handingOut);
      expect(violations).toEqual([]);
      expect([...ends].sort()).toEqual(['cancelled', 'claimed', 'completed', 'failed']);
      expect(states).toBeGreaterThan(300);
    },
  );

  it('handing out goes wrong when the fence on generation is removed', async () => {
    const { violations } = await explore(strands, handingOut, without('generation'));
    expect(violations.join()).toMatch(/does not hold|two sets|replaced/);
  });

  it.each([
    ['generation', strands, /does not hold|two sets|replaced/],
    ['lease_owner', two, /does not hold|took what/],
    ['lease_expires_at', two, /took what/],
    ['state', two, /became/],
    ['signed', two, /two sets|replaced/],
  ])('two processes go wrong when the fence on %s is removed', async (column, owners, expected) => {
    const { violations } = await explore(owners, sending, without(column));
    expect(violations.join()).toMatch(expected);
  });
});

it('the crippled queries are what the mutations say', async () => {
  const query = tables.withPlugin(without('generation')).updateTable('transactions').set({ attempts: 1 });
  const compiled = query.where('id', '=', ID).where('generation', '=', 3).where('state', '=', 'signed').compile();
  expect(compiled.sql).toBe('update "transactions" set "attempts" = ? where "id" = ? and "state" = ?');
});
