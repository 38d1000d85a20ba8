import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.js';

/** Format 5: what is decided about wallets, sealed; the index finds the few wallets that have it among millions. */
export async function addWalletControl<T>({ schema }: Kysely<T>, types: ColumnTypes): Promise<void> {
  await schema.alterTable('wallets').addColumn('control_box', types.bytes).execute();
  await schema
    .createIndex('wallets_with_control')
    .on('wallets')
    .column('signature_id')
    .where(sql.ref('control_box'), 'is not', null)
    .execute();
}
