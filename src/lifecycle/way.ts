import { asCustosError } from '../core/errors.js';
import { tell } from '../core/log.js';
import type { ReadWallets } from '../core/network/intake.js';
import type { Source } from '../core/network/source.js';
import { type OneByOne, oneByOne } from '../core/one-by-one.js';
import type { PendingTransaction } from '../core/signing/pending.js';
import { isSent, type JournalEntry } from '../core/store/journal.js';
import { keyRefsOf } from '../signing/sign.js';
import { askSource } from './ask-source.js';
import { refuseBeyondLimits } from './beyond-limits.js';
import { awaitOtherForm, RecentForms } from './forms.js';
import { refuseFrozen } from './frozen.js';
import { identify } from './identify.js';
import { sourceOf } from './local-source.js';
import { refuseOverdue } from './overdue.js';
import type { Claimed, LifecycleParts, Outcome, Sent, Signers } from './parts.js';
import { leaveUnrecorded, recordError, recordObjection } from './record-error.js';
import { readRecorded } from './recorded.js';
import { isHandedOut } from './route.js';
import { step } from './step.js';
import { broadcast } from './steps/broadcast.js';
import { type Claim, claim } from './steps/claim.js';
import { close } from './steps/close.js';
import { complete } from './steps/complete.js';
import { confirm } from './steps/confirm.js';
import { decode } from './steps/decode.js';
import { give } from './steps/give.js';
import { type Judged, judge, type Objection } from './steps/judge.js';
import { record } from './steps/record.js';
import { reserve } from './steps/reserve.js';
import { sign } from './steps/sign.js';

/** The result of taking a pending transaction. */
export type Taken =
  /** On its way. `outcome` says how far it got; it is undefined if the transaction was only closed again. It never rejects. */
  | { readonly kind: 'begun'; readonly id: string; readonly outcome: Promise<Outcome | undefined> }
  | Exclude<Claim, { readonly kind: 'claimed' | 'completed' }>;

/** What was accepted and claimed by one write. */
export interface Begun extends Pick<Claimed, 'entry' | 'lease'> {
  /** The wallets of all its keys, as they were read for the request. */
  readonly wallets: ReadWallets | undefined;
}

/** The way of transactions through one process, for every door. */
export interface Way {
  /** True while anything is on its way. */
  readonly isBusy: boolean;
  /** True for what is on its way in this process, or just being claimed. */
  has(id: string): boolean;
  /**
   * Claims transactions of a source and starts them. It leaves out those that are already on their way.
   * @throws CustosError STORE_*: none was claimed
   */
  take(source: Source, pending: readonly PendingTransaction[]): Promise<readonly Taken[]>;
  /** Keeps an id for a request that is being accepted and claimed: whoever finds its row meanwhile leaves it alone. */
  keep(id: string): void;
  /** The request of a kept id does not begin. */
  drop(id: string): void;
  /** Starts what was accepted and claimed under a kept id. @returns how far it got. Never rejects */
  begin(source: Source, begun: Begun): Promise<Outcome>;
  /**
   * Resumes signed bytes that their source no longer lists.
   * @returns how far it got; undefined if another process works on it, or nothing was left to do. Never rejects.
   */
  resume(source: Source, entry: JournalEntry): Promise<Outcome | undefined>;
}

/** The parts, and what all transactions of the process share. */
interface Road extends LifecycleParts {
  /** Runs transactions of one key, and of one sender, one after another, so that a nonce is given once. */
  readonly inOrder: OneByOne;
  /** Forms of recent transactions. */
  readonly forms: RecentForms;
}

/** @returns the one way of a process: two ways would not see each other's transactions */
export function createWay(parts: LifecycleParts): Way {
  const road: Road = { ...parts, inOrder: oneByOne(), forms: new RecentForms() };
  const onTheWay = new Set<string>();
  /** Releases the id when the work has ended. */
  const begin = <T>(id: string, work: () => Promise<T>): Promise<T> =>
    step(parts, 'way', id, work).finally(() => onTheWay.delete(id));

  async function take(source: Source, pending: readonly PendingTransaction[]): Promise<readonly Taken[]> {
    const fresh = pending.filter(({ id }) => !onTheWay.has(id) && onTheWay.add(id));
    const begun = new Set<string>();
    const start = (found: Claim): Taken => {
      if (found.kind !== 'claimed' && found.kind !== 'completed') return found;
      const { id } = found.kind === 'claimed' ? found.claimed.entry : found;
      begun.add(id);
      const work = () =>
        found.kind === 'claimed' ? carry(road, found.claimed) : closeAgain(road, source, found.entry);
      return { kind: 'begun', id, outcome: begin(id, work) };
    };
    try {
      return (await claim(road, source, fresh)).map(start);
    } finally {
      for (const { id } of fresh) if (!begun.has(id)) onTheWay.delete(id);
    }
  }

  async function resume(source: Source, entry: JournalEntry): Promise<Outcome | undefined> {
    if (onTheWay.has(entry.id)) return undefined;
    onTheWay.add(entry.id);
    return begin(entry.id, () => carryRecorded(road, source, entry));
  }

  return {
    get isBusy() {
      return onTheWay.size > 0;
    },
    has: (id) => onTheWay.has(id),
    take,
    keep: (id) => void onTheWay.add(id),
    drop: (id) => void onTheWay.delete(id),
    begin: (source, { entry, lease, wallets }) =>
      begin(entry.id, () => carry(road, { entry, lease, source: sourceOf(entry, source) }, wallets)),
    resume,
  };
}

