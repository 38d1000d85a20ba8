import { asCustosError, type CustosError } from '../../core/errors.js';
import type { Secret } from '../../core/secret.js';
import { peekStoreKeys, type StoreKeys } from '../../storage/peek.js';
import { type OpenedSlot, openSlot } from '../../vault/key-slots.js';
import type { Config } from '../config/config.js';
import { storeLocation } from './location.js';

/** The result of an early key derivation: the root key of this store, or the reason why not. */
export type EarlyUnlock =
  | { readonly kind: 'unlocked'; readonly storeId: string; readonly generation: number; readonly opened: OpenedSlot }
  | { readonly kind: 'failed'; readonly error: CustosError };

/** A running key derivation. */
export interface Unlocking {
  /** Resolves when scrypt is running, or will never run. */
  readonly begun: Promise<void>;
  /** Never rejects. */
  readonly ended: Promise<EarlyUnlock>;
}

type EarlySettings = Pick<Config, 'store' | 'network' | 'password' | 'secrets'>;

/**
 * Starts to open the store while the rest of the program still loads: scrypt runs on its own thread. It needs a password from
 * the environment, because the user must not be asked before it is necessary.
 * @returns undefined if it cannot start
 */
export function unlockEarly(config: EarlySettings): Unlocking | undefined {
  const password = config.password.source === 'local' ? config.secrets.copy('password') : undefined;
  if (password === undefined) return undefined;
  const keys = peek(config);
  const ended = unlock(keys, password);
  return { begun: keys.then(nothing, nothing), ended };
}

async function peek(config: EarlySettings): Promise<StoreKeys> {
  return peekStoreKeys(storeLocation(config));
}

async function unlock(keys: Promise<StoreKeys>, password: Secret): Promise<EarlyUnlock> {
  try {
    const { storeId, generation, slots } = await keys;
    return { kind: 'unlocked', storeId, generation, opened: await openSlot(slots, password, storeId) };
  } catch (thrown) {
    return { kind: 'failed', error: asCustosError(thrown) };
  } finally {
    password.wipe();
  }
}

function nothing(): void {}
