import { CustosError } from '../core/errors.js';
import type { KeySlot, KeySlotTable } from '../core/store.js';
import type { Database } from './database.js';
import type { StoreTables } from './migrations/0001-first.js';
import { isBlob } from './wallets.js';

/** The key-slot table on a database. */
export function slotTable(database: Database<StoreTables>): KeySlotTable {
  return {
    all: () =>
      database.read(async (db) => {
        const rows = await db.selectFrom('key_slots').selectAll().orderBy('created_at').orderBy('id').execute();
        return rows.map(fromRow);
      }),
    replace: (add, removeIds) =>
      database.write(async (db) => {
        if (add.length > 0) await db.insertInto('key_slots').values(add.map(slotRow)).execute();
        if (removeIds.length > 0) await db.deleteFrom('key_slots').where('id', 'in', removeIds).execute();
        const left = await db.selectFrom('key_slots').select('id').where('kind', '=', 'password').executeTakeFirst();
        if (left === undefined)
          throw new CustosError('STATE_CONFLICT', 'the last password of a store cannot be removed');
      }),
  };
}

export function slotRow(slot: KeySlot): StoreTables['key_slots'] {
  const { id, kind, kdf, salt, box, createdAt } = slot;
  return { id, kind, log_n: kdf.logN, r: kdf.r, p: kdf.p, salt, box, created_at: createdAt };
}

function fromRow(row: StoreTables['key_slots']): KeySlot {
  if (row.kind !== 'password' && row.kind !== 'recovery') {
    throw new CustosError('STORE_NEWER', `key slot ${row.id} is of the unknown kind ${row.kind}`);
  }
  if (!isBlob(row.salt) || !isBlob(row.box)) {
    throw new CustosError('STORE_DAMAGED', `key slot ${row.id} holds no bytes`);
  }
  return {
    id: row.id,
    kind: row.kind,
    kdf: { logN: Number(row.log_n), r: Number(row.r), p: Number(row.p) },
    salt: row.salt,
    box: row.box,
    createdAt: Number(row.created_at),
  };
}
