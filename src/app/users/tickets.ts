import { hash, randomBytes } from 'node:crypto';
import { type StoredTicket, type TicketKind, ticketMac } from '../../core/access/user-ticket.js';
import type { Clock } from '../../core/clock.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
import type { TicketTable } from '../../core/store/tickets.js';

export interface TicketParts {
  readonly tickets: TicketTable;
  /** Of the journal. */
  readonly mac: JournalMac;
  readonly clock: Pick<Clock, 'now'>;
}

/** What somebody was given: random bytes, of which the store keeps a hash. */
interface NewTicket extends Pick<StoredTicket, 'hash' | 'expiresAt'> {
  readonly secret: Uint8Array;
}

/**
 * @param lasting - milliseconds
 * @param secret - begins with enough random bytes that nobody guesses them
 */
export async function giveTicket(
  { tickets, mac, clock }: TicketParts,
  of: Pick<StoredTicket, 'kind' | 'tenant' | 'owner'>,
  lasting: number,
  secret: Uint8Array = new Uint8Array(randomBytes(32)),
): Promise<NewTicket> {
  const now = clock.now();
  const ticket = { ...of, hash: hash('sha256', secret, 'hex'), expiresAt: now + lasting };
  await tickets.add({ ...ticket, mac: ticketMac(mac, ticket) }, now);
  return { secret, hash: ticket.hash, expiresAt: ticket.expiresAt };
}

/** @returns undefined for anything else than a ticket of this tenant and one of these kinds that holds now */
export async function findTicket(
  { tickets, mac, clock }: TicketParts,
  { tenant, kinds }: Pick<StoredTicket, 'tenant'> & { readonly kinds: readonly TicketKind[] },
  secret: Uint8Array,
): Promise<StoredTicket | undefined> {
  const found = await tickets.get(hash('sha256', secret, 'hex'));
  const isOne = found?.tenant === tenant && kinds.includes(found.kind) && found.expiresAt > clock.now();
  return isOne && ticketMac(mac, found) === found.mac ? found : undefined;
}
