import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { CustosError } from '../../core/errors.js';
import type { ApiEnvironment } from '../rpc/environment.js';
import type { ConsoleSite, PersonSession, PersonsService } from './parts.js';

/**
 * A page of another origin cannot send it without asking first, and is not allowed to. `away`: nobody is at the page, which asks by
 * itself.
 */
const HEADER = 'custos-console';
const presences: readonly (string | undefined)[] = ['1', 'away'];

export type PageContext = Context<ApiEnvironment>;

/**
 * Browsers take a cookie of the first name only by a secure connection, for this host alone and all of its paths (RFC 6265bis, 4.1.3).
 * By plain HTTP there is none such, and its name says so: a browser never sends the one in the place of the other.
 */
function cookieOf({ isSecure }: ConsoleSite): { readonly name: string; readonly attributes: string } {
  const attributes = 'Path=/; HttpOnly; SameSite=Strict';
  if (!isSecure) return { name: 'custos-console-plain', attributes };
  return { name: '__Host-custos-console', attributes: `${attributes}; Secure` };
}

/**
 * Whether a request comes from the console's own page. `SameSite` keeps the cookie from other sites, the header needs a permission
 * that no other origin gets, and the browser itself says where a request comes from.
 * @throws CustosError PAGE_REFUSED
 */
export function requireOwnPage({ req }: PageContext, { origin }: ConsoleSite): void {
  const [site, from] = [req.header('sec-fetch-site'), req.header('origin')];
  // Another name that leads here is a page of somebody else, though the browser takes it for this one (DNS rebinding).
  const isNamed = req.header('host') === new URL(origin).host;
  const isOwn =
    isNamed &&
    presences.includes(req.header(HEADER)) &&
    (site ?? 'same-origin') === 'same-origin' &&
    (from ?? origin) === origin;
  // Every browser says where a request comes from that changes something.
  const isSaid = req.method === 'GET' || from !== undefined;
  if (isOwn && isSaid) return;
  throw new CustosError('PAGE_REFUSED', 'the request does not come from the page of the console');
}

/** The person who asks. @throws CustosError PAGE_REFUSED, SESSION_ENDED */
export async function personOf(context: PageContext, persons: PersonsService): Promise<PersonSession> {
  const site = persons.site();
  requireOwnPage(context, site);
  const session = await persons.find(sessionCookie(context, site), { isThere: context.req.header(HEADER) === '1' });
  if (session.renewed !== undefined) giveCookie(context, site, session.renewed);
  return session;
}

/** What a request shows as its session. */
export function sessionCookie(context: PageContext, site: ConsoleSite): string | undefined {
  return getCookie(context, cookieOf(site).name);
}

/** Whether a request shows a session of the console, and nothing else. */
export function showsSession(context: PageContext, site: ConsoleSite): boolean {
  return context.req.header('authorization') === undefined && sessionCookie(context, site) !== undefined;
}

/** Kept until the browser ends; the server ends it before that. */
export function giveCookie(context: PageContext, site: ConsoleSite, value: string): void {
  const { name, attributes } = cookieOf(site);
  context.header('set-cookie', `${name}=${value}; ${attributes}`, { append: true });
}

export function takeCookie(context: PageContext, site: ConsoleSite): void {
  const { name, attributes } = cookieOf(site);
  context.header('set-cookie', `${name}=; ${attributes}; Max-Age=0`);
}
