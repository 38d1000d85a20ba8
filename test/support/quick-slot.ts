import { randomBytes, randomUUID } from 'node:crypto';
import { readConfig } from '../../dist/app/config/config.js';
import { createHouse, type House } from '../../dist/app/house.js';
import { readNewPassword } from '../../dist/app/store/password.js';
import type { Secret } from '../../dist/core/secret.js';
import type { StretchedSlot } from '../../dist/core/store/store.js';
import { stretchPassword } from '../../dist/crypto/kdf.js';
import { joinUnambiguously, seal } from '../../dist/crypto/seal.js';
import { createStore } from '../../dist/storage/open-store.js';
import { makeRootKey, makeStoreId } from '../../dist/vault/key-slots.js';
import { type Environment, makeHome } from './custos.js';
import { storeOf } from './home-store.js';
import { silentTerminal } from './silent-terminal.js';

/** The least that a store is opened with: tests that start many commands would derive keys for most of their time. */
const kdf = { logN: 14, r: 8, p: 1 };

/** A home with a store in it, made as `initQuickStore` does. */
export async function makeQuickHome(env: Environment): Promise<string> {
  const home = makeHome();
  await withHouse(home, env, initQuickStore);
  return home;
}

/** Makes a store whose password takes an eighth of the usual time, and which has no recovery key. */
export async function initQuickStore({ passwords, location }: House): Promise<void> {
  const password = await readNewPassword(passwords);
  const [rootKey, storeId] = [makeRootKey(), makeStoreId()];
  const slots = [await quickSlot(rootKey, password, storeId)];
  await (await createStore(location(), { storeId, slots })).close();
}

/** Lets the password of a store that a command made take an eighth of the usual time from now on. */
export async function quicken(home: string, env: Environment): Promise<void> {
  await withHouse(home, env, async (house) => {
    const store = await house.store();
    const [rootKey, password, slots] = await Promise.all([house.rootKey(), house.password(), store.slots.all()]);
    const slow = slots.filter(({ kind }) => kind === 'password').map(({ id }) => id);
    await store.slots.replace([await quickSlot(rootKey, password, store.storeId)], slow);
  });
}

async function withHouse(home: string, env: Environment, work: (house: House) => Promise<void>): Promise<void> {
  const house = createHouse(readConfig({}, { ...storeOf(home), ...env }, home), silentTerminal);
  await work(house);
  await house.close();
}

/** A slot that an eighth of the usual work opens. */
export async function quickSlot(
  rootKey: Uint8Array,
  password: Pick<Secret, 'exposeBytes'>,
  storeId: string,
): Promise<StretchedSlot> {
  const [id, salt] = [randomUUID(), new Uint8Array(randomBytes(32))];
  const wrapping = await stretchPassword(password.exposeBytes(), salt, kdf);
  const box = seal(wrapping, rootKey, joinUnambiguously(['custos/v1/slot', storeId, id, 'password']));
  return { id, kind: 'password', kdf, salt, box, createdAt: Date.now() };
}
