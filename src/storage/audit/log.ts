import { type Kysely, sql } from 'kysely';
import type {
  AuditFilter,
  AuditHead,
  AuditLog,
  AuditPage,
  StoredCheckpoint,
  StoredEvent,
} from '../../core/store/audit.js';
import type { Database } from '../database.js';
import type { JournalSeal } from '../journal/seal.js';
import type { StoreTables } from '../schema.js';
import type { AuditMemory } from './memory.js';
import { onUnrecorded } from './narrowing.js';
import { type AuditWriter, hashesIn, requireHead } from './writer.js';

type Tables = Kysely<StoreTables>;

/** First half of the name of a log's checkpoints' lock in PostgreSQL: the letters CUSK. */
const CHECKPOINT_LOCK = 0x4355534b;

export interface LogParts {
  readonly writer: AuditWriter;
  readonly seal: JournalSeal;
  /** Name of this process. */
  readonly process: string;
  readonly memory: AuditMemory;
}

/** The audit log on a database. */
export function auditLog(database: Database<StoreTables>, { writer, seal, process, memory }: LogParts): AuditLog {
  database.recordWith((db, events) => writer.recordAll(db, events), memory);
  return {
    process,
    add: (events) => database.write(async (_db, record) => events.forEach(record)),
    announce: (events) => writer.announce(events),
    heads: () => database.read((db) => heads(db, seal)),
    events: (page) => database.read(async (db) => (await pageOf(db, page).selectAll().execute()).map(toEvent)),
    find: (filter) => database.read((db) => find(db, filter)),
    hashes: (page) =>
      database.read(async (db) => {
        const rows = await pageOf(db, page).select('hash').execute();
        return rows.map((row) => Buffer.from(row.hash, 'base64'));
      }),
    checkpoints: (page) => database.read((db) => checkpoints(db, page)),
    newest: () => database.read(newest),
    addCheckpoint: (checkpoint, former) => database.write((db) => addCheckpoint(db, { checkpoint, former, seal })),
    erase: (spans, why) =>
      database.write(async (db, record) => {
        for (const { writer: name, below } of spans) await erase(db, name, below);
        record(why);
      }),
    onAdded: (listener) => writer.onAdded(listener),
    onUnrecorded: (listener) => onUnrecorded(database, listener),
  };
}

async function heads(db: Tables, seal: JournalSeal): Promise<readonly AuditHead[]> {
  const rows = await db.selectFrom('audit_heads').selectAll().orderBy('writer').execute();
  return rows.map((row) => {
    requireHead(seal, row);
    return { writer: row.writer, size: Number(row.size), hashes: hashesIn(row) };
  });
}

function pageOf(db: Tables, { writer, from, limit }: AuditPage) {
  return db
    .selectFrom('audit_events')
    .where('writer', '=', writer)
    .where('place', '>=', from)
    .orderBy('place')
    .limit(limit);
}

async function find(db: Tables, { event, since, until, limit }: AuditFilter): Promise<readonly StoredEvent[]> {
  let query = db
    .selectFrom('audit_events')
    .selectAll()
    .where('at', 'is not', null)
    .orderBy('at', 'desc')
    .orderBy('writer')
    .orderBy('place', 'desc')
    .limit(limit);
  if (event !== undefined)
    query = query.where((row) => row.or([row('code', '=', event), row('code', 'like', `${event}.%`)]));
  if (since !== undefined) query = query.where('at', '>=', since);
  if (until !== undefined) query = query.where('at', '<', until);
  return (await query.execute()).map(toEvent);
}

function toEvent(row: StoreTables['audit_events']): StoredEvent {
  const { writer, hash, at, code, commitment, salt, detail } = row;
  const leaf = at !== null && code !== null && commitment !== null ? { at: Number(at), code, commitment } : undefined;
  const opening = salt !== null && detail !== null ? { salt, detail } : undefined;
  return { writer, place: Number(row.place), hash, ...(leaf && { leaf }), ...(opening && { opening }) };
}

async function checkpoints(db: Tables, { writer, from, limit }: AuditPage): Promise<readonly StoredCheckpoint[]> {
  const rows = await db
    .selectFrom('audit_checkpoints')
    .selectAll()
    .where('writer', '=', writer)
    .where('size', '>=', from)
    .orderBy('size')
    .limit(limit)
    .execute();
  return rows.map(toCheckpoint);
}

async function newest(db: Tables): Promise<readonly StoredCheckpoint[]> {
  const rows = await db
    .selectFrom('audit_checkpoints as one')
    .selectAll('one')
    .where((row) =>
      row(
        'one.size',
        '=',
        row
          .selectFrom('audit_checkpoints as all')
          .select(({ fn }) => fn.max('all.size').as('size'))
          .whereRef('all.writer', '=', 'one.writer'),
      ),
    )
    .orderBy('one.writer')
    .execute();
  return rows.map(toCheckpoint);
}

function toCheckpoint(row: StoreTables['audit_checkpoints']): StoredCheckpoint {
  return { ...row, size: Number(row.size), at: Number(row.at) };
}

interface Adding {
  readonly checkpoint: StoredCheckpoint;
  readonly former: StoredCheckpoint | undefined;
  readonly seal: JournalSeal;
}

async function addCheckpoint(db: Tables, { checkpoint, former, seal }: Adding): Promise<boolean> {
  const { writer } = checkpoint;
  // One checkpoint of a log at a time: each names the one before it. The row of the head is held by whoever writes events.
  if (seal.isShared) {
    await sql`SELECT pg_advisory_xact_lock(${sql.lit(CHECKPOINT_LOCK)}, hashtext(${writer}))`.execute(db);
  }
  const last = await db
    .selectFrom('audit_checkpoints')
    .select('size')
    .where('writer', '=', writer)
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst();
  if ((last === undefined ? undefined : Number(last.size)) !== former?.size) return false;
  await db.insertInto('audit_checkpoints').values(checkpoint).execute();
  return true;
}

async function erase(db: Tables, writer: string, below: number): Promise<void> {
  await db
    .updateTable('audit_events')
    .set({ at: null, code: null, commitment: null, salt: null, detail: null })
    .where('writer', '=', writer)
    .where('place', '<', below)
    .where('at', 'is not', null)
    .execute();
}
