import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Store } from '../../../src/core/store/store.js';
import { createStore, openStore } from '../../../src/storage/open-store.js';
import { journalKeyOf } from '../../../src/vault/journal-key.js';
import { isRefusal, type ModelKeys, modelKeys, type Payment } from '../../support/model-keys.js';
import { anySlot, freshLocation, kinds } from '../support.js';
import {
  type Chance,
  type Fences,
  type Ground,
  handIn,
  ModelSteps,
  type Step,
  type World,
  worldAt,
} from './model-steps.js';
import { HandClock, rootKey } from './support.js';

// Long walks with everything that may happen, on real stores: what `model.test.ts` walks through in groups and in every order.

const chances: readonly Chance[] = ['crash', 'expiry', 'publish', 'freeze', 'time'];
const STEPS = 100;
/** Steps by their number among those that can be taken. */
const walk = fc.noBias(fc.array(fc.nat({ max: 999 }), { minLength: STEPS, maxLength: STEPS }));
const RUNS = { sqlite: 25, postgres: 12 };
const LIMIT = 120_000;

describe.each(kinds)('two daemons on %s over one limit', (kind) => {
  const location = freshLocation(kind);
  const stores = new Map<string, Store>();
  afterEach(async () => {
    for (const store of stores.values()) await store.close();
    stores.clear();
  });

  /** Each daemon opens the store for itself. The first one makes it. */
  async function storeOf(owner: string, clock: HandClock, storeId: string): Promise<Store> {
    const known = stores.get(owner);
    if (known !== undefined) return known;
    const slots = [anySlot()];
    const store = await (stores.size === 0
      ? createStore(location(), { storeId, slots }, clock)
      : openStore(location(), clock));
    await store.unlockJournal({ key: journalKeyOf(rootKey, storeId), mayAdopt: false });
    stores.set(owner, store);
    return store;
  }

  /** Takes the walks, and stops at the first violation. */
  async function walked(
    events: readonly Chance[],
    fences: Fences = {},
  ): Promise<{ readonly violation?: string; readonly signed: number }> {
    const clock = new HandClock();
    let signed = 0;
    for (const [run, choices] of fc.sample(walk, { numRuns: RUNS[kind], seed: 15 }).entries()) {
      // A limit of its own, so that walks on one store take nothing from each other.
      const keys = await keysOf(run);
      const payments = [await keys.payment(`a${run}`), await keys.payment(`b${run}`)];
      const ground = groundOf(keys, payments, clock);
      await handIn(await ground.approvals('one'), payments);
      const steps = new ModelSteps(ground, fences);
      let world = worldAt(keys, events);
      for (const choice of choices) {
        const next = await taken([...steps.of(world)], choice);
        if (next === undefined) continue;
        clock.moment = next.now;
        const violation = await steps.wrong(world, next);
        if (violation !== undefined) return { violation, signed };
        world = next;
      }
      signed += world.dead.length + (await ground.signed()).length;
      clock.moment = new HandClock().moment;
    }
    return { signed };
  }

  it('a long walk with all that may happen passes no limit, spends no approval twice and signs nothing frozen', {
    timeout: LIMIT,
  }, async () => {
    const { violation, signed } = await walked(chances);
    expect(violation).toBeUndefined();
    expect(signed).toBeGreaterThan(0);
  });

  it('a long walk finds it when nothing is reserved', { timeout: LIMIT }, async () => {
    const journal: Fences['journal'] = (own) => ({
      ...own,
      reserveBudgets: async () => ({ attempt: '0', charges: [] }),
    });
    expect((await walked([], { journal })).violation).toBe('more is signed than the limit has');
  });

  let shared: Promise<ModelKeys> | undefined;
  /** Keys of one store id, so that all walks are on one store. */
  async function keysOf(run: number): Promise<ModelKeys> {
    shared ??= modelKeys();
    const { parts } = await shared;
    return modelKeys({ limits: { 1: `day${run}`, 2: `day${run}` }, parts });
  }

  function groundOf(keys: ModelKeys, payments: readonly Payment[], clock: HandClock): Ground {
    const { storeId } = keys.parts;
    return {
      keys,
      payments,
      journal: async (owner) => (await storeOf(owner, clock, storeId)).journal,
      approvals: async (owner) => (await storeOf(owner, clock, storeId)).approvals,
      async signed() {
        const { journal } = await storeOf('one', clock, storeId);
        const entries = await Promise.all(payments.map(({ id }) => journal.get(id)));
        return entries.flatMap((one) => (one?.signed === undefined ? [] : { id: one.id, signed: one.signed }));
      },
    };
  }
});

/** One of the steps. */
async function taken(steps: readonly Step[], choice: number): Promise<World | undefined> {
  try {
    return await steps[choice % steps.length]?.();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
