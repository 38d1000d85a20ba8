import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { CustosError } from '../../core/errors.js';

/** A development blockchain on this machine that mines each transaction at once. */
export interface LocalChain {
  readonly url: string;
  readonly pid: number;
  /** JSON-RPC; resolves to `result`. */
  rpc(method: string, params?: readonly unknown[]): Promise<unknown>;
  /** Ends the node. */
  close(): Promise<void>;
}

/**
 * Starts anvil on a free port and resolves when it answers. It ends with `close`, or at the latest with this process.
 * @throws CustosError NODE_UNREACHABLE: the package is not installed, or the node did not start
 */
export async function startLocalChain(chainId: number, args: readonly string[] = []): Promise<LocalChain> {
  const port = await freePort();
  const child = spawn(
    anvilProgram(),
    ['--silent', '--host', '127.0.0.1', '--port', `${port}`, '--chain-id', `${chainId}`, ...args],
    // An unread pipe would stop the node once it is full. The node needs nothing from our environment.
    { stdio: 'ignore', env: {} },
  );
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const url = `http://127.0.0.1:${port}`;
  const rpc = (method: string, params: readonly unknown[] = []) => call(url, method, params);
  await untilAnswering(child, rpc);
  return {
    url,
    pid: child.pid ?? 0,
    rpc,
    close: async () => {
      process.off('exit', kill);
      await ended(child, kill);
    },
  };
}

/** A TCP port of the loopback interface that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** The package's own start script would be a second process to end. */
function anvilProgram(): string {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json'));
    const manifest = require.resolve(`@foundry-rs/anvil-${process.platform}-${architecture}/package.json`);
    return join(manifest, '..', 'bin', process.platform === 'win32' ? 'anvil.exe' : 'anvil');
  } catch {
    throw new CustosError(
      'NODE_UNREACHABLE',
      'the package @foundry-rs/anvil is not installed: run npm install @foundry-rs/anvil',
    );
  }
}

async function call(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const answer: unknown = await response.json();
  if (typeof answer !== 'object' || answer === null || !('result' in answer)) {
    throw new CustosError('NODE_REFUSED', `the local blockchain refused ${method}: ${JSON.stringify(answer)}`);
  }
  return answer.result;
}

async function untilAnswering(child: ChildProcess, rpc: (method: string) => Promise<unknown>): Promise<void> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    if (child.exitCode !== null || child.pid === undefined) break;
    try {
      await rpc('eth_chainId');
      return;
    } catch {
      await wait(20);
    }
  }
  child.kill('SIGKILL');
  throw new CustosError('NODE_UNREACHABLE', 'the local blockchain did not start');
}

function ended(child: ChildProcess, kill: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    kill();
  });
}
