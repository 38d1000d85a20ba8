import { CustosError } from '../../core/errors.js';
import type { KeySlot } from '../../core/store/store.js';
import { isBlob } from '../blobs.js';
import type { StoreTables } from '../schema.js';

export function slotRow(slot: KeySlot): StoreTables['key_slots'] {
  const { id, kind, kdf, salt, box, createdAt, generation = null } = slot;
  return { id, kind, log_n: kdf.logN, r: kdf.r, p: kdf.p, salt, box, created_at: createdAt, generation };
}

/** @throws CustosError STORE_DAMAGED, STORE_NEWER: the row holds what was never written there, or by a newer version */
export function slotFromRow(value: unknown): KeySlot {
  if (typeof value !== 'object' || value === null) throw new CustosError('STORE_DAMAGED', 'a key slot is no row');
  const row: Readonly<Record<string, unknown>> = { ...value };
  const { id, kind, salt, box } = row;
  if (kind !== 'password' && kind !== 'recovery') {
    throw new CustosError('STORE_NEWER', `key slot ${String(id)} is of the unknown kind ${String(kind)}`);
  }
  if (typeof id !== 'string' || !isBlob(salt) || !isBlob(box)) {
    throw new CustosError('STORE_DAMAGED', `key slot ${String(id)} holds no bytes`);
  }
  const kdf = { logN: Number(row['log_n']), r: Number(row['r']), p: Number(row['p']) };
  const generation = row['generation'] ?? undefined;
  const bound = generation === undefined ? {} : { generation: Number(generation) };
  return { id, kind, kdf, salt, box, createdAt: Number(row['created_at']), ...bound };
}
