import { hex } from '@scure/base';
import type { Effect, EffectArgument } from '../../core/chain/effect.js';
import { CustosError } from '../../core/errors.js';
import { COIN } from './call.js';
import type { AccountUse, Instruction, SolanaMessage } from './message.js';
import { type BudgetSetting, readBudget, UNIT_LIMIT, UNIT_PRICE } from './programs/compute-budget.js';
import { programs, verifyingPrograms } from './programs/ids.js';

/** Lamports for one signature. */
const SIGNATURE_FEE = 5000n;
/** Compute units that an instruction may use where the transaction sets no limit. */
const DEFAULT_UNITS = 200_000n;
const MAX_UNITS = 1_400_000n;
/** A price is in millionths of a lamport. */
const MICRO = 1_000_000n;
const MAX_FEE = 2n ** 64n - 1n;

/**
 * Who pays the highest possible fee, and everything around the instructions: the form of the message, its blockhash, accounts
 * with their rights, lookup tables, and the instructions that only set the compute budget.
 * @throws CustosError TRANSACTION_INVALID: a setting of the compute budget is unknown or stands twice; FEE_INVALID
 */
export function feeEffect(message: SolanaMessage, instructions: readonly Instruction[]): Effect {
  const { version, blockhash, signers, accounts, lookups } = message;
  const budget = readBudget(instructions);
  return {
    op: 'fee',
    from: signers[0] ?? '',
    asset: COIN,
    amount: highestFee(message, { instructions, budget }),
    args: [
      { name: 'version', value: version },
      { name: 'blockhash', value: blockhash },
      { name: 'accounts', value: accounts.map(named).join(', ') },
      ...lookups.map(({ table, writable, readonly }) => ({
        name: `table ${table}`,
        value: `${writable.join(' ')}; ${readonly.join(' ')}`,
      })),
      ...[...budget.values()].map(({ name, value }) => ({ name, value: `${value}` })),
      ...instructions.flatMap((one, at) => (one.program === programs.computeBudget ? [raw(one, at)] : [])),
    ],
  };
}

/** In lamports: for the signatures, and for all compute units that may be used. */
function highestFee(
  { signers }: SolanaMessage,
  { instructions, budget }: { instructions: readonly Instruction[]; budget: ReadonlyMap<number, BudgetSetting> },
): bigint {
  const others = instructions.filter(({ program }) => program !== programs.computeBudget).length;
  const units = least(budget.get(UNIT_LIMIT)?.value ?? DEFAULT_UNITS * BigInt(others), MAX_UNITS);
  const priority = ((budget.get(UNIT_PRICE)?.value ?? 0n) * units + MICRO - 1n) / MICRO;
  const verified = instructions.filter(({ program }) => verifyingPrograms.has(program));
  const signatures = verified.reduce((sum, { data }) => sum + (data[0] ?? 0), signers.length);
  const fee = SIGNATURE_FEE * BigInt(signatures) + priority;
  if (fee <= MAX_FEE) return fee;
  throw new CustosError('FEE_INVALID', `the fee could be ${fee} lamports, more than there can be`);
}

/** An account with its rights, one letter each: signs, may be written. */
function named({ address, isSigner, isWritable }: AccountUse): string {
  const rights = `${isSigner ? 's' : ''}${isWritable ? 'w' : ''}`;
  return rights === '' ? address : `${address} (${rights})`;
}

function raw({ program, data, accounts }: Instruction, at: number): EffectArgument {
  const names = accounts.map(({ address }) => address).join(' ');
  return { name: `instruction ${at + 1}`, value: `${program} ${hex.encode(data)} ${names}` };
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
