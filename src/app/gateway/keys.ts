import { allGatewayRoles, isGatewayRole } from '../../core/access/gateway-roles.js';
import { newToken } from '../../core/access/token-text.js';
import { CustosError } from '../../core/errors.js';
import { quote, type TenantId } from '../../core/ids.js';
import type { Secret } from '../../core/secret.js';
import type { GatewayKey, GatewayKeys } from '../../core/store/gateway-keys.js';
import { openQueue } from '../../storage/queue/queue.js';
import { type QueueSettings, queueProblems } from '../config/check.js';
import { refuseProblems } from '../config/problem.js';

/** What somebody wants of a new key. */
export interface WantedKey {
  readonly name: string;
  /** As they were typed. */
  readonly roles: readonly string[];
  /** Undefined: the whole queue. */
  readonly tenant: TenantId | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | undefined;
}

/** Opens the queue of a gateway for its keys, whether or not a gateway runs on it. @throws CustosError CONFIG_INVALID, STORE_* */
export async function withKeys<T>(config: QueueSettings, work: (keys: GatewayKeys) => Promise<T>): Promise<T> {
  refuseProblems(queueProblems(config));
  const queue = await openQueue(config.gateway.queue);
  try {
    return await work(queue.keys);
  } finally {
    await queue.close();
  }
}

/** Makes a key; it is durable when the promise resolves. @throws CustosError TOKEN_FACTS_INVALID, STORE_* */
export async function createKey(
  keys: GatewayKeys,
  { name, roles, tenant, expiresAt }: WantedKey,
  now: number,
): Promise<{ readonly id: string; readonly text: Secret }> {
  if (!/^[^\p{C}]{1,64}$/u.test(name)) {
    throw new CustosError('TOKEN_FACTS_INVALID', 'a key needs a name of 1 to 64 printable characters');
  }
  const { id, hash, text } = newToken();
  const key: GatewayKey = {
    ...{ id, name, roles: rolesOf(roles), createdAt: now },
    ...(tenant !== undefined && { tenant }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
  await keys.add({ key, hash });
  return { id, text };
}

/** @throws CustosError TOKEN_UNKNOWN */
export async function revokeKey(keys: GatewayKeys, id: string, now: number): Promise<void> {
  if (await keys.revoke(id, now)) return;
  throw new CustosError('TOKEN_UNKNOWN', `the gateway has no key ${quote(id)}`);
}

/** @throws CustosError TOKEN_FACTS_INVALID */
function rolesOf(given: readonly string[]): GatewayKey['roles'] {
  const unknown = given.find((text) => !isGatewayRole(text));
  if (unknown !== undefined) throw new CustosError('TOKEN_FACTS_INVALID', `${quote(unknown)} is not a role`);
  if (given.length === 0) throw new CustosError('TOKEN_FACTS_INVALID', 'a key needs at least one role');
  return allGatewayRoles.filter((role) => given.includes(role));
}
