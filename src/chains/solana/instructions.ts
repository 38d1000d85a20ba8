import { quote } from '../../core/ids.js';
import { invalid } from '../shared/fields.js';
import { associatedTokenAddress } from './address.js';
import { callOf, type Effect, hazard, type Scene, type TokenAccount, unknownCall } from './effect.js';
import type { Instruction } from './message.js';
import { programs, tokenStandards } from './programs/ids.js';
import { loaderEffect, loaderV4Effect, lookupTableEffect, stakeEffect, voteEffect } from './programs/rights.js';
import { systemEffect } from './programs/system.js';
import { changesOwner, openedTokenAccount, tokenEffect } from './programs/token.js';

/** Says what an instruction does. @throws CustosError TRANSACTION_INVALID, TRANSACTION_UNSUPPORTED */
export function effectOf(instruction: Instruction, scene: Scene): Effect {
  const { program, accounts } = instruction;
  const effect = decoders.get(program)?.(instruction, scene) ?? unknownCall(instruction);
  // The signed bytes do not hold these accounts: a node said that the table holds them.
  if (!accounts.some(({ isLoaded }) => isLoaded)) return effect;
  return {
    ...effect,
    isOpaque: true,
    hazards: [...(effect.hazards ?? []), hazard('opaque-data', 'lookup table', program)],
  };
}

/**
 * Remembers what an instruction proves about token accounts, for the instructions after it: an account must be opened before
 * a transfer to prove who gets it, and proves nothing once it is given away or closed.
 */
export function rememberTokenAccounts(known: Map<string, TokenAccount>, instruction: Instruction): void {
  const { program, accounts } = instruction;
  const opened = program === programs.associatedToken ? openedAssociated(instruction) : undefined;
  const [address, account] =
    opened ?? (tokenStandards.has(program) ? openedTokenAccount(instruction) : undefined) ?? [];
  if (address !== undefined && account !== undefined) known.set(address, account);
  else if (tokenStandards.has(program) && changesOwner(instruction)) known.delete(accounts[0]?.address ?? '');
}

type InstructionDecoder = (instruction: Instruction, scene: Scene) => Effect;

const decoders: ReadonlyMap<string, InstructionDecoder> = new Map<string, InstructionDecoder>([
  [programs.system, systemEffect],
  [programs.token, tokenEffect],
  [programs.token2022, tokenEffect],
  [programs.associatedToken, associatedTokenEffect],
  [programs.stake, stakeEffect],
  [programs.vote, voteEffect],
  [programs.loader, loaderEffect],
  [programs.loaderV4, loaderV4Effect],
  [programs.addressLookupTable, lookupTableEffect],
  [programs.memo, memoEffect],
  [programs.memoV1, memoEffect],
  // Its instructions set the fee, which the summary holds in a member of its own.
  [programs.computeBudget, () => ({})],
]);

function openedAssociated(instruction: Instruction): readonly [string, TokenAccount] | undefined {
  const [, account, owner, mint] = instruction.accounts.map(({ address }) => address);
  const isWhole = account !== undefined && owner !== undefined && mint !== undefined;
  return isWhole && isCreation(instruction) ? [account, { owner, mint }] : undefined;
}

/** Without data, 0: the account must not exist. 1: an existing account of the same owner is fine, too. */
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
  const text = `pays the rent of a token account of ${owner} for ${mint}`;
  return { text, hazards: [{ ...hazard('account-settings', 'CreateTokenAccount', owner), asset: mint }] };
}

function memoEffect({ data }: Instruction): Effect {
  try {
    const memo = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
    return { memo, text: `leaves the memo ${quote(memo)}` };
  } catch (error) {
    throw invalid('a memo is not UTF-8', error);
  }
}
