import { isBuiltin } from 'node:module';
import { CustosError } from '../../core/errors.js';
import { holdFile } from './open-files.js';

/** The part of `node:sqlite`, and of its replacement for Node 20, that Custos uses. */
export interface SqliteStatement {
  all(...parameters: readonly SqliteValue[]): unknown[];
  run(...parameters: readonly SqliteValue[]): { changes: number | bigint; lastInsertRowid: number | bigint };
}

export interface SqliteConnection {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

export type SqliteValue = null | number | bigint | string | Uint8Array;

type Constructor = new (path: string, options?: { readOnly?: boolean }) => SqliteConnection;

/** SQLite's name for a database without a file. */
const MEMORY = ':memory:';

/** Node's own SQLite if it needs no flag (22.13 and later), otherwise the optional package with the same interface. */
export async function openSqlite(path: string, options: { readOnly?: boolean } = {}): Promise<SqliteConnection> {
  const { DatabaseSync } = await loadModule();
  const connection = new DatabaseSync(path, options);
  const release = path === MEMORY ? () => undefined : holdFile(path);
  return {
    exec: (statements) => connection.exec(statements),
    prepare: (statement) => connection.prepare(statement),
    close() {
      connection.close();
      release();
    },
  };
}

let loaded: Promise<{ DatabaseSync: Constructor }> | undefined;

function loadModule(): Promise<{ DatabaseSync: Constructor }> {
  loaded ??= isBuiltin('node:sqlite') ? loadBuiltin() : loadPackage();
  return loaded;
}

async function loadBuiltin() {
  // Node warns on standard error at each start that its SQLite is experimental; an operator cannot change that.
  const emitWarning = process.emitWarning;
  process.emitWarning = () => undefined;
  try {
    return await importModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}

/**
 * The built program has it beside its files; an unbuilt checkout has it among its packages. Built and unbuilt modules find the same
 * copy: two copies in one process would not know each other's locks.
 */
async function loadPackage() {
  const besideProgram = new URL('./sqlite/dist/index.cjs', import.meta.url).href;
  const besideModules = new URL('../../../dist/program/sqlite/dist/index.cjs', import.meta.url).href;
  try {
    return await importModule(besideProgram)
      .catch(() => importModule(besideModules))
      .catch(() => importModule('@photostructure/sqlite'));
  } catch (cause) {
    const text = 'this Node has no SQLite, and that of Custos does not run on this machine';
    throw new CustosError('STORE_UNSUPPORTED', text, { cause });
  }
}

async function importModule(name: string): Promise<{ DatabaseSync: Constructor }> {
  const module: unknown = await import(name);
  if (typeof module !== 'object' || module === null || !('DatabaseSync' in module)) {
    throw new CustosError('STORE_UNSUPPORTED', `${name} has no DatabaseSync`);
  }
  return { DatabaseSync: module.DatabaseSync as Constructor };
}
