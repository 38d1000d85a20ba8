import type { ForkOptions } from 'node:child_process';

/** How every process that holds secrets is started: with no environment, no streams, and a channel that copies values. */
export function lockedFork(nodeFlags: readonly string[]): ForkOptions {
  return { env: {}, execArgv: [...nodeFlags], serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] };
}
