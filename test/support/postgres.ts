import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePostgres, PostgresServer, query } from './postgres-server.js';

/** True when the suites that need a store put it into PostgreSQL. */
export const onPostgres = process.env['CUSTOS_TEST_STORE'] === 'postgres';

/** Directory of this run of the tests, made by global-setup.ts; whoever needs the server first starts it. */
const run = process.env['CUSTOS_TEST_RUN'] ?? '';

let shared: Promise<PostgresServer> | undefined;

/** The one server of this run. @throws Error: why there is none */
export function sharedPostgres(): Promise<PostgresServer> {
  shared ??= findOrStart();
  return shared;
}

/** Why there is no server for tests, said on standard error too; undefined when there is one. */
export async function whyNoPostgres(): Promise<string | undefined> {
  try {
    await sharedPostgres();
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.warn(`tests on PostgreSQL are skipped: ${why}`);
    return why;
  }
}

/** An empty schema of its own in a database of the run, by the `options` of the URL. */
export async function freshSchema(): Promise<string> {
  const server = await sharedPostgres();
  const name = `s${randomBytes(6).toString('hex')}`;
  await query(server.url('schemas'), `CREATE SCHEMA ${name}`);
  return `${server.url('schemas')}?options=-c%20search_path%3D${name}`;
}

async function findOrStart(): Promise<PostgresServer> {
  const [lock, ready] = [join(run, 'lock'), join(run, 'ready')];
  try {
    await mkdir(lock);
  } catch {
    return await othersServer(ready);
  }
  try {
    const server = await makePostgres();
    await server.admin('CREATE DATABASE schemas TEMPLATE template0');
    await place(ready, JSON.stringify(server.place));
    return server;
  } catch (error) {
    await place(ready, JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
    throw error;
  }
}

/** Whole or not there at all for who waits for it. */
async function place(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text);
  await rename(`${path}.new`, path);
}

/** Another worker of the run makes it. */
async function othersServer(ready: string): Promise<PostgresServer> {
  for (let attempt = 0; attempt < 1200; attempt++) {
    const text = await readFile(ready, 'utf8').catch(() => undefined);
    if (text === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    const { error, ...found } = JSON.parse(text);
    if (error !== undefined) throw new Error(error);
    return new PostgresServer(found);
  }
  throw new Error('the server of this run did not start within a minute');
}

/** Ends the server of a run, if one was started. */
export async function endSharedPostgres(): Promise<void> {
  const text = await readFile(join(run, 'ready'), 'utf8').catch(() => undefined);
  if (text !== undefined && !('error' in JSON.parse(text))) await new PostgresServer(JSON.parse(text)).destroy();
  await rm(run, { recursive: true, force: true });
}
