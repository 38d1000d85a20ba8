import { hash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { AuditCode, AuditRecord } from '../../core/audit/events.js';
import type { JournalFact } from '../../core/store/journal.js';
import type { StoreTables } from '../schema.js';
import { sealOf } from './seal.js';

type Tables = Kysely<StoreTables>;
type StepCode = Extract<AuditCode, `transaction.${string}`>;

/** Lines of the story that the audit log records, too. */
const codes: Readonly<Partial<Record<string, StepCode>>> = {
  reserved: 'transaction.reserved',
  signed: 'transaction.signed',
  held: 'transaction.held',
  denied: 'transaction.denied',
  failed: 'transaction.failed',
  broadcast: 'transaction.broadcast',
  'found closed at the cloud': 'transaction.broadcast',
  completed: 'transaction.completed',
  'handed out': 'transaction.completed',
  released: 'transaction.released',
  expired: 'transaction.expired',
  'given over': 'transaction.given-over',
  retried: 'transaction.retried',
  cancelled: 'transaction.cancelled',
  'withdrawn by the application': 'transaction.cancelled',
};

/** Where each database's current unit of work records what it does. */
const records = new WeakMap<object, AuditRecord>();

export function useRecord(db: Tables, record: AuditRecord): void {
  records.set(db, record);
}

interface Line {
  readonly id: string;
  readonly event: string;
  readonly fact: JournalFact;
}

/** Records a step for the audit log, in the database transaction of the step. */
export function recordStep(db: Tables, { id, event, fact }: Line): void {
  const code = Object.hasOwn(codes, event) ? codes[event] : undefined;
  const record = records.get(db);
  if (code === undefined || record === undefined) return;
  const row = sealOf(db).lastRead(id);
  const {
    signed,
    sender = fact.filled?.sender ?? row?.sender ?? undefined,
    txId = fact.made?.txId ?? row?.tx_id ?? undefined,
    errorCode,
    errorText,
  } = fact;
  const bytes = signed === undefined ? undefined : hash('sha256', signed, 'hex');
  // Those are beside the bytes, where one step has two lines.
  const charges = fact.made === undefined ? fact.budgets?.charges : undefined;
  const budgets = charges?.map(([budget, amount]) => `${budget} ${amount}`);
  const kind = row?.kind === 'transaction' ? undefined : (row?.kind ?? undefined);
  // In the order of their names (core/audit/leaf.ts).
  const detail = {
    budgets,
    bytes,
    chain: row?.chain,
    code: errorCode,
    kind,
    network: row?.network,
    process: undefined,
    sender,
    text: errorText,
    transaction: id,
    txId,
  };
  record({ code, detail });
}
