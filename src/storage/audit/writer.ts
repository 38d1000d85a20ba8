import { hash, randomBytes } from 'node:crypto';
import { CompiledQuery, type Kysely } from 'kysely';
import type { AuditEvent } from '../../core/audit/events.js';
import { detailText, leafText } from '../../core/audit/leaf.js';
import { CompactRange, leafHash } from '../../core/audit/tree.js';
import type { Clock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { UNKEYED } from '../../core/store/audit.js';
import { compiledQuery, type Holes, runCompiled } from '../compiled-query.js';
import type { JournalSeal } from '../journal/seal.js';
import { isUniqueViolation } from '../open-database.js';
import { rowsInsert } from '../rows-insert.js';
import type { StoreTables } from '../schema.js';
import type { AuditMemory } from './memory.js';

type Tables = Kysely<StoreTables>;
type HeadRow = StoreTables['audit_heads'];
type EventRow = StoreTables['audit_events'];

/** Name of the first log of a store. */
const FIRST = 'main';
const SALT = 16;
const SALTS_A_DRAW = 256;
/** A clock that goes back by less than this is being set right. */
const JUMP = 60_000;

const selectHead = compiledQuery((db: Tables, hole: Holes<{ readonly writer: string }>) =>
  db.selectFrom('audit_heads').selectAll().where('writer', '=', hole('writer')),
);

const updateHead = compiledQuery((db: Tables, hole: Holes<HeadRow>) =>
  db
    .updateTable('audit_heads')
    .set({ size: hole('size'), hashes: hole('hashes'), mac: hole('mac') })
    .where('writer', '=', hole('writer')),
);

const insertEvents = rowsInsert(
  (db: Tables, rows: readonly EventRow[]) => db.insertInto('audit_events').values(rows),
  64,
);

interface WriterParts {
  readonly clock: Clock;
  /** Authenticates the heads. */
  readonly seal: JournalSeal;
  /** Name of this process. */
  readonly process: string;
  /** Told of what is durable. */
  readonly memory: AuditMemory;
}

/**
 * Appends events to a log, inside the transaction of what they tell of. On a shared database a transaction takes a log that no
 * other one holds, and makes a new one when all are held: no process waits for another.
 */
export class AuditWriter {
  readonly #parts: WriterParts;
  #writer = FIRST;
  #salts = new Uint8Array();
  #lastTime = 0;
  #announced: readonly AuditEvent[] = [];
  /** What this process wrote last: a head that is still the same need not be verified and read again. */
  #written: { readonly head: HeadRow; readonly tree: CompactRange } | undefined;
  readonly #listeners: ((count: number) => void)[] = [];

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  onAdded(listener: (count: number) => void): void {
    this.#listeners.push(listener);
  }

  /** Events that wait for the next ones. */
  announce(events: readonly AuditEvent[]): void {
    this.#announced = [...this.#announced, ...events];
  }

  /** Written at the end of a transaction. @returns called when it is durable. @throws CustosError AUDIT_BROKEN */
  async recordAll(db: Tables, events: readonly AuditEvent[]): Promise<() => void> {
    if (events.length === 0) return () => undefined;
    const head = await this.#takeHead(db);
    const tree = this.#treeOf(head);
    const announced = this.#announced;
    const rows = this.#withJump([...announced, ...events]).map((event) => this.#append(tree, head.writer, event));
    await insertAll(db, rows, this.#parts.seal.isShared);
    const next = { ...head, size: tree.size, hashes: textOfHashes(tree.hashes) };
    const mac = this.#macOf(next);
    await updateHead(db, { ...next, mac });
    return () => {
      this.#writer = head.writer;
      this.#written = { head: { ...next, mac }, tree };
      this.#announced = this.#announced.slice(announced.length);
      const last = rows.at(-1);
      if (last !== undefined) this.#parts.memory.note(last);
      for (const listener of this.#listeners) listener(rows.length);
    };
  }

  /** @throws CustosError AUDIT_BROKEN */
  #treeOf(head: HeadRow): CompactRange {
    const written = this.#written;
    if (written !== undefined && isSameHead(written.head, head)) return written.tree.copy();
    requireHead(this.#parts.seal, head);
    return new CompactRange(Number(head.size), hashesIn(head));
  }

  #append(tree: CompactRange, writer: string, { code, detail }: AuditEvent): EventRow {
    const at = this.#lastTime;
    const text = detailText({ ...detail, process: this.#parts.process });
    const salt = this.#salt();
    const commitment = hash('sha256', salted(salt, text), 'base64');
    const leaf = leafHash(leafText({ at, code, commitment }));
    const place = tree.size;
    tree.append(leaf);
    return { writer, place, hash: base64(leaf), at, code, commitment, salt: base64(salt), detail: text };
  }

  /** An event that says so precedes the others when the clock of this process went back. */
  #withJump(events: readonly AuditEvent[]): readonly AuditEvent[] {
    const [from, to] = [this.#lastTime, this.#parts.clock.now()];
    this.#lastTime = to;
    return to > from - JUMP ? events : [{ code: 'clock.set-back', detail: { from, to } }, ...events];
  }

  async #takeHead(db: Tables): Promise<HeadRow> {
    const { seal } = this.#parts;
    if (!seal.isOpen)
      return (await headFor(db, { writer: UNKEYED, wait: seal.isShared })) ?? addHead(db, UNKEYED, null);
    const found = await freeHead(db, { writer: this.#writer, isShared: seal.isShared });
    return found ?? this.#newHead(db);
  }

  async #newHead(db: Tables): Promise<HeadRow> {
    const known = await db.selectFrom('audit_heads').select('writer').where('writer', '=', FIRST).executeTakeFirst();
    const writer = known === undefined ? FIRST : `w${randomBytes(6).toString('hex')}`;
    return addHead(db, writer, this.#macOf({ writer, size: 0, hashes: '', closed: 0, mac: null }));
  }

  #macOf(row: HeadRow): string | null {
    return row.writer === UNKEYED ? null : this.#parts.seal.of('audit_heads', { ...row, mac: null });
  }

  /** Salts are drawn in batches, because one draw costs more than its bytes. */
  #salt(): Uint8Array {
    if (this.#salts.length === 0) this.#salts = randomBytes(SALT * SALTS_A_DRAW);
    const salt = this.#salts.subarray(0, SALT);
    this.#salts = this.#salts.subarray(SALT);
    return salt;
  }
}

/** The MAC covers the rest, and is of one log; a log without one is verified by its signatures. */
function isSameHead(one: HeadRow, { writer, size, hashes, mac }: HeadRow): boolean {
  return one.writer === writer && one.size === Number(size) && one.hashes === hashes && one.mac === mac;
}

/** @throws CustosError AUDIT_BROKEN: the head was changed by somebody who has no key of this store */
export function requireHead(seal: JournalSeal, head: HeadRow): void {
  const hashes = hashesIn(head);
  const isSound = head.writer === UNKEYED || seal.isSound('audit_heads', head);
  if (isSound && CompactRange.fits(Number(head.size), hashes)) return;
  const text = `the head of the audit log ${head.writer} was changed by somebody who has no key of this store`;
  throw new CustosError('AUDIT_BROKEN', text, { details: { writer: head.writer } });
}

/** Roots of the complete subtrees of a log. */
export function hashesIn({ hashes }: Pick<HeadRow, 'hashes'>): readonly Uint8Array[] {
  return hashes === '' ? [] : hashes.split(' ').map((one) => Buffer.from(one, 'base64'));
}

function textOfHashes(hashes: readonly Uint8Array[]): string {
  return hashes.map(base64).join(' ');
}

async function headFor(
  db: Tables,
  { writer, wait }: { readonly writer: string; readonly wait: boolean },
): Promise<HeadRow | undefined> {
  const query = db.selectFrom('audit_heads').selectAll().where('writer', '=', writer);
  return (wait ? query.forUpdate() : query).executeTakeFirst();
}

/** A log that takes events and that no other transaction holds, preferably the one that this process used last. */
async function freeHead(
  db: Tables,
  { writer, isShared }: { readonly writer: string; readonly isShared: boolean },
): Promise<HeadRow | undefined> {
  if (isShared) {
    const own = await openHeads(db).where('writer', '=', writer).forUpdate().skipLocked().executeTakeFirst();
    return own ?? (await openHeads(db).orderBy('writer').limit(1).forUpdate().skipLocked().executeTakeFirst());
  }
  const own = (await selectHead(db, { writer })).rows[0];
  return own?.closed === 0 ? own : openHeads(db).orderBy('writer').limit(1).executeTakeFirst();
}

function openHeads(db: Tables) {
  return db.selectFrom('audit_heads').selectAll().where('closed', '=', 0).where('writer', '!=', UNKEYED);
}

async function addHead(db: Tables, writer: string, mac: string | null): Promise<HeadRow> {
  const row = { writer, size: 0, hashes: '', closed: 0, mac };
  const insert = db.insertInto('audit_heads').values(row);
  const { numInsertedOrUpdatedRows } = await insert.onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
  if (numInsertedOrUpdatedRows === 1n) return row;
  // Another process made it meanwhile.
  const found = await headFor(db, { writer, wait: true });
  if (found === undefined) throw new CustosError('INTERNAL', `the audit log ${writer} is neither there nor new`);
  return found;
}

const COLUMNS = 'writer, place, hash, at, code, commitment, salt, detail';

/** @throws CustosError AUDIT_BROKEN: the place is taken */
async function insertAll(db: Tables, rows: readonly EventRow[], isShared: boolean): Promise<void> {
  try {
    if (isShared && rows.length > 1) await insertTogether(db, rows);
    else await insertEvents(db, rows);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const text = `the audit log ${rows[0]?.writer} has an event at ${rows[0]?.place} or later that no process of Custos wrote`;
    throw new CustosError('AUDIT_BROKEN', text, { cause: error });
  }
}

const TYPES = 'writer text, place bigint, hash text, at bigint, code text, commitment text, salt text, detail text';
const INSERT_TOGETHER = `INSERT INTO audit_events (${COLUMNS}) SELECT ${COLUMNS} FROM json_to_recordset($1::json) AS new(${TYPES})`;

/** One round trip, with a text that is the same for any number of rows. */
async function insertTogether(db: Tables, rows: readonly EventRow[]): Promise<void> {
  await runCompiled(db, CompiledQuery.raw(INSERT_TOGETHER, [JSON.stringify(rows)]));
}

/** Where a salt and a detail of usual length lie side by side to be hashed. */
const space = Buffer.alloc(8192);

function salted(salt: Uint8Array, text: string): Uint8Array {
  // A character has at most three bytes for each of its code units.
  if (SALT + 3 * text.length > space.length) return Buffer.concat([salt, Buffer.from(text)]);
  space.set(salt);
  return space.subarray(0, SALT + space.write(text, SALT));
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}
