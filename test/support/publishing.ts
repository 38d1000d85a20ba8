import { readConfig } from '../../dist/app/config/config.js';
import { createHouse } from '../../dist/app/house.js';
import { openPolicies, publishPolicy } from '../../dist/app/policy/published.js';
import { parsePolicy } from '../../dist/app/policy/schema.js';
import { storeOf } from './home-store.js';
import type { Kms } from './kms.js';
import { silentTerminal } from './silent-terminal.js';

/** When a policy is published. */
interface Publishing {
  /** Milliseconds by which the publisher's clock is ahead. */
  readonly ahead?: number;
  /** Hours that a version that widens waits; the command takes whole ones. */
  readonly delay?: number;
}

/**
 * Publishes a policy in the store of a running daemon, as `custos policy publish` does without a constitution.
 * @returns when it comes into force, in milliseconds since 1970
 */
export async function publishThere(
  { home, env }: Pick<Kms, 'home' | 'env'>,
  members: object,
  { ahead = 0, delay }: Publishing = {},
): Promise<number> {
  const clock = { now: () => Date.now() + ahead, wait: async () => undefined };
  const house = createHouse(readConfig({}, { ...storeOf(home), ...env }, home), silentTerminal, { clock });
  try {
    const means = { store: await house.store(), rootKey: await house.rootKey(), clock };
    const journal = await house.journal();
    const { next } = await openPolicies(means, (parts) =>
      publishPolicy({ ...parts, journal }, parsePolicy(JSON.stringify(members)), {
        signatures: [],
        ...(delay !== undefined && { delay }),
      }),
    );
    return next.effectiveAt;
  } finally {
    await house.close();
  }
}

/** A first version, which permits nothing. */
export const first = {
  custosPolicy: 1,
  version: 1,
  timeZone: 'UTC',
  assets: {
    ETH: { network: 'mainnet', chain: 'ETH', decimals: 18 },
    'ETH.testnet': { network: 'testnet', chain: 'ETH', decimals: 18 },
  },
  books: {},
  groups: {},
  permits: [],
  forbids: [],
  limits: [],
};
