import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.js';

/** Format 6: rows of the journal that an application handed over itself. They are null in every other row. */
export async function addIntake<T>({ schema }: Kysely<T>, types: ColumnTypes): Promise<void> {
  const texts = [
    'tenant',
    'source',
    'kind',
    'delivery',
    'idempotency_key',
    'idempotency_digest',
    'reference',
    'owner_tag',
    'initiator',
  ] as const;
  for (const column of texts) await schema.alterTable('transactions').addColumn(column, types.text).execute();
  await schema.alterTable('transactions').addColumn('expires_at', 'bigint').execute();
  await schema
    .createIndex('transactions_by_key')
    .unique()
    .on('transactions')
    .columns(['tenant', 'idempotency_key'])
    .where(sql.ref('idempotency_key'), 'is not', null)
    .execute();
  await schema
    .createIndex('transactions_by_tenant')
    .on('transactions')
    .columns(['tenant', 'created_at'])
    .where(sql.ref('tenant'), 'is not', null)
    .execute();
  await schema
    .createIndex('transactions_by_reference')
    .on('transactions')
    .columns(['tenant', 'reference'])
    .where(sql.ref('reference'), 'is not', null)
    .execute();
  await addQueues({ schema });
}

/** Requests that wait to be carried, and those that end at a time. */
async function addQueues<T>({ schema }: Pick<Kysely<T>, 'schema'>): Promise<void> {
  await schema
    .createIndex('transactions_waiting')
    .on('transactions')
    .columns(['chain', 'network', 'next_attempt_at', 'created_at'])
    .where(sql<boolean>`source is not null and state in ('claimed', 'held')`)
    .execute();
  await schema
    .createIndex('transactions_expiring')
    .on('transactions')
    .column('expires_at')
    .where(sql<boolean>`expires_at is not null and state in ('claimed', 'held')`)
    .execute();
}
