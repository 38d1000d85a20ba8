import { CustosError } from '../../core/errors.js';
import type { KeySlotTable } from '../../core/store/store.js';
import type { Database } from '../database.js';
import { requireGeneration, slotsOf } from '../root-generation.js';
import type { StoreTables } from '../schema.js';
import { slotFromRow, slotRow } from './slot-rows.js';

/** The key-slot table on a database. @param generation - of the root key that the slots open */
export function slotTable(database: Database<StoreTables>, generation: number): KeySlotTable {
  return {
    all: () =>
      database.read(async (db) => {
        const rows = await db.selectFrom('key_slots').selectAll().orderBy('created_at').orderBy('id').execute();
        return slotsOf(rows.map(slotFromRow), generation);
      }),
    replace: (add, removeIds) =>
      database.write(async (db) => {
        await requireGeneration(db, { dialect: database.dialect, generation });
        // Two that each remove another password must not both find one left: on PostgreSQL the second waits here.
        if (database.dialect === 'postgres') await db.selectFrom('key_slots').select('id').forUpdate().execute();
        if (add.length > 0) await db.insertInto('key_slots').values(add.map(slotRow)).execute();
        if (removeIds.length > 0) await db.deleteFrom('key_slots').where('id', 'in', removeIds).execute();
        const left = await db.selectFrom('key_slots').select('id').where('kind', '=', 'password').executeTakeFirst();
        if (left === undefined)
          throw new CustosError('STATE_CONFLICT', 'the last password of a store cannot be removed');
      }),
  };
}
