import { hex } from '@scure/base';
import type { SummaryNote } from '../../core/chain/summary.js';
import { invalid } from '../shared/fields.js';
import { readSigner, readText } from './parts.js';
import type { XdrReader } from './xdr.js';

/** When a transaction may take effect, and who else must have signed (CAP-21). */
export interface Conditions {
  /** Seconds since 1970 after which it is refused; absent when it never ends. */
  readonly maxTime?: bigint;
  /** Every condition under its own name. */
  readonly notes: readonly SummaryNote[];
}

export interface Memo {
  readonly type: 'text' | 'id' | 'hash' | 'return';
  readonly value: string;
}

/** @throws CustosError TRANSACTION_INVALID */
export function readConditions(read: XdrReader): Conditions {
  const type = read.uint32();
  if (type === 0) return { notes: [] };
  if (type === 1) return timeOf([read.uint64(), read.uint64()]);
  if (type !== 2) throw invalid(`${type} is not a kind of precondition`);
  const time = read.optional(() => [read.uint64(), read.uint64()] as const);
  const ledgers = read.optional(() => [read.uint32(), read.uint32()] as const);
  const least = read.optional(() => read.int64());
  const [age, gap] = [read.uint64(), read.uint32()];
  const signers = read.list(2, () => readSigner(read));
  const bounds: Conditions = time === undefined ? { notes: [] } : timeOf(time);
  return {
    ...bounds,
    notes: [
      ...bounds.notes,
      ...(ledgers === undefined ? [] : [note('ledgerBounds', ledgers.join(' to '))]),
      ...(least === undefined ? [] : [note('minSeqNum', least)]),
      note('minSeqAge', age),
      note('minSeqLedgerGap', gap),
      ...signers.map((signer) => note('extraSigner', signer)),
    ],
  };
}

function timeOf([minTime, maxTime]: readonly [bigint, bigint]): Conditions {
  const notes = [note('minTime', minTime), note('maxTime', maxTime)];
  return maxTime > 0n ? { maxTime, notes } : { notes };
}

function note(name: string, value: bigint | number | string): SummaryNote {
  return { name, value: `${value}` };
}

/** @throws CustosError TRANSACTION_INVALID */
export function readMemo(read: XdrReader): Memo | undefined {
  const type = read.uint32();
  if (type === 0) return undefined;
  if (type === 1) return { type: 'text', value: readText(read, 28) };
  if (type === 2) return { type: 'id', value: read.uint64().toString() };
  if (type === 3 || type === 4) return { type: type === 3 ? 'hash' : 'return', value: hex.encode(read.fixed(32)) };
  throw invalid(`${type} is not a kind of memo`);
}
