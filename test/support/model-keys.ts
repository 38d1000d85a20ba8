import type { CustosError } from '../../src/core/errors.js';
import { parseChainId } from '../../src/core/ids.js';
import type { Freeze } from '../../src/core/policy/freeze.js';
import type { ControlDocuments, ControlEdges } from '../../src/core/signing/control.js';
import { type PendingTransaction, parsePending } from '../../src/core/signing/pending.js';
import type { SignRequest } from '../../src/core/signing/signer.js';
import type { StoredApproval } from '../../src/core/store/approvals.js';
import { freezeText } from '../../src/policy/freeze-text.js';
import { type CompiledPolicy, compilePolicy } from '../../src/policy/judging/compile.js';
import { ControlBook } from '../../src/signing/control/book.js';
import { readSnapshot, snapshotText } from '../../src/signing/control/book-text.js';
import { type Account, Gate } from '../../src/signing/control/gate.js';
import { usedRecords } from '../../src/signing/control/revisions.js';
import { Tab } from '../../src/signing/control/tab.js';
import { prepareSigning } from '../../src/signing/sign.js';
import { controlSeal } from '../../src/vault/control-seal.js';
import { anyPayment, approvalOf, dayLimit, sealer } from './control.js';
import { noon } from './policies.js';
import { type SigningParts, signingParts, signRequest } from './signing-parts.js';

// What models of control sign with: the real vault, gate and book, for two payments of which a limit has room for one, with one
// approval of each for each version of the policy.

export type Version = 1 | 2;
const HOUR = 3_600_000;
/** Value and highest fee of one payment. */
export const takes = 60_000;
/** The ceilings of the two versions: neither has room for two payments. */
const narrow = { 1: 100_000, 2: 110_000 };
/** Ceilings with room for all payments, so that approvals alone decide. */
export const wide = { 1: 1_000_000, 2: 1_100_000 };

type Versions<T> = Readonly<Record<Version, T>>;

/** What the policies of a model differ in. */
interface Variety {
  readonly ceilings?: Versions<number>;
  /** Ids of the limit. */
  readonly limits?: Versions<string>;
  /** Keys of another model, for one more on the same store. */
  readonly parts?: SigningParts;
}

/** A keeper between two steps: what it keeps beyond its life, and the version that a front brought it in this life, if any. */
export interface Keeper {
  readonly kept: string;
  readonly brought: Version | undefined;
}

export const freshKeeper: Keeper = { kept: '', brought: undefined };

/** What a test takes out where the keys are. */
export interface KeyFences {
  account?(account: Account): Account;
  /** Tags of freezes do not reach the gate. */
  readonly withoutTags?: true;
  /** Freezes are not asked for before and after a signature. */
  readonly withoutFreezes?: true;
  /** Older documents are taken for new ones. */
  readonly takesOlder?: true;
}

/** One payment: what the journal has, and what a signer gets for each making of its bytes. */
export interface Payment {
  readonly id: string;
  readonly pending: PendingTransaction;
  request(attempt: string): SignRequest;
  readonly approvals: Versions<StoredApproval>;
}

export interface ModelKeys {
  readonly ceilings: Versions<number>;
  readonly parts: SigningParts;
  readonly policies: Versions<CompiledPolicy>;
  payment(id: string): Promise<Payment>;
  readonly freezes: { readonly all: string; readonly tag: string };
  /** Brings documents. @throws CustosError CONTROL_OLD */
  bring(keeper: Keeper, version: Version, now: number, fences?: KeyFences): Keeper;
  freeze(keeper: Keeper, text: string, now: number): Keeper;
  unfreeze(keeper: Keeper, text: string, now: number): Keeper;
  /** Signs as a keeper does, in one step. @returns the keeper afterwards, and the bytes or why there are none */
  sign(keeper: Keeper, request: SignRequest, now: number, fences?: KeyFences): Promise<KeeperAnswer>;
}

export interface KeeperAnswer {
  readonly keeper: Keeper;
  readonly raw?: string;
  readonly error?: unknown;
}

