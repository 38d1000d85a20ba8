import { parseSums, type Sums } from '../../core/store/buckets.js';
import type { Tables } from '../journal/entries.js';
import { type JournalSeal, sealOf } from '../journal/seal.js';
import type { StoreTables } from '../schema.js';

type Row = StoreTables['budget_sums'];

interface Known {
  readonly row: Row;
  readonly sums: Sums;
}

/** A row has up to 60 sums. */
const MOST_KNOWN = 512;

/** Rows as this process last verified or wrote them. Reservations of one limit follow each other and read the same rows. */
const known = new WeakMap<JournalSeal, Map<string, Known>>();

/**
 * Verifies and reads a row. A row that is the same to the last character was verified before.
 * @returns undefined if it is not as this store wrote it
 * @throws CustosError RECORD_DAMAGED: its text cannot be read
 */
export function readRow(db: Tables, row: Row): Sums | undefined {
  const seal = sealOf(db);
  const before = rowsOf(seal).get(nameOf(row));
  if (before !== undefined && isSame(before.row, row)) return before.sums;
  if (!seal.isSound('budget_sums', row)) return undefined;
  const sums = parseSums(row.sums);
  rememberRow(db, row, sums);
  return sums;
}

export function rememberRow(db: Tables, row: Row, sums: Sums): void {
  const rows = rowsOf(sealOf(db));
  const name = nameOf(row);
  rows.delete(name);
  rows.set(name, { row, sums });
  const [oldest] = rows.keys();
  if (rows.size > MOST_KNOWN && oldest !== undefined) rows.delete(oldest);
}

function isSame(one: Row, other: Row): boolean {
  return one.sums === other.sums && one.mac === other.mac && Number(one.at) === Number(other.at);
}

function nameOf({ budget, span }: Row): string {
  return `${span} ${budget}`;
}

function rowsOf(seal: JournalSeal): Map<string, Known> {
  const rows = known.get(seal) ?? new Map<string, Known>();
  known.set(seal, rows);
  return rows;
}
