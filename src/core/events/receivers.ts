import { CustosError } from '../errors.js';

/** Webhooks and subscriptions of a tenant on one network: each event is written and sent once more for each of them. */
const MOST = 100;

/** @param count - with the new one @throws CustosError WEBHOOK_LIMIT */
export function requireRoom(count: number): void {
  if (count <= MOST) return;
  throw new CustosError('WEBHOOK_LIMIT', `the tenant has ${MOST} webhooks and subscriptions, which is the most`);
}
