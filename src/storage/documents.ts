import { hash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { SealedDocument } from '../core/store/sealed-document.js';
import { isUniqueViolation } from './open-database.js';
import type { StoreTables } from './schema.js';

type Tables = Kysely<StoreTables>;

/** The tables of sealed documents: a row a version. */
export type DocumentTable = 'constitutions' | 'policies';

/** The versions above one, the oldest first. */
export async function documentsAfter(
  db: Tables,
  table: DocumentTable,
  version: number,
): Promise<readonly SealedDocument[]> {
  const rows = await db.selectFrom(table).selectAll().where('version', '>', version).orderBy('version').execute();
  return rows.map(documentOf);
}

export async function newestDocument(db: Tables, table: DocumentTable): Promise<SealedDocument | undefined> {
  const row = await db.selectFrom(table).selectAll().orderBy('version', 'desc').limit(1).executeTakeFirst();
  return row && documentOf(row);
}

/** @returns false if the version is not the next one; the primary key decides between two that come at the same time */
export async function addDocument(db: Tables, table: DocumentTable, document: SealedDocument): Promise<boolean> {
  const before = await newestDocument(db, table);
  if ((before?.version ?? 0) + 1 !== document.version) return false;
  return insertDocuments(db, table, [document]).then(
    () => true,
    (error: unknown) => {
      if (isUniqueViolation(error)) return false;
      throw error;
    },
  );
}

export async function insertDocuments(
  db: Tables,
  table: DocumentTable,
  documents: readonly SealedDocument[],
): Promise<void> {
  if (documents.length === 0) return;
  await db.insertInto(table).values(documents.map(rowOf)).execute();
}

/** Seals every version again, inside the transaction of a new root key. */
export async function resealDocuments(
  db: Tables,
  table: DocumentTable,
  reseal: (document: SealedDocument) => SealedDocument,
): Promise<void> {
  for (const document of await documentsAfter(db, table, 0)) {
    await db
      .updateTable(table)
      .set(rowOf(reseal(document)))
      .where('version', '=', document.version)
      .execute();
  }
}

/** What the audit log records of a document: its content is sealed. */
export function documentDetail({ version, box }: SealedDocument): {
  readonly version: number;
  readonly sealed: string;
} {
  return { version, sealed: hash('sha256', box, 'hex') };
}

function documentOf({ version, box, view_box: viewBox }: StoreTables[DocumentTable]): SealedDocument {
  return { version, box, viewBox };
}

function rowOf({ version, box, viewBox }: SealedDocument): StoreTables[DocumentTable] {
  return { version, box, view_box: viewBox };
}
