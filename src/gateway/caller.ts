import type { Context, Hono } from 'hono';
import type { GatewayRole } from '../core/access/gateway-roles.js';
import { CustosError } from '../core/errors.js';
import type { Subscriptions } from '../core/events/subscriptions.js';
import type { ChainId } from '../core/ids.js';
import type { QueueView } from '../core/store/queue.js';

/** Who asks. */
export interface GatewayCaller {
  readonly roles: readonly GatewayRole[];
  /** The queue as they see it. */
  readonly queue: QueueView;
  /** Whom messages tell of what became of it; absent where none are sent. */
  readonly subscriptions?: Subscriptions;
  /** Whether they see what all tenants hand in. */
  readonly isWhole: boolean;
  /** The only chains that they may ask about. */
  readonly chains?: readonly ChainId[];
}

/** Knows who has which key. */
export interface GatewayAccess {
  /**
   * @param key - as a client sent it
   * @param peer - the other end of the connection
   * @returns undefined for a key that opens nothing. @throws CustosError RATE_LIMITED, STORE_*
   */
  callerOf(key: string, peer: GatewayPeer): Promise<GatewayCaller | undefined>;
}

/** The other end of a connection. */
export interface GatewayPeer {
  readonly address?: string | undefined;
  /** Counts the request for a tenant. @returns false where the tenant has its share of the server already */
  take?(tenant: string): boolean;
}

/** What the routes know of a request beside the request itself. */
export interface GatewayEnvironment {
  readonly Bindings: GatewayPeer;
  /** Absent on open paths only. */
  readonly Variables: { caller?: GatewayCaller };
}

export type GatewayApp = Hono<GatewayEnvironment>;
export type GatewayRequest = Context<GatewayEnvironment>;

type Handle = (request: GatewayRequest) => Response | Promise<Response>;
/** Any one of the roles is enough. */
type Register = (path: string, roles: readonly GatewayRole[], handle: Handle) => void;

/** Adds operations. None can be added without naming the roles that reach it. */
export interface RoleRoutes {
  readonly get: Register;
  readonly post: Register;
  readonly put: Register;
  readonly delete: Register;
}

export function roleRoutes(app: GatewayApp): RoleRoutes {
  const registerFor =
    (method: string): Register =>
    (path, roles, handle) => {
      app.on(method, path, (request) => {
        requireRole(callerOf(request), roles);
        return handle(request);
      });
    };
  return {
    get: registerFor('GET'),
    post: registerFor('POST'),
    put: registerFor('PUT'),
    delete: registerFor('DELETE'),
  };
}

/** Who asks for what needs a key. */
export function callerOf(request: GatewayRequest): GatewayCaller {
  const caller = request.get('caller');
  if (caller === undefined) throw new CustosError('INTERNAL', 'an operation was reached without a key');
  return caller;
}

/** @throws CustosError SCOPE_MISSING */
export function requireRole(caller: Pick<GatewayCaller, 'roles'>, wanted: readonly GatewayRole[]): void {
  if (wanted.some((role) => caller.roles.includes(role))) return;
  throw new CustosError('SCOPE_MISSING', `the key does not have the role ${wanted.join(' or ')}`);
}

/** @throws CustosError SCOPE_MISSING */
export function requireChain({ chains }: Pick<GatewayCaller, 'chains'>, chain: ChainId): void {
  if (chains?.includes(chain) !== false) return;
  throw new CustosError('SCOPE_MISSING', `the key does not include the chain ${chain}`);
}
