import { randomBytes, randomUUID } from 'node:crypto';
import { readConfig } from '../../dist/app/config.js';
import { createHouse, type House } from '../../dist/app/house.js';
import { initStore } from '../../dist/app/key-work.js';
import { stretchPassword } from '../../dist/crypto/kdf.js';
import { joinUnambiguously, seal } from '../../dist/crypto/seal.js';
import type { Environment } from './custos.js';
import { storeOf } from './home-store.js';
import { silentTerminal } from './silent-terminal.js';

/** The least that a store is opened with: tests that start many commands would derive keys for most of their time. */
const kdf = { logN: 14, r: 8, p: 1 };

/** Makes a store whose password takes an eighth of the usual time. */
export async function initQuickStore(house: House): Promise<void> {
  (await initStore(house)).wipe();
  await quickenSlots(house);
}

/** Lets the password of a store that a command made take an eighth of the usual time from now on. */
export async function quicken(home: string, env: Environment): Promise<void> {
  const house = createHouse(readConfig({}, { ...storeOf(home), ...env }, home), silentTerminal);
  await quickenSlots(house);
  await house.close();
}

async function quickenSlots(house: House): Promise<void> {
  const store = await house.store();
  const [rootKey, password, slots] = await Promise.all([house.rootKey(), house.password(), store.slots.all()]);
  const salt = new Uint8Array(randomBytes(32));
  const id = randomUUID();
  const wrapping = await stretchPassword(password.exposeBytes(), salt, kdf);
  const box = seal(wrapping, rootKey, joinUnambiguously(['custos/v1/slot', store.storeId, id, 'password']));
  const slot = { id, kind: 'password' as const, kdf, salt, box, createdAt: Date.now() };
  const slow = slots.filter(({ kind }) => kind === 'password').map((old) => old.id);
  await store.slots.replace([slot], slow);
}
