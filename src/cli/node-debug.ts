/**
 * Drops what Node writes to standard error for NODE_DEBUG: its messages show request headers with keys, and URLs that contain
 * keys. Node reads the variable before any program runs, so its messages can only be dropped.
 * @returns true if there is something to drop
 */
export function dropNodeDebug({ env, stderr, pid }: Pick<NodeJS.Process, 'env' | 'stderr' | 'pid'>): boolean {
  if ((env['NODE_DEBUG'] ?? '') === '') return false;
  const write = stderr.write.bind(stderr);
  // `HTTP 4711: …`, of which the number may be coloured.
  const message = new RegExp(`^[A-Z0-9_:-]+ (\\x1b\\[\\d+m)?${pid}(\\x1b\\[\\d+m)?: `);
  const drop: typeof stderr.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
    if (typeof chunk === 'string' && message.test(chunk)) return true;
    return Reflect.apply(write, stderr, [chunk, ...rest]);
  };
  stderr.write = drop;
  return true;
}
