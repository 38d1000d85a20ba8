import type { TenantId } from '../ids.js';
import type { JournalMac } from '../store/journal-mac.js';

/**
 * What a ticket is good for: a session of a user who logged in here, or whom the identity provider logged in (`exchange`), or one
 * answer of a passkey; the first login of a person (`enrol`), or a session of one in the console.
 */
export const ticketKinds = ['session', 'exchange', 'register', 'login', 'enrol', 'console'] as const;
export type TicketKind = (typeof ticketKinds)[number];

/** Random bytes that a user of a tenant was given, as the store keeps them. */
export interface StoredTicket {
  /** SHA-256 of the bytes, in hexadecimal digits. */
  readonly hash: string;
  readonly kind: TicketKind;
  readonly tenant: TenantId;
  /** Blind index of the owner, 32 bytes. */
  readonly owner: Uint8Array;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Authenticates all of the above with the journal's key: write access to the database makes no session. */
  readonly mac: string;
}

/** What authenticates a ticket. */
export function ticketMac(
  mac: JournalMac,
  { hash, kind, tenant, owner, expiresAt }: Omit<StoredTicket, 'mac'>,
): string {
  return mac(['custos/user-ticket', hash, kind, tenant, Buffer.from(owner).toString('hex'), String(expiresAt)]);
}
