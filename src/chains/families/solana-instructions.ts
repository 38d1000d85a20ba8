import { quote } from '../../core/ids.js';
import { invalid } from './fields.js';
import { associatedTokenAddress } from './solana-address.js';
import { callOf, type Effect, type Scene, type TokenAccount, unknownCall } from './solana-effect.js';
import type { Instruction } from './solana-message.js';
import { programs, tokenStandards } from './solana-programs.js';
import { systemEffect } from './solana-system.js';
import { openedTokenAccount, tokenEffect } from './solana-token.js';

/** Says what an instruction does. @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED */
export function effectOf(instruction: Instruction, scene: Scene): Effect {
  const { program, accounts } = instruction;
  const effect = decoders.get(program)?.(instruction, scene) ?? unknownCall(instruction);
  // The signed bytes do not hold these accounts: they are what a node said that a table holds.
  return accounts.some(({ isLoaded }) => isLoaded) ? { ...effect, isOpaque: true } : effect;
}

/** Owner and mint of the token accounts that the transaction itself opens, and thereby proves. */
export function openedTokenAccounts(instructions: readonly Instruction[]): ReadonlyMap<string, TokenAccount> {
  return new Map(instructions.flatMap((one) => openedBy(one) ?? []));
}

type InstructionDecoder = (instruction: Instruction, scene: Scene) => Effect;

const decoders: ReadonlyMap<string, InstructionDecoder> = new Map<string, InstructionDecoder>([
  [programs.system, systemEffect],
  [programs.token, tokenEffect],
  [programs.token2022, tokenEffect],
  [programs.associatedToken, associatedTokenEffect],
  [programs.memo, memoEffect],
  [programs.memoV1, memoEffect],
  // Its instructions set the fee, which is told by itself.
  [programs.computeBudget, () => ({})],
]);

function openedBy(instruction: Instruction): readonly (readonly [string, TokenAccount])[] | undefined {
  const { program, accounts } = instruction;
  if (program === programs.associatedToken) {
    const [, account, owner, mint] = accounts.map(({ address }) => address);
    if (!isCreation(instruction) || account === undefined || owner === undefined || mint === undefined)
      return undefined;
    return [[account, { owner, mint }]];
  }
  const opened = tokenStandards.has(program) ? openedTokenAccount(instruction) : undefined;
  return opened && [opened];
}

/** Without data, 0: the account must not exist. 1: an account that exists and belongs to the same owner is fine, too. */
function isCreation({ data }: Instruction): boolean {
  return data.length === 0 || (data.length === 1 && (data[0] === 0 || data[0] === 1));
}

function associatedTokenEffect(instruction: Instruction, scene: Scene): Effect {
  if (!isCreation(instruction)) return unknownCall(instruction);
  const { account } = callOf(instruction, scene, 'an instruction of the Associated Token Account program');
  const [payer, address, owner, mint, tokenProgram] = [0, 1, 2, 3, 5].map((at) => account(at).address);
  if (!payer || !address || !owner || !mint || !tokenProgram || !tokenStandards.has(tokenProgram)) {
    return unknownCall(instruction);
  }
  if (associatedTokenAddress(owner, mint, tokenProgram) !== address) {
    throw invalid(`${address} is not the token account of ${owner} for ${mint}`);
  }
  return { text: `pays the rent of a token account of ${owner} for ${mint}` };
}

function memoEffect({ data }: Instruction): Effect {
  try {
    const memo = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
    return { memo, text: `leaves the memo ${quote(memo)}` };
  } catch (error) {
    throw invalid('a memo is not UTF-8', error);
  }
}
