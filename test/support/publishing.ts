import { readConfig } from '../../dist/app/config/config.js';
import { createHouse } from '../../dist/app/house.js';
import { sealer } from './control.js';
import type { Environment } from './custos.js';
import { storeOf } from './home-store.js';
import { silentTerminal } from './silent-terminal.js';

/** Puts policies into the store of a home, as a command with the password does, without the checks before it. */
export async function publish(home: string, env: Environment, ...policies: readonly object[]): Promise<void> {
  const house = createHouse(readConfig({}, { ...storeOf(home), ...env }, home), silentTerminal);
  try {
    const store = await house.store();
    const seals = sealer({ rootKey: await house.rootKey(), storeId: store.storeId });
    for (const members of policies) await store.policies.add(seals.policy(members));
  } finally {
    await house.close();
  }
}
