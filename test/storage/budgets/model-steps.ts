import { approvalsToShow } from '../../../src/app/daemon/control-feed.js';
import { CustosError } from '../../../src/core/errors.js';
import { silentLog } from '../../../src/core/log.js';
import type { Constitution } from '../../../src/core/policy/constitution.js';
import { digestOf } from '../../../src/core/signing/digest.js';
import type { Question } from '../../../src/core/signing/judge.js';
import type { ApprovalTable } from '../../../src/core/store/approvals.js';
import { attemptOf } from '../../../src/core/store/attempt.js';
import type { BudgetCharge } from '../../../src/core/store/budgets.js';
import { type Journal, LEASE_TIME, type Lease } from '../../../src/core/store/journal.js';
import { refuseFrozen } from '../../../src/lifecycle/frozen.js';
import { constitutionOf } from '../../../src/policy/constitution.js';
import { readFreezeText } from '../../../src/policy/freeze-text.js';
import { policyJudge } from '../../../src/policy/judging/policy-judge.js';
import { parseContext } from '../../../src/signing/sign.js';
import { written } from '../../policy/approvals/people.js';
import {
  freshKeeper,
  isRefusal,
  type Keeper,
  type KeeperAnswer,
  type KeyFences,
  type ModelKeys,
  type Payment,
  takes,
  type Version,
} from '../../support/model-keys.js';
import { noon } from '../../support/policies.js';

// The steps of two daemons over one journal, each with a keeper of its own: real judges, budgets, approvals, freezes and signatures.

/** What one daemon does. */
export interface Worker {
  readonly owner: string;
  readonly place: 'idle' | 'claimed' | 'judged' | 'reserved' | 'made';
  readonly keeper: Keeper;
  readonly id?: string;
  readonly lease?: Lease;
  readonly attempt?: string;
  readonly charges?: readonly BudgetCharge[];
  readonly bytes?: string;
}

/** A signature, whether it was recorded or not. */
interface Bytes {
  readonly id: string;
  readonly attempt: string;
  /** The version by which the keeper judged. */
  readonly version: Version;
}

export interface World {
  readonly workers: readonly Worker[];
  readonly made: readonly Bytes[];
  /** Bytes that are proved dead. */
  readonly dead: readonly string[];
  readonly version: Version;
  readonly freeze: 'before' | 'frozen' | 'ended';
  readonly crashes: number;
  readonly now: number;
  /** What may still happen besides the steps of the daemons. */
  readonly chances: readonly Chance[];
  /** The first of the equal payments is the first to be claimed. */
  readonly begun: boolean;
}

export type Chance = 'crash' | 'expiry' | 'publish' | 'freeze' | 'time';

/** What a test takes out. */
export interface Fences {
  journal?(journal: Journal, owner: string): Journal;
  approvals?(table: ApprovalTable): Pick<ApprovalTable, 'of' | 'spend'>;
  /** Where the daemon asks for no freeze. */
  readonly withoutFreezes?: 'signing' | 'recording';
  readonly keys?: KeyFences;
}

/** Where the daemons work. */
export interface Ground {
  readonly keys: ModelKeys;
  readonly payments: readonly Payment[];
  journal(owner: string, now: number): Promise<Journal>;
  approvals(owner: string): Promise<ApprovalTable>;
  /** Bytes of all rows that have some. */
  signed(): Promise<readonly { readonly id: string; readonly signed: string }[]>;
}

/** A step; undefined if it cannot be taken. */
export type Step = () => Promise<World | undefined>;

export function worldAt(keys: ModelKeys, chances: readonly Chance[]): World {
  const workers = ['one', 'two'].map(
    (owner): Worker => ({ owner, place: 'idle', keeper: keys.bring(freshKeeper, 1, noon) }),
  );
  return { workers, made: [], dead: [], version: 1, freeze: 'before', crashes: 0, now: noon, chances, begun: false };
}

/** The steps of a model on one ground. */
export class ModelSteps {
  readonly #ground: Ground;
  readonly #fences: Fences;
  readonly #constitution: Constitution;
  readonly #questions = new Map<string, Question>();
  /** A keeper answers the same to the same question. */
  readonly #answers = new Map<string, Promise<KeeperAnswer>>();

  constructor(ground: Ground, fences: Fences = {}) {
    this.#ground = ground;
    this.#fences = fences;
    this.#constitution = constitutionOf({ ...written, store: ground.keys.parts.storeId });
  }

  *of(world: World): Generator<Step> {
    for (const [at, worker] of world.workers.entries()) yield* this.#stepsOf(world, worker, at);
    const { chances, version, freeze, now } = world;
    if (chances.includes('publish') && version === 1) yield async () => ({ ...world, version: 2 });
    if (chances.includes('freeze') && freeze === 'before') yield async () => this.#freeze(world, 'frozen');
    if (freeze === 'frozen') yield async () => this.#freeze(world, 'ended');
    if (chances.includes('time') && now === noon) yield async () => ({ ...world, now: noon + LEASE_TIME + 1 });
  }

