import type { Hono } from 'hono';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * The methods that a path supports, without the handlers in front of all paths.
 * @param guards - the number of handlers in front
 */
export function methodsOf(app: Pick<Hono, 'router'>, path: string, guards: number): readonly string[] {
  return methods.filter((method) => app.router.match(method, path)[0].length > guards);
}

/** The value of `Allow` (RFC 9110, 10.2.1): a path that supports GET supports HEAD. */
export function allowOf(served: readonly string[]): string {
  return [...served, ...(served.includes('GET') ? ['HEAD'] : [])].sort().join(', ');
}
