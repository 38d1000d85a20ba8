import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Clock, systemClock } from '../../core/clock.js';
import type { SubscriptionOutbox, SubscriptionsOf } from '../../core/events/subscriptions.js';
import type { GatewayKeys } from '../../core/store/gateway-keys.js';
import type { Queue } from '../../core/store/queue.js';
import { isPostgresUrl, refuseOtherUrl } from '../location.js';
import { openDatabase } from '../open-database.js';
import { databaseError } from '../sqlite/errors.js';
import { fileExists } from '../sqlite/location.js';
import { refuseRemains } from '../sqlite/one-file.js';
import { countWaiting, findUnclaimed } from './counts.js';
import { prepareQueue } from './format.js';
import { gatewayKeys } from './keys.js';
import { subscriptionOutbox } from './outbox.js';
import type { QueueTables } from './schema.js';
import { subscriptionsOf } from './subscriptions.js';
import { viewOf } from './view.js';

/** The database of a gateway while it is open. */
export interface OpenQueue extends Queue {
  readonly keys: GatewayKeys;
  readonly subscriptions: SubscriptionsOf;
  readonly outbox: SubscriptionOutbox;
}

/**
 * Opens the gateway's queue, and makes the file (mode 0600) or the tables if they do not exist.
 * @param location - path of its own SQLite file, or a `postgres://` URL of a database that may also hold a store
 * @throws CustosError STORE_FOREIGN, STORE_DAMAGED, STORE_NEWER, STORE_FULL, STORE_READ_ONLY, STORE_UNREACHABLE, STORE_UNSUPPORTED
 */
export async function openQueue(location: string, clock: Clock = systemClock): Promise<OpenQueue> {
  await makeFile(location);
  const database = await openDatabase<QueueTables>(location);
  try {
    await prepareQueue(database, location);
  } catch (error) {
    await database.close();
    throw error;
  }
  const listeners = new Set<Parameters<SubscriptionOutbox['events']['onWritten']>[0]>();
  const onEnd = (id: string) => {
    for (const hear of listeners) hear(new Set([id]), () => undefined);
  };
  const parts = { database, clock, onEnd };
  return {
    ...viewOf(parts),
    of: (tenant) => viewOf({ ...parts, tenant }),
    subscriptions: (tenant, network) => subscriptionsOf(database, clock, { tenant, network }),
    outbox: subscriptionOutbox(database, (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    }),
    keys: gatewayKeys(database),
    waiting: (network) => database.read((tables) => countWaiting(tables, network)),
    unclaimed: (filter) => database.read((tables) => findUnclaimed(tables, filter)),
    close: () => database.close(),
  };
}

async function makeFile(location: string): Promise<void> {
  if (isPostgresUrl(location)) return;
  refuseOtherUrl(location);
  if (!(await fileExists(location))) refuseRemains(location);
  try {
    await mkdir(dirname(location), { recursive: true, mode: 0o700 });
    await (await open(location, 'wx', 0o600)).close();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    throw databaseError(error, location);
  }
}
