import { hash, randomBytes } from 'node:crypto';
import { type StoredTicket, ticketMac } from '../../core/access/user-ticket.js';
import type { Clock } from '../../core/clock.js';
import type { TenantId } from '../../core/ids.js';
import type { JournalMac } from '../../core/store/journal-mac.js';
import type { TicketTable } from '../../core/store/tickets.js';

/** How long a session holds, in milliseconds. It is not prolonged. */
const SESSION = 15 * 60 * 1000;

const form = /^custos-user_([A-Za-z0-9_-]{43})$/;

export interface SessionParts {
  readonly tickets: TicketTable;
  /** Of the journal. */
  readonly mac: JournalMac;
  readonly clock: Pick<Clock, 'now'>;
}

/** What a user has who logged in. */
export interface NewSession {
  /** What the user sends; shown once. */
  readonly session: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export function isSessionText(text: string): boolean {
  return form.test(text);
}

/** @param owner - blind index */
export async function openSession(
  { tickets, mac, clock }: SessionParts,
  { tenant, owner }: Pick<StoredTicket, 'tenant' | 'owner'>,
): Promise<NewSession> {
  const secret = randomBytes(32);
  const now = clock.now();
  const ticket = {
    hash: hash('sha256', secret, 'hex'),
    kind: 'session',
    tenant,
    owner,
    expiresAt: now + SESSION,
  } as const;
  await tickets.add({ ...ticket, mac: ticketMac(mac, ticket) }, now);
  return { session: `custos-user_${secret.toString('base64url')}`, expiresAt: ticket.expiresAt };
}

/** @returns undefined for anything else than a session of this tenant that holds now */
export async function findSession(
  { tickets, mac, clock }: SessionParts,
  tenant: TenantId,
  text: string,
): Promise<StoredTicket | undefined> {
  const secret = form.exec(text)?.[1];
  if (secret === undefined) return undefined;
  const found = await tickets.get(hash('sha256', Buffer.from(secret, 'base64url'), 'hex'));
  const isSession = found?.kind === 'session' && found.tenant === tenant && found.expiresAt > clock.now();
  return isSession && ticketMac(mac, found) === found.mac ? found : undefined;
}
