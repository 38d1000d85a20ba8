import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.js';

/**
 * Format 6: tenants, and what wallets are found by. Digests of wallets of before are filled in by the first process with the key
 * that needs them: an index of its own finds those that have none.
 */
export async function addWalletLookup<T>({ schema }: Kysely<T>, types: ColumnTypes): Promise<void> {
  await schema
    .alterTable('wallets')
    .addColumn('tenant', types.text, (column) => column.notNull().defaultTo('default'))
    .execute();
  for (const name of ['address_digest', 'owner_digest', 'label_digest', 'slot_digest']) {
    await schema.alterTable('wallets').addColumn(name, types.bytes).execute();
  }
  // The first one takes the place of an index without the tenant.
  await schema.dropIndex('wallets_by_chain').execute();
  const byChain = ['tenant', 'network', 'chain', 'signature_id'];
  await schema.createIndex('wallets_by_tenant_chain').on('wallets').columns(byChain).execute();
  await schema.createIndex('wallets_by_tenant').on('wallets').columns(['tenant', 'signature_id']).execute();
  for (const name of ['address', 'owner', 'label']) {
    await schema
      .createIndex(`wallets_by_${name}`)
      .on('wallets')
      .columns([`${name}_digest`, 'signature_id'])
      .where(sql.ref(`${name}_digest`), 'is not', null)
      .execute();
  }
  await schema
    .createIndex('wallets_by_slot')
    .unique()
    .on('wallets')
    .column('slot_digest')
    .where(sql.ref('slot_digest'), 'is not', null)
    .execute();
  await schema
    .createIndex('wallets_without_lookup')
    .on('wallets')
    .column('signature_id')
    .where(sql.ref('address_digest'), 'is', null)
    .execute();
  await addOwners(schema, types);
  await addAddresses(schema, types);
}

async function addOwners<T>(schema: Kysely<T>['schema'], types: ColumnTypes): Promise<void> {
  await schema
    .createTable('owners')
    .addColumn('digest', types.bytes, (column) => column.primaryKey().notNull())
    .addColumn('tenant', types.text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('box', types.bytes, (column) => column.notNull())
    .execute();
  await schema.createIndex('owners_by_tenant').on('owners').columns(['tenant', 'digest']).execute();
}

async function addAddresses<T>(schema: Kysely<T>['schema'], types: ColumnTypes): Promise<void> {
  await schema
    .createTable('wallet_addresses')
    .addColumn('signature_id', types.text, (column) => column.notNull())
    .addColumn('child', 'bigint', (column) => column.notNull())
    .addColumn('digest', types.bytes)
    .addColumn('box', types.bytes)
    .addPrimaryKeyConstraint('wallet_addresses_key', ['signature_id', 'child'])
    .execute();
  await schema
    .createIndex('wallet_addresses_by_digest')
    .on('wallet_addresses')
    .column('digest')
    .where(sql.ref('digest'), 'is not', null)
    .execute();
}
