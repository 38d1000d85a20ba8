import type { AuditCode, AuditEvent } from '../audit/events.js';

/** Name of the log to which processes without a key of the store write: what they say is authentic only once it is signed. */
export const UNKEYED = 'unkeyed';

/** How far one log goes. */
export interface AuditHead {
  readonly writer: string;
  readonly size: number;
  /** Roots of the complete subtrees, the largest first, 32 bytes each. */
  readonly hashes: readonly Uint8Array[];
}

/** An event as it is stored. */
export interface StoredEvent {
  readonly writer: string;
  /** From 0, without gaps. */
  readonly place: number;
  /** Hash of the leaf, 32 bytes in Base64. */
  readonly hash: string;
  /** The leaf; absent when the event was pruned. */
  readonly leaf?: { readonly at: number; readonly code: string; readonly commitment: string };
  /** Absent when it was deleted. */
  readonly opening?: { readonly salt: string; readonly detail: string };
}

/** A signed head of a log. */
export interface StoredCheckpoint {
  readonly writer: string;
  readonly size: number;
  /** Roots of the complete subtrees at this size in Base64, with spaces between them. */
  readonly hashes: string;
  /** A C2SP checkpoint. */
  readonly note: string;
  readonly at: number;
}

export interface AuditFilter {
  /** A code, or the part before its dot. */
  readonly event?: string;
  readonly since?: number;
  readonly until?: number;
  readonly limit: number;
}

/** Where a page of one log begins. */
export interface AuditPage {
  readonly writer: string;
  /** The first place. */
  readonly from: number;
  readonly limit: number;
}

/** The audit log of a store: one log a writer, so that no writer waits for another. */
export interface AuditLog {
  /** Name of this process in the events that it records. */
  readonly process: string;
  /** Records events in a database transaction of their own. @throws CustosError AUDIT_BROKEN, STORE_* */
  add(events: readonly AuditEvent[]): Promise<void>;
  /** Keeps events back until this process records something else; they are written before that, in its transaction. */
  announce(events: readonly AuditEvent[]): void;
  /** All logs, by name. @throws CustosError AUDIT_BROKEN: a head was changed by somebody who has no key of this store */
  heads(): Promise<readonly AuditHead[]>;
  events(page: AuditPage): Promise<readonly StoredEvent[]>;
  /** Newest first. */
  find(filter: AuditFilter): Promise<readonly StoredEvent[]>;
  /** Leaf hashes only. */
  hashes(page: AuditPage): Promise<readonly Uint8Array[]>;
  /** Checkpoints of one log from a size on, by size. */
  checkpoints(page: AuditPage): Promise<readonly StoredCheckpoint[]>;
  /** The newest checkpoint of each log that has one. */
  newest(): Promise<readonly StoredCheckpoint[]>;
  /**
   * Stores a checkpoint, if the newest of its log is still `former`.
   * @returns false if another process was faster
   */
  addCheckpoint(checkpoint: StoredCheckpoint, former: StoredCheckpoint | undefined): Promise<boolean>;
  /** Deletes what events below a place say, and records why; their leaf hashes stay. */
  erase(spans: readonly { readonly writer: string; readonly below: number }[], why: AuditEvent): Promise<void>;
  /** Calls `listener` after each commit that recorded something, with the number of events. */
  onAdded(listener: (count: number) => void): void;
  /** Calls `listener` when something that only stops or narrows signing was done, though the broken log did not take its event. */
  onUnrecorded(listener: (codes: readonly AuditCode[]) => void): void;
}

/** A row of the log's tables, for backups. */
export type AuditRow =
  | { readonly table: 'audit_heads'; readonly row: HeadRow }
  | { readonly table: 'audit_events'; readonly row: EventRow }
  | { readonly table: 'audit_checkpoints'; readonly row: StoredCheckpoint };

interface HeadRow {
  readonly writer: string;
  readonly size: number;
  readonly hashes: string;
  readonly closed: number;
  readonly mac: string | null;
}

interface EventRow {
  readonly writer: string;
  readonly place: number;
  readonly hash: string;
  readonly at: number | null;
  readonly code: string | null;
  readonly commitment: string | null;
  readonly salt: string | null;
  readonly detail: string | null;
}

/** The log as backups see it. */
export interface AuditRows {
  /** All rows of this moment, in pages. */
  pages(size: number): AsyncIterable<readonly AuditRow[]>;
  /** Adds rows of a backup; their logs take no more events, because the store that the backup is of may go on with them. */
  add(rows: readonly AuditRow[]): Promise<void>;
}
