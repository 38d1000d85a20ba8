import { beforeAll, describe, expect, it } from 'vitest';
import type { AccountQuestion } from '../../../src/core/signing/control.js';
import { LEASE_TIME } from '../../../src/core/store/journal.js';
import {
  freshKeeper,
  isRefusal,
  type Keeper,
  type KeeperAnswer,
  type KeyFences,
  type ModelKeys,
  modelKeys,
  type Payment,
  takes,
  type Version,
  wide,
} from '../../support/model-keys.js';
import { noon } from '../../support/policies.js';

// A model checker over the real book, gate and vault: the front asks for whatever it likes, for two payments and two makings of
// each, with everything that it holds. Beside that, a policy is published again, freezes come and go, and time passes, in every
// order. The keeper starts again with each step.

interface Bytes {
  readonly id: string;
  readonly raw: string;
  /** The version by which it was signed. */
  readonly version: Version;
}

interface World {
  readonly keeper: Keeper;
  readonly made: readonly Bytes[];
  /** The newest version that the keeper has seen. */
  readonly seen: Version;
  readonly freeze: 'before' | 'frozen' | 'ended';
  readonly now: number;
}

const attempts = ['0', '1'];

/** Whose keys sign what. */
interface Means {
  readonly keys: ModelKeys;
  readonly payments: readonly Payment[];
}

let two: Means;
/** One payment, and more room in the limit than it could take. */
let one: Means;
beforeAll(async () => {
  const [keys, roomy] = [await modelKeys(), await modelKeys({ ceilings: wide })];
  two = { keys, payments: [await keys.payment('a'), await keys.payment('b')] };
  one = { keys: roomy, payments: [await roomy.payment('a')] };
});

class Walk {
  readonly #means: Means;
  readonly #fences: KeyFences;
  readonly #freeze: string;
  readonly #seen = new Set<string>();
  /** A keeper answers the same to the same question. */
  readonly #answers = new Map<string, Promise<KeeperAnswer>>();
  readonly signed = new Set<string>();
  violation: string | undefined;

  /** @param freeze - lines of the freeze that comes and goes */
  constructor(means: Means, freeze: string, fences: KeyFences) {
    this.#means = means;
    this.#freeze = freeze;
    this.#fences = fences;
  }

  get states(): number {
    return this.#seen.size;
  }

