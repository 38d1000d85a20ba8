import type { Form, Program, TokenAccount } from './call.js';
import type { Instruction } from './message.js';
import { associatedToken, openedAssociated } from './programs/associated-token.js';
import { auctionHouse } from './programs/auction-house.js';
import { computeBudget } from './programs/compute-budget.js';
import { programs, tokenStandards } from './programs/ids.js';
import { loader, loaderV4, lookupTables } from './programs/loaders.js';
import { memos } from './programs/memo.js';
import { stakes, votes } from './programs/stakes.js';
import { system } from './programs/system.js';
import { changesOwner, openedTokenAccount, tokens } from './programs/token.js';

/** The program with this address, if its instructions are understood. */
export function programOf(address: string): Program | undefined {
  return known.get(address);
}

/** The form of an instruction of this name; undefined if the program has none. */
export function formNamed(program: string, method: string): Form | undefined {
  return known.get(program)?.forms.find((form) => form.method === method);
}

/**
 * Remembers what an instruction proves about token accounts, for the instructions after it: an account must be opened before
 * a transfer to prove who gets it, and proves nothing once it is given away or closed.
 */
export function rememberTokenAccounts(accountsByAddress: Map<string, TokenAccount>, instruction: Instruction): void {
  const { program, accounts } = instruction;
  const opened = program === programs.associatedToken ? openedAssociated(instruction) : undefined;
  const [address, account] =
    opened ?? (tokenStandards.has(program) ? openedTokenAccount(instruction) : undefined) ?? [];
  if (address !== undefined && account !== undefined) accountsByAddress.set(address, account);
  else if (tokenStandards.has(program) && changesOwner(instruction))
    accountsByAddress.delete(accounts[0]?.address ?? '');
}

const known: ReadonlyMap<string, Program> = new Map([
  [programs.system, system],
  [programs.token, tokens],
  [programs.token2022, tokens],
  [programs.associatedToken, associatedToken],
  [programs.stake, stakes],
  [programs.vote, votes],
  [programs.loader, loader],
  [programs.loaderV4, loaderV4],
  [programs.addressLookupTable, lookupTables],
  [programs.memo, memos],
  [programs.memoV1, memos],
  [programs.computeBudget, computeBudget],
  [programs.auctionHouse, auctionHouse],
]);