  /** What must hold after each step. Bytes that were made and not recorded never leave their daemon. */
  async wrong(before: World, { made, dead, freeze, workers }: World): Promise<string | undefined> {
    const rows = await this.#ground.signed();
    if (rows.length * takes > this.#ground.keys.ceilings[2]) return 'more is signed than the limit has';
    if (rows.some(({ signed }) => dead.includes(signed))) return 'dead bytes are recorded';
    for (const { id } of this.#ground.payments) {
      const spent = made.filter((one) => one.id === id);
      const isTwice = [1, 2].some((version) => makings(spent.filter((one) => one.version === version)) > 1);
      if (isTwice) return 'an approval was spent for two makings of the bytes';
    }
    if (freeze !== 'frozen') return undefined;
    if (made.length > before.made.length) return 'it was signed while frozen';
    const recorded = workers.some(({ place }, at) => place === 'idle' && before.workers[at]?.place === 'made');
    return recorded && rows.length > 0 && before.freeze === 'frozen' && this.#isRecorded(before, rows)
      ? 'it was recorded while frozen'
      : undefined;
  }

  #isRecorded(before: World, rows: readonly { readonly signed: string }[]): boolean {
    return before.workers.some(({ place, bytes }) => place === 'made' && rows.some(({ signed }) => signed === bytes));
  }

