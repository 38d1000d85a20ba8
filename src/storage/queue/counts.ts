import type { Kysely } from 'kysely';
import { type Network, parseChainId } from '../../core/ids.js';
import type { QueueCount, UnclaimedTransaction } from '../../core/store/queue.js';
import type { QueueTables } from './schema.js';

/** Counts waiting transactions by chain and progress: one query over the index of the states. */
export async function countWaiting(tables: Kysely<QueueTables>, network: Network): Promise<readonly QueueCount[]> {
  const rows = await tables
    .selectFrom('pending_transactions')
    .select(({ fn, ref, eb }) => [
      'chain',
      'state',
      eb(ref('claimed_at'), 'is', null).as('is_unclaimed'),
      eb(ref('failed_at'), 'is not', null).as('is_failed'),
      fn.countAll().as('count'),
      fn.min('created_at').as('oldest'),
    ])
    .where('state', 'in', ['pending', 'broadcast'])
    .where('network', '=', network)
    .groupBy(({ ref, eb }) => [
      'chain',
      'state',
      eb(ref('claimed_at'), 'is', null),
      eb(ref('failed_at'), 'is not', null),
    ])
    .execute();
  return rows.map(({ chain, state, is_unclaimed, is_failed, count, oldest }) => ({
    chain: parseChainId(chain),
    progress: state === 'broadcast' ? 'broadcast' : is_failed ? 'failed' : is_unclaimed ? 'unclaimed' : 'claimed',
    count: Number(count),
    oldest: Number(oldest),
  }));
}

/** Transactions that no daemon has fetched, the oldest first. */
export async function findUnclaimed(
  tables: Kysely<QueueTables>,
  { network, before, limit }: { readonly network: Network; readonly before: number; readonly limit: number },
): Promise<readonly UnclaimedTransaction[]> {
  const rows = await tables
    .selectFrom('pending_transactions')
    .select(['id', 'chain', 'created_at'])
    .where('state', '=', 'pending')
    .where('network', '=', network)
    .where('claimed_at', 'is', null)
    .where('failed_at', 'is', null)
    .where('created_at', '<', before)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map(({ id, chain, created_at }) => ({ id, chain: parseChainId(chain), createdAt: created_at }));
}
