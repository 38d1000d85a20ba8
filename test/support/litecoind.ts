import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './anvil.js';

/** A Litecoin node of its own, in regression-test mode. */
export interface Litecoind {
  /** With user and password, as `--node` takes it. */
  readonly url: string;
  rpc(method: string, params?: readonly unknown[]): Promise<unknown>;
  stop(): Promise<void>;
}

/** True where Debian's package `litecoind` is installed; says on standard error what is skipped where it is not. */
export function hasLitecoind(): boolean {
  const isThere = spawnSync('litecoind', ['-version'], { stdio: 'ignore' }).status === 0;
  if (!isThere) console.warn('litecoind is not installed (Debian package litecoind): what needs it is skipped');
  return isThere;
}

/** @param args - further flags, which win over those that are given anyway */
export async function startLitecoind(args: readonly string[] = []): Promise<Litecoind> {
  const directory = mkdtempSync(join(tmpdir(), 'litecoind-'));
  const port = await freePort();
  const child = spawn(
    'litecoind',
    [
      ...['-regtest', `-datadir=${directory}`, '-server', '-listen=0', '-dnsseed=0', '-discover=0', '-txindex=1'],
      ...['-rpcbind=127.0.0.1', '-rpcallowip=127.0.0.1', `-rpcport=${port}`, '-rpcuser=u', '-rpcpassword=password'],
      ...args,
    ],
    { stdio: 'ignore' },
  );
  const rpc = async (method: string, params: readonly unknown[] = []) => {
    const authorization = `Basic ${Buffer.from('u:password').toString('base64')}`;
    const body = JSON.stringify({ jsonrpc: '1.0', id: 1, method, params });
    const response = await fetch(`http://127.0.0.1:${port}`, { method: 'POST', headers: { authorization }, body });
    const answer = (await response.json()) as { result: unknown; error: { message: string } | null };
    if (answer.error) throw new Error(answer.error.message);
    return answer.result;
  };
  await untilReady(child, rpc);
  return { url: `http://u:password@127.0.0.1:${port}`, rpc, stop: () => stop(child, directory) };
}

async function untilReady(child: ChildProcess, rpc: (method: string) => Promise<unknown>): Promise<void> {
  for (let attempt = 0; attempt < 600 && child.exitCode === null; attempt++) {
    try {
      await rpc('getblockcount');
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  child.kill('SIGKILL');
  throw new Error('litecoind did not start');
}

async function stop(child: ChildProcess, directory: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
  rmSync(directory, { recursive: true, force: true });
}