  *#stepsOf(world: World, worker: Worker, at: number): Generator<Step> {
    const move = (next: Worker, more: Partial<World> = {}): World => ({
      ...world,
      ...more,
      workers: world.workers.with(at, next),
    });
    const { owner, keeper, place } = worker;
    const idle: Worker = { owner, place: 'idle', keeper };
    // Whoever is refused lets go.
    const orIdle = (step: () => Promise<World>) => () =>
      step().catch((error: unknown) => {
        if (!isRefusal(error)) throw error;
        return move(idle);
      });
    if (place === 'idle') {
      const { payments } = this.#ground;
      for (const payment of world.begun ? payments : payments.slice(0, 1)) {
        yield () => this.#claim(world, worker, payment).then((next) => next && move(next, { begun: true }));
        yield () => this.#expire(world, worker, payment);
      }
    }
    if (place === 'claimed') yield orIdle(async () => move(await this.#judge(world, worker)));
    if (place === 'judged') yield orIdle(async () => move(await this.#reserve(world, worker)));
    if (place === 'reserved') yield orIdle(() => this.#sign(world, worker, move));
    if (place === 'made') yield orIdle(async () => move(await this.#record(world, worker)));
    // Only a signature sees what was brought, so nothing else can come out in another order.
    if (place === 'reserved' && keeper.brought !== world.version) {
      yield async () => move({ ...worker, keeper: this.#ground.keys.bring(keeper, world.version, world.now) });
    }
    if (world.chances.includes('crash') && world.crashes === 0 && place !== 'idle') {
      // Its keeper ends with it, and knows afterwards what it kept.
      const again: Worker = { owner: `${owner}'`, place: 'idle', keeper: { ...keeper, brought: undefined } };
      yield async () => move(again, { crashes: 1 });
    }
  }

  async #journal({ owner }: Worker, { now }: World): Promise<Journal> {
    const journal = await this.#ground.journal(owner, now);
    return this.#fences.journal?.(journal, owner) ?? journal;
  }

  async #claim(world: World, worker: Worker, { id, pending }: Payment): Promise<Worker | undefined> {
    const journal = await this.#journal(worker, world);
    const [claim] = await journal.claim([pending]);
    if (claim === undefined || (claim.kind !== 'claimed' && claim.kind !== 'known')) return undefined;
    const { entry, lease } = claim;
    // Later claims differ from earlier ones in nothing but their number.
    if (lease === undefined || entry.signed !== undefined || lease.generation > 2 + world.dead.length) return undefined;
    const { owner, keeper } = worker;
    return { owner, keeper, place: 'claimed', id, lease, attempt: attemptOf(await journal.events(id)) };
  }

  async #judge(world: World, worker: Worker): Promise<Worker> {
    const { keys } = this.#ground;
    const table = await this.#ground.approvals(worker.owner);
    const judge = policyJudge({
      storeId: keys.parts.storeId,
      clock: { now: () => world.now },
      log: silentLog,
      policies: async () => ({ current: keys.policies[world.version] }),
      constitution: async () => this.#constitution,
      approvals: this.#fences.approvals?.(table) ?? table,
      journal: await this.#journal(worker, world),
      coinOf: () => 'ETH',
    });
    const verdict = await judge.decide(this.#question(worker));
    if (verdict.kind !== 'allow') throw new CustosError('JUDGE_DENIED', verdict.reason);
    return { ...worker, place: 'judged', charges: verdict.charges ?? [] };
  }

  /** Decoded once: nothing that happens changes it. */
  #question({ id = '', attempt = '0' }: Worker): Question {
    const known = this.#questions.get(`${id} ${attempt}`);
    if (known !== undefined) return known;
    const question = this.#decoded(this.#payment({ id }), attempt);
    this.#questions.set(`${id} ${attempt}`, question);
    return question;
  }

  #decoded({ pending, request }: Payment, attempt: string): Question {
    const { parts } = this.#ground.keys;
    const { completed, sealed } = request(attempt);
    const chain = parts.chains.get(pending.chain);
    const wallets = sealed.map((one) => parts.vault.wallet(one));
    const signers = pending.keys.map((key) => parts.vault.identify(sealed[0] as never, key));
    const rules = { feeCeilings: new Map(), allowedHazards: new Set<never>() };
    const { summary, effects } = chain.codec.parse(completed, parseContext(pending, { rules, signers }));
    const signedBy = [summary.from];
    const { network } = pending;
    const sender = summary.from;
    const digest = digestOf(completed);
    return {
      pending,
      chain: chain.id,
      network,
      wallets,
      signers,
      signedBy,
      sender,
      completed,
      digest,
      summary,
      effects,
      attempt,
    };
  }

  #payment({ id }: Pick<Worker, 'id'>): Payment {
    const found = this.#ground.payments.find((one) => one.id === id);
    if (found === undefined) throw new Error('no such payment');
    return found;
  }

  async #reserve(world: World, worker: Worker): Promise<Worker> {
    const { lease = noLease, attempt = '0', charges = [] } = worker;
    await (await this.#journal(worker, world)).reserveBudgets(lease, { attempt, charges });
    return { ...worker, place: 'reserved' };
  }

  async #refuseFrozen(world: World, worker: Worker, before: 'signing' | 'recording'): Promise<void> {
    if (this.#fences.withoutFreezes === before || world.freeze !== 'frozen') return;
    const { parts, freezes } = this.#ground.keys;
    const { freeze } = readFreezeText(freezes.all);
    const { pending } = this.#payment(worker);
    const entry = { chain: pending.chain, pending };
    const none = { get: async () => [] };
    const view = { now: async () => [freeze] };
    await refuseFrozen(
      { freezes: view, chains: parts.chains, wallets: none as never, publicVault: parts.vault },
      entry as never,
    );
  }

  async #sign(world: World, worker: Worker, move: (next: Worker, more?: Partial<World>) => World): Promise<World> {
    const { id = '', attempt = '0', owner } = worker;
    await this.#refuseFrozen(world, worker, 'signing');
    const approvals = approvalsToShow(await (await this.#ground.approvals(owner)).of(id), attempt);
    const request = { ...this.#payment(worker).request(attempt), control: { id, approvals } };
    const shown = approvals.map(({ signature }) => signature).join();
    const question = `${id} ${attempt} ${shown} ${world.now} ${worker.keeper.brought} ${worker.keeper.kept}`;
    const asked =
      this.#answers.get(question) ?? this.#ground.keys.sign(worker.keeper, request, world.now, this.#fences.keys ?? {});
    this.#answers.set(question, asked);
    const { keeper, raw, error } = await asked;
    if (error !== undefined && !isRefusal(error)) throw error;
    if (raw === undefined) return move({ owner, place: 'idle', keeper });
    const made = { id, attempt, version: worker.keeper.brought ?? 1 };
    return move({ ...worker, place: 'made', bytes: raw, keeper }, { made: [...world.made, made] });
  }

  async #record(world: World, worker: Worker): Promise<Worker> {
    const { owner, keeper, lease = noLease, bytes = '' } = worker;
    await this.#refuseFrozen(world, worker, 'recording');
    await (await this.#journal(worker, world)).advance(lease, 'signed', { signed: bytes, txId: digestOf(bytes) });
    return { owner, keeper, place: 'idle' };
  }

  /** The chain shows that recorded bytes can never take effect. Once is enough. */
  async #expire(world: World, worker: Worker, { pending }: Payment): Promise<World | undefined> {
    if (world.dead.length > 0 || !world.chances.includes('expiry')) return undefined;
    const journal = await this.#journal(worker, world);
    const [claim] = await journal.claim([pending]);
    if (claim === undefined || (claim.kind !== 'claimed' && claim.kind !== 'known')) return undefined;
    const { entry, lease } = claim;
    if (lease === undefined || entry.signed === undefined) return undefined;
    await journal.expire(lease, 'the chain shows it');
    return { ...world, dead: [entry.signed] };
  }

  /** By both doors: at the store, and at each keeper. */
  #freeze(world: World, freeze: 'frozen' | 'ended'): World {
    const { keys } = this.#ground;
    const change = freeze === 'frozen' ? keys.freeze : keys.unfreeze;
    const workers = world.workers.map((one) => ({ ...one, keeper: change(one.keeper, keys.freezes.all, world.now) }));
    return { ...world, freeze, workers };
  }
}

const noLease: Lease = { id: '', generation: 0 };

function makings(all: readonly Bytes[]): number {
  return new Set(all.map(({ attempt }) => attempt)).size;
}

/** The approvals of all payments, handed in by somebody before anything happens. */
export async function handIn(table: ApprovalTable, payments: readonly Payment[]): Promise<void> {
  for (const { approvals } of payments) for (const one of [approvals[1], approvals[2]]) await table.add(one);
}
