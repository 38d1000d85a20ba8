import type { StoredTicket } from '../access/user-ticket.js';

/** Sessions of users and questions to their passkeys. A backup has none, and a new root key ends all. */
export interface TicketTable {
  /** Adds one, and forgets those that have ended by `now`. @throws CustosError STORE_REKEYED */
  add(ticket: StoredTicket, now: number): Promise<void>;
  get(hash: string): Promise<StoredTicket | undefined>;
  /** Removes one. @returns false if it was not there: of two callers one gets it */
  take(hash: string): Promise<boolean>;
  /** Ends all of an owner. */
  end(owner: Uint8Array): Promise<void>;
}
