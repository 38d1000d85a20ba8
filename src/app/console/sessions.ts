import { randomBytes } from 'node:crypto';
import { personsTenant } from '../../core/access/persons.js';
import type { StoredTicket } from '../../core/access/user-ticket.js';
import { findTicket, giveTicket, type TicketParts } from '../users/tickets.js';

/** Without a request a session ends after this, and with any number of them after `LONGEST`, in milliseconds. */
const IDLE = 15 * 60 * 1000;
const LONGEST = 8 * 60 * 60 * 1000;
/** A cookie with less left than this is renewed. */
const EARLY = 10 * 60 * 1000;

const form = /^[A-Za-z0-9_-]{54}$/;

/** A session as it was found. */
export interface FoundSession {
  readonly ticket: StoredTicket;
  /** When its person logged in. */
  readonly since: number;
}

/**
 * Opens a session. Its cookie is 32 random bytes and the time of the login: the store knows a hash of both, so that nobody makes it
 * younger.
 */
export async function openSession(parts: TicketParts, owner: Uint8Array, since = parts.clock.now()): Promise<string> {
  const secret = new Uint8Array(40);
  secret.set(randomBytes(32));
  new DataView(secret.buffer).setBigUint64(32, BigInt(since));
  const lasting = Math.min(IDLE, since + LONGEST - parts.clock.now());
  await giveTicket(parts, { kind: 'console', tenant: personsTenant, owner }, lasting, secret);
  return Buffer.from(secret).toString('base64url');
}

/** @returns undefined for anything else than a session that holds now */
export async function findSession(parts: TicketParts, cookie: string | undefined): Promise<FoundSession | undefined> {
  if (cookie === undefined || !form.test(cookie)) return undefined;
  const secret = new Uint8Array(Buffer.from(cookie, 'base64url'));
  if (secret.length !== 40) return undefined;
  const ticket = await findTicket(parts, { tenant: personsTenant, kinds: ['console'] }, secret);
  if (ticket === undefined) return undefined;
  const since = Number(new DataView(secret.buffer).getBigUint64(32));
  return since + LONGEST > parts.clock.now() ? { ticket, since } : undefined;
}

/**
 * Another cookie for a session that is used, before its own ends. The former one stays good until then: other requests are on their
 * way with it.
 * @returns undefined while it is too early, or if the session cannot last longer
 */
export async function renewSession(parts: TicketParts, { ticket, since }: FoundSession): Promise<string | undefined> {
  const now = parts.clock.now();
  const isDue = ticket.expiresAt - now < EARLY && ticket.expiresAt < since + LONGEST;
  return isDue ? openSession(parts, ticket.owner, since) : undefined;
}
