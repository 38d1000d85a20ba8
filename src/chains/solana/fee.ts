import { CustosError } from '../../core/errors.js';
import { invalid } from '../shared/fields.js';
import { Cursor } from './cursor.js';
import type { Instruction, SolanaMessage } from './message.js';
import { programs, verifyingPrograms } from './programs/ids.js';

/** Lamports for one signature. */
const SIGNATURE_FEE = 5000n;
/** Compute units that an instruction may use where the transaction sets no limit. */
const DEFAULT_UNITS = 200_000n;
const MAX_UNITS = 1_400_000n;
/** A price is in millionths of a lamport. */
const MICRO = 1_000_000n;
const MAX_FEE = 2n ** 64n - 1n;

const HEAP_FRAME = 1;
const UNIT_LIMIT = 2;
const UNIT_PRICE = 3;
const DATA_LIMIT = 4;
const sizes: ReadonlyMap<number, number> = new Map([
  [HEAP_FRAME, 4],
  [UNIT_LIMIT, 4],
  [UNIT_PRICE, 8],
  [DATA_LIMIT, 4],
]);

/**
 * The highest possible fee in lamports: for the signatures, and for all compute units that may be used.
 * @throws CustosError TRANSACTION_INVALID: a setting of the compute budget is unknown or stands twice; FEE_INVALID
 */
export function highestFee({ signers }: SolanaMessage, instructions: readonly Instruction[]): bigint {
  const budget = readBudget(instructions);
  const others = instructions.filter(({ program }) => program !== programs.computeBudget).length;
  const units = least(budget.get(UNIT_LIMIT) ?? DEFAULT_UNITS * BigInt(others), MAX_UNITS);
  const priority = ((budget.get(UNIT_PRICE) ?? 0n) * units + MICRO - 1n) / MICRO;
  const verified = instructions.filter(({ program }) => verifyingPrograms.has(program));
  const signatures = verified.reduce((sum, { data }) => sum + (data[0] ?? 0), signers.length);
  const fee = SIGNATURE_FEE * BigInt(signatures) + priority;
  if (fee <= MAX_FEE) return fee;
  throw new CustosError('FEE_INVALID', `the fee could be ${fee} lamports, more than there can be`);
}

function readBudget(instructions: readonly Instruction[]): ReadonlyMap<number, bigint> {
  const found = new Map<number, bigint>();
  for (const { data } of instructions.filter(({ program }) => program === programs.computeBudget)) {
    const cursor = new Cursor(data, 'a setting of the compute budget');
    const tag = cursor.small(1);
    const size = sizes.get(tag);
    if (size === undefined) throw invalid(`the compute budget has no setting number ${tag}`);
    if (found.has(tag)) throw invalid(`the setting number ${tag} of the compute budget stands twice`);
    found.set(tag, cursor.number(size));
    cursor.end();
  }
  return found;
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
