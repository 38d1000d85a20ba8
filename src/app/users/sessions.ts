import type { StoredTicket } from '../../core/access/user-ticket.js';
import type { TenantId } from '../../core/ids.js';
import { findTicket, giveTicket, type TicketParts } from './tickets.js';

/** How long a session holds, in milliseconds. It is not prolonged. */
const SESSION = 15 * 60 * 1000;

/** The last character has two bits that are of no byte: other spellings of the same bytes are no session. */
const form = /^custos-user_([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/;

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

/** @param of - the owner by its blind index. @returns also by which hash it ends */
export async function openSession(
  parts: TicketParts,
  of: Pick<StoredTicket, 'tenant' | 'owner'> & { readonly kind: 'session' | 'exchange' },
): Promise<NewSession & Pick<StoredTicket, 'hash'>> {
  const { secret, ...ticket } = await giveTicket(parts, of, SESSION);
  return { session: `custos-user_${Buffer.from(secret).toString('base64url')}`, ...ticket };
}

/** @returns undefined for anything else than a session of this tenant that holds now */
export async function findSession(
  parts: TicketParts,
  tenant: TenantId,
  text: string,
): Promise<StoredTicket | undefined> {
  const secret = form.exec(text)?.[1];
  if (secret === undefined) return undefined;
  return findTicket(parts, { tenant, kinds: ['session', 'exchange'] }, Buffer.from(secret, 'base64url'));
}
