import type { FrontSettings } from '../config/front-settings.js';

/** From the supervisor to the front. */
export type ToFront =
  | { readonly kind: 'begin'; readonly settings: FrontSettings }
  /** The keeper runs: the front may introduce itself on its stream. */
  | { readonly kind: 'keeper-ready' }
  /** An event of the keeper, which the front logs. */
  | { readonly kind: 'keeper-event'; readonly event: KeeperEvent; readonly fields: Readonly<Record<string, unknown>> }
  /** A signer process took the place of one that died. */
  | { readonly kind: 'signer-replaced' }
  /** The daemon is to end, because of this signal or for another reason. */
  | { readonly kind: 'stop'; readonly signal?: string };

/** Events of a keeper that are logged. */
export const keeperEvents = [
  'signer-started',
  'signer-ended',
  'front-refused',
  'signer-state-new',
  'wallet-created',
] as const;
type KeeperEvent = (typeof keeperEvents)[number];

/** From the front to the supervisor. */
export type FromFront =
  /** Everything else is open: now the password is needed. */
  | { readonly kind: 'keeper-needed'; readonly storeId: string }
  /** The stream to the keeper ended before the front did. */
  | { readonly kind: 'keeper-lost' };

/** Number of the front's file descriptor that leads to the keeper; below are the standard streams and the channel. */
export const KEEPER_STREAM = 4;

/** Reads what a front sent. The front talks to the network, so anything else than these messages is left alone. */
export function parseFromFront(value: unknown): FromFront | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined;
  if (value.kind === 'keeper-lost') return { kind: 'keeper-lost' };
  const storeId = 'storeId' in value ? value.storeId : undefined;
  if (value.kind !== 'keeper-needed' || typeof storeId !== 'string' || !/^[0-9a-f]{32}$/.test(storeId))
    return undefined;
  return { kind: 'keeper-needed', storeId };
}
