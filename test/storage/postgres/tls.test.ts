import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/storage/open-database.js';
import { whyNoPostgres } from '../../support/postgres.js';
import { makePostgres, NOBODY, type PostgresServer } from '../../support/postgres-server.js';

const none = (await whyNoPostgres()) ?? whyNoOpenssl();

function whyNoOpenssl(): string | undefined {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    console.warn('tests of encrypted connections to PostgreSQL are skipped: there is no openssl to make certificates');
    return 'no openssl';
  }
}

describe.skipIf(none !== undefined)('a store behind TLS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'custos-tls-'));
  const file = (name: string) => join(directory, name);
  let server: PostgresServer;
  let url: string;

  beforeAll(async () => {
    // Of this address and of no name, so that a name is refused.
    certificate('server', 'subjectAltName=IP:127.0.0.1');
    certificate('other', 'subjectAltName=IP:127.0.0.1');
    server = await makePostgres();
    // The server may be another user, who reads its own two files.
    chmodSync(directory, 0o755);
    for (const name of ['server.crt', 'server.key'])
      if (process.getuid?.() === 0) chownSync(file(name), NOBODY, NOBODY);
    await server.admin(`ALTER SYSTEM SET ssl_cert_file = '${file('server.crt')}'`);
    await server.admin(`ALTER SYSTEM SET ssl_key_file = '${file('server.key')}'`);
    await server.admin('ALTER SYSTEM SET ssl = on');
    await server.stop('fast');
    await server.start();
    url = await server.createDatabase();
  });
  afterAll(async () => {
    await server?.destroy();
    rmSync(directory, { recursive: true, force: true });
  });

  function certificate(name: string, names: string): void {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file(`${name}.key`)];
    const out = ['-x509', '-days', '2', '-subj', `/CN=${name}`, '-addext', names, '-out', file(`${name}.crt`)];
    execFileSync('openssl', ['req', ...key, ...out], { stdio: 'ignore' });
  }

  async function isEncrypted(location: string): Promise<unknown> {
    const database = await openDatabase(location);
    try {
      const asked = sql<{ ssl: boolean }>`SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;
      return (await database.read((db) => asked.execute(db))).rows[0]?.ssl;
    } finally {
      await database.close();
    }
  }

  test.each(['require', 'verify-ca', 'verify-full'])(
    'a store behind TLS is reached encrypted with sslmode=%s',
    async (mode) => {
      expect(await isEncrypted(`${url}?sslmode=${mode}&sslrootcert=${file('server.crt')}`)).toBe(true);
    },
  );

  test('a store behind TLS is reached in the clear without sslmode', async () => {
    expect(await isEncrypted(url)).toBe(false);
  });

  test.each(['verify-ca', 'verify-full'])('a server with an untrusted certificate is refused by %s', async (mode) => {
    for (const root of [`&sslrootcert=${file('other.crt')}`, '']) {
      await expect(isEncrypted(`${url}?sslmode=${mode}${root}`)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    }
  });

  test('a server with another name than its certificate is refused by verify-full, and by nothing less', async () => {
    const named = url.replace('127.0.0.1', 'localhost');
    const at = (mode: string) => `${named}?sslmode=${mode}&sslrootcert=${file('server.crt')}`;
    expect(await isEncrypted(at('verify-ca'))).toBe(true);
    await expect(isEncrypted(at('verify-full'))).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });

  test('a server without TLS is refused, not reached in the clear', async () => {
    await server.admin('ALTER SYSTEM SET ssl = off');
    await server.stop('fast');
    await server.start();
    await expect(isEncrypted(`${url}?sslmode=require`)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });

  test.each(['sslrootcert', 'sslcert', 'sslkey'])('the error names the unreadable file of %s', async (name) => {
    const missing = file('missing.pem');
    const opened = isEncrypted(`${url}?sslmode=verify-full&${name}=${missing}`);
    await expect(opened).rejects.toMatchObject({ message: expect.stringContaining(missing) });
  });
});
