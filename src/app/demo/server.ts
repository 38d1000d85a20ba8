import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CustosError } from '../../core/errors.js';
import { packageRoot } from '../process/package.js';
import { CHAIN, CHAIN_ID, type Stage } from './stage.js';

/** A server that the demo started, with a store of its own. */
export interface DemoServer {
  readonly url: string;
  /** The first token. */
  readonly token: string;
  /** Where its store is, and what opens it; both live as long as the demo. */
  readonly home: string;
  readonly password: string;
}

/** Runs `custos serve` in an empty home, as a person would, and reads what it prints. It ends with the demo. */
export async function startServer({ cleanups }: Pick<Stage, 'cleanups'>, node: string): Promise<DemoServer> {
  const home = await mkdtemp(join(tmpdir(), 'custos-demo-'));
  cleanups.push(() => rm(home, { recursive: true, force: true }));
  const given = ['--testnet', '--node', `${CHAIN}=${node}`, '--chain-id', `${CHAIN}=${CHAIN_ID}`];
  const args = [join(packageRoot(), 'bin', 'custos.js'), 'serve', ...given, '--listen', '127.0.0.1:0'];
  const password = randomBytes(16).toString('hex');
  const env = { HOME: home, CUSTOS_PASSWORD: password, CUSTOS_LOG_LEVEL: 'silent' };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  cleanups.push(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const found = new Map<string, string>();
  for await (const line of createInterface(child.stdout)) {
    const [, name = '', value = ''] = /^\s*"(url|token)": "([^"]+)"/.exec(line) ?? [];
    found.set(name, value);
    const [url, token] = [found.get('url'), found.get('token')];
    if (url !== undefined && token !== undefined) return { url, token, home, password };
  }
  throw new CustosError('FRONT_DIED', 'the server ended before it listened');
}