/** Makes keys, and two versions of a policy. */
export async function modelKeys(variety: Variety = {}): Promise<ModelKeys> {
  const parts = variety.parts ?? (await signingParts());
  const seals = sealer(parts);
  const documents = documentsBy(variety, seals);
  const policies = {
    1: compilePolicy(seals.read(documents.members[1])),
    2: compilePolicy(seals.read(documents.members[2])),
  };
  const seal = controlSeal(parts.rootKey, parts.storeId);
  const gates = new Map<string, { readonly gate: Gate; readonly edges: Versions<ControlEdges> }>();

  /** A gate keeps nothing but the documents, tags and clock that it got, so the same of these are the same gate. */
  const gateOf = (key: string, now: number) => {
    const known = gates.get(key);
    if (known !== undefined) return known;
    const gate = new Gate({ storeId: parts.storeId, open: seal.open.bind(seal) }, () => now);
    const edges = { 1: gate.examine(documents.of[1]), 2: gate.examine(documents.of[2]) };
    gates.set(key, { gate, edges });
    return { gate, edges };
  };

  /** The keeper starts again with each step: what it does must follow from what it kept. */
  const bookOf = ({ kept, brought }: Keeper, now: number): ControlBook => {
    const book = new ControlBook(() => now);
    if (kept !== '') book.restore(readSnapshot(kept), []);
    if (brought !== undefined) book.accept(documents.of[brought], gateOf(`edges ${now}`, now).edges[brought]);
    return book;
  };
  const kept = (book: ControlBook, brought: Version | undefined): Keeper => ({
    kept: snapshotText(book.snapshot()),
    brought,
  });

  return {
    parts,
    ceilings: variety.ceilings ?? narrow,
    policies,
    freezes: { all: textOf(parts.storeId, { kind: 'all' }), tag: textOf(parts.storeId, { kind: 'tag', tag: 'hot' }) },
    payment: (id) => paymentOf(parts, policies, id),
    bring(keeper, version, now, { takesOlder } = {}) {
      const from = takesOlder ? { kept: withoutPolicy(keeper.kept), brought: undefined } : keeper;
      const book = bookOf(from, now);
      book.accept(documents.of[version], gateOf(`edges ${now}`, now).edges[version]);
      return kept(book, version);
    },
    freeze(keeper, text, now) {
      const book = bookOf(keeper, now);
      book.freeze(text);
      return kept(book, keeper.brought);
    },
    unfreeze(keeper, text, now) {
      const book = bookOf(keeper, now);
      book.unfreeze(text);
      return kept(book, keeper.brought);
    },
    async sign(keeper, request, now, fences = {}) {
      const book = bookOf(keeper, now);
      const tab = new Tab(book);
      const account: Account = async (question) => tab.answer(question);
      const { update } = book;
      const frozenTags = fences.withoutTags ? [] : (update?.frozenTags ?? []);
      const { gate } = gateOf(`${keeper.brought} ${frozenTags.join()} ${now}`, now);
      if (update !== undefined) gate.apply({ ...update, frozenTags });
      try {
        const means = { ...parts, rules: new Map(), gate, account: fences.account?.(account) ?? account };
        book.checkComplete();
        if (!fences.withoutFreezes) book.refuseFrozen(request);
        const result = await prepareSigning(request, means)();
        await tab.signed(usedRecords(request, result));
        if (!fences.withoutFreezes) book.refuseFrozen(request);
        return { keeper: kept(book, keeper.brought), raw: result.raw };
      } catch (error) {
        tab.refused();
        return { keeper: kept(book, keeper.brought), error };
      }
    },
  };
}

/** What two versions of the policy say, sealed as a command with the password seals them. */
function documentsBy(
  { ceilings = narrow, limits = { 1: 'day', 2: 'day' } }: Variety,
  seals: ReturnType<typeof sealer>,
) {
  const permits = [{ ...anyPayment, needs: ['1 of treasury'] }];
  const first = { permits, limits: [{ ...dayLimit(ceilings[1]), id: limits[1] }] };
  const previous = seals.read(first).hash;
  const second = { version: 2, previous, permits, limits: [{ ...dayLimit(ceilings[2]), id: limits[2] }] };
  const constitution = seals.constitution();
  const one = seals.policy(first);
  const of: Versions<ControlDocuments> = {
    1: { constitution, policies: [one] },
    2: { constitution, policies: [one, seals.policy(second, { publishedAt: 2 })] },
  };
  return { members: { 1: first, 2: second }, of };
}

async function paymentOf(parts: SigningParts, policies: ModelKeys['policies'], id: string): Promise<Payment> {
  const made = await parts.wallet('key');
  const sealed = parts.vault.withControl(made.sealed, { tags: ['hot'], state: 'active', since: 1 });
  const wallet = { ...made, sealed };
  const fields = { value: '39000', gas: '21000', gasPrice: '1' };
  const pending = parsePending(
    { id, chain: 'ETH', hashes: [wallet.wallet.signatureId], serializedTransaction: JSON.stringify(fields) },
    parseChainId('ETH'),
    'testnet',
  );
  const plain = (attempt: string): SignRequest => ({
    pending,
    completed: signRequest(wallet, { ...fields, nonce: Number(attempt) }, { id }).completed,
    sealed: [sealed],
    control: { id, approvals: [] },
  });
  const approvals = { 1: approvalBy(parts, plain('0'), policies[1]), 2: approvalBy(parts, plain('0'), policies[2]) };
  const control = { id, approvals: [approvals[1], approvals[2]].map(({ text, signature }) => ({ text, signature })) };
  const requests = new Map<string, SignRequest>();
  const request = (attempt: string): SignRequest => {
    const found = requests.get(attempt) ?? { ...plain(attempt), control };
    requests.set(attempt, found);
    return found;
  };
  return { id, pending, request, approvals };
}

function approvalBy(parts: SigningParts, request: SignRequest, { policy }: CompiledPolicy): StoredApproval {
  const { version, hash } = policy;
  const pendingId = request.control?.id ?? '';
  const nonce = Buffer.from(`${pendingId} ${version}`).toString('hex').slice(-32).padStart(32, '0');
  const signed = approvalOf(parts, request, {
    key: 'bea',
    policy: { version, hash },
    demands: [{ count: 1, group: 'treasury' }],
    nonce,
    notBefore: noon - HOUR,
    expires: noon + HOUR,
  });
  return { ...signed, nonce, pendingId, at: noon };
}

function textOf(store: string, scope: Freeze['scope']): string {
  return freezeText({ store, freeze: { id: '0'.repeat(32), scope, reason: 'theft', at: 1 } });
}

/** A keeper that forgot which documents it knew. */
function withoutPolicy(text: string): string {
  if (text === '') return '';
  const { policy: _policy, constitution: _constitution, ...rest } = readSnapshot(text);
  return snapshotText(rest);
}

/** Whether what was thrown is a refusal with a code, and no defect. */
export function isRefusal(error: unknown): error is CustosError {
  return error instanceof Error && error.name === 'CustosError';
}