/** Carries a claimed transaction to its end, or until it must wait. @param wallets - those of its keys, if they were just read */
function carry(road: Road, claimed: Claimed, wallets?: ReadWallets): Promise<Outcome> {
  return toAnOutcome(road, claimed, async () => {
    const { entry } = claimed;
    refuseOverdue(road, entry);
    // Neither nodes nor judges are asked about what may not be signed or sent now.
    if (entry.state !== 'broadcast') await refuseFrozen(road, entry);
    if (isSent(entry.state)) return deliver(road, claimed, () => readRecorded(road, claimed));
    // The database decides which wallet is read first, so the lock keeps transactions of one key in their order of arrival.
    return road.inOrder(`key ${firstKey(road, entry)}`, async () => {
      const signers = await identify(road, claimed, wallets);
      const line = `${entry.chain}/${entry.network}/${signers.from}`;
      return road.inOrder(line, () => makeAndDeliver(road, claimed, signers));
    });
  });
}

function firstKey({ chains }: Road, { id, chain, pending }: JournalEntry): string {
  const [first] = keyRefsOf(chains.get(chain), pending);
  return first === undefined ? id : `${first.signatureId}/${first.index ?? ''}`;
}

/** Ends inside the sender's line, so that the next transaction of this sender sees the journal as it is then. */
function makeAndDeliver(road: Road, claimed: Claimed, signers: Signers): Promise<Outcome> {
  return toAnOutcome(road, claimed, async () => {
    const made = await makeDistinct(road, claimed, signers);
    return 'kind' in made ? made : deliver(road, claimed, async () => made);
  });
}

/** Makes bytes that no other transaction has. */
async function makeDistinct(road: Road, claimed: Claimed, signers: Signers): Promise<Sent | Outcome> {
  const { pending } = claimed.entry;
  for (let tries = 1; ; tries++) {
    try {
      return await make(road, claimed, signers);
    } catch (thrown) {
      await awaitOtherForm(road, { chain: signers.chain, pending }, { thrown, tries });
    }
  }
}

async function make(road: Road, claimed: Claimed, signers: Signers): Promise<Sent | Outcome> {
  const making = { ...signers, forms: road.forms };
  const completed = await complete(road, claimed, making);
  const decoded = await decode(road, claimed, { ...making, completed });
  const { filling } = decoded;
  try {
    refuseBeyondLimits(road, claimed, { ...making, ...decoded });
    const objection = await objectionTo(road, claimed, { ...making, ...decoded });
    if (objection === undefined) {
      const signed = await sign(road, claimed, { ...making, ...decoded });
      return await record(road, claimed, { ...making, ...decoded, signed });
    }
    await filling.note();
    return await recordObjection(road, claimed, objection);
  } catch (error) {
    // Why it ended counts, and whoever records that meets the same obstacle.
    await filling.note().catch(() => undefined);
    throw error;
  }
}

/** Asks the judges, and reserves what a yes takes of budgets. Only where that does not fit is it looked up what was taken before. */
async function objectionTo(road: Road, claimed: Claimed, judged: Omit<Judged, 'look'>): Promise<Objection | undefined> {
  for (const look of ['unused', 'used'] as const) {
    const said = await judge(road, claimed, { ...judged, look });
    if ('error' in said) return said;
    if (said.charges.length === 0) return undefined;
    try {
      await reserve(road, claimed, { charges: said.charges, filling: judged.filling });
      return undefined;
    } catch (error) {
      if (look === 'used' || asCustosError(error).code !== 'BUDGET_EXCEEDED') throw error;
    }
  }
  return undefined;
}

/** Carries recorded bytes to the end. */
async function deliver(road: Road, claimed: Claimed, read: () => Promise<Sent>): Promise<Outcome> {
  if (isHandedOut(claimed.entry)) return give(road, claimed);
  const recorded = await read();
  const isNew = claimed.entry.state !== 'broadcast';
  const sent = isNew ? await broadcast(road, claimed, recorded) : { ...recorded, claimed, closing: undefined };
  const found = sent.closing === undefined ? await confirm(road, sent.claimed, { ...sent, isNew }) : undefined;
  if (typeof found === 'object') return found;
  return close(road, sent.claimed, { ...sent, isReverted: found === 'reverted' });
}

/** Carries recorded bytes that their source no longer lists. */
async function carryRecorded(road: Road, source: Source, found: JournalEntry): Promise<Outcome | undefined> {
  try {
    const [result] = await road.journal.claim([found.pending]);
    if (result === undefined || result.kind === 'changed' || result.lease === undefined) return undefined;
    const claimed = { entry: result.entry, lease: result.lease, source: sourceOf(result.entry, source) };
    return await toAnOutcome(road, claimed, async () => {
      const word = await askSource(road, claimed);
      return word === 'carry on' ? carry(road, claimed) : word;
    });
  } catch (thrown) {
    const { code, message } = asCustosError(thrown);
    tell(road.log, 'transaction-not-resumed', { id: found.id, chain: found.chain, code, error: message });
    return undefined;
  }
}

/** The source still lists a completed transaction: reports the end again, and sends nothing. */
async function closeAgain({ log }: Road, source: Source, entry: JournalEntry): Promise<undefined> {
  const { id, txId } = entry;
  if (txId === undefined || entry.intake !== undefined) return;
  try {
    await source.complete(id, txId);
    tell(log, 'completed-closed-again', { id, txId });
  } catch (thrown) {
    const { code, message } = asCustosError(thrown);
    tell(log, 'completed-not-closed', { id, code, error: message });
  }
}

/** Runs a part of the way; an error ends in the journal, with its code, and in the outcome. */
async function toAnOutcome<T>(road: Road, claimed: Claimed, work: () => Promise<T>): Promise<T | Outcome> {
  try {
    return await work();
  } catch (thrown) {
    return recordError(road, claimed, thrown).catch((second: unknown) => leaveUnrecorded(road, claimed, second));
  }
}
