import type { Effect } from '../../core/chain/effect.js';
import type { Summary } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { invalid } from '../shared/fields.js';
import type { SignedFields } from '../shared/signed-fields.js';
import { Cursor } from './cursor.js';
import type { AccountUse, Instruction } from './message.js';

/** What the transaction itself proves about a token account. */
export interface TokenAccount {
  readonly owner: string;
  readonly mint: string;
}

/** The surroundings of an instruction. */
export interface Scene {
  /** The wallet from whose side the transaction is described. */
  readonly from: string;
  /** All wallets that sign, apart from a key that came with the request. */
  readonly ours: ReadonlySet<string>;
  readonly tokenAccounts: ReadonlyMap<string, TokenAccount>;
}

/** One instruction while it is read. */
export interface Call {
  readonly cursor: Cursor;
  readonly scene: Scene;
  readonly instruction: Instruction;
  /** @throws CustosError TRANSACTION_INVALID: the instruction names fewer accounts */
  account(at: number): AccountUse;
}

/** What an instruction adds to its effects; `from` is the wallet unless it is given. */
export type Part = Pick<Effect, 'op' | 'code' | 'to' | 'asset' | 'amount'> & {
  readonly from?: string;
  /** Decoded fields that no other member holds. */
  readonly args?: SignedFields;
};

/** The effects of one instruction, for the words about it. */
export interface Told {
  /** The first of them. */
  readonly effect: Effect;
  readonly effects: readonly Effect[];
  /** The wallet from whose side the transaction is described. */
  readonly wallet: string;
  /** Address of an account by its place; empty if there is none. */
  account(at: number): string;
  /** A decoded field of any of the effects; empty if there is none. */
  arg(name: string): string;
}

/** One instruction that is understood: how it is read, and how its effects are said. */
export interface Form {
  /** Its name in its program; each program has a name once. */
  readonly method: string;
  /** Absent for what only accompanies another instruction, e.g. a memo. */
  readonly kind?: Summary['kind'] | ((told: Told) => Summary['kind']);
  readonly read: (call: Call) => readonly Part[];
  /** A clause such as `sends 1 SOL to X`; absent where there is nothing to say. */
  readonly say?: (told: Told) => string;
  /** What hazards call it, if not by its name. */
  readonly hazard?: string | ((told: Told) => string);
  /** The place of an account that can no longer be a wallet afterwards: it holds data or belongs to a program. */
  readonly ruins?: number;
  /** True where it is worth more than the bytes say, or its data is not decoded. */
  readonly isOpaque?: (effect: Effect) => boolean;
}

/** The instructions of one program. */
export interface Program {
  /** What an instruction of it is called in messages. */
  readonly title: string;
  readonly forms: readonly Form[];
  /** Finds the form of an instruction, and reads as much as it needs for that; undefined if it is not understood. */
  formOf(call: Call): Form | undefined;
  /** What is known about an instruction that is not understood. */
  suspect?(call: Call): Suspicion | undefined;
}

export interface Suspicion {
  readonly method: string;
  readonly part: Part;
}

/** @param name - of the instruction's data, for messages */
export function callOf(instruction: Instruction, scene: Scene, name: string): Call {
  const account = (at: number): AccountUse => {
    const found = instruction.accounts[at];
    if (found === undefined) throw invalid(`${name} names ${instruction.accounts.length} accounts, too few`);
    return found;
  };
  return { cursor: new Cursor(instruction.data, name), scene, instruction, account };
}

/** A program that numbers its instructions. @param size - bytes of the number */
export function numbered(title: string, size: number, table: Readonly<Record<number, Form>>): Program {
  return { title, forms: Object.values(table), formOf: ({ cursor }) => table[cursor.small(size)] };
}

export const LAMPORT_DECIMALS = 9;

/** The coin's symbol. */
export const COIN = 'SOL';

/** An amount of lamports in words. */
export function coins(lamports = 0n): string {
  return `${formatUnits(lamports, LAMPORT_DECIMALS)} ${COIN}`;
}
