import type { Hono } from 'hono';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Methods by which a path is served, without the handlers that stand in front of all paths.
 * @param guards - how many of those there are
 */
export function methodsOf(app: Hono, path: string, guards: number): readonly string[] {
  return methods.filter((method) => app.router.match(method, path)[0].length > guards);
}

/** The value of `Allow` (RFC 9110, 10.2.1): whoever serves GET serves HEAD. */
export function allowOf(served: readonly string[]): string {
  return [...served, ...(served.includes('GET') ? ['HEAD'] : [])].sort().join(', ');
}
