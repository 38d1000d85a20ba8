import { type Kysely, sql } from 'kysely';
import type { AuditEvent, AuditRecord } from '../../core/audit/events.js';
import { CustosError } from '../../core/errors.js';
import type { FreezeTable, StoredFreeze, StoredFreezeEnd } from '../../core/store/freezes.js';
import { writeNarrowing } from '../audit/narrowing.js';
import { lineOf } from '../audit/signed-lines.js';
import type { Database } from '../database.js';
import { isUniqueViolation } from '../open-database.js';
import { requireGeneration } from '../root-generation.js';
import type { StoreTables } from '../schema.js';

type Tables = Kysely<StoreTables>;
type Work = (db: Tables, record: AuditRecord) => Promise<void>;
type EndRow = StoreTables['freeze_ends'];

/** The channel of PostgreSQL on which changes are announced. */
export const FREEZE_CHANNEL = 'custos_freezes';

/** The tables of freezes on a database. @param generation - of the root key that the MACs come from */
export function freezeTable(database: Database<StoreTables>, generation: number): FreezeTable {
  const check = { dialect: database.dialect, generation };
  const announced = (work: Work): Work => {
    return async (db, record) => {
      await requireGeneration(db, check);
      await work(db, record);
      // Others hear of it when this transaction commits.
      if (database.dialect === 'postgres') await sql`SELECT pg_notify(${FREEZE_CHANNEL}, '')`.execute(db);
    };
  };
  return {
    all: () => database.read(readAll),
    get: (id) => database.read((db) => readOne(db, id)),
    add: (freeze) =>
      writeNarrowing(
        database,
        announced(async (db, record) => {
          if (await add(db, freeze)) record(freezeEvent(freeze));
        }),
      ),
    authenticate: (id, mac) =>
      database.write(
        announced((db) => authenticate(db, id, mac)),
        { alone: true },
      ),
    end: (id, end) =>
      database.write(
        announced(async (db, record) => {
          await addEnd(db, id, end);
          record({ code: 'freeze.ended', detail: { freeze: id } });
        }),
      ),
    // A file announces nothing: whoever must know looks.
    listen: () => ({ close: async () => undefined }),
    restore: (freezes) => database.write((db) => restore(db, freezes)),
  };
}

/** Authenticates every freeze again, inside the transaction of a new root key. */
export async function remacFreezes(db: Tables, remac: (freeze: StoredFreeze) => StoredFreeze): Promise<void> {
  for (const stored of await readAll(db)) {
    const { id, mac, end } = remac(stored);
    if (mac !== undefined) await db.updateTable('freezes').set({ mac }).where('id', '=', id).execute();
    if (end === undefined) continue;
    const macs = { mac: end.mac, root_mac: end.rootMac };
    await db.updateTable('freeze_ends').set(macs).where('freeze_id', '=', id).execute();
  }
}

async function readAll(db: Tables): Promise<readonly StoredFreeze[]> {
  const rows = await db.selectFrom('freezes').selectAll().orderBy('at').orderBy('id').execute();
  const ends = new Map((await db.selectFrom('freeze_ends').selectAll().execute()).map((end) => [end.freeze_id, end]));
  return rows.map((row) => freezeOf(row, ends.get(row.id)));
}

async function readOne(db: Tables, id: string): Promise<StoredFreeze | undefined> {
  const row = await db.selectFrom('freezes').selectAll().where('id', '=', id).executeTakeFirst();
  const end = await db.selectFrom('freeze_ends').selectAll().where('freeze_id', '=', id).executeTakeFirst();
  return row && freezeOf(row, end);
}

/** @returns false if there is one of this id */
async function add(db: Tables, freeze: StoredFreeze): Promise<boolean> {
  const insert = db.insertInto('freezes').values(rowOf(freeze));
  const { numInsertedOrUpdatedRows } = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
}

function freezeEvent({ id, text }: StoredFreeze): AuditEvent {
  const by = lineOf(text, 'by');
  const detail = { freeze: id, scope: lineOf(text, 'scope'), reason: lineOf(text, 'reason') };
  const [, person] = /^person (.+)$/.exec(by) ?? [];
  const maker = person === undefined ? by !== 'none' && { by } : { person };
  return { code: 'freeze.made', detail: { ...detail, ...maker } };
}

async function authenticate(db: Tables, id: string, mac: string): Promise<void> {
  await db.updateTable('freezes').set({ mac }).where('id', '=', id).where('mac', 'is', null).execute();
}

async function addEnd(db: Tables, id: string, end: StoredFreezeEnd): Promise<void> {
  const found = await db.selectFrom('freezes').select('id').where('id', '=', id).executeTakeFirst();
  if (found === undefined) throw new CustosError('FREEZE_UNKNOWN', `the store has no freeze ${id}`);
  await db
    .insertInto('freeze_ends')
    .values(endRowOf(id, end))
    .execute()
    .catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      throw new CustosError('FREEZE_ENDED', `the freeze ${id} was ended before`, { cause: error });
    });
}

async function restore(db: Tables, freezes: readonly StoredFreeze[]): Promise<void> {
  for (const freeze of freezes) {
    await db.insertInto('freezes').values(rowOf(freeze)).execute();
    if (freeze.end !== undefined) await db.insertInto('freeze_ends').values(endRowOf(freeze.id, freeze.end)).execute();
  }
}

function rowOf({ id, at, text, signature, mac }: StoredFreeze): StoreTables['freezes'] {
  return { id, at, text, signature: signature ?? null, mac: mac ?? null };
}

function endRowOf(id: string, { at, signatures, mac, rootMac }: StoredFreezeEnd): EndRow {
  return { freeze_id: id, at, signatures, mac, root_mac: rootMac };
}

function freezeOf({ id, at, text, signature, mac }: StoreTables['freezes'], end: EndRow | undefined): StoredFreeze {
  return {
    id,
    at: Number(at),
    text,
    ...(signature !== null && { signature }),
    ...(mac !== null && { mac }),
    ...(end && {
      end: { at: Number(end.at), signatures: end.signatures, mac: end.mac, rootMac: end.root_mac },
    }),
  };
}
