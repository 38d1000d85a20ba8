import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onPostgres, sharedPostgres } from './postgres.js';
import { query } from './postgres-server.js';

const server = onPostgres ? await sharedPostgres() : undefined;
const made = new Map<string, string>();

/** Makes a schema without a turn of the event loop, because commands are started without one. */
const script = `
  const { default: pg } = await import('pg');
  const client = new pg.Client(process.env.AT);
  await client.connect();
  await client.query('CREATE SCHEMA ' + process.env.NAME);
  await client.end();`;

/** The environment that gives a home directory its store: nothing for a file, a schema of its own on PostgreSQL. */
export function storeOf(home: string): Readonly<Record<string, string>> {
  if (server === undefined) return {};
  const known = made.get(home);
  if (known !== undefined) return { CUSTOS_STORE: known };
  const NAME = `home_${randomBytes(6).toString('hex')}`;
  const AT = server.url('schemas');
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: process.env['PATH'], AT, NAME },
    encoding: 'utf8',
  });
  if (child.status !== 0) throw new Error(`no schema was made: ${child.stderr}`);
  const url = `${AT}?options=-c%20search_path%3D${NAME}`;
  made.set(home, url);
  return { CUSTOS_STORE: url };
}

/** A digest of everything that a home's store holds: of the file's bytes, or of all rows on PostgreSQL. */
export async function digestOf(home: string): Promise<string> {
  const { CUSTOS_STORE: url } = storeOf(home);
  const content =
    url === undefined
      ? readFileSync(join(home, '.custos', 'store.db'))
      : JSON.stringify(await query(url, `SELECT schema_to_xml(current_schema(), true, false, '')::text AS rows`));
  return createHash('sha256').update(content).digest('hex');
}
