import { readFileSync } from 'node:fs';

/** The processes that a daemon has started, by their ids. */
export interface DaemonProcesses {
  readonly front: number;
  readonly keeper: number;
  readonly signers: readonly number[];
}

/** @param pid - of the process that was started, the supervisor. @throws Error: it does not have one front and one keeper */
export function processesOf(pid: number): DaemonProcesses {
  const [front, keeper, ...more] = childrenOf(pid).sort((one, other) => order(one) - order(other));
  if (front === undefined || keeper === undefined || more.length > 0 || order(front) !== 0 || order(keeper) !== 1) {
    throw new Error(`process ${pid} has other children than a front and a keeper: ${childrenOf(pid).map(commandOf)}`);
  }
  return { front, keeper, signers: childrenOf(keeper) };
}

function order(pid: number): number {
  return ['/main-front.js', '/keeper-main.js'].findIndex((name) => commandOf(pid).includes(name));
}

/** @returns no more than those of its first thread, which starts them in Node */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

export function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
}

/** Resolves when there is no such process. */
export async function gone(pid: number): Promise<void> {
  while (lives(pid)) await new Promise(setImmediate);
}

function lives(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
