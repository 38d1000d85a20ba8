import { systemClock } from '../../core/clock.js';
import { CustosError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import type { ExternalSlot, KeySlot } from '../../core/store/store.js';
import type { KeyHolders } from '../../hsm/key-holders.js';
import type { Reference } from '../../passphrase/keys/reference.js';
import type { Wrapper } from '../../passphrase/keys/wrapper.js';
import { openExternalSlot } from '../../vault/external-slot.js';
import { type OpenedSlot, openSlot } from '../../vault/key-slots.js';
import { type PasswordMeans, readStorePassword } from './password.js';

/** What opens a store. The caller wipes the secret. */
export interface StoreKey {
  readonly secret: Secret;
  /** Id of the key slot whose slot key it is; absent: it is a password. */
  readonly slot?: string;
}

/** The slots of a store or backup. */
export interface SlotsOfStore {
  readonly storeId: string;
  readonly slots: readonly KeySlot[];
}

/**
 * The password, or the key of the slot that the settings name.
 * @param find - the slots, which are read only for a key slot
 * @throws CustosError PASSWORD_MISSING, PASSWORD_SOURCE, CANCELLED_BY_USER, SLOT_UNKNOWN, SLOT_KEY_UNAVAILABLE
 */
export async function readStoreKey(means: PasswordMeans, find: () => Promise<SlotsOfStore>): Promise<StoreKey> {
  const { place } = means;
  if (place.source !== 'slot') return { secret: await readStorePassword(means) };
  const { storeId, slots } = await find();
  const slot = slotOf(slots, place.reference);
  if (slot === undefined) throw new CustosError('SLOT_UNKNOWN', `the store has no key slot of ${place.reference.text}`);
  const wrapper = await wrapperFor(means, place.reference, { ...(place.words && { unwrapWords: place.words }) });
  return { secret: Secret.bytes(await wrapper.unwrap(slot.wrapped, { storeId, slot: slot.id })), slot: slot.id };
}

/** @throws CustosError PASSWORD_WRONG, PASSWORD_EMPTY, KDF_PARAMETERS, SLOT_UNKNOWN, SLOT_KEY_WRONG */
export async function openWithKey({ storeId, slots }: SlotsOfStore, { secret, slot }: StoreKey): Promise<OpenedSlot> {
  if (slot === undefined) return openSlot(slots, secret, storeId);
  return openExternalSlot(slots, { slot, key: secret.exposeBytes() }, storeId);
}

/** The slot of an outside key: a store has one for each. */
export function slotOf(slots: readonly KeySlot[], { text }: Reference): ExternalSlot | undefined {
  return slots.find((slot): slot is ExternalSlot => slot.kind === 'external' && slot.reference === text);
}

/** Programs of a `command` slot. */
export interface KeyPrograms {
  readonly wrapWords?: readonly [string, ...string[]];
  readonly unwrapWords?: readonly [string, ...string[]];
}

/** What reaches outside keys. */
export type OutsideMeans = Pick<PasswordMeans, 'secrets' | 'proxies' | 'hsm' | 'home' | 'terminal'>;

/** Loaded only by commands that use an outside key: most do not. */
export async function wrapperFor(means: OutsideMeans, reference: Reference, programs: KeyPrograms): Promise<Wrapper> {
  if (reference.kind === 'pkcs11') return tokenWrapper(means, reference.text);
  const { secrets, proxies, home } = means;
  const [{ wrapperOf }, { directFetch, fetchOf }] = await Promise.all([
    import('../../passphrase/keys/index.js'),
    import('../network/way-out.js'),
  ]);
  const ways = { ask: fetchOf(proxies), direct: directFetch() };
  return wrapperOf(reference, { settings: secrets.services(), clock: systemClock, home, ...ways, ...programs });
}

/** An AES key of a PKCS#11 token, by a process of its own that ends with each answer. */
async function tokenWrapper({ terminal, ...config }: OutsideMeans, uri: string): Promise<Wrapper> {
  const [{ keyHolders }, { contextBytes }] = await Promise.all([
    import('../hsm/holders.js'),
    import('../../passphrase/keys/wrapper.js'),
  ]);
  const ask = async (work: (holders: KeyHolders) => Promise<Uint8Array>): Promise<Uint8Array> => {
    const askPin = (token: string) => terminal.askHidden(`PIN of the token ${token}: `);
    const warn = (text: string) => terminal.note(`custos: warning: ${text}`);
    const holders = keyHolders({ config, warn, ...(terminal.interactive && { askPin }) });
    return work(holders).finally(() => holders.close());
  };
  return {
    wrap: (key, place) => ask((holders) => holders.wrap(uri, key, contextBytes(place))),
    unwrap: (wrapped, place) => ask((holders) => holders.unwrap(uri, wrapped, contextBytes(place))),
  };
}
