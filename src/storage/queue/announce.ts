import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { SubscriptionKind } from '../../core/events/types.js';
import type { QueueRow } from './rows.js';
import type { QueueTables } from './schema.js';

/** What became of a transaction. */
interface Announcement {
  readonly kind: SubscriptionKind;
  readonly at: number;
  readonly said: { readonly txId: string } | { readonly error: string };
}

/** Puts a message on its way to each subscriber who wants it, in the database transaction of what it tells. */
export async function announce(
  tables: Kysely<QueueTables>,
  { id: signatureId, tenant, network }: QueueRow,
  { kind, at, said }: Announcement,
): Promise<void> {
  const wanting = await tables
    .selectFrom('subscriptions')
    .select('id')
    .where('tenant', '=', tenant)
    .where('network', '=', network)
    .where('kind', '=', kind)
    .where('state', '=', 'enabled')
    .execute();
  if (wanting.length === 0) return;
  const { seq } = await tables
    .insertInto('announcements')
    .values({ id: randomBytes(12).toString('hex'), kind, at, data: JSON.stringify({ signatureId, ...said }) })
    .returning('seq')
    .executeTakeFirstOrThrow();
  const fresh = { seq, state: 'waiting', attempts: 0, next_at: at, answer: null };
  await tables
    .insertInto('announcement_deliveries')
    .values(wanting.map(({ id }) => ({ subscription: id, ...fresh })))
    .execute();
}
