import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { parseChainId, parseSignatureId, type SignatureId } from '../../src/core/ids.js';
import type { SealedWallet } from '../../src/core/signing/wallet.js';
import type { StretchedSlot, WalletFilter, WalletTable } from '../../src/core/store/store.js';
import { freshSchema, onPostgres, whyNoPostgres } from '../support/postgres.js';

export const eth = parseChainId('ETH');
export { storeId } from '../vault/support.js';

/** A fresh directory for each test of the file that calls this. */
export function freshDirectory(): { path(name: string): string } {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'custos-store-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));
  return { path: (name) => join(directory, name) };
}

/** The kinds of database that a store lies in. */
export const kinds = ['sqlite', 'postgres'] as const;
export type Kind = (typeof kinds)[number];

/** A place for a new store for each test: a file, or a schema of the run's PostgreSQL. @param kind - by default the one that the run asks for */
export function freshLocation(kind: Kind = onPostgres ? 'postgres' : 'sqlite'): () => string {
  const directory = freshDirectory();
  let url = '';
  if (kind === 'postgres') {
    beforeEach(async ({ skip }) => {
      const why = await whyNoPostgres();
      if (why !== undefined) skip(why);
      url = await freshSchema();
    });
  }
  return () => (kind === 'postgres' ? url : directory.path('store.db'));
}

/** A slot that no password opens: for tests that need a store and no key. */
export function anySlot(kind: StretchedSlot['kind'] = 'password'): StretchedSlot {
  return {
    id: randomUUID(),
    kind,
    kdf: { logN: 17, r: 8, p: 1 },
    salt: new Uint8Array(randomBytes(32)),
    box: new Uint8Array(randomBytes(60)),
    createdAt: 1,
  };
}

/** A record with random boxes: for tests that open none. */
export function anyWallet(facts: Partial<SealedWallet> = {}): SealedWallet {
  return {
    signatureId: parseSignatureId(randomUUID()),
    chain: eth,
    network: 'mainnet',
    kind: 'key',
    createdAt: 1_700_000_000_000,
    format: 1,
    publicBox: new Uint8Array(randomBytes(80)),
    secretBox: new Uint8Array(randomBytes(64)),
    ...facts,
  };
}

/** The signature IDs of all wallets that a filter lets through, in their order. */
export async function allIds(wallets: WalletTable, filter: WalletFilter): Promise<SignatureId[]> {
  return (await wallets.page(filter, undefined, 1_000_000)).map(({ signatureId }) => signatureId);
}

export interface Child {
  readonly lines: readonly string[];
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly errors: string;
}

export interface ChildOptions {
  /** Kill with SIGKILL as soon as so many lines are out. */
  readonly killAfter?: number;
  /** Largest file that the child may write, in blocks of 1,024 bytes (`ulimit -f`). */
  readonly fileBlocks?: number;
}

/** Runs a module in a process of its own; `$(path)` in it becomes the URL of the built form of a source file. */
export function runChild(script: string, { killAfter, fileBlocks }: ChildOptions = {}): Promise<Child> {
  const built = (path: string) => new URL(`../../dist/${path.replace(/\.ts$/, '.js')}`, import.meta.url).href;
  const source = script.replace(/\$\((.*?)\)/g, (_, path) => built(path));
  const limit = fileBlocks === undefined ? '' : `ulimit -f ${fileBlocks}; `;
  // exec: the signal goes to node itself, not to a shell before it.
  const command = `${limit}exec "$0" --input-type=module -e "$1"`;
  const child = spawn('bash', ['-c', command, process.execPath, source], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  let errors = '';
  child.stdout.on('data', (part) => {
    text += part;
    if (killAfter !== undefined && text.split('\n').length > killAfter) child.kill('SIGKILL');
  });
  child.stderr.on('data', (part) => {
    errors += part;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ lines: text.split('\n').slice(0, -1), code, signal, errors }));
  });
}