  async from(world: World): Promise<void> {
    const key = keyOf(world);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    for (const step of this.#steps(world)) {
      if (this.violation !== undefined) return;
      const next = await step();
      if (next === undefined) continue;
      this.violation ??= wrong(this.#means, world, next);
      if (this.violation === undefined) await this.from(next);
    }
  }

  *#steps(world: World): Generator<() => Promise<World | undefined>> {
    const { keeper, freeze, now } = world;
    const { keys, payments } = this.#means;
    for (const version of [1, 2] as const) yield () => this.#bring(world, version);
    if (freeze === 'before') {
      yield async () => ({ ...world, keeper: keys.freeze(keeper, this.#freeze, now), freeze: 'frozen' });
    }
    if (freeze === 'frozen') {
      yield async () => ({ ...world, keeper: keys.unfreeze(keeper, this.#freeze, now), freeze: 'ended' });
    }
    for (const payment of payments) {
      for (const attempt of attempts) yield () => this.#sign(world, payment, attempt);
    }
    if (now === noon) yield async () => ({ ...world, now: noon + LEASE_TIME + 1 });
    // It starts again, and knows no documents until a front brings them.
    yield async () => ({ ...world, keeper: { ...keeper, brought: undefined } });
  }

  async #sign(world: World, payment: Payment, attempt: string): Promise<World> {
    const question = `${payment.id} ${attempt} ${world.now} ${world.keeper.brought} ${world.keeper.kept}`;
    const asked =
      this.#answers.get(question) ??
      this.#means.keys.sign(world.keeper, payment.request(attempt), world.now, this.#fences);
    this.#answers.set(question, asked);
    const { keeper, raw, error } = await asked;
    if (error !== undefined && !isRefusal(error)) throw error;
    if (raw === undefined) return { ...world, keeper };
    this.signed.add(`${payment.id} ${attempt}`);
    if (world.made.some((one) => one.raw === raw)) return { ...world, keeper };
    return { ...world, keeper, made: [...world.made, { id: payment.id, raw, version: world.keeper.brought ?? 1 }] };
  }

  async #bring(world: World, version: Version): Promise<World | undefined> {
    try {
      const keeper = this.#means.keys.bring(world.keeper, version, world.now, this.#fences);
      return { ...world, keeper, seen: version === 2 ? 2 : world.seen };
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }
}

/** How often the same bytes were given makes no difference. */
function keyOf({ keeper, ...world }: World): string {
  return JSON.stringify([keeper.kept.replaceAll(/"holders":\d+/g, ''), keeper.brought, world]);
}

/** Whatever was signed has left, and the network may take it. */
function wrong({ keys, payments }: Means, before: World, after: World): string | undefined {
  const { made, freeze, seen } = after;
  if (made.length * takes > keys.ceilings[2]) return 'more is signed than the limit has';
  for (const { id } of payments) {
    for (const version of [1, 2]) {
      if (made.filter((one) => one.id === id && one.version === version).length > 1)
        return 'an approval is spent twice';
    }
  }
  if (made.length === before.made.length) return undefined;
  if (freeze === 'frozen') return 'it was signed while frozen';
  if (made.some((one) => !before.made.includes(one) && one.version < seen)) return 'it was signed by an older policy';
  return undefined;
}

async function walked(means: Means, scope: 'all' | 'tag', fences: KeyFences = {}): Promise<Walk> {
  const walk = new Walk(means, means.keys.freezes[scope], fences);
  const keeper = means.keys.bring(freshKeeper, 1, noon);
  await walk.from({ keeper, made: [], seen: 1, freeze: 'before', now: noon });
  return walk;
}

const LIMIT = 120_000;

/** A test takes a part of the account out. */
function accountWith(change: (question: AccountQuestion) => AccountQuestion): KeyFences {
  return { account: (account) => (question) => account(change(question)) };
}

describe('a keeper that a front asks for whatever it likes', () => {
  it.each(['all', 'tag'] as const)(
    'signs no more than the limit has, no approval twice, nothing frozen by %s and nothing by an older policy',
    { timeout: LIMIT },
    async (scope) => {
      const walk = await walked(two, scope);
      expect(walk.violation).toBeUndefined();
      expect([...walk.signed].sort()).toEqual(['a 0', 'a 1', 'b 0', 'b 1']);
      expect(walk.states).toBeGreaterThan(100);
    },
  );

  it('spends an approval once where the limit has room for more', { timeout: LIMIT }, async () => {
    const walk = await walked(one, 'all');
    expect(walk.violation).toBeUndefined();
    expect([...walk.signed].sort()).toEqual(['a 0', 'a 1']);
    const forgetful = accountWith((question) => (question.kind === 'used' ? question : { ...question, approvals: [] }));
    expect((await walked(one, 'all', forgetful)).violation).toBe('an approval is spent twice');
  });

  it.each<readonly [string, 'all' | 'tag', KeyFences, string]>([
    [
      'it keeps no count of its own',
      'all',
      accountWith((question) => (question.kind === 'used' ? question : { ...question, charges: [] })),
      'more is signed than the limit has',
    ],
    [
      'it does not look at its count again as it charges',
      'all',
      {
        account: (account) => async (question) => {
          if (question.kind === 'used') return question.wanted.map(() => 0n);
          return account({ ...question, charges: question.charges.map(({ max: _, ...charge }) => charge) });
        },
      },
      'more is signed than the limit has',
    ],
    ['it does not look for freezes', 'all', { withoutFreezes: true }, 'it was signed while frozen'],
    ['its gate does not look for frozen tags', 'tag', { withoutTags: true }, 'it was signed while frozen'],
    ['it takes older documents', 'all', { takesOlder: true }, 'it was signed by an older policy'],
  ])('does not hold when %s', { timeout: LIMIT }, async (_, scope, fences, violation) => {
    expect((await walked(two, scope, fences)).violation).toBe(violation);
  });
});
