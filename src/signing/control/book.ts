import { CustosError, type ErrorCode } from '../../core/errors.js';
import type {
  AccountQuestion,
  ControlDocuments,
  ControlEdge,
  ControlEdges,
  SignatureClaim,
} from '../../core/signing/control.js';
import type { SignRequest } from '../../core/signing/signer.js';
import { parseSums, sumsText } from '../../core/store/buckets.js';
import type { BudgetWindow } from '../../core/store/budgets.js';
import type { BookEvent, BookJournal } from './book-event.js';
import { BookWrites } from './book-writes.js';
import { KeptFreezes } from './freezes.js';
import { Ledger } from './ledger.js';
import { Revisions, type WalletRecord } from './revisions.js';
import { type Family, type Reserving, Spending } from './spending.js';

/** What signer processes have to know to judge. */
export interface ControlUpdate {
  readonly documents: ControlDocuments;
  /** No signer's clock is behind it. Milliseconds since 1970. */
  readonly clock: number;
  /** Wallets with one of these tags are frozen; absent where none are. */
  readonly frozenTags?: readonly string[];
}

/** Everything that a book knows beyond its life. */
export interface BookSnapshot {
  readonly clock: number;
  readonly constitution?: ControlEdge;
  readonly policy?: ControlEdge;
  /** Budgets: name, row and sums of each. */
  readonly rows: readonly (readonly [budget: string, row: string, sums: string])[];
  readonly families: readonly Family[];
  /** Number of the last family that ever was: what happens later counts on from it. */
  readonly lastFamily?: number;
  /** The newest records that were signed with. */
  readonly wallets?: readonly WalletRecord[];
  /** Lines of the freezes that hold. */
  readonly frozen?: readonly string[];
}

/**
 * The account of one store's signatures: which documents are in force, what was taken of budgets, and which approvals are spent.
 * There is one for all signer processes and all fronts. It believes no front: what it learned once, no front takes back.
 */
export class ControlBook {
  readonly #now: () => number;
  readonly #ledger = new Ledger();
  readonly #spending = new Spending(this.#ledger);
  readonly #revisions = new Revisions();
  #known: { readonly constitution?: ControlEdge; readonly policy?: ControlEdge } = {};
  /** Hashes of all versions that were seen in this life, by kind and version. */
  readonly #seen = new Map<string, string>();
  readonly #freezes = new KeptFreezes();
  #documents: ControlDocuments | undefined;
  #clock = 0;
  #update: ControlUpdate | undefined;
  readonly #writes = new BookWrites();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** From now on everything that happens is made durable there. */
  keepIn(journal: BookJournal): void {
    this.#writes.keepIn(journal);
  }

  /** For every signer, before its next signature; another object after each change, and undefined while nothing governs. */
  get update(): ControlUpdate | undefined {
    return this.#update;
  }

  /** The highest moment that was ever seen, also by a signer process that is gone. Milliseconds since 1970. */
  get clock(): number {
    return this.#time();
  }

