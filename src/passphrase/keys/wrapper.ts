import type { Clock } from '../../core/clock.js';
import type { Settings } from '../remote.js';

/** Which slot a slot key is for: whoever wraps it binds it to both, if that is offered. */
export interface SlotPlace {
  readonly storeId: string;
  readonly slot: string;
}

/** A key outside of the store. It wraps slot keys of 32 bytes; the caller wipes what comes out. */
export interface Wrapper {
  wrap(key: Uint8Array, place: SlotPlace): Promise<Uint8Array>;
  unwrap(wrapped: Uint8Array, place: SlotPlace): Promise<Uint8Array>;
}

/** What wrappers need. */
export interface WrapperMeans {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly ask: typeof fetch;
  /** The same without a proxy, for the metadata service of this machine. */
  readonly direct: typeof fetch;
  /** Of programs that are run. */
  readonly home: string | undefined;
  /** Programs of a `command` slot; each is there if it is needed. */
  readonly wrapWords?: readonly [string, ...string[]];
  readonly unwrapWords?: readonly [string, ...string[]];
}

/** The context of services that bind what they wrap, by these names. */
export function contextOf({ storeId, slot }: SlotPlace): {
  readonly 'custos-store': string;
  readonly 'custos-slot': string;
} {
  return { 'custos-store': storeId, 'custos-slot': slot };
}

/** The same as bytes: JSON without spaces, in this order. */
export function contextBytes(place: SlotPlace): Buffer {
  return Buffer.from(JSON.stringify(contextOf(place)), 'utf8');
}
