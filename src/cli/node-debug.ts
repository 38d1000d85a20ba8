/**
 * Keeps what Node writes for NODE_DEBUG off standard error. Its messages show the headers of requests with the keys in them, and URLs
 * of which keys are a part. Node reads the variable before any program runs, so its messages can only be dropped.
 * @returns true when there is something to drop
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