  /**
   * Whether a signature may be asked for at all.
   * @throws CustosError CONTROL_WITHHELD: documents are known that no front has brought in this life
   */
  checkComplete(): void {
    const { constitution, policies = [] } = this.#documents ?? {};
    const isBehind =
      (this.#known.constitution?.version ?? 0) > (constitution?.version ?? 0) ||
      (this.#known.policy?.version ?? 0) > (policies.at(-1)?.version ?? 0);
    if (isBehind) throw refusal('CONTROL_WITHHELD');
  }

  /**
   * Takes documents that a signer has opened.
   * @throws CustosError CONTROL_OLD: they lack a version that is known, or have another document under a known version
   */
  accept(documents: ControlDocuments, edges: ControlEdges): void {
    const { constitution, policies } = edges;
    const policy = policies.at(-1);
    requireNewest(this.#known.constitution, constitution);
    requireNewest(this.#known.policy, policy);
    const all = [
      ...(constitution === undefined ? [] : [[`constitution ${constitution.version}`, constitution.hash] as const]),
      ...policies.map(({ version, hash }) => [`policy ${version}`, hash] as const),
    ];
    if (all.some(([key, hash]) => (this.#seen.get(key) ?? hash) !== hash)) throw refusal('CONTROL_OLD');
    for (const [key, hash] of all) this.#seen.set(key, hash);
    const isNew = !isSame(this.#known.constitution, constitution) || !isSame(this.#known.policy, policy);
    if (isNew) this.#happen({ kind: 'documents', ...(constitution && { constitution }), ...(policy && { policy }) });
    const isNothing = constitution === undefined && policy === undefined;
    if (!isNothing && (isNew || this.#documents === undefined)) {
      this.#documents = documents;
      this.#refresh();
    }
  }

  /** The lines of the freezes that hold. */
  get frozen(): readonly string[] {
    return this.#freezes.texts;
  }

  /** @throws CustosError FROZEN */
  refuseFrozen(request: Pick<SignRequest, 'pending' | 'sealed'>): void {
    this.#freezes.refuse(request);
  }

  /** Takes the lines of a freeze. @throws CustosError FREEZE_INVALID, CHAIN_UNKNOWN, SIGNATURE_ID_INVALID */
  freeze(text: string): void {
    if (this.#freezes.isNew(text)) this.#happen({ kind: 'frozen', text });
  }

  /** Ends a freeze whose end was verified. */
  unfreeze(text: string): void {
    if (this.#freezes.has(text)) this.#happen({ kind: 'unfrozen', text });
  }

  /** What others have charged. @throws CustosError RECORD_DAMAGED */
  used(claim: SignatureClaim, wanted: readonly BudgetWindow[]): readonly bigint[] {
    return this.#spending.used(claim, wanted);
  }

  /**
   * Reserves what a signature takes, all or nothing.
   * @returns the number with which it can be released
   * @throws CustosError APPROVAL_SPENT, BUDGET_EXCEEDED
   */
  reserve({ claim, approvals, charges }: Omit<Extract<AccountQuestion, { kind: 'reserve' }>, 'kind'>): number {
    const reserving: Reserving = { claim, approvals, charges, at: this.#time() };
    this.#spending.check(reserving);
    return this.#happen({ kind: 'taken', ...reserving }) ?? 0;
  }

  /**
   * Takes note of the records that were signed with.
   * @returns whether what they were signed by is not durable yet, whichever signature was the first
   * @throws CustosError CONTROL_OLD: one is older, so the signature may not leave
   */
  see(used: readonly WalletRecord[]): boolean {
    const records = this.#revisions.news(used);
    if (records.length > 0) this.#happen({ kind: 'wallets', records });
    return this.#writes.isUnkept(used);
  }

  /** The signature was refused, so its bytes were never made. */
  release(family: number): void {
    this.#happen({ kind: 'released', family });
  }

  /** Resolves when everything until now is durable. What could not be written is tried once more. @throws CustosError KEEPER_STATE_UNWRITTEN */
  settled(): Promise<void> {
    return this.#writes.settled();
  }

  /** Everything that has happened until now, to be kept: what of it was not written yet has no record of its own any more. */
  snapshot(): BookSnapshot {
    this.#writes.leaveOut();
    this.#ledger.forget(this.#clock);
    return {
      clock: this.#clock,
      ...this.#known,
      rows: [...this.#ledger.rows()].map(({ budget, row, sums }) => [budget, row, sumsText(sums)]),
      families: this.#spending.families(),
      lastFamily: this.#spending.last,
      wallets: this.#revisions.all(),
      frozen: this.frozen,
    };
  }

  /** Makes a new book one that was kept. @throws CustosError RECORD_DAMAGED */
  restore(
    { clock, constitution, policy, rows, families, lastFamily = 0, wallets = [], frozen = [] }: BookSnapshot,
    events: readonly BookEvent[],
  ): void {
    this.#clock = clock;
    this.#ledger.restoreClock(clock);
    this.#known = { ...(constitution && { constitution }), ...(policy && { policy }) };
    for (const [budget, row, sums] of rows) this.#ledger.restore(budget, row, parseSums(sums));
    this.#spending.restore(families, lastFamily);
    this.#revisions.learn(wallets);
    for (const text of frozen) this.#apply({ kind: 'frozen', text });
    for (const event of events) this.#apply(event);
  }

  #happen(event: BookEvent): number | undefined {
    const result = this.#apply(event);
    this.#writes.record(event);
    return result;
  }

  #apply(event: BookEvent): number | undefined {
    switch (event.kind) {
      case 'documents': {
        const { constitution, policy } = event;
        this.#known = { ...(constitution && { constitution }), ...(policy && { policy }) };
        return undefined;
      }
      case 'taken':
        this.#clock = Math.max(this.#clock, event.at);
        return this.#spending.take(event);
      case 'released':
        return void this.#spending.release(event.family);
      case 'wallets':
        return void this.#revisions.learn(event.records);
      case 'frozen':
        this.#freezes.add(event.text);
        return this.#refresh();
      case 'unfrozen':
        this.#freezes.remove(event.text);
        return this.#refresh();
    }
  }

  /** Signers that were told something once are told that nothing is left of it, too. */
  #refresh(): undefined {
    const { tags: frozenTags } = this.#freezes;
    const isNothing = this.#documents === undefined && frozenTags.length === 0;
    if (isNothing && this.#update === undefined) return;
    const documents = this.#documents ?? { policies: [] };
    this.#update = { documents, clock: this.#time(), ...(frozenTags.length > 0 && { frozenTags }) };
  }

  #time(): number {
    this.#clock = Math.max(this.#clock, this.#now());
    return this.#clock;
  }
}

function requireNewest(known: ControlEdge | undefined, given: ControlEdge | undefined): void {
  if (known === undefined) return;
  if (given === undefined || given.version < known.version) throw refusal('CONTROL_OLD');
  if (given.version === known.version && given.hash !== known.hash) throw refusal('CONTROL_OLD');
}

function isSame(one: ControlEdge | undefined, other: ControlEdge | undefined): boolean {
  return one?.version === other?.version && one?.hash === other?.hash;
}

function refusal(code: ErrorCode): CustosError {
  return new CustosError(code, 'the documents of control do not fit what the signer knows');
}
