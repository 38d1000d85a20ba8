import { invalid } from '../../shared/fields.js';
import { associatedTokenAddress } from '../address.js';
import { COIN, type Form, type Program, type TokenAccount } from '../call.js';
import type { Instruction } from '../message.js';
import { programs, tokenStandards } from './ids.js';

/** Lamports for each byte of an account and of what the network keeps about it; source: the Rent sysvar, two years' rent. */
const RENT_PER_BYTE = 6960n;
const OVERHEAD = 128n;
/**
 * Bytes of a new token account. A mint of Token-2022 can demand extensions of it (source: get_required_init_account_extensions):
 * an immutable owner, a fee, a hook, no transfers, pausing; 165 bytes, a mark, and 4 bytes before each of them.
 */
const sizes: ReadonlyMap<string, bigint> = new Map([
  [programs.token, 165n],
  [programs.token2022, 165n + 1n + 5n * 4n + 8n + 1n],
]);

/** Rent of a new mint of SPL Token, in lamports. No node is asked for it: what is too much stays in the account for ever. */
export const mintRent = (OVERHEAD + 82n) * RENT_PER_BYTE;

const create = creation('Create');
const createIdempotent = creation('CreateIdempotent');

/** Opens the token account that belongs to a wallet and a mint. */
export const associatedToken: Program = {
  title: 'an instruction of the Associated Token Account program',
  forms: [create, createIdempotent],
  formOf({ instruction, account, cursor }) {
    if (!isCreation(instruction)) return undefined;
    const [address = '', owner = '', mint = '', , tokenProgram = ''] = [1, 2, 3, 4, 5].map((at) =>
      at === 4 ? '' : account(at).address,
    );
    if (!tokenStandards.has(tokenProgram)) return undefined;
    if (associatedTokenAddress(owner, mint, tokenProgram) !== address) {
      throw invalid(`${address} is not the token account of ${owner} for ${mint}`);
    }
    return cursor.left > 0 && cursor.small(1) === 1 ? createIdempotent : create;
  },
};

/** The highest rent of a new account of a token program, in lamports. */
export function accountRent(tokenProgram: string): bigint {
  return (OVERHEAD + (sizes.get(tokenProgram) ?? 0n)) * RENT_PER_BYTE;
}

/** Owner and mint of the account that an instruction opens, with the account's address. */
export function openedAssociated(instruction: Instruction): readonly [string, TokenAccount] | undefined {
  const [, account, owner, mint] = instruction.accounts.map(({ address }) => address);
  const isWhole = account !== undefined && owner !== undefined && mint !== undefined;
  return isWhole && isCreation(instruction) ? [account, { owner, mint }] : undefined;
}

/** Without data, 0: the account must not exist. 1: an existing account of the same owner is fine, too. */
function isCreation({ data }: Instruction): boolean {
  return data.length === 0 || (data.length === 1 && (data[0] === 0 || data[0] === 1));
}

/** The rent belongs to the owner, who gets it back by closing the account; the bytes do not say it, so it is the highest. */
function creation(method: string): Form {
  return {
    method,
    hazard: 'CreateTokenAccount',
    read({ account }) {
      const [payer, owner, mint, tokenProgram] = [account(0), account(2), account(3), account(5)];
      const rent = accountRent(tokenProgram.address);
      return [
        { op: 'transfer', from: payer.address, to: owner.address, asset: COIN, amount: rent },
        { op: 'account', code: 'account-settings', to: owner.address, args: { mint: mint.address } },
      ];
    },
    say: ({ account }) => `pays the rent of a token account of ${account(2)} for ${account(3)}`,
  };
}
