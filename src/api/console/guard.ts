import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { CustosError } from '../../core/errors.js';
import type { ApiEnvironment } from '../rpc/environment.js';
import type { ConsoleSite, PersonSession, PersonsService } from './parts.js';

/** Browsers take a cookie of this name only by a secure connection, for this host alone and all of its paths (RFC 6265bis, 4.1.3). */
export const COOKIE = '__Host-custos-console';
/** A page of another origin cannot send it without asking first, and is not allowed to. */
const HEADER = 'custos-console';

export type PageContext = Context<ApiEnvironment>;

/**
 * Whether a request comes from the console's own page. `SameSite` keeps the cookie from other sites, the header needs a permission
 * that no other origin gets, and the browser itself says where a request comes from.
 * @throws CustosError PAGE_REFUSED
 */
export function requireOwnPage({ req }: PageContext, { origin }: ConsoleSite): void {
  const [site, from] = [req.header('sec-fetch-site'), req.header('origin')];
  const isOwn = req.header(HEADER) === '1' && (site ?? 'same-origin') === 'same-origin' && (from ?? origin) === origin;
  // Every browser says where a request comes from that changes something.
  const isSaid = req.method === 'GET' || from !== undefined;
  if (isOwn && isSaid) return;
  throw new CustosError('PAGE_REFUSED', 'the request does not come from the page of the console');
}

/** The person who asks. @throws CustosError PAGE_REFUSED, SESSION_ENDED */
export async function personOf(context: PageContext, persons: PersonsService): Promise<PersonSession> {
  requireOwnPage(context, persons.site());
  const session = await persons.find(getCookie(context, COOKIE));
  if (session.renewed !== undefined) giveCookie(context, session.renewed);
  return session;
}

/** Whether a request shows a session of the console, and nothing else. */
export function showsSession(context: PageContext): boolean {
  return context.req.header('authorization') === undefined && getCookie(context, COOKIE) !== undefined;
}

/** Kept until the browser ends; the server ends it before that. */
export function giveCookie(context: PageContext, value: string): void {
  context.header('set-cookie', `${COOKIE}=${value}; Path=/; Secure; HttpOnly; SameSite=Strict`, { append: true });
}

export function takeCookie(context: PageContext): void {
  context.header('set-cookie', `${COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0`);
}
