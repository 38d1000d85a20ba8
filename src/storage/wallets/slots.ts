import { CustosError } from '../../core/errors.js';
import { isObject } from '../../core/json.js';
import type { ExternalSlot, KeySlot, KeySlotTable } from '../../core/store/store.js';
import type { Database } from '../database.js';
import { requireGeneration, slotsOf } from '../root-generation.js';
import type { StoreTables } from '../schema.js';

/** The key-slot table on a database. @param generation - of the root key that the slots open */
export function slotTable(database: Database<StoreTables>, generation: number): KeySlotTable {
  return {
    all: () =>
      database.read(async (db) => {
        const rows = await db.selectFrom('key_slots').selectAll().orderBy('created_at').orderBy('id').execute();
        return slotsOf(rows.map(slotFromRow), generation);
      }),
    replace: (add, removeIds, needed) =>
      database.write(async (db, record) => {
        await requireGeneration(db, { dialect: database.dialect, generation });
        // Two processes that each remove a password must not both see one left: on PostgreSQL the second waits here.
        if (database.dialect === 'postgres') await db.selectFrom('key_slots').select('id').forUpdate().execute();
        if (add.length > 0) await db.insertInto('key_slots').values(add.map(slotRow)).execute();
        if (removeIds.length > 0) await db.deleteFrom('key_slots').where('id', 'in', removeIds).execute();
        const left = await db.selectFrom('key_slots').select('id').where('kind', '!=', 'recovery').execute();
        if (left.length === 0)
          throw new CustosError(
            'STATE_CONFLICT',
            'the last slot that opens the store without recovery cannot be removed',
          );
        if (needed !== undefined && !left.some(({ id }) => id === needed))
          throw new CustosError('STATE_CONFLICT', 'the slot that opened the store was removed meanwhile');
        record({ code: 'slots.changed', detail: { added: add.map(slotName), ended: removeIds } });
      }),
  };
}

/** A key slot in the audit log. */
function slotName({ id, kind }: KeySlot): string {
  return `${kind} ${id}`;
}

export function slotRow(slot: KeySlot): StoreTables['key_slots'] {
  const { id, kind, box, createdAt, generation = null } = slot;
  const facts = { id, kind, box, created_at: createdAt, generation };
  if (slot.kind === 'external') return { ...facts, log_n: 0, r: 0, p: 0, salt: outsideBytes(slot) };
  const { kdf, salt } = slot;
  return { ...facts, log_n: kdf.logN, r: kdf.r, p: kdf.p, salt };
}

/** The column `salt` of a slot without a password: length of the reference (4 bytes, big-endian) ‖ reference ‖ wrapped key. */
function outsideBytes({ reference, wrapped }: ExternalSlot): Uint8Array {
  const text = Buffer.from(reference, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return new Uint8Array(Buffer.concat([length, text, wrapped]));
}

function outsideFrom(id: unknown, bytes: Uint8Array): Pick<ExternalSlot, 'reference' | 'wrapped'> {
  const given = Buffer.from(bytes);
  const end = given.length < 4 ? Number.POSITIVE_INFINITY : 4 + given.readUInt32BE();
  const reference = given.toString('utf8', 4, Math.min(end, given.length));
  if (end >= given.length || reference === '') {
    throw new CustosError('STORE_DAMAGED', `key slot ${String(id)} does not say what opens it`);
  }
  return { reference, wrapped: new Uint8Array(given.subarray(end)) };
}

/** @throws CustosError STORE_DAMAGED, STORE_NEWER: the row holds values that Custos never writes, or those of a newer version */
export function slotFromRow(value: unknown): KeySlot {
  if (!isObject(value)) throw new CustosError('STORE_DAMAGED', 'a key slot is not a row');
  const row: Readonly<Record<string, unknown>> = { ...value };
  const { id, kind, salt, box } = row;
  if (kind !== 'password' && kind !== 'recovery' && kind !== 'external') {
    throw new CustosError('STORE_NEWER', `key slot ${String(id)} is of the unknown kind ${String(kind)}`);
  }
  if (typeof id !== 'string' || !(salt instanceof Uint8Array) || !(box instanceof Uint8Array)) {
    throw new CustosError('STORE_DAMAGED', `key slot ${String(id)} holds no bytes`);
  }
  const generation = row['generation'] ?? undefined;
  const bound = generation === undefined ? {} : { generation: Number(generation) };
  const facts = { id, box, createdAt: Number(row['created_at']), ...bound };
  if (kind === 'external') return { ...facts, kind, ...outsideFrom(id, salt) };
  const kdf = { logN: Number(row['log_n']), r: Number(row['r']), p: Number(row['p']) };
  return { ...facts, kind, kdf, salt };
}
