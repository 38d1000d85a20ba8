import type { ErrorCode } from '../errors.js';
import type { ChainId, Network, SignatureId, TenantId } from '../ids.js';
import type { JournalEntry, State } from '../store/journal.js';
import type { EventType } from './types.js';

/** Whose events: those of one tenant on one network. */
export interface Feed {
  readonly tenant: TenantId;
  readonly network: Network;
}

/** What an event says of its transaction, as it was then. Thin: the rest is asked for by the id. */
export interface EventTransaction {
  readonly id: string;
  readonly state: State;
  readonly chain: ChainId;
  readonly network: Network;
  readonly kind: string;
  readonly reference?: string;
  readonly txId?: string;
  readonly error?: { readonly code: ErrorCode; readonly text: string };
  /** For whoever may see only some of them. */
  readonly wallets: readonly SignatureId[];
}

interface Numbered {
  /** Place in the feed: 1, 2, 3 … over all tenants, given after the commit. */
  readonly seq: number;
  /** The same for ever, also after a restore: whoever gets an event twice knows it by this. */
  readonly id: string;
  readonly type: EventType;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** One thing that happened. */
export type FeedEvent =
  | (Numbered & { readonly transaction: EventTransaction })
  /** Not about a transaction. */
  | (Numbered & { readonly data: Readonly<Record<string, unknown>> });

export interface FeedQuery extends Feed {
  /** The last number that is known. */
  readonly after: number;
  readonly limit: number;
  readonly types?: readonly EventType[];
  /** Only events of this one. */
  readonly transaction?: string;
}

export interface FeedPage {
  readonly events: readonly FeedEvent[];
  /** Up to here nothing is left out: where the next page begins. */
  readonly last: number;
}

/** Where a feed is: a restored store begins a new one, and numbers of the former one mean nothing in it. */
export interface FeedHead {
  /** 16 hexadecimal digits. */
  readonly epoch: string;
  readonly last: number;
}

/** A stretch of time in slices of one length. */
export interface TallySpan {
  /** Where the first slice begins, in milliseconds since 1970. */
  readonly from: number;
  /** Length of a slice in milliseconds. */
  readonly size: number;
  readonly slices: number;
}

/** What happened in one slice. */
export interface EventTally {
  readonly counts: ReadonlyMap<EventType, number>;
  /** Milliseconds from request to signed bytes, one for each that was signed; of very many only some. */
  readonly signedAfter: readonly number[];
}

/**
 * @param known - the same as it was before: what never changes is taken from it
 * @returns undefined for what was not written, or is not known as a whole
 */
export type EntryOf = (id: string, known?: JournalEntry) => JournalEntry | undefined;

/**
 * What happened, in an order that never changes. An event is a line of a transaction's story, or a notice; it is written in the
 * database transaction of what it tells, and gets its number afterwards. So whoever reads on from the last number it knows misses
 * nothing, however late another process commits.
 */
export interface EventTable {
  /**
   * Gives numbers to all that is committed, and hands it to the webhooks that want it, in the same database transaction.
   * @returns where the feed is now
   */
  number(): Promise<FeedHead>;
  /** Reads what has numbers. Rows that were changed from outside are left out. */
  page(query: FeedQuery): Promise<FeedPage>;
  /** Counts what has numbers, a tally a slice. Rows are counted and not verified: it is a picture and no proof. */
  tally(feed: Feed, span: TallySpan): Promise<readonly EventTally[]>;
  /**
   * Calls back when this process wrote events, as soon as they are durable, with the ids of the transactions that they tell of.
   * `entryOf` gives one as it was written, where all of it is known without reading it again. @throws CustosError RECORD_DAMAGED
   * @returns ends that
   */
  onWritten(listener: (ids: ReadonlySet<string>, entryOf: EntryOf) => void): () => void;
}
