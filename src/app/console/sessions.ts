import { randomBytes } from 'node:crypto';
import { personsTenant } from '../../core/access/persons.js';
import type { StoredTicket } from '../../core/access/user-ticket.js';
import { findTicket, giveTicket, type TicketParts } from '../users/tickets.js';

/** Without a request a session ends after this, and with any number of them after `LONGEST`, in milliseconds. */
const IDLE = 15 * 60 * 1000;
const LONGEST = 8 * 60 * 60 * 1000;
/** A cookie with less left than this is renewed. */
const EARLY = 10 * 60 * 1000;

/** The last character has two bits that are of no byte: other spellings of the same bytes are no session. */
const form = /^[A-Za-z0-9_-]{54}[AEIMQUYcgkosw048]$/;
/** Random bytes, a byte that says how the person logged in, and the time of that. */
const [RANDOM, HOW, ALL] = [32, 32, 41] as const;
const ways = ['passkey', 'password'] as const;

/** How somebody logged in. */
export type LoginWay = (typeof ways)[number];

/** Whose session it is, and since when. */
interface SessionOf {
  readonly owner: Uint8Array;
  readonly by: LoginWay;
  /** Absent: now. */
  readonly since?: number;
}

/** A session as it was found. */
export interface FoundSession {
  readonly ticket: StoredTicket;
  /** When its person logged in, and how. */
  readonly since: number;
  readonly by: LoginWay;
}

/**
 * Opens a session. Its cookie is 32 random bytes, how and when the person logged in: the store knows a hash of all, so that nobody
 * makes it younger, or a passkey of a password.
 */
export async function openSession(
  parts: TicketParts,
  { owner, by, since = parts.clock.now() }: SessionOf,
): Promise<string> {
  const secret = new Uint8Array(ALL);
  secret.set(randomBytes(RANDOM));
  secret[HOW] = ways.indexOf(by);
  new DataView(secret.buffer).setBigUint64(HOW + 1, BigInt(since));
  const lasting = Math.min(IDLE, since + LONGEST - parts.clock.now());
  await giveTicket(parts, { kind: 'console', tenant: personsTenant, owner }, lasting, secret);
  return Buffer.from(secret).toString('base64url');
}

/** @returns undefined for anything else than a session that holds now */
export async function findSession(parts: TicketParts, cookie: string | undefined): Promise<FoundSession | undefined> {
  if (cookie === undefined || !form.test(cookie)) return undefined;
  const secret = new Uint8Array(Buffer.from(cookie, 'base64url'));
  const by = ways[secret[HOW] ?? ways.length];
  if (secret.length !== ALL || by === undefined) return undefined;
  const ticket = await findTicket(parts, { tenant: personsTenant, kinds: ['console'] }, secret);
  if (ticket === undefined) return undefined;
  const since = Number(new DataView(secret.buffer).getBigUint64(HOW + 1));
  return since + LONGEST > parts.clock.now() ? { ticket, since, by } : undefined;
}

/**
 * Another cookie for a session that is used, before its own ends. The former one stays good until then: other requests are on their
 * way with it.
 * @returns undefined while it is too early, or if the session cannot last longer
 */
export async function renewSession(
  parts: TicketParts,
  { ticket, since, by }: FoundSession,
): Promise<string | undefined> {
  const now = parts.clock.now();
  const isDue = ticket.expiresAt - now < EARLY && ticket.expiresAt < since + LONGEST;
  return isDue ? openSession(parts, { owner: ticket.owner, by, since }) : undefined;
}
