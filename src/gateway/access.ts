import { allGatewayRoles } from '../core/access/gateway-roles.js';
import { isSecretOf, parseToken } from '../core/access/token-text.js';
import type { Clock } from '../core/clock.js';
import { CustosError } from '../core/errors.js';
import type { SubscriptionsOf } from '../core/events/subscriptions.js';
import { defaultTenant, type Network } from '../core/ids.js';
import { type Log, tell } from '../core/log.js';
import type { Secret } from '../core/secret.js';
import { endOf, type GatewayKeys } from '../core/store/gateway-keys.js';
import type { Queue } from '../core/store/queue.js';
import { keyCheck } from '../http/guard.js';
import { documentedAs } from './answers.js';
import type { GatewayAccess } from './caller.js';

export interface KeyAccessParts {
  readonly queue: Queue;
  /** The key of the settings: it has every role, and sees the whole queue. */
  readonly apiKey?: Secret;
  /** Further keys. */
  readonly keys?: Pick<GatewayKeys, 'find'>;
  readonly network: Network;
  /** Absent: no messages are sent. */
  readonly subscriptions?: SubscriptionsOf;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** Who may ask a gateway with a queue of its own. */
export function keyAccess({ queue, apiKey, keys, clock, log, ...parts }: KeyAccessParts): GatewayAccess {
  const heard = (tenant = defaultTenant) => {
    const subscriptions = parts.subscriptions?.(tenant, parts.network);
    return subscriptions && { subscriptions };
  };
  const isKey = apiKey === undefined ? () => false : keyCheck(apiKey);
  return {
    async callerOf(given, peer) {
      if (isKey(given)) return { roles: allGatewayRoles, queue, isWhole: true, ...heard() };
      const parsed = parseToken(given);
      const stored = parsed && (await keys?.find(parsed.id));
      if (!isSecretOf(parsed, stored?.hash) || stored === undefined) return undefined;
      const { id, roles, tenant } = stored.key;
      const reason = endOf(stored.key, clock.now());
      if (reason !== undefined) {
        tell(log, 'token-refused', { reason, token: id });
        // Whoever has its secret may know that it was a key.
        throw documentedAs(new CustosError('API_KEY_INVALID', `the key is ${reason}`), 'ended');
      }
      const isWhole = tenant === undefined;
      if (!isWhole && peer.take?.(tenant) === false) {
        throw new CustosError('RATE_LIMITED', 'the tenant has too many requests in work at the same time');
      }
      return { roles, queue: isWhole ? queue : queue.of(tenant), isWhole, ...heard(tenant) };
    },
  };
}
