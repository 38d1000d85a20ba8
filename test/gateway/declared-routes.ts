import type { GatewayRole } from '../../src/core/access/gateway-roles.js';
import { systemClock } from '../../src/core/clock.js';
import { silentLog } from '../../src/core/log.js';
import type { Queue } from '../../src/core/store/queue.js';
import { keyAccess } from '../../src/gateway/access.js';
import type { RoleRoutes } from '../../src/gateway/caller.js';
import { addRoutes, createOperations } from '../../src/gateway/operations.js';
import { optionsFor } from './running.js';

/** Every route of a gateway in front of all chains: its method, its path with names of parts, and who reaches it. */
export function declaredRoutes(): readonly (readonly [string, string, readonly GatewayRole[]])[] {
  const declared: [string, string, readonly GatewayRole[]][] = [];
  const into = (method: string) => (path: string, roles: readonly GatewayRole[]) => {
    declared.push([method, path, roles]);
  };
  const recorder: RoleRoutes = { get: into('GET'), post: into('POST'), put: into('PUT'), delete: into('DELETE') };
  // Nothing is asked of it: its routes are only told.
  const queue = {} as Queue;
  const access = keyAccess({ queue, network: 'testnet', clock: systemClock, log: silentLog });
  const { gateway } = createOperations(optionsFor('http://127.0.0.1:9', queue), { access, meter: { count() {} } });
  addRoutes(recorder, gateway);
  return declared;
}
