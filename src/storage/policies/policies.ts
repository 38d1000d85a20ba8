import { CustosError } from '../../core/errors.js';
import type { PolicyTable } from '../../core/store/policies.js';
import type { Database } from '../database.js';
import { addDocument, documentDetail, documentsAfter, insertDocuments } from '../documents.js';
import { requireGeneration } from '../root-generation.js';
import type { StoreTables } from '../schema.js';

/** The table of published policies on a database. @param generation - of the root key that seals them */
export function policyTable(database: Database<StoreTables>, generation: number): PolicyTable {
  const { dialect } = database;
  return {
    after: (version) => database.read((db) => documentsAfter(db, 'policies', version)),
    add: (policy) =>
      database.write(async (db, record) => {
        await requireGeneration(db, { dialect, generation });
        if (!(await addDocument(db, 'policies', policy))) {
          throw new CustosError('POLICY_CONFLICT', `version ${policy.version} does not follow the newest policy`);
        }
        record({ code: 'policy.published', detail: documentDetail(policy) });
      }),
    restore: (policies) => database.write((db) => insertDocuments(db, 'policies', policies)),
  };
}
