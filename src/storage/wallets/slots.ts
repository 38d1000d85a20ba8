import { CustosError } from '../../core/errors.js';
import type { KeySlot, KeySlotTable } from '../../core/store/store.js';
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
    replace: (add, removeIds) =>
      database.write(async (db, record) => {
        await requireGeneration(db, { dialect: database.dialect, generation });
        // Two processes that each remove a password must not both see one left: on PostgreSQL the second waits here.
        if (database.dialect === 'postgres') await db.selectFrom('key_slots').select('id').forUpdate().execute();
        if (add.length > 0) await db.insertInto('key_slots').values(add.map(slotRow)).execute();
        if (removeIds.length > 0) await db.deleteFrom('key_slots').where('id', 'in', removeIds).execute();
        const left = await db.selectFrom('key_slots').select('id').where('kind', '=', 'password').executeTakeFirst();
        if (left === undefined)
          throw new CustosError('STATE_CONFLICT', 'the last password of a store cannot be removed');
        record({ code: 'slots.changed', detail: { added: add.map(slotName), ended: removeIds } });
      }),
  };
}

/** A key slot in the audit log. */
function slotName({ id, kind }: KeySlot): string {
  return `${kind} ${id}`;
}

export function slotRow(slot: KeySlot): StoreTables['key_slots'] {
  const { id, kind, kdf, salt, box, createdAt, generation = null } = slot;
  return { id, kind, log_n: kdf.logN, r: kdf.r, p: kdf.p, salt, box, created_at: createdAt, generation };
}

/** @throws CustosError STORE_DAMAGED, STORE_NEWER: the row holds values that Custos never writes, or those of a newer version */
export function slotFromRow(value: unknown): KeySlot {
  if (typeof value !== 'object' || value === null) throw new CustosError('STORE_DAMAGED', 'a key slot is not a row');
  const row: Readonly<Record<string, unknown>> = { ...value };
  const { id, kind, salt, box } = row;
  if (kind !== 'password' && kind !== 'recovery') {
    throw new CustosError('STORE_NEWER', `key slot ${String(id)} is of the unknown kind ${String(kind)}`);
  }
  if (typeof id !== 'string' || !(salt instanceof Uint8Array) || !(box instanceof Uint8Array)) {
    throw new CustosError('STORE_DAMAGED', `key slot ${String(id)} holds no bytes`);
  }
  const kdf = { logN: Number(row['log_n']), r: Number(row['r']), p: Number(row['p']) };
  const generation = row['generation'] ?? undefined;
  const bound = generation === undefined ? {} : { generation: Number(generation) };
  return { id, kind, kdf, salt, box, createdAt: Number(row['created_at']), ...bound };
}
