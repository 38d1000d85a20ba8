import { hash } from 'node:crypto';
import type { Expression, Kysely } from 'kysely';
import type { AuditEvent, AuditRecord } from '../../core/audit/events.js';
import { CustosError } from '../../core/errors.js';
import { chunks } from '../../core/pages.js';
import type { ApprovalTable, RestoredApprovals, Spending, StoredApproval } from '../../core/store/approvals.js';
import { writeNarrowing } from '../audit/narrowing.js';
import { lineOf } from '../audit/signed-lines.js';
import type { Database } from '../database.js';
import { addDocument, documentDetail, documentsAfter, insertDocuments, newestDocument } from '../documents.js';
import { isUniqueViolation } from '../open-database.js';
import { readTogether } from '../read-together.js';
import { requireGeneration } from '../root-generation.js';
import type { StoreTables } from '../schema.js';

type Tables = Kysely<StoreTables>;
type Row = StoreTables['approvals'] & { readonly attempt: string | null };

/** Rows in one statement. */
const ROWS = 500;

/** The tables of constitutions and approvals on a database. @param generation - of the root key that seals constitutions */
export function approvalTable(database: Database<StoreTables>, generation: number): ApprovalTable {
  const { dialect } = database;
  const rowsOf = readTogether(database, approvalsOf);
  return {
    constitutions: () => database.read((db) => documentsAfter(db, 'constitutions', 0)),
    constitution: () => database.read((db) => newestDocument(db, 'constitutions')),
    addConstitution: (constitution) =>
      database.write(async (db, record) => {
        await requireGeneration(db, { dialect, generation });
        if (!(await addDocument(db, 'constitutions', constitution))) throw notNext(constitution.version);
        record({ code: 'constitution.enacted', detail: documentDetail(constitution) });
      }),
    add(approval) {
      const event = decisionEvent(approval);
      const insert = async (db: Tables, record: AuditRecord) => {
        await add(db, approval);
        record(event);
      };
      return event.code === 'approval.rejected' ? writeNarrowing(database, insert) : database.write(insert);
    },
    of: async (pendingId) => (await rowsOf(pendingId)).map(approvalOf),
    spend: (spending) =>
      database.write(async (db, record) => {
        if (await spend(db, spending)) record({ code: 'approval.spent', detail: spending });
      }),
    page: (after, limit) =>
      database.read(async (db) => {
        const rows = approvalRows(db)
          .where('approvals.nonce', '>', after ?? '')
          .orderBy('approvals.nonce')
          .limit(limit);
        return (await rows.execute()).map(approvalOf);
      }),
    restore: (content) => database.write((db) => restore(db, content)),
  };
}

async function add(db: Tables, { nonce, pendingId, at, text, signature }: Omit<StoredApproval, 'spentFor'>) {
  await db
    .insertInto('approvals')
    .values({ nonce, pending_id: pendingId, at, text, signature })
    .execute()
    .catch((error: unknown) => {
      if (!isUniqueViolation(error)) throw error;
      throw new CustosError('APPROVAL_REPLAYED', 'the store has an approval with this nonce already', { cause: error });
    });
}

/** What the signed lines say. They were verified before, and are judged again when they are spent. */
function decisionEvent({ text, nonce, pendingId }: Pick<StoredApproval, 'text' | 'nonce' | 'pendingId'>): AuditEvent {
  const code = lineOf(text, 'decision') === 'approve' ? 'approval.given' : 'approval.rejected';
  const lines = hash('sha256', text, 'hex');
  return { code, detail: { transaction: pendingId, nonce, key: lineOf(text, 'key'), lines } };
}

/** @returns false if all were spent for this attempt before */
async function spend(db: Tables, { nonces, attempt }: Spending): Promise<boolean> {
  if (nonces.length === 0) return false;
  const spends = nonces.map((nonce) => ({ nonce, attempt }));
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('approval_spends')
    .values(spends)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  const found = await db.selectFrom('approval_spends').select('attempt').where('nonce', 'in', nonces).execute();
  if (found.every((one) => one.attempt === attempt) && found.length === new Set(nonces).size) {
    return numInsertedOrUpdatedRows > 0n;
  }
  throw new CustosError('APPROVAL_SPENT', 'an approval was spent for other bytes');
}

async function restore(db: Tables, { constitutions, approvals }: RestoredApprovals): Promise<void> {
  await insertDocuments(db, 'constitutions', constitutions);
  for (const part of chunks(approvals, ROWS)) {
    await db
      .insertInto('approvals')
      .values(
        part.map(({ nonce, pendingId, at, text, signature }) => ({
          nonce,
          pending_id: pendingId,
          at,
          text,
          signature,
        })),
      )
      .execute();
    const spends = part.flatMap(({ nonce, spentFor }) =>
      spentFor === undefined ? [] : [{ nonce, attempt: spentFor }],
    );
    if (spends.length > 0) await db.insertInto('approval_spends').values(spends).execute();
  }
}

function approvalRows(db: Tables) {
  return db
    .selectFrom('approvals')
    .leftJoin('approval_spends', 'approval_spends.nonce', 'approvals.nonce')
    .selectAll('approvals')
    .select('attempt');
}

/** Asked for each transaction that a policy judges. */
const approvalsOf = {
  build: (db: Tables, ids: readonly Expression<string>[]) =>
    approvalRows(db).where('pending_id', 'in', ids).orderBy('at').orderBy('nonce'),
  keyOf: ({ pending_id }: Row) => pending_id,
};

function approvalOf({ nonce, pending_id: pendingId, at, text, signature, attempt }: Row): StoredApproval {
  return { nonce, pendingId, at: Number(at), text, signature, ...(attempt !== null && { spentFor: attempt }) };
}

function notNext(version: number): CustosError {
  return new CustosError('CONSTITUTION_CONFLICT', `version ${version} does not follow the constitution in force`);
}
