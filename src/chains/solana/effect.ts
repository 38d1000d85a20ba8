import type { Hazard, HazardKind } from '../../core/chain/hazards.js';
import type { Summary, TokenMove } from '../../core/chain/summary.js';
import { formatUnits } from '../../core/chain/units.js';
import { invalid } from '../shared/fields.js';
import { Cursor } from './cursor.js';
import type { AccountUse, Instruction } from './message.js';

/** What one instruction does. */
export interface Effect {
  /** Absent for what only accompanies another instruction, e.g. a memo. */
  readonly kind?: Summary['kind'];
  /** A clause such as `sends 1 SOL to X`; absent where there is nothing to say. */
  readonly text?: string;
  /** Coins that leave an account. */
  readonly spent?: Spent;
  readonly token?: TokenMove;
  readonly memo?: string;
  readonly hazards?: readonly Hazard[];
  /** Not understood, or worth more than the bytes say. */
  readonly isOpaque?: boolean;
}

interface Spent {
  readonly from: string;
  readonly to: string;
  readonly lamports: bigint;
}

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

export type Decoder = (call: Call) => Effect;

/** @param name - of the instruction's data, for messages */
export function callOf(instruction: Instruction, scene: Scene, name: string): Call {
  const account = (at: number): AccountUse => {
    const found = instruction.accounts[at];
    if (found === undefined) throw invalid(`${name} names ${instruction.accounts.length} accounts, too few`);
    return found;
  };
  return { cursor: new Cursor(instruction.data, name), scene, instruction, account };
}

export const LAMPORT_DECIMALS = 9;

/** An amount of lamports in words. */
export function coins(lamports: bigint): string {
  return `${formatUnits(lamports, LAMPORT_DECIMALS)} SOL`;
}

/** An instruction that is not understood. */
export function unknownCall({ program, data }: Instruction): Effect {
  const text = `calls the program ${program} with ${data.length} bytes that are not understood`;
  const hazard: Hazard = { kind: 'opaque-data', party: program, text: `instruction with ${data.length} bytes` };
  return { kind: 'contract-call', text, hazards: [hazard], isOpaque: true };
}

/** An effect that is none of the usual moves. */
export function other(text: string, ...hazards: readonly Hazard[]): Effect {
  return { kind: 'other', text, ...(hazards.length > 0 && { hazards }) };
}

/** @param party - who gains by it; absent where a right is given up */
export function hazard(kind: HazardKind, text: string, party?: string): Hazard {
  return { kind, ...(party !== undefined && { party }), text };
}
