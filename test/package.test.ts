import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAnvil } from './support/anvil.js';
import { custos } from './support/custos.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'custos-package-'));
const installed = join(folder, 'node_modules/custos-kms');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Locked {
  readonly version: string;
  readonly name?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

/** npm without a registry and with an empty cache: what is not in the package cannot come. */
function npm(...args: string[]): string {
  const options = ['--offline', '--no-audit', '--no-fund', `--cache=${join(folder, 'cache')}`];
  return execFileSync('npm', [...args, ...options], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function packagesOf(lock: string): Record<string, Locked> {
  return JSON.parse(readFileSync(lock, 'utf8')).packages;
}

function manifestOf(directory: string): { name: string; version: string } {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
}

/** Each package below a folder of packages, as `path name@version`. */
function found(modules: string, below = ''): string[] {
  if (!existsSync(modules)) return [];
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((part) => `${name}/${part}`) : [name],
    )
    .flatMap((name) => {
      const path = `${below}node_modules/${name}`;
      const { name: own, version } = manifestOf(join(modules, name));
      return [`${path} ${own}@${version}`, ...found(join(modules, name, 'node_modules'), `${path}/`)];
    });
}

const run = promisify(execFile);

/** Copies what the package is made of, for the owner's eyes alone and with files of last week. */
function copyPackage(other: string): void {
  const { files }: { files: string[] } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const bundled = Object.entries(packagesOf(join(root, 'package-lock.json'))).filter(([, { dev }]) => dev !== true);
  const names = ['package.json', 'package-lock.json', 'package-modes.js', ...files, ...bundled.map(([path]) => path)];
  for (const name of names.filter((one) => one !== '' && existsSync(join(root, one)))) {
    mkdirSync(dirname(join(other, name)), { recursive: true });
    cpSync(join(root, name), join(other, name), { recursive: true });
  }
  const past = new Date(Date.now() - 7 * 86_400_000);
  for (const entry of readdirSync(other, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    chmodSync(path, statSync(path).mode & 0o700);
    utimesSync(path, past, past);
  }
}

const consumer = `
import { type Carried, CustosError, createStore, errorKinds, type Judge, openStore, Secret } from 'custos-kms';
import type { Effect, ErrorCode, Question, Transaction, TransactionSource, Verdict, Wallet, WalletStore } from 'custos-kms';

class Limit implements Judge {
  readonly name = 'limit';
  async decide({ summary, effects, wallets, sender, digest }: Question): Promise<Verdict> {
    const last: Effect | undefined = effects.at(-1);
    if (last?.op !== 'fee') return { kind: 'deny', rule: 'effects', reason: 'it does not end with a fee' };
    const [wallet]: readonly Wallet[] = wallets;
    if (wallet?.address === sender && digest.length === 64 && (summary.value?.amount ?? 0n) < 5n) return { kind: 'allow' };
    return { kind: 'hold', rule: 'limit', reason: summary.text, because: 'undecided' };
  }
}
const source: TransactionSource = { pending: (_chain, _ids): Transaction[] => [] };

export async function main(): Promise<Carried | ErrorCode> {
  const made = await createStore({ location: '/tmp/x', password: Secret.text('p') });
  const store: WalletStore = made.store ?? (await openStore({ location: '/tmp/x', password: made.recoveryKey }));
  try {
    const wallet = await store.createWallet({ chain: 'ETH', network: 'testnet' });
    for await (const { signatureId } of store.wallets({ chain: 'ETH' })) await store.address({ signatureId, index: 0 });
    const carrier = await store.carrier({ network: 'testnet', nodes: { ETH: 'http://x' }, judges: [new Limit()], source });
    const keys = [{ signatureId: wallet.signatureId, index: 0 }];
    return await carrier.carry({ id: 'a', chain: 'ETH', keys, unsigned: '{}' });
  } catch (error) {
    if (error instanceof CustosError && errorKinds[error.code].retry) return error.code;
    throw error;
  }
}
`;

const application = `
import { CustosApiError, CustosWaitTimeout, createClient, type TransactionRequest, type Wallet } from 'custos-kms/client';
import { ethersSigner } from 'custos-kms/client/ethers';
import { type SolanaSigner, solanaSigner } from 'custos-kms/client/solana';
import { viemWallet } from 'custos-kms/client/viem';

const custos = createClient({ url: 'http://127.0.0.1:8646', token: 'x' });
export async function pay(request: TransactionRequest): Promise<string | null> {
  const payment = await custos.submit(request, { idempotencyKey: 'a', wait: 5, signal: new AbortController().signal });
  try {
    return (await payment.wait({ until: 'completed' })).txId;
  } catch (error) {
    if (error instanceof CustosWaitTimeout) return error.transaction.state;
    throw error instanceof CustosApiError ? new Error(error.faults[0]?.pointer) : error;
  }
}
export const adapters = [ethersSigner, viemWallet];
export const solana = (wallet: string): Promise<SolanaSigner> => solanaSigner({ custos, wallet });
export async function all(): Promise<Wallet[]> {
  const found: Wallet[] = [];
  for await (const one of custos.list('listWallets', { query: { limit: 5 } })) found.push(one);
  await custos.call('getWallet', { params: { id: 'a' } });
  // @ts-expect-error no such member
  custos.list('listWallets', { query: { limits: 5 } });
  // @ts-expect-error a path needs its members
  await custos.call('getWallet');
  // @ts-expect-error it has no end: \`events\` follows it
  custos.list('listEvents');
  // @ts-expect-error not a list
  custos.list('getWallet', { params: { id: 'a' } });
  // @ts-expect-error an amount is a text
  await custos.submit({ kind: 'transfer', chain: 'ETH', from: { wallet: 'a' }, to: 'b', amount: 1 });
  return found;
}
`;

describe('the package, installed in an empty folder', () => {
  beforeAll(() => {
    // Built already, as for every test of the program.
    execFileSync(process.execPath, ['package-modes.js'], { cwd: root });
    npm('pack', root, '--ignore-scripts', `--pack-destination=${folder}`);
    const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    npm('install', join(folder, file));
  });

  it('the installed package has exactly the packages of the lock file in their versions, overrides included', () => {
    const locked = Object.entries(packagesOf(join(root, 'package-lock.json')))
      .filter(([path, { dev }]) => path !== '' && dev !== true)
      .map(([path, { name, version }]) => `${path} ${name ?? path.replace(/^.*node_modules\//, '')}@${version}`);
    expect(locked.length).toBeGreaterThan(40);
    expect(found(join(installed, 'node_modules')).sort()).toEqual(locked.sort());
    expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['custos-kms']);
  });

  it('the package has the same bytes in another folder, at another time, made by somebody with another umask', async () => {
    // Outside of the folder of the first: it is no package inside of another.
    const other = mkdtempSync(join(tmpdir(), 'custos-again-'));
    try {
      copyPackage(other);
      execFileSync(process.execPath, ['package-modes.js'], { cwd: other });
      const args = ['pack', '--ignore-scripts', '--offline', '--loglevel=error', `--cache=${join(folder, 'cache')}`];
      const env = { PATH: process.env['PATH'], HOME: other, TZ: 'Pacific/Auckland', LANG: 'tr_TR.UTF-8' };
      await run('npm', args, { cwd: other, env });
      const digestIn = (where: string) => {
        const [file = ''] = readdirSync(where).filter((name) => name.endsWith('.tgz'));
        return `${file} ${createHash('sha512')
          .update(readFileSync(join(where, file)))
          .digest('hex')}`;
      };
      expect(digestIn(other)).toBe(digestIn(folder));
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  it('the package runs no script while it is installed', () => {
    const packages = Object.entries(packagesOf(join(folder, 'node_modules/.package-lock.json')));
    expect(packages.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
  });

  it('the installed command makes a wallet and lists it', async () => {
    const options = {
      home: folder,
      env: { CUSTOS_PASSWORD: 'password of the package' },
      program: join(installed, 'bin/custos.js'),
    };
    const made = await custos(['wallet', 'create', 'SOL', '--testnet'], options);
    expect([made.code, made.stdout]).toEqual([0, expect.stringContaining('signatureId')]);
    const listed = await custos(['wallet', 'list', '--json'], options);
    expect([listed.code, listed.stdout]).toEqual([0, expect.stringContaining(JSON.parse(made.stdout).address)]);
  });

  it('the installed library exports five names', () => {
    const script = "console.log(Object.keys(await import('custos-kms')).sort().join())";
    const args = ['--input-type=module', '-e', script];
    const names = 'CustosError,Secret,createStore,errorKinds,openStore\n';
    expect(execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })).toBe(names);
  });

  it('the installed library carries a payment for examples/embed.mjs and prints nothing itself', async () => {
    const chain = await startAnvil({ chainId: 31337 });
    try {
      const example = join(folder, 'embed.mjs');
      copyFileSync(join(installed, 'examples/embed.mjs'), example);
      // With nothing of the environment but the path, and with a home that must stay empty.
      const env = { PATH: process.env['PATH'], HOME: join(folder, 'nobody'), CUSTOS_STORE: '/never/read' };
      const { stdout, stderr } = await run(process.execPath, [example, chain.url, '31337'], { cwd: folder, env });
      expect([stderr, stdout.split('\n').length, existsSync(env.HOME)]).toEqual(['', 2, false]);
      const { address, round, again, done } = JSON.parse(stdout);
      expect(round).toMatchObject({ denied: 1, failed: 0, pollErrors: 0 });
      // The block may come after the round.
      expect(round.completed + round.unconfirmed).toBe(1);
      expect(again).toEqual({ id: 'invoice-1', state: 'completed', txId: done['invoice-1'] });
      expect(done['invoice-2']).toBe(
        'JUDGE_DENIED: small-payments, receiver-and-amount: not a small payment to 0x1111111111111111111111111111111111111111',
      );
      expect(await chain.rpc('eth_getTransactionCount', [address, 'latest'])).toBe('0x1');
      const { from, value } = Object(await chain.rpc('eth_getTransactionByHash', [done['invoice-1']]));
      expect([from, value]).toEqual([address.toLowerCase(), '0x38d7ea4c68000']);
    } finally {
      await chain.close();
    }
  });

  /** The complaints about each file, by its name, when all of them are compiled as one strict program. */
  const compile = (sources: Readonly<Record<string, string>>, ...flags: string[]) => {
    for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, name), text);
    const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022'];
    const args = [join(root, 'node_modules/typescript/bin/tsc'), ...Object.keys(sources), ...strict, ...flags];
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    const of = (name: string) =>
      stdout
        .split(/^(?=\S)/m)
        .filter((line) => line.startsWith(name))
        .join('');
    const known = Object.keys(sources).map((name) => [name, of(name)] as const);
    // What is not about one of them would be about the types of the package.
    expect(known.map(([, said]) => said).join('').length).toBe(stdout.length);
    return Object.fromEntries(known);
  };
  const ofNode = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];

  it('strict programs compile with the installed types of library and client, and wrong ones do not', () => {
    const sources = {
      'application.mts': application,
      'consumer.mts': consumer,
      'wrong-password.mts': consumer.replace("Secret.text('p')", "'p'"),
      'wrong-verdict.mts': consumer.replace("kind: 'allow'", "kind: 'yes'"),
    };
    const said = compile(sources, '--module', 'nodenext', ...ofNode);
    expect([said['application.mts'], said['consumer.mts']]).toEqual(['', '']);
    expect(said['wrong-password.mts']).toContain("is not assignable to type 'Secret'");
    expect(said['wrong-verdict.mts']).toContain('"yes"');
  });

  it('a strict program compiles with the types of the client for a bundler and a browser, and no wrong line of it', () => {
    const flags = ['--module', 'esnext', '--moduleResolution', 'bundler', '--lib', 'es2022,dom'];
    expect(compile({ 'application.mts': application }, ...flags)).toEqual({ 'application.mts': '' });
  });

  it('the installed client exports ten names and brings nothing of the server', () => {
    const script = "console.log(Object.keys(await import('custos-kms/client')).sort().join())";
    const shown = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(shown).toBe(
      'CustosApiError,CustosClient,CustosClientError,CustosConnectionError,CustosTransactionError,CustosWaitTimeout,' +
        'CustosWebhookError,RequestHandle,createClient,verifyWebhook\n',
    );
  });
});
