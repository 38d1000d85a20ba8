import type { Kysely } from 'kysely';
import type { AuditRecord } from '../../core/audit/events.js';
import { CustosError } from '../../core/errors.js';
import type { PolicyTable } from '../../core/store/policies.js';
import { writeNarrowing } from '../audit/narrowing.js';
import type { Database } from '../database.js';
import { addDocument, documentDetail, documentsAfter, insertDocuments } from '../documents.js';
import { requireGeneration } from '../root-generation.js';
import type { StoreTables } from '../schema.js';

/** The table of published policies on a database. @param generation - of the root key that seals them */
export function policyTable(database: Database<StoreTables>, generation: number): PolicyTable {
  const { dialect } = database;
  return {
    after: (version) => database.read((db) => documentsAfter(db, 'policies', version)),
    add(policy, act = 'widen') {
      const add = async (db: Kysely<StoreTables>, record: AuditRecord) => {
        await requireGeneration(db, { dialect, generation });
        if (!(await addDocument(db, 'policies', policy))) {
          throw new CustosError('POLICY_CONFLICT', `version ${policy.version} does not follow the newest policy`);
        }
        record({ code: 'policy.published', detail: documentDetail(policy) });
      };
      return act === 'narrow' ? writeNarrowing(database, add) : database.write(add);
    },
    restore: (policies) => database.write((db) => insertDocuments(db, 'policies', policies)),
  };
}
