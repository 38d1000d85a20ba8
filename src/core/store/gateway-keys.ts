import type { GatewayRole } from '../access/gateway-roles.js';
import type { TenantId } from '../ids.js';

/** What a key of the gateway allows. */
export interface GatewayKey {
  /** 16 hexadecimal digits; the part of the key that finds it. */
  readonly id: string;
  /** For people: 1 to 64 characters. */
  readonly name: string;
  /** Distinct; at least one. */
  readonly roles: readonly GatewayRole[];
  /** The tenant whose transactions it sees and hands in. Absent: it sees all, and hands in for the default tenant. */
  readonly tenant?: TenantId;
  readonly createdAt: number;
  readonly expiresAt?: number;
  readonly revokedAt?: number;
}

/** A key with the hash of its secret. */
interface StoredGatewayKey {
  readonly key: GatewayKey;
  /** SHA-256 of the secret, in hexadecimal digits. */
  readonly hash: string;
}

/** The keys of a gateway, in the database of its queue. */
export interface GatewayKeys {
  add(stored: StoredGatewayKey): Promise<void>;
  find(id: string): Promise<StoredGatewayKey | undefined>;
  /** In the order in which they were made. */
  all(): Promise<readonly GatewayKey[]>;
  /** Ends a key for good; one that has ended stays as it is. @returns false if there is none */
  revoke(id: string, at: number): Promise<boolean>;
}

/** @returns why a key is not valid any more */
export function endOf({ expiresAt, revokedAt }: GatewayKey, now: number): 'revoked' | 'expired' | undefined {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt !== undefined && expiresAt <= now ? 'expired' : undefined;
}
